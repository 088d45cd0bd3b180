/** Fields for what values have in common. */

import type { PrintedField, PrintedShape } from '../check/source.ts'
import { quote } from '../error/describe.ts'
import type { ScalarTypeName } from '../kinds/kind.ts'
import { isText } from '../kinds/string.ts'
import { MOST_PRECISION } from '../schema/field.ts'
import type { Facts, ObjectFacts, TextFacts } from './value-facts.ts'

export interface InferOptions {
  /** The most members of an enumeration; 0 for none. */
  readonly enumerations: number
}

/** An enumeration's members are seen at least so often each, on average. */
const OFTEN = 10
/** Objects with fewer keys have them as fields, even if most are absent. */
const FEW_KEYS = 5
/** Keys that most objects lack are data, not fields. */
const LEAST_SHARE = 0.3
/** Deeper objects are asked by the keys of a dynamic field. */
const DEEPEST = 6

/** What a place holds, besides its fields. */
interface Found {
  readonly fields: readonly PrintedField[]
  readonly warnings: readonly string[]
}

const together = (all: readonly Found[]): Found => ({
  fields: all.flatMap(({ fields }) => fields),
  warnings: all.flatMap(({ warnings }) => warnings),
})

const leftOut = (name: string, why: string): Found => ({
  fields: [],
  warnings: [`${quote(name)} is left out: ${why}`],
})

/** Only keys of a wildcard have values of several kinds. */
const mixed = (verb: string, kinds: readonly ScalarTypeName[]): string =>
  `it ${verb} values of several kinds: ${kinds.join(', ')}`

/** Whether a key can be a segment of a field's name. */
const isSegment = (key: string): boolean =>
  isText(key) && key !== '' && key !== '*' && key !== '__proto__' && !/^\$|\./.test(key)

/** The shape of values that are neither lists nor objects. */
type ScalarShape = Exclude<PrintedShape, { readonly of: 'document' | 'objects' }>

function textShape(texts: TextFacts, { enumerations }: InferOptions): ScalarShape {
  const { kind, digits, scale, members, count } = texts
  if (kind === 'timestamp') return { of: kind, digits: digits > 6 ? digits : undefined }
  if (kind === 'decimal') return { of: kind, precision: MOST_PRECISION, scale }
  if (kind !== 'string' || members === undefined) return { of: kind }
  const isFew = members.size > 1 && members.size <= enumerations && count >= members.size * OFTEN
  return isFew ? { of: 'enumeration', values: [...members].sort() } : { of: 'string' }
}

/** The kinds of a place's scalars. */
function kindsOf({ booleans, integers, numbers, texts }: Facts): readonly ScalarTypeName[] {
  const counts = { string: texts.count, boolean: booleans, integer: integers, number: numbers }
  return Object.entries(counts).flatMap(([name, count]) =>
    count > 0 ? [name as keyof typeof counts] : [],
  )
}

/** The shape of scalars; undefined where there are none. */
function scalarShape(facts: Facts, options: InferOptions): ScalarShape | undefined {
  const kinds = kindsOf(facts)
  const [only, ...others] = kinds
  if (only === undefined) return undefined
  if (others.length === 0) {
    if (only === 'string') return textShape(facts.texts, options)
    return { of: only, as: facts.hasBigints && only === 'integer' ? 'bigint' : undefined }
  }
  if (kinds.every((kind) => kind === 'integer' || kind === 'number')) return { of: 'number' }
  return { of: 'dynamic', kinds }
}

/** Whether the keys of objects are data: names of properties that the users of the data chose. */
function isDynamic({ keys, count }: ObjectFacts, depth: number): boolean {
  if (keys === undefined || depth >= DEEPEST) return true
  if (![...keys.keys()].every(isSegment)) return true
  if (keys.size < FEW_KEYS) return false
  const present = [...keys.values()].reduce((sum, each) => sum + each.count, 0)
  return present / (keys.size * count) < LEAST_SHARE
}

/** The fields of the objects of a list: those that hold scalars. */
function elementFields(name: string, { keys, count }: ObjectFacts, options: InferOptions): Found {
  return together(
    [...(keys ?? [])].map(([key, facts]) => {
      const own = `${name}.${key}`
      if (!isSegment(key)) return leftOut(own, 'no field can have this name')
      if (facts.count === 0) return leftOut(own, 'it has no value')
      const shape = hasOnlyScalars(facts) ? scalarShape(facts, options) : undefined
      if (shape === undefined || shape.of === 'dynamic') {
        return leftOut(own, 'the fields of objects in a list have one kind of value')
      }
      const required = isEverywhere(facts, count)
      return fieldNamed({ name: key, shape, required })
    }),
  )
}

const fieldNamed = (
  field: Pick<PrintedField, 'name' | 'shape' | 'required'>,
  sortable = false,
): Found => ({ fields: [{ ...field, sortable, mapping: {} }], warnings: [] })

const hasOnlyScalars = ({ lists, objects }: Facts): boolean => lists === 0 && objects === undefined

/** Whether each of so many has a value that a field can hold. */
const isEverywhere = ({ count: own, unreadable }: Facts, count: number): boolean =>
  own === count && unreadable === 0

