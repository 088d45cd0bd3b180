import { describe, nearest, oneOf, quote } from '../error/describe.ts'
import { boolean } from '../kinds/boolean.ts'
import { dynamic } from '../kinds/dynamic.ts'
import { isPlainObject } from '../kinds/json.ts'
import type { Kind } from '../kinds/kind.ts'
import { integer, number, numeric } from '../kinds/numbers.ts'
import { isText, string } from '../kinds/string.ts'
import { type EpochUnit, timestamp } from '../kinds/timestamp.ts'
import { isOperatorName, type OperatorName, operatorNames, operatorOf } from '../operators/index.ts'
import type { FieldType, TypeName } from '../operators/operator.ts'
import type { FieldDefinition, Fields, ScalarTypeName } from './definition.ts'

/** One field as the rest of the library sees it: checked, with nothing left to default. */
export interface Field {
  readonly name: string
  /** The keys that lead to the value in a row. */
  readonly path: readonly string[]
  readonly type: FieldType
  readonly operators: ReadonlySet<OperatorName>
  readonly sortable: boolean
  readonly required: boolean
  readonly hidden: boolean
  /** The digits of the second that timestamps keep. */
  readonly digits: number
  /** The prefix of the wildcard that the field belongs to, if any: it lives in its JSON column. */
  readonly wildcard: string | undefined
  /** The name of the schema's key, by which a side table's rows know theirs. */
  readonly key: string
}

export interface OrderingTerm {
  readonly field: Field
  /** 1 ascending, -1 descending. */
  readonly direction: 1 | -1
}

/** The caps on what a client may send. Each may be set in a schema. */
export interface Limits {
  readonly limit: { readonly default: number; readonly max: number }
  readonly offset: { readonly max: number }
  /** How deep `$and`, `$or`, `$nor` and `$not` may nest. */
  readonly depth: number
  /** How many operators a filter may apply, logical lists included. */
  readonly conditions: number
  /** How many operands a list may have. */
  readonly list: number
  /** How long a string may be, in UTF-16 code units. */
  readonly string: number
  /** How many segments may follow a wildcard's prefix. */
  readonly segments: number
}

const DEFAULT_LIMITS: Limits = {
  limit: { default: 30, max: 1000 },
  offset: { max: 1000 },
  depth: 12,
  conditions: 200,
  list: 1000,
  string: 4096,
  segments: 8,
}

/** No setting lifts this one: databases' parsers need a bound (SQLite's has a stack of 100). */
export const DEEPEST = 20

/** What a schema's author writes, but for the payload options, which need a filter to be read. */
export interface StructureDefinition<F extends Fields> {
  readonly fields: F
  /** The field that is unique; `id` where it is left out. */
  readonly key?: keyof F & string
  readonly defaultSort?: readonly {
    readonly field: keyof F & string
    readonly direction: 1 | -1
  }[]
  readonly limits?: {
    readonly [N in keyof Limits]?: Limits[N] extends number ? number : Partial<Limits[N]>
  }
}

declare const fieldsType: unique symbol

/** The fields that clients may ask of, how a row is told from another, and the caps. */
export interface Structure<F extends Fields = Fields> {
  /** The literal fields, by name. */
  readonly fields: ReadonlyMap<string, Field>
  /** The wildcards, each under its prefix: `custom` for `custom.*`. */
  readonly wildcards: ReadonlyMap<string, Field>
  readonly key: Field
  readonly defaultSort: readonly OrderingTerm[]
  readonly limits: Limits
  readonly [fieldsType]?: F
}

/** Throws what the author of a schema has to read. */
export function refuse(subject: string, why: string): never {
  throw new TypeError(`tamis: schema: ${subject}: ${why}`)
}

/** Refuses keys that mean nothing, so that a misspelt setting is not silently the default. */
export function onlyKeys(subject: string, object: unknown, keys: readonly string[]): void {
  if (!isPlainObject(object)) refuse(subject, `expected an object, received ${describe(object)}`)
  for (const key of Object.keys(object)) {
    if (keys.includes(key)) continue
    const near = nearest(key, keys)
    refuse(
      subject,
      `unknown setting ${quote(key)}${near === undefined ? `; known: ${oneOf(keys)}` : `; did you mean ${quote(near)}?`}`,
    )
  }
}

