// Longer than most files here: one reader for each shape that a parameter can have.

import { findOperator } from '../condition/condition.ts'
import { oneOf, quote } from '../error/describe.ts'
import { type Issue, type IssueCode, issue } from '../error/issue.ts'
import { DID_YOU_MEAN, didYouMean } from '../error/nearest.ts'
import { membersOf } from '../kinds/dynamic.ts'
import { exactNumber, JSON_NUMBER, LONGEST_NUMBER, parseJson } from '../kinds/json.ts'
import type { Kind } from '../kinds/kind.ts'
import { type QueryOf, safeParseQuery } from '../parse/index.ts'
import type { QueryOptions } from '../parse/query.ts'
import type { Result } from '../parse/report.ts'
import { COUNT, FIELDS, type Schema } from '../parse/schema.ts'
import type { Field, FieldSet } from '../schema/field.ts'
import { findField } from '../schema/schema.ts'
import type { TextOptions } from './options.ts'
import { readText } from './read.ts'
import { hasSqlDirections, sortTerms } from './sort-terms.ts'

/** The parameters of a URL, once they are objects and lists of texts: what they mean. */

/** How many characters all parameters may have together. */
export const LONGEST = 100_000

/** Parameters in addition to fields: all keys of a payload except the filter's, and these. */
const PAYLOAD = 'payload'
const FILTER = 'filter'

export function refused(code: IssueCode, expected: string, received?: string): Result<never> {
  const subject = received !== undefined && code === 'unknown_field' ? received : 'the query string'
  return { ok: false, issues: [issue(code, '', { subject, expected, received })] }
}

/** The query that parameters mean, or every issue. */
export function safeParseParameters<S extends Schema>(
  schema: S,
  given: Record<string, unknown>,
  options: TextOptions,
  own: QueryOptions,
): Result<QueryOf<S>> {
  const { [PAYLOAD]: payload, ...others } = given
  if (payload === undefined) return explained(schema, fromParameters(schema, others, options, own))
  if (typeof payload !== 'string' || Object.keys(others).length > 0) {
    return refused('invalid_operand', 'a single payload and no other parameter')
  }
  return readText(payload, options, (value) => safeParseQuery(schema, value, own))
}

/** What other interfaces call what a payload has, and how it is written here. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ...['page', 'page_number', 'pageNumber', 'p'].map(
    (name) => [name, 'use limit and offset, or next with the cursor of the page before'] as const,
  ),
  ...['per_page', 'perPage', 'page_size', 'pageSize', 'size', 'take', 'first'].map(
    (name) => [name, 'use limit'] as const,
  ),
  ...['skip', 'start', 'from'].map((name) => [name, 'use offset'] as const),
  ...['cursor', 'after', 'page_token', 'pageToken'].map((name) => [name, 'use next'] as const),
  ['before', 'use prev'],
  ...['order', 'order_by', 'orderBy', 'sort_by', 'sortBy', 'ordering'].map(
    (name) => [name, 'use sort: sort=-created_at,id, with a minus for descending'] as const,
  ),
  ...['q', 'query', 'search'].map(
    (name) => [name, 'name the field, and an operator that it allows'] as const,
  ),
  ...['where', 'filters', 'conditions'].map(
    (name) => [name, 'use filter, or the fields themselves'] as const,
  ),
  ...['select', 'columns', 'projection', 'only'].map((name) => [name, 'use fields'] as const),
  [COUNT, 'the schema has no counts'],
])

/** What was probably meant by a parameter that is neither a field nor an option, nor near a field. */
function optionHint(
  { code, hint }: Issue,
  name: string,
  options: readonly string[],
): string | undefined {
  if (code !== 'unknown_field') return undefined
  const instead = INSTEAD.get(name)
  if (instead !== undefined) return instead
  const isNearField = hint?.startsWith(DID_YOU_MEAN) === true
  return isNearField || name.length < 4 ? undefined : didYouMean(name, options)
}

/** A timestamp whose offset has lost its plus, as a message quotes it. */
const LOST_PLUS = /^"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)? \d\d:\d\d"$/

