// Longer than most files here: one function for each shape of values, from scalars to rows of CSV.

/** Fields for what values have in common. */

import type { PrintedField, PrintedShape } from '../check/source.ts'
import { quote } from '../error/describe.ts'
import type { ScalarTypeName } from '../kinds/kind.ts'
import { isText } from '../kinds/string.ts'
import { MOST_PRECISION } from '../schema/field.ts'
import { type Facts, MOST_SCALE, type ObjectFacts, type TextFacts } from './value-facts.ts'

export interface InferOptions {
  /** The most members of an enumeration; 0 for none. */
  readonly enumerations: number
  /** How a note writes a field of decimals. */
  readonly decimalText: (precision: number, scale: number) => string
}

/** An enumeration's members are seen at least so often each, on average. */
const OFTEN = 10
/** Objects with fewer keys have them as fields, even if most are absent. */
const FEW_KEYS = 5
/** Keys that most objects lack are data, not fields. */
const LEAST_SHARE = 0.3
/** Deeper objects are asked by the keys of a dynamic field. */
const DEEPEST = 6

/** What the fields do not show of the values of a name. */
export interface Note {
  readonly name: string
  readonly text: string
}

/** What a place holds: its fields, and what they do not show. */
export interface Found {
  readonly fields: readonly PrintedField[]
  readonly notes: readonly Note[]
}

const together = (all: readonly Found[]): Found => ({
  fields: all.flatMap(({ fields }) => fields),
  notes: all.flatMap(({ notes }) => notes),
})

/** Says that values of a name are in no field, and why. */
export const leftOutNote = (name: string, why: string): Note => ({
  name,
  text: `${quote(name)} is left out: ${why}`,
})

const leftOut = (name: string, why: string): Found => ({
  fields: [],
  notes: [leftOutNote(name, why)],
})

/** Only keys of a wildcard have values of several kinds. */
const mixed = (verb: string, kinds: readonly ScalarTypeName[]): string =>
  `it ${verb} values of several kinds: ${kinds.join(', ')}`

/** Whether a key can be a segment of a field's name. */
const isSegment = (key: string): boolean =>
  isText(key) && key !== '' && key !== '*' && key !== '__proto__' && !/^\$|\./.test(key)

/** The shape of values that are neither lists nor objects. */
type ScalarShape = Exclude<PrintedShape, { readonly of: 'document' | 'objects' }>

/** As many digits as every database holds in a decimal: SQLite and a DECIMAL of 64 bits, too. */
const USUAL_PRECISION = 18
/** Later rows may have values that are larger: by so many digits. */
const SPARE_DIGITS = 3

const precisionOf = ({ whole, scale }: TextFacts): number =>
  whole + scale + SPARE_DIGITS <= USUAL_PRECISION ? USUAL_PRECISION : MOST_PRECISION

/** Why texts that are all decimal numbers are no decimals. */
function whyTexts({ whole, leastScale, scale }: TextFacts): string {
  const digits = whole + scale
  if (digits > MOST_PRECISION) {
    return `they need ${digits} digits, and a decimal has at most ${MOST_PRECISION}`
  }
  if (scale > MOST_SCALE) return `they have up to ${scale} digits after the point`
  return `they have ${leastScale} to ${scale} digits after the point, some of them zeros at the end: 1.5 and 1.50 are different texts, and one decimal`
}

/** Says why a field of decimal numbers is one of texts, and how to declare a decimal. */
function notesOfTexts(
  name: string,
  texts: TextFacts,
  { of }: ScalarShape,
  { decimalText }: InferOptions,
): readonly Note[] {
  if ((of !== 'string' && of !== 'enumeration') || !texts.areDecimals) return []
  const { whole, scale } = texts
  const declared = decimalText(precisionOf(texts), scale)
  const how = whole + scale > MOST_PRECISION ? '' : `; if they are amounts, declare ${declared}`
  return [{ name, text: `The numbers of ${quote(name)} stay texts: ${whyTexts(texts)}${how}` }]
}

