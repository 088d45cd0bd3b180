// Longer than most files here: one case a kind of value, and what each is compared by.

import { describe } from '../error/describe.ts'
import { membersOf } from '../kinds/dynamic.ts'
import type { Kind } from '../kinds/kind.ts'
import { isText } from '../kinds/string.ts'
import type { Field } from '../schema/field.ts'
import { equal, type FilterObject, operators, type Part, present } from './part.ts'
import { isLike, like } from './pattern.ts'
import { ELSEWHERE, UntranslatableError } from './untranslatable.ts'

/** The comparisons of TanStack DB, each with the operator of tamis and with its sides exchanged. */
export const COMPARISONS = {
  eq: { operator: '$eq', turned: 'eq' },
  gt: { operator: '$gt', turned: 'lt' },
  gte: { operator: '$gte', turned: 'lte' },
  lt: { operator: '$lt', turned: 'gt' },
  lte: { operator: '$lte', turned: 'gte' },
} as const

export type Comparison = keyof typeof COMPARISONS

/** What the translation of comparisons depends on. */
export interface Terms {
  /** Whether all values under one key of a wildcard are of one kind. */
  readonly oneKindPerKey: boolean
  /** How many operands a list may have. */
  readonly list: number
}

/** Whether a comparison of two constants holds. */
export function holds<T extends string | number | boolean>(name: Comparison, a: T, b: T): boolean {
  switch (name) {
    case 'eq':
      return a === b
    case 'gt':
      return a > b
    case 'gte':
      return a >= b
    case 'lt':
      return a < b
    case 'lte':
      return a <= b
    default:
      return name satisfies never
  }
}

/** Surrogates and what code points and code units order differently beside them. */
const HIGH = /[\ud800-\uffff]/

const FIRST = Date.parse('0001-01-01T00:00:00.000Z')
const LAST = Date.parse('9999-12-31T23:59:59.999Z')

const refused = (name: string, field: Field, problem: string, hint: string): never => {
  throw new UntranslatableError(name, field.name, problem, hint)
}

const wrongValue = (name: string, field: Field, expected: string, value: unknown): never =>
  refused(name, field, `cannot be compared with ${describe(value)}`, `Compare it with ${expected}`)

/**
 * What is true where a comparison with a constant is; `of` is the function that errors are about.
 *
 * @throws UntranslatableError
 */
export function comparison(
  field: Field,
  name: Comparison,
  value: unknown,
  terms: Terms,
  of: string = name,
): Part {
  if (field.type.list) {
    return refused(
      of,
      field,
      'is a list, which TanStack DB compares by identity',
      'Use inArray(value, row.list) for what a list holds',
    )
  }
  const members = membersOf(field.type.kind)
  const kind = members.length === 1 ? members[0]! : memberFor(field, of, value, members)
  if (name !== 'eq' && members.length > 1 && !terms.oneKindPerKey) {
    return refused(
      of,
      field,
      'has values of several kinds, which JavaScript orders and tamis does not',
      'Declare the key with its type in the schema, or set oneKindPerKey',
    )
  }
  return ofKind(field, kind, name, value, terms, of)
}

/** The kind of a dynamic field that a value is of. */
function memberFor(field: Field, name: string, value: unknown, members: readonly Kind[]): Kind {
  const family = { string: 'text', number: 'numeric', boolean: 'boolean' }[typeof value as string]
  const found = members.find((each) => each.family === family)
  if (found !== undefined) return found
  return wrongValue(name, field, 'a value of one of its kinds', value)
}

function ofKind(
  field: Field,
  kind: Kind,
  name: Comparison,
  value: unknown,
  terms: Terms,
  of: string,
): Part {
  const { operator } = COMPARISONS[name]
  const among = (values: readonly unknown[]) => equal(field, values, terms.list, of)
  switch (kind.name) {
    case 'string':
      if (kind.isFolded) {
        return refused(of, field, 'ignores case in tamis, but not in TanStack DB', ELSEWHERE)
      }
      if (typeof value !== 'string' || !isText(value)) {
        return wrongValue(of, field, 'a text', value)
      }
      if (name !== 'eq' && HIGH.test(value)) {
        return refused(
          of,
          field,
          `is compared with ${describe(value)}, which JavaScript orders by code units and tamis by code points`,
          'Use texts without characters from U+D800 on in ranges',
        )
      }
      return name === 'eq' ? among([value]) : operators(field, { [operator]: value }, of)
    case 'uuid':
    case 'date':
      if (typeof value !== 'string' || kind.operand(value) !== value) {
        return wrongValue(of, field, `${kind.expects} in its canonical form`, value)
      }
      return name === 'eq' ? among([value]) : operators(field, { [operator]: value }, of)
    case 'enumeration': {
      if (typeof value !== 'string') return wrongValue(of, field, kind.expects, value)
      if (name === 'eq' && kind.operand(value) === undefined) {
        return wrongValue(of, field, kind.expects, value)
      }
      // TanStack DB orders their texts.
      return among((kind.values ?? []).filter((each) => holds(name, each, value)))
    }
    case 'boolean': {
      if (typeof value !== 'boolean') return wrongValue(of, field, 'true or false', value)
      const values = [false, true].filter((each) => holds(name, each, value))
      return values.length === 2 ? present(field, of) : among(values)
    }
    case 'integer':
    case 'number':
    case 'numeric':
      if (typeof value === 'bigint') {
        return refused(
          of,
          field,
          'is compared with a bigint, which JSON does not hold',
          'Use a number of a field without bigints, test it in fn.where, or set overfetch',
        )
      }
      if (typeof value !== 'number' || Number.isNaN(value)) {
        return wrongValue(of, field, 'a number', value)
      }
      return ofNumbers(field, kind.name === 'integer', name, value, among, of)
    case 'timestamp':
      if (!(value instanceof Date) || Number.isNaN(value.getTime())) {
        return wrongValue(of, field, 'a valid Date: rows hold timestamps as Dates', value)
      }
      return ofDates(field, name, value.getTime(), of)
    case 'decimal':
      return refused(of, field, 'is a decimal, which rows hold as text', ELSEWHERE)
    default:
      return kind.name satisfies never
  }
}

