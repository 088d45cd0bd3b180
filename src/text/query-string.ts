import qs from 'qs'
import { findOperator } from '../condition/condition.ts'
import { quote } from '../error/describe.ts'
import { FilterError } from '../error/filter-error.ts'
import { type IssueCode, issue } from '../error/issue.ts'
import { membersOf } from '../kinds/dynamic.ts'
import { exactNumber, JSON_NUMBER, LONGEST_NUMBER, parseJson } from '../kinds/json.ts'
import { type QueryOf, safeParseQuery } from '../parse/index.ts'
import type { QueryOptions } from '../parse/query.ts'
import type { Result } from '../parse/report.ts'
import { COUNT, FIELDS, type Schema } from '../parse/schema.ts'
import type { Field, FieldSet } from '../schema/field.ts'
import { findField } from '../schema/schema.ts'
import { queryOptionsOf, type TextOptions } from './options.ts'
import { readText } from './read.ts'
import { sortTerms } from './sort-terms.ts'

const LONGEST = 100_000

// Brackets make objects and lists without a prototype; exceeding a limit is an error, and no
// parameter is dropped in silence.
const SETTINGS = {
  ignoreQueryPrefix: true,
  plainObjects: true,
  strictDepth: true,
  depth: 40,
  parameterLimit: 2000,
  arrayLimit: 1000,
  throwOnLimitExceeded: true,
  duplicates: 'combine',
} as const

/** Parameters in addition to fields: all keys of a payload except the filter's, and these. */
const PAYLOAD = 'payload'
const FILTER = 'filter'

/**
 * Checks a query that came in a URL: `?role=admin&custom.age[$gte]=18&sort=-created_at&limit=10`.
 *
 * A key of the payload is one (`sort`, `limit`, `offset`, `next`, `prev`, `id_gt`, the schema's
 * switches); any other is a field. Operands are read as the field's kind: `18` is a number to a
 * field of numbers and text to one of strings. To a dynamic field it is a number if that is among its
 * kinds, and `"18"` in quotes is text. `filter` may hold a whole filter as JSON in the place of
 * fields, and `payload` a whole payload in the place of everything.
 *
 * @throws FilterError with every issue that was found (at most 20); TypeError for an unknown option.
 */
export function parseQueryString<S extends Schema>(
  schema: S,
  search: string,
  options?: TextOptions & QueryOptions,
): QueryOf<S> {
  const result = safeParseQueryString(schema, search, options)
  if (result.ok) return result.value
  throw new FilterError(result.issues)
}

/** The same, that answers the issues and throws none. */
export function safeParseQueryString<S extends Schema>(
  schema: S,
  search: string,
  options: TextOptions & QueryOptions = {},
): Result<QueryOf<S>> {
  const own = queryOptionsOf(options)
  if (search.length > LONGEST) {
    return refused('too_long', `at most ${LONGEST} characters`, `${search.length}`)
  }
  const lost = lostKey(search)
  if (lost !== undefined) return refused('unknown_field', 'only fields and options', quote(lost))
  let given: Record<string, unknown>
  try {
    given = qs.parse(search, SETTINGS) as Record<string, unknown>
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const isDeep = error.message.includes('depth')
    const expected = isDeep ? 'fewer nested brackets' : 'fewer parameters'
    return refused(isDeep ? 'too_deep' : 'too_many', expected)
  }
  const { [PAYLOAD]: payload, ...others } = given
  if (payload === undefined) return fromParameters(schema, others, options, own)
  if (typeof payload !== 'string' || Object.keys(others).length > 0) {
    return refused('invalid_operand', 'a single payload and no other parameter')
  }
  return readText(payload, options, (value) => safeParseQuery(schema, value, own))
}