function listOf(name: string, facts: Facts, required: boolean, options: InferOptions): Found {
  const { elements } = facts
  if (elements === undefined || elements.count === 0) {
    const empty = fieldNamed({ name, shape: { of: 'string', list: true }, required })
    return { ...empty, warnings: [`${quote(name)} is a list of strings: its lists are empty`] }
  }
  if (elements.lists > 0) return leftOut(name, 'it holds lists of lists')
  const scalars = scalarShape(elements, options)
  if (elements.objects !== undefined) {
    if (scalars !== undefined) return leftOut(name, 'its lists hold objects and other values')
    const { fields, warnings } = elementFields(name, elements.objects, options)
    const why = 'its objects have no keys that can be fields'
    if (fields.length === 0) return leftOut(name, why)
    return { ...fieldNamed({ name, shape: { of: 'objects', fields }, required }), warnings }
  }
  if (scalars === undefined) return leftOut(name, 'no field can hold its values')
  if (scalars.of === 'dynamic') {
    return leftOut(name, mixed('has lists of', scalars.kinds))
  }
  return fieldNamed({ name, shape: { ...scalars, list: true }, required })
}

function objectOf(
  name: string,
  objects: ObjectFacts,
  required: boolean,
  depth: number,
  options: InferOptions,
): Found {
  if (objects.keys?.size === 0) return leftOut(name, 'its objects are empty')
  if (!isDynamic(objects, depth)) {
    return fieldsOf(objects, { prefix: `${name}.`, required, depth: depth + 1 }, options)
  }
  const kinds = [...objects.kinds].sort()
  if (kinds.length === 0) return leftOut(name, 'its objects hold no value that a field can hold')
  return fieldNamed({ name: `${name}.*`, shape: { of: 'dynamic', kinds }, required: false })
}

/** Kinds whose order people ask for. */
const SORTABLE: ReadonlySet<string> = new Set([
  ...['integer', 'number', 'decimal', 'timestamp', 'date'],
])

/** What a cell of CSV is: more than a text, if all cells of the column are. */
function typed(facts: Facts): Facts {
  const { cells } = facts
  if (cells === undefined || cells.count < facts.count || cells.texts.count > 0) return facts
  const isList = cells.lists === cells.count && cells.elements?.count !== 0
  const isObject = cells.objects?.count === cells.count
  const isScalar = hasOnlyScalars(cells) && (cells.booleans === 0 || cells.booleans === cells.count)
  return cells.unreadable === 0 && (isList || isObject || isScalar) ? cells : facts
}

function fieldOf(
  name: string,
  given: Facts,
  required: boolean,
  depth: number,
  options: InferOptions,
): Found {
  const facts = typed(given)
  if (facts.count === 0) return leftOut(name, 'it has no value')
  const unreadable: Found = {
    fields: [],
    warnings:
      facts.unreadable === 0
        ? []
        : [`${facts.unreadable} values of ${quote(name)} are absent: no field can hold them`],
  }
  const scalars = scalarShape(facts, options)
  const forms = [scalars !== undefined, facts.lists > 0, facts.objects !== undefined]
  if (forms.filter(Boolean).length > 1) {
    return leftOut(name, 'it holds lists or objects in some rows, and other values in others')
  }
  if (facts.lists > 0) return together([listOf(name, facts, required, options), unreadable])
  if (facts.objects !== undefined) {
    return together([objectOf(name, facts.objects, required, depth, options), unreadable])
  }
  if (scalars === undefined) return leftOut(name, 'no field can hold its values')
  if (scalars.of === 'dynamic') return leftOut(name, mixed('holds', scalars.kinds))
  const field = fieldNamed({ name, shape: scalars, required }, SORTABLE.has(scalars.of))
  return together([field, unreadable])
}

interface Place {
  readonly prefix: string
  /** Whether every row has the object. */
  readonly required: boolean
  readonly depth: number
}

/** The fields of objects: their names begin with the prefix. */
function fieldsOf(objects: ObjectFacts, place: Place, options: InferOptions): Found {
  const { prefix, depth } = place
  return together(
    [...(objects.keys ?? [])].map(([key, facts]) => {
      const name = `${prefix}${key}`
      if (!isSegment(key)) return leftOut(name, 'no field can have this name')
      const required = place.required && isEverywhere(facts, objects.count)
      return fieldOf(name, facts, required, depth, options)
    }),
  )
}

/** The fields of rows. */
export const fieldsOfRows = (rows: ObjectFacts, options: InferOptions): Found =>
  fieldsOf(rows, { prefix: '', required: true, depth: 0 }, options)

/** The fields of the columns of CSV, whose names may be paths: `address.city`. */
export function fieldsOfColumns({ keys, count }: ObjectFacts, options: InferOptions): Found {
  const names = new Set(keys?.keys())
  const isInside = (name: string) =>
    name.split('.').some((_, i, path) => i > 0 && names.has(path.slice(0, i).join('.')))
  return together(
    [...(keys ?? [])].map(([name, facts]) => {
      if (!name.split('.').every(isSegment)) return leftOut(name, 'no field can have this name')
      if (isInside(name)) return leftOut(name, 'another column holds what it is a part of')
      return fieldOf(name, facts, isEverywhere(facts, count), 0, options)
    }),
  )
}
