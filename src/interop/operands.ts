import { membersOf } from '../kinds/dynamic.ts'
import type { Format, Kind } from '../kinds/kind.ts'
import type { Shape } from '../operators/operator.ts'
import type { Field } from '../schema/field.ts'
import { type Definitions, either, type JsonSchema, orNull } from './definition.ts'

/** Beyond these, doubles cannot distinguish all integers. */
const INTEGER: JsonSchema = {
  type: 'integer',
  minimum: Number.MIN_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER,
}

const FAMILIES = {
  text: { type: 'string' },
  boolean: { type: 'boolean' },
  numeric: { type: 'number' },
} as const

const YEAR = '(?:\\d{3}[1-9]|\\d{2}[1-9]0|\\d[1-9]00|[1-9]000)'
const LEAP_YEAR = '(?:\\d{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)'
const DAY_OF_ANY_YEAR =
  '(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))'
const DATE = `(?:${YEAR}-${DAY_OF_ANY_YEAR}|${LEAP_YEAR}-02-29)`
const TIME = '(?:[01]\\d|2[0-3]):[0-5]\\d:(?:[0-5]\\d|60)(?:\\.\\d+)?'
const HEX = '[0-9a-fA-F]'

/**
 * The texts of a format. A `format` is an annotation in draft 2020-12, which validators need not
 * check, and those that do take other texts too: a space for the T, or `urn:uuid:` in front.
 */
const PATTERNS: Readonly<Record<Format, string>> = {
  'date-time': `^${DATE}[Tt]${TIME}(?:[Zz]|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)$`,
  date: `^${DATE}$`,
  uuid: `^${HEX}{8}-${HEX}{4}-${HEX}{4}-${HEX}{4}-${HEX}{12}$`,
}

/** A time so far from now. Whether it is within the years is not said. */
const SHIFT: JsonSchema = {
  type: 'object',
  properties: { $now: { type: 'string', pattern: '^[+-]\\d{1,8}[smhdwMy](?:/[smhdwMy])?$' } },
  required: ['$now'],
  additionalProperties: false,
}

/** The operands of a kind. Those with a pattern are defined once, as `Value.<kind>`. */
function valuesOf(kind: Kind, definitions: Definitions): JsonSchema {
  const { name, family, format, jsonSchema } = kind
  if (name === 'integer') return INTEGER
  const base = jsonSchema ?? FAMILIES[family]
  // In code points, where the limit counts UTF-16 code units: no text that is accepted is longer.
  const maxLength = definitions.limits.string
  const values = base.type === 'string' ? { ...base, maxLength } : base
  if (format === undefined) return values
  const value = definitions.add(`Value.${name}`, { ...values, format, pattern: PATTERNS[format] })
  const isTime = name === 'timestamp' || name === 'date'
  if (!isTime || definitions.schema.relativeTime === undefined) return value
  return either([value, definitions.add('Shift', SHIFT)])
}

/** The schema of one value of a field. */
export const scalarOf = ({ type }: Field, definitions: Definitions): JsonSchema =>
  either(membersOf(type.kind).map((kind) => valuesOf(kind, definitions)))

const listOf = (items: JsonSchema, { limits }: Definitions): JsonSchema => ({
  type: 'array',
  items,
  maxItems: limits.list,
})

/** Text that is not empty. */
const partOf = ({ limits }: Definitions): JsonSchema => ({
  type: 'string',
  minLength: 1,
  maxLength: limits.string,
})

/** The schema of an operand, by the shape that the operator's record gives. */
const SHAPES: Readonly<
  Record<
    Exclude<Shape, 'filter'>,
    (scalar: JsonSchema, field: Field, definitions: Definitions) => JsonSchema
  >
> = {
  // What the operator's definition says, which is known to the record alone.
  own: () => ({}),
  equal: (scalar, { type }, definitions) =>
    orNull(type.list ? either([scalar, listOf(scalar, definitions)]) : scalar),
  scalar: (scalar) => scalar,
  members: (scalar, _, definitions) => listOf(orNull(scalar), definitions),
  elements: (scalar, _, definitions) => listOf(scalar, definitions),
  boolean: () => FAMILIES.boolean,
  text: (_, __, definitions) => partOf(definitions),
  textOrNull: (_, __, definitions) => orNull(partOf(definitions)),
  texts: (_, __, definitions) => listOf(orNull(partOf(definitions)), definitions),
  count: () => ({ ...INTEGER, minimum: 0 }),
  // Which characters are words is not said: few dialects of patterns know Unicode's categories.
  words: (_, __, definitions) => partOf(definitions),
}

export const operandOf = (
  field: Field,
  shape: keyof typeof SHAPES,
  definitions: Definitions,
): JsonSchema => SHAPES[shape](scalarOf(field, definitions), field, definitions)