const UNITS: readonly unknown[] = ['s', 'ms', 'us', 'ns', undefined]

const SCALARS: readonly string[] = ['string', 'boolean', 'integer', 'number', 'timestamp']

function scalarKind(subject: string, definition: FieldDefinition): Kind {
  const { type, digits = 6, unit } = definition
  switch (type) {
    case 'string':
      return string
    case 'boolean':
      return boolean
    case 'integer':
      return integer
    case 'number':
      return number
    case 'timestamp':
      checkTimestamp(subject, digits, unit)
      return timestamp({ digits, unit })
    default:
      return refuse(subject, `${describe(type)} is not one of ${oneOf(SCALARS)}`)
  }
}

function checkTimestamp(subject: string, digits: number, unit: EpochUnit | undefined): void {
  if (!Number.isInteger(digits) || digits < 0 || digits > 9) {
    refuse(subject, `digits must be an integer from 0 to 9, not ${describe(digits)}`)
  }
  if (!UNITS.includes(unit)) refuse(subject, `unit must be s, ms, us or ns, not ${describe(unit)}`)
}

function dynamicType(subject: string, definition: FieldDefinition): FieldType {
  const kinds: readonly ScalarTypeName[] = definition.kinds ?? []
  if (!Array.isArray(kinds) || kinds.length === 0)
    refuse(subject, 'dynamic needs at least one kind')
  const unknown = kinds.find((kind) => !SCALARS.includes(kind))
  if (unknown !== undefined) refuse(subject, `${describe(unknown)} is not one of ${oneOf(SCALARS)}`)
  if (kinds.includes('string') && kinds.includes('timestamp')) {
    refuse(subject, 'string and timestamp together cannot be told apart; choose one')
  }
  const members: Kind[] = []
  const { digits = 6 } = definition
  checkTimestamp(subject, digits, undefined)
  if (kinds.includes('string')) members.push(string)
  if (kinds.includes('timestamp')) members.push(timestamp({ digits }))
  if (kinds.includes('boolean')) members.push(boolean)
  const whole = kinds.includes('integer')
  if (kinds.includes('number')) members.push(whole ? numeric : number)
  else if (whole) members.push(integer)
  return { name: 'dynamic', kind: dynamic(members), list: false }
}

function typeOf(subject: string, definition: FieldDefinition): FieldType {
  if (definition.type === 'dynamic') return dynamicType(subject, definition)
  if (definition.type === 'list') {
    if (definition.element === undefined) refuse(subject, 'list needs an element: list(string())')
    return {
      name: 'list',
      kind: scalarKind(subject, definition.element),
      list: true,
    }
  }
  return {
    name: definition.type,
    kind: scalarKind(subject, definition),
    list: false,
  }
}

function operatorsOf(
  subject: string,
  type: TypeName,
  definition: FieldDefinition,
): ReadonlySet<OperatorName> {
  const possible = operatorNames.filter((name) => {
    const { types, onRequest = [] } = operatorOf(name)
    return types.includes(type) || onRequest.includes(type)
  })
  const { operators } = definition
  if (operators === undefined) {
    return new Set(possible.filter((name) => operatorOf(name).types.includes(type)))
  }
  if (!Array.isArray(operators)) refuse(subject, 'operators must be a list of their names')
  for (const name of operators as readonly string[]) {
    if (!isOperatorName(name)) {
      const near = nearest(name, operatorNames)
      refuse(subject, `${quote(name)} is not an operator${near ? `; did you mean ${near}?` : ''}`)
    }
    if (!possible.includes(name)) {
      refuse(subject, `a ${type} field has no ${name}; it can have ${oneOf(possible)}`)
    }
  }
  if (type === 'dynamic' && operators.includes('$autocomplete')) {
    if (!definition.kinds?.includes('string'))
      refuse(subject, '$autocomplete needs the kind string')
  }
  return new Set(operators)
}