function textShape(texts: TextFacts, { enumerations }: InferOptions): ScalarShape {
  const { kind, digits, scale, members, count } = texts
  if (kind === 'timestamp') return { of: kind, digits: digits > 6 ? digits : undefined }
  if (kind === 'decimal') return { of: kind, precision: precisionOf(texts), scale }
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
      const field = fieldNamed({ name: key, shape, required })
      return { ...field, notes: notesOfTexts(own, facts.texts, shape, options) }
    }),
  )
}

const fieldNamed = (
  field: Pick<PrintedField, 'name' | 'shape' | 'required'>,
  sortable = false,
): Found => ({ fields: [{ ...field, sortable, mapping: {} }], notes: [] })

const hasOnlyScalars = ({ lists, objects }: Facts): boolean => lists === 0 && objects === undefined

/** Whether each of so many has a value that a field can hold. */
const isEverywhere = ({ count: own, unreadable }: Facts, count: number): boolean =>
  own === count && unreadable === 0

function listOf(name: string, facts: Facts, required: boolean, options: InferOptions): Found {
  const { elements } = facts
  if (elements === undefined || elements.count === 0) {
    const empty = fieldNamed({ name, shape: { of: 'string', list: true }, required })
    const text = `${quote(name)} is a list of strings: its lists are empty`
    return { ...empty, notes: [{ name, text }] }
  }
  if (elements.lists > 0) return leftOut(name, 'it holds lists of lists')
  const scalars = scalarShape(elements, options)
  if (elements.objects !== undefined) {
    if (scalars !== undefined) return leftOut(name, 'its lists hold objects and other values')
    const { fields, notes } = elementFields(name, elements.objects, options)
    const why = 'its objects have no keys that can be fields'
    if (fields.length === 0) return leftOut(name, why)
    return { ...fieldNamed({ name, shape: { of: 'objects', fields }, required }), notes }
  }
  if (scalars === undefined) return leftOut(name, 'no field can hold its values')
  if (scalars.of === 'dynamic') {
    return leftOut(name, mixed('has lists of', scalars.kinds))
  }
  const field = fieldNamed({ name, shape: { ...scalars, list: true }, required })
  return { ...field, notes: notesOfTexts(name, elements.texts, scalars, options) }
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

/**
 * Whether all texts have the same few digits after the point, and some end in a zero: 12.50. Programs
 * print doubles with as many digits as each needs, 12.5, though some print 3.0: these are decimals.
 */
const areAmounts = ({ kind, scale, isEven, isPadded }: TextFacts): boolean =>
  kind === 'decimal' && scale >= 2 && scale <= 4 && isEven && isPadded

/** What a cell of CSV is: more than a text, if all cells of the column are. */
function typed(facts: Facts): Facts {
  const { cells, texts } = facts
  if (areAmounts(texts)) return facts
  if (cells === undefined || cells.count < facts.count || cells.texts.count > 0) return facts
  const isList = cells.lists === cells.count && cells.elements?.count !== 0
  const isObject = cells.objects?.count === cells.count
  const isScalar = hasOnlyScalars(cells) && (cells.booleans === 0 || cells.booleans === cells.count)
  return cells.unreadable === 0 && (isList || isObject || isScalar) ? cells : facts
}

function unreadableNote(name: string, count: number): Note {
  const values =
    count === 1 ? `1 value of ${quote(name)} is` : `${count} values of ${quote(name)} are`
  return { name, text: `${values} absent: no field can hold ${count === 1 ? 'it' : 'them'}` }
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
    notes: facts.unreadable === 0 ? [] : [unreadableNote(name, facts.unreadable)],
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
  const notes = notesOfTexts(name, facts.texts, scalars, options)
  return together([{ ...field, notes }, unreadable])
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
