/**
 * Filters and payloads as text: JSON, and the relaxed form of Mongo shells. It feeds the same parser
 * as objects do; what is wrong is told with its place.
 *
 * @packageDocumentation
 */

import { FilterError } from '../error/filter-error.ts'
import { sourceOf } from '../error/source.ts'
import {
  type ConditionOf,
  type FilterOptions,
  type QueryOf,
  safeParseFilter,
  safeParseQuery,
} from '../parse/index.ts'
import type { QueryOptions } from '../parse/query.ts'
import type { Result } from '../parse/report.ts'
import type { Schema } from '../parse/schema.ts'
import { checkTextOptions, queryOptionsOf, type TextOptions } from './options.ts'
import { readText } from './read.ts'

export type { SourceRange } from '../error/source.ts'
export { type Completion, completionsAt } from './complete.ts'
export { formatFilter } from './format.ts'
export type { TextOptions } from './options.ts'
export { parseQueryObject, safeParseQueryObject } from './query-object.ts'
export { parseQueryString, safeParseQueryString } from './query-string.ts'
export type { TextLimits } from './read-tree.ts'

function orThrow<T>(result: Result<T>, text: string): T {
  if (result.ok) return result.value
  throw new FilterError(result.issues, sourceOf(text))
}

/** Checks a client's filter that came as text: the condition, or every issue with its place. */
export const safeParseFilterText = <S extends Schema>(
  schema: S,
  text: string,
  options: TextOptions & FilterOptions = {},
): Result<ConditionOf<S>> => {
  checkTextOptions(options)
  const { scopes } = options
  return readText(text, options, (value) => safeParseFilter(schema, value, { scopes }))
}

/**
 * Checks a client's filter that came as text.
 *
 * @throws FilterError with every issue that was found (at most 20), each with its `range`; its
 * `toString()` shows the lines. TypeError for an unknown option.
 * @example
 * parseFilterText(people, '{role: {$in: ["admin"]}, // staff\n "custom.age": {$gte: 18}}', { relaxed: true })
 */
export const parseFilterText = <S extends Schema>(
  schema: S,
  text: string,
  options?: TextOptions & FilterOptions,
): ConditionOf<S> => orThrow(safeParseFilterText(schema, text, options), text)

/** Checks a client's query payload that came as text: the query, or every issue with its place. */
export const safeParseQueryText = <S extends Schema>(
  schema: S,
  text: string,
  options: TextOptions & QueryOptions = {},
): Result<QueryOf<S>> => {
  const own = queryOptionsOf(options)
  return readText(text, options, (value) => safeParseQuery(schema, value, own))
}

/**
 * Checks a client's query payload that came as text.
 *
 * @throws FilterError with every issue that was found (at most 20), each with its `range`; TypeError
 * for an unknown option.
 */
export const parseQueryText = <S extends Schema>(
  schema: S,
  text: string,
  options?: TextOptions & QueryOptions,
): QueryOf<S> => orThrow(safeParseQueryText(schema, text, options), text)