/** The segments of a field's name; a wildcard's without its star. */
function pathOf(name: string, wildcard: boolean): readonly string[] {
  const subject = `field ${quote(name)}`
  const path = (wildcard ? name.slice(0, -2) : name).split('.')
  for (const segment of path) {
    if (segment === '' || !isText(segment)) refuse(subject, 'an empty or unstorable segment')
    if (segment === '*') refuse(subject, 'a wildcard is one trailing ".*" after a prefix')
  }
  if (name.startsWith('$')) refuse(subject, 'a name that begins with $ is kept for operators')
  return path
}

const FIELD_KEYS = [
  'type',
  'operators',
  'sortable',
  'required',
  'hidden',
  'digits',
  'unit',
  'element',
  'kinds',
]

/** The settings that only some types have. */
const ONLY_OF: Readonly<Record<'digits' | 'unit' | 'element' | 'kinds', readonly TypeName[]>> = {
  digits: ['timestamp', 'dynamic'],
  unit: ['timestamp'],
  element: ['list'],
  kinds: ['dynamic'],
}

function fieldOf(
  name: string,
  definition: FieldDefinition,
  prefixes: readonly string[],
  key: string,
): Field {
  const subject = `field ${quote(name)}`
  onlyKeys(subject, definition, FIELD_KEYS)
  for (const setting of ['sortable', 'required', 'hidden'] as const) {
    const value: unknown = definition[setting]
    if (typeof value !== 'boolean') {
      refuse(subject, `${setting} must be true or false, not ${describe(value)}`)
    }
  }
  for (const [setting, types] of Object.entries(ONLY_OF)) {
    if (
      definition[setting as keyof typeof ONLY_OF] !== undefined &&
      !types.includes(definition.type)
    ) {
      refuse(subject, `${setting} is a setting of ${oneOf(types)}`)
    }
  }
  const wildcard = name.endsWith('.*')
  const path = pathOf(name, wildcard)
  const type = typeOf(subject, definition)
  const { sortable, required, hidden } = definition
  const inside = wildcard
    ? path.join('.')
    : prefixes.find((prefix) => name.startsWith(`${prefix}.`))
  if (sortable && (type.list || type.name === 'dynamic' || wildcard)) {
    refuse(subject, 'a list, a dynamic field or a wildcard is never sortable: it has no one order')
  }
  if (wildcard && required) refuse(subject, 'a wildcard cannot be required')
  if (type.name === 'dynamic' && inside === undefined) {
    refuse(subject, 'dynamic is for a wildcard, such as "custom.*", or a key of one')
  }
  const element = type.list ? definition.element : definition
  return {
    name,
    path,
    type,
    operators: operatorsOf(subject, type.name, definition),
    sortable,
    required,
    hidden,
    digits: element?.digits ?? 6,
    wildcard: inside,
    key,
  }
}

function checkPaths(names: readonly string[]): void {
  const known = new Set(names)
  for (const name of names) {
    const wildcard = name.endsWith('.*')
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      const above = name.slice(0, dot)
      if (known.has(above)) {
        refuse(
          `field ${quote(name)}`,
          `${quote(above)} is a field too, so it holds no other fields`,
        )
      }
      if (wildcard && `${above}.*` !== name && known.has(`${above}.*`)) {
        refuse(`field ${quote(name)}`, `the wildcard ${quote(`${above}.*`)} covers it already`)
      }
    }
  }
}

function keyOf(fields: ReadonlyMap<string, Field>, name: string): Field {
  const key = fields.get(name)
  if (key === undefined) refuse('key', `there is no field ${quote(name)}`)
  if (key.type.list || key.type.name === 'dynamic') refuse('key', `${quote(name)} is not a scalar`)
  if (key.wildcard !== undefined) refuse('key', `${quote(name)} lives inside a wildcard's JSON`)
  if (!key.required) {
    refuse('key', `${quote(name)} must be required: it tells every row from every other`)
  }
  return key
}