const isUpward = (name: Comparison): boolean => name === 'gt' || name === 'gte'

function ofNumbers(
  field: Field,
  isInteger: boolean,
  name: Comparison,
  value: number,
  among: (values: readonly unknown[]) => Part,
  of: string,
): Part {
  const greatest = isInteger ? Number.MAX_SAFE_INTEGER : Number.MAX_VALUE
  const isBetween = isInteger && !Number.isInteger(value)
  if (name === 'eq') {
    // -0 is 0.
    return Math.abs(value) > greatest || isBetween ? false : among([value === 0 ? 0 : value])
  }
  if (Math.abs(value) > greatest) return value > 0 === isUpward(name) ? false : present(field, of)
  if (!isBetween)
    return operators(field, { [COMPARISONS[name].operator]: value === 0 ? 0 : value }, of)
  // No integer equals it.
  const near = isUpward(name) ? Math.ceil(value) : Math.floor(value)
  return operators(field, { [isUpward(name) ? '$gte' : '$lte']: near === 0 ? 0 : near }, of)
}

/** Dates hold milliseconds: one is equal to all timestamps that are cut down to it. */
function ofDates(field: Field, name: Comparison, time: number, of: string): Part {
  const from = (least: number): FilterObject | boolean =>
    least > LAST ? false : least <= FIRST || { $gte: new Date(least).toISOString() }
  const before = (end: number): FilterObject | boolean =>
    end <= FIRST ? false : end > LAST || { $lt: new Date(end).toISOString() }
  const bounds = {
    eq: [from(time), before(time + 1)],
    gt: [from(time + 1)],
    gte: [from(time)],
    lt: [before(time)],
    lte: [before(time + 1)],
  }[name]
  if (bounds.includes(false)) return false
  const used = bounds.filter((bound) => typeof bound === 'object')
  return used.length === 0 ? present(field, of) : operators(field, Object.assign({}, ...used), of)
}

/** What is true where a list holds a constant. @throws UntranslatableError */
export function contains(field: Field, value: unknown, terms: Terms): Part {
  const { kind, name: type } = field.type
  if (type !== 'list' || kind.name === 'dynamic') {
    return refused(
      'inArray',
      field,
      'is not a list of scalars',
      field.type.list ? ELSEWHERE : 'Use eq, or inArray(row.field, list)',
    )
  }
  if (kind.name === 'timestamp' || kind.name === 'decimal') {
    return refused('inArray', field, `holds ${kind.name}s, as text`, ELSEWHERE)
  }
  // Elements are compared as fields of their kind are.
  const element = { ...field, operators: new Set(['$eq'] as const) }
  const part = ofKind(element, kind, 'eq', value, terms, 'inArray')
  if (typeof part === 'boolean') return part
  const { $eq } = part[field.name] as FilterObject
  return operators(
    field,
    { [field.operators.has('$contains') ? '$contains' : '$eq']: $eq },
    'inArray',
  )
}

/** What is true where a text is like a pattern. @throws UntranslatableError */
export function likeness(
  field: Field,
  name: 'like' | 'ilike',
  pattern: unknown,
  { list }: Terms,
): Part {
  const { kind, list: isList } = field.type
  if (typeof pattern !== 'string') return wrongValue(name, field, 'a pattern', pattern)
  if (!isList && kind.name === 'enumeration') {
    return equal(
      field,
      (kind.values ?? []).filter((each) => isLike(each, name, pattern)),
      list,
      name,
    )
  }
  if (isList || kind.name !== 'string' || kind.isFolded) {
    return refused(
      name,
      field,
      'is compared with a pattern, which only texts with case are',
      ELSEWHERE,
    )
  }
  return like(field, name, pattern)
}
