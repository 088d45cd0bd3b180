import { type Condition, isFalse, type Leaf, operatorOf } from '../condition/condition.ts'
import { membersOf } from '../kinds/dynamic.ts'
import type { Scalar } from '../kinds/kind.ts'
import { string } from '../kinds/string.ts'
import type { Lookup, Service } from '../operators/operator.ts'
import type { Field } from '../schema/field.ts'
import type { Indexes } from './indexes.ts'
import { intervalOf, type Side, sideOfBound, sideOfPrefix, sideOfValue } from './interval.ts'
import { Posting } from './posting.ts'
import type { Slots } from './slots.ts'
import {
  NOTHING,
  ofCodes,
  ofPosting,
  ofRange,
  ofSlots,
  others,
  type Source,
  shared,
  union,
} from './source.ts'

/** What conditions are looked up in. */
export interface Space<T> {
  readonly slots: Slots<T>
  readonly indexes: Indexes<T>
  readonly key: Field
}

/** The rows that indexes find for a condition; undefined where they find none. */
export function sourceOf<T>(condition: Condition, space: Space<T>): Source | undefined {
  switch (condition.kind) {
    case 'and': {
      const { conditions } = condition
      const sources = conditions.flatMap((each) => sourceOf(each, space) ?? [])
      if (sources.length === 0) return undefined
      const found = shared(sources, space.slots)
      return sources.length === conditions.length ? found : { ...found, isExact: false }
    }
    case 'or': {
      if (isFalse(condition)) return NOTHING
      const sources: Source[] = []
      for (const each of condition.conditions) {
        const source = sourceOf(each, space)
        if (source === undefined) return undefined
        sources.push(source)
      }
      return union(sources, space.slots)
    }
    case 'leaf':
      return sourceOfLeaf(condition, space)
    case 'some':
      return undefined
    default:
      return condition satisfies never
  }
}

/** What an operator's record says that an index is asked for. */
export function lookupOf({ field, operator, operand, negated }: Leaf) {
  const record = operatorOf(field.type, operator)
  const lookup = record.lookup?.(field.type, operand)
  const isComplement = negated !== (record.complement ?? false)
  const service: Service = record.servedBy ?? 'index'
  return { record, lookup, service, isOthers: isComplement !== (lookup?.isOthers ?? false) }
}

function sourceOfLeaf<T>(leaf: Leaf, space: Space<T>): Source | undefined {
  const { field, operand } = leaf
  if (field.elements !== undefined) return undefined
  const { record, lookup, service, isOthers } = lookupOf(leaf)
  const found = lookup && sourceOfLookup(field, service, lookup, space)
  if (found !== undefined) {
    if (lookup?.isSuperset) return isOthers ? undefined : { ...found, isExact: false }
    return isOthers ? others(found, space.slots) : found
  }
  // Whatever an operator means, it is true of all rows with a value or of none. Of kinds in which one
  // value is written in several ways, only what a record says of the value itself is taken for that.
  const index = space.indexes.terms(field, 'index')
  if (index === undefined || !index.isSingle) return undefined
  const isRewritten = membersOf(field.type.kind).some((each) => each.isRewritten)
  if (isRewritten && lookup === undefined) return undefined
  const test = record.test(field.type, operand)
  const isFalseOf = leaf.negated !== (record.complement ?? false)
  return ofCodes(
    index,
    index.codesWhere((value) => test(value) !== isFalseOf),
  )
}

function sourceOfLookup<T>(
  field: Field,
  service: Service,
  lookup: Lookup,
  space: Space<T>,
): Source | undefined {
  const { any, all, prefix } = lookup
  const { slots, indexes, key } = space
  const terms = indexes.terms(field, service)
  const kind = service === 'folded' ? string : field.type.kind
  const sources: Source[] = []
  const addRanges = (sides: readonly Side[]): boolean => {
    const order = indexes.beginning(field, service)
    if (order === undefined) return false
    const ranges = sides.map((side) => ofRange(order, ...intervalOf(order, side)))
    sources.push(union(ranges, slots))
    return true
  }
  const ofTerm = (term: Scalar | null): Source => {
    const posting = terms?.posting(term)
    return posting === undefined ? NOTHING : ofPosting(posting, true)
  }
  if (any !== undefined) {
    const values = [...new Set(any)]
    const isKey = field.name === key.name && field.type.kind === key.type.kind
    if (isKey && service === 'index') {
      const found = values.map((value) => (value === null ? undefined : slots.slotOf(value)))
      sources.push(ofSlots(new Set(found.filter((slot) => slot !== undefined))))
    } else if (terms !== undefined) sources.push(union(values.map(ofTerm), slots))
    else if (!addRanges(values.map((value) => sideOfValue(kind, value)))) return undefined
  }
  if (all !== undefined) {
    if (terms === undefined) return undefined
    for (const value of new Set(all)) sources.push(ofTerm(value))
  }
  if (prefix !== undefined) {
    if (terms !== undefined && service === 'words') {
      const found = terms.startingWith(prefix).map((each) => ofPosting(each, true))
      sources.push(union(found, slots))
    } else if (!addRanges([sideOfPrefix(kind, prefix)])) return undefined
  }
  if (lookup.bound !== undefined && !addRanges([sideOfBound(kind, lookup.bound)])) return undefined
  return sources.length === 0 ? undefined : shared(sources, slots)
}

const NONE = new Posting()

/** The rows with one value, if an index of terms has them together: their number costs nothing. */
export function postingOf<T>(leaf: Leaf, { indexes }: Space<T>): Posting | undefined {
  const { lookup, service, isOthers } = lookupOf(leaf)
  const { any, all, prefix, bound, isSuperset } = lookup ?? {}
  if (isOthers || isSuperset || prefix !== undefined || bound !== undefined) return undefined
  const terms = any ?? all
  const [only] = terms ?? []
  if (terms?.length !== 1 || only === undefined) return undefined
  const index = indexes.terms(leaf.field, service)
  return index && (index.posting(only) ?? NONE)
}