/** The issues, with hints for what is usual elsewhere, or lost on the way. */
function explained<T>(schema: Schema, result: Result<T>): Result<T> {
  if (result.ok) return result
  const known = [...schema.payload.keys()].filter((name) => name !== 'filter_conditions')
  const [first, ...others] = result.issues.map((each): Issue => {
    if (each.code === 'invalid_operand' && LOST_PLUS.test(each.received ?? '')) {
      return { ...each, hint: 'a + in a URL is a space: write it as %2B' }
    }
    const name = each.path.replace(/^\/filter_conditions\//, '')
    const hint = optionHint(each, name, [...known, FILTER])
    if (hint === undefined) return each
    return issue('unknown_option', `/${name}`, {
      subject: quote(name),
      expected: oneOf(known),
      hint,
    })
  })
  return { ok: false, issues: [first as Issue, ...others] }
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
  const isFields = isObject(filter)
  if (Array.isArray(filter)) return refused('invalid_operand', 'one filter', 'several')
  if (hasFields || !(isFields || typeof filter === 'string')) {
    return refused('invalid_operand', 'either a single filter or fields')
  }
  if (isFields) {
    return safeParseQuery(schema, { ...payload, filter_conditions: filterOf(schema, filter) }, own)
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
  if (name === 'sort') return sortOf(value)
  if (typeof value !== 'string') return value
  if (name === FIELDS) return fieldsOf(value)
  if (name === 'limit' || name === 'offset') return INTEGER.test(value) ? Number(value) : value
  if (schema.options.has(name) || name === COUNT) return booleanOf(value)
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

/** `-created_at,id`, once or in several parameters, or any of the payload's shapes as JSON. */
function sortOf(text: unknown): unknown {
  if (Array.isArray(text) && text.every((each) => typeof each === 'string')) {
    return sortTerms(text.join(','))
  }
  // `sort[created_at]=-1`
  if (isObject(text)) return mapped(text, (_, each) => (isDirection(each) ? Number(each) : each))
  if (typeof text !== 'string') return text
  if (/^\s*[[{]/.test(text)) return jsonOf(text)
  if (text === '') return undefined
  // `name desc`, as SQL has it, is refused with what to write.
  return hasSqlDirections(text) ? text : sortTerms(text)
}

const isDirection = (text: unknown): boolean => text === '1' || text === '-1'

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
  if (isObject(value)) return operators(field, value)
  if (!Array.isArray(value) || field.type.list) return operands(field, value)
  // A parameter that is there several times: one of several values.
  const isOne = value.length === 1 && field.operators.has('$eq')
  return isOne ? operands(field, value[0]) : { $in: operands(field, value) }
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
        return typeof input === 'string' ? input.split(',') : input
      case 'count':
        return typeof input === 'string' && JSON_NUMBER.test(input) && input.length < LONGEST_NUMBER
          ? exactNumber(input)
          : input
      case 'filter':
        return field.elements === undefined ? input : filterOf(field.elements, input)
      case 'own':
        return typeof input === 'string' ? ownOperand(input) : input
      case 'members':
      case 'elements':
        return operands(field, typeof input === 'string' ? separated(field, input) : input)
      default:
        return operands(field, input)
    }
  })
}

/** Of an operator of the schema's own: JSON, if it is a list or an object, and else the text. */
function ownOperand(text: string): unknown {
  if (!/^[[{]/.test(text)) return text
  try {
    return parseJson(text)
  } catch {
    return text
  }
}

const operands = (field: Field, value: unknown): unknown => {
  if (Array.isArray(value)) return value.map((each) => operands(field, each))
  return typeof value === 'string' ? operand(field, value) : value
}

/** Whether texts of the field may stand in quotes, to tell them from its other kinds. */
const takesQuotes = (kinds: readonly Kind[]): boolean =>
  kinds.length > 1 && kinds.some(({ name }) => name === 'string')

/**
 * A list in one parameter: `a,b`. A value with a comma is written in quotes where the field takes
 * them, and else in a parameter with empty brackets, which is not separated: `name[$in][]=a,b`.
 */
function separated({ type }: Field, text: string): readonly string[] {
  if (!takesQuotes(membersOf(type.kind))) return text.split(',')
  return [...text.matchAll(/(?:^|,)("(?:[^"\\]|\\.)*"(?=,|$)|[^,]*)/gs)].map(
    ([, each = '']) => each,
  )
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
  if (takesQuotes(kinds) && /^"[\s\S]*"$/.test(text)) {
    try {
      return JSON.parse(text)
    } catch {
      return text
    }
  }
  return text === 'null' && !isText ? null : text
}