/** A key that the parser would drop silently; it must be an error instead. */
function lostKey(search: string): string | undefined {
  for (const key of new URLSearchParams(search).keys()) {
    if (key === '' || /(^|\[)__proto__(\[|\]|$)/.test(key)) return key
  }
  return undefined
}

function refused(code: IssueCode, expected: string, received?: string): Result<never> {
  const subject = received !== undefined && code === 'unknown_field' ? received : 'the query string'
  return { ok: false, issues: [issue(code, '', { subject, expected, received })] }
}

function fromParameters<S extends Schema>(
  schema: S,
  given: Record<string, unknown>,
  options: TextOptions,
  own: QueryOptions,
): Result<QueryOf<S>> {
  const payload: Record<string, unknown> = Object.create(null)
  const fields: Record<string, unknown> = Object.create(null)
  for (const [name, value] of Object.entries(given)) {
    if (name === FILTER) continue
    // Nobody writes the payload's own name for a filter in a URL; as a field it is refused.
    const isOption = schema.payload.has(name) && name !== 'filter_conditions'
    if (isOption) payload[name] = optionOf(schema, name, value)
    else fields[name] = name.startsWith('$') ? logical(schema, value) : fieldOf(schema, name, value)
  }
  const filter = given[FILTER]
  const hasFields = Object.keys(fields).length > 0
  if (filter === undefined) {
    if (hasFields) payload.filter_conditions = fields
    return safeParseQuery(schema, payload, own)
  }
  if (typeof filter !== 'string' || hasFields) {
    return refused('invalid_operand', 'either a single filter or fields')
  }
  return readText(
    filter,
    options,
    (value) => safeParseQuery(schema, { ...payload, filter_conditions: value }, own),
    '/filter_conditions',
  )
}

const INTEGER = /^-?(?:0|[1-9]\d*)$/

/** The value of an option's text; invalid text is returned unchanged, to be refused later. */
function optionOf(schema: Schema, name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (name === 'sort') return sortOf(value)
  if (name === 'limit' || name === 'offset') return INTEGER.test(value) ? Number(value) : value
  if (schema.options.has(name) || name === COUNT) return booleanOf(value)
  if (name === FIELDS) return fieldsOf(value)
  if (name === 'next' || name === 'prev') return value
  return value === '' ? value : operand(schema.key, value)
}

/** `id,custom.age`, or a list as JSON, for names with a comma. */
function fieldsOf(text: string): unknown {
  return /^\s*\[/.test(text) ? jsonOf(text) : text.split(',')
}

/** The value of JSON; the text where it is none, to be refused later. */
function jsonOf(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return text
  }
}

/** `-created_at,id`, or any of the payload's shapes as JSON. */
function sortOf(text: string): unknown {
  if (/^\s*[[{]/.test(text)) return jsonOf(text)
  if (text === '') return undefined
  return sortTerms(text)
}

const booleanOf = (text: string): unknown =>
  text === 'true' ? true : text === 'false' ? false : text

/** Parsing refuses longer paths; here they are read like the others. */
const MOST_SEGMENTS = Number.POSITIVE_INFINITY

/** `$or[0][role]=admin`; brackets with holes between come as an object. */
function logical(fields: FieldSet, value: unknown): unknown {
  return Array.isArray(value) ? value.map((each) => filterOf(fields, each)) : value
}

function filterOf(fields: FieldSet, value: unknown): unknown {
  if (!isObject(value)) return value
  return mapped(value, (name, member) =>
    name.startsWith('$') ? logical(fields, member) : fieldOf(fields, name, member),
  )
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function mapped(
  value: Record<string, unknown>,
  map: (key: string, member: unknown) => unknown,
): Record<string, unknown> {
  const result: Record<string, unknown> = Object.create(null)
  for (const [key, member] of Object.entries(value)) result[key] = map(key, member)
  return result
}

function fieldOf(fields: FieldSet, name: string, value: unknown): unknown {
  const field = findField(fields, name, MOST_SEGMENTS)
  if (field === 'unknown' || field === 'too_deep') return value
  return isObject(value) ? operators(field, value) : operands(field, value)
}

function operators(field: Field, value: Record<string, unknown>): Record<string, unknown> {
  return mapped(value, (name, input) => {
    if (name === '$not') return isObject(input) ? operators(field, input) : input
    switch (findOperator(field.type, name)?.shape) {
      case 'boolean':
        return typeof input === 'string' ? booleanOf(input) : input
      case 'words':
      case 'text':
      case 'textOrNull':
        return input
      case 'texts':
        return typeof input === 'string' ? [input] : input
      case 'count':
        return typeof input === 'string' && JSON_NUMBER.test(input) && input.length < LONGEST_NUMBER
          ? exactNumber(input)
          : input
      case 'filter':
        return field.elements === undefined ? input : filterOf(field.elements, input)
      case 'members':
      case 'elements':
        // A list of one is written like one value.
        return operands(field, typeof input === 'string' ? [input] : input)
      default:
        return operands(field, input)
    }
  })
}

const operands = (field: Field, value: unknown): unknown => {
  if (Array.isArray(value)) return value.map((each) => operands(field, each))
  return typeof value === 'string' ? operand(field, value) : value
}

/** A text as a value of the field's kind; as it is, where it is of none. */
function operand({ type }: Field, text: string): unknown {
  const kinds = membersOf(type.kind)
  const has = (...names: readonly string[]) => kinds.some(({ name }) => names.includes(name))
  const isText = has('string')
  if (
    has('integer', 'number', 'numeric') &&
    JSON_NUMBER.test(text) &&
    text.length < LONGEST_NUMBER
  ) {
    return exactNumber(text)
  }
  if (has('boolean') && (text === 'true' || text === 'false')) return text === 'true'
  if (kinds.length > 1 && isText && /^"[\s\S]*"$/.test(text)) {
    try {
      return JSON.parse(text)
    } catch {
      return text
    }
  }
  return text === 'null' && !isText ? null : text
}