function defaultSortOf(
  fields: ReadonlyMap<string, Field>,
  terms: NonNullable<StructureDefinition<Fields>['defaultSort']>,
): OrderingTerm[] {
  if (!Array.isArray(terms)) refuse('defaultSort', 'expected a list of {field, direction}')
  return terms.map((term, i) => {
    onlyKeys('defaultSort', term, ['field', 'direction'])
    const field = fields.get(term.field)
    if (field === undefined)
      return refuse('defaultSort', `there is no field ${describe(term.field)}`)
    if (field.type.list || field.type.name === 'dynamic') {
      refuse('defaultSort', `${quote(term.field)} has no one order`)
    }
    if (term.direction !== 1 && term.direction !== -1) refuse('defaultSort', 'direction is 1 or -1')
    if (terms.findIndex((other) => other.field === term.field) !== i) {
      refuse('defaultSort', `${quote(term.field)} stands twice`)
    }
    return { field, direction: term.direction }
  })
}

function limitsOf(settings: NonNullable<StructureDefinition<Fields>['limits']>): Limits {
  onlyKeys('limits', settings, Object.keys(DEFAULT_LIMITS))
  const { limit: limitSettings = {}, offset: offsetSettings = {}, ...caps } = settings
  onlyKeys('limits.limit', limitSettings, ['default', 'max'])
  onlyKeys('limits.offset', offsetSettings, ['max'])
  const max = limitSettings.max ?? DEFAULT_LIMITS.limit.max
  const limit = {
    default: Math.min(DEFAULT_LIMITS.limit.default, max),
    ...limitSettings,
    max,
  }
  const offset = { ...DEFAULT_LIMITS.offset, ...offsetSettings }
  const limits = { ...DEFAULT_LIMITS, ...caps, limit, offset }
  const { depth, conditions, list, string, segments } = limits
  const numbers = {
    depth,
    conditions,
    list,
    string,
    segments,
    'limit.max': max,
  }
  for (const [name, value] of Object.entries({
    ...numbers,
    'limit.default': limit.default,
    'offset.max': offset.max,
  })) {
    const least = name.startsWith('limit') || name.startsWith('offset') ? 0 : 1
    if (!Number.isSafeInteger(value) || value < least) {
      refuse(`limits.${name}`, `expected an integer of at least ${least}, not ${describe(value)}`)
    }
  }
  if (depth > DEEPEST) refuse('limits.depth', `at most ${DEEPEST}`)
  if (limit.default > max)
    refuse('limits.limit', `the default ${limit.default} is over the max ${max}`)
  return limits
}

/** Checks what an author wrote of the fields; throws a TypeError that says why where it is wrong. */
export function buildStructure<F extends Fields>(definition: StructureDefinition<F>): Structure<F> {
  if (!isPlainObject(definition.fields)) refuse('fields', 'expected an object of fields by name')
  const names = Object.keys(definition.fields)
  checkPaths(names)
  const prefixes = names.filter((name) => name.endsWith('.*')).map((name) => name.slice(0, -2))
  const { key = 'id' } = definition
  const fields = new Map<string, Field>()
  const wildcards = new Map<string, Field>()
  for (const name of names) {
    const field = fieldOf(name, definition.fields[name] as FieldDefinition, prefixes, key)
    if (name.endsWith('.*')) wildcards.set(name.slice(0, -2), field)
    else fields.set(name, field)
  }
  return {
    fields,
    wildcards,
    key: keyOf(fields, key),
    defaultSort: defaultSortOf(fields, definition.defaultSort ?? []),
    limits: limitsOf(definition.limits ?? {}),
  }
}

/**
 * The field of a name, as far as the schema knows one. A literal field wins over a wildcard; a
 * wildcard's comes as a field of its own, with the whole path.
 */
export function findField(
  structure: Structure,
  name: string,
  segments: number,
): Field | 'unknown' | 'too_deep' {
  const literal = structure.fields.get(name)
  if (literal !== undefined) return literal
  for (const [prefix, field] of structure.wildcards) {
    if (!name.startsWith(`${prefix}.`)) continue
    const rest = name.slice(prefix.length + 1).split('.')
    if (rest.length > segments) return 'too_deep'
    if (rest.includes('') || !isText(name)) return 'unknown'
    return { ...field, name, path: [...field.path, ...rest] }
  }
  return 'unknown'
}
