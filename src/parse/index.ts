import { type Condition, conjunction } from '../condition/condition.ts'
import type { Fields, FieldsFilter } from '../schema/definition.ts'
import { FilterReader } from './filter.ts'
import { type Query, type QueryOptions, readQuery } from './query.ts'
import { collect, orThrow, type Result } from './report.ts'
import { readTrusted, type Schema } from './schema.ts'

/** Checks a client's filter: the condition, or every issue that was found (at most 20). */
export const safeParseFilter = (schema: Schema, input: unknown): Result<Condition> =>
  collect((report) => new FilterReader({ structure: schema, report, trusted: false }).filter(input))

/**
 * Checks a client's filter against the schema.
 *
 * @throws FilterError with every issue that was found (at most 20), and nothing else, whatever the
 * input is.
 */
export const parseFilter = (schema: Schema, input: unknown): Condition =>
  orThrow(safeParseFilter(schema, input))

/** Checks a client's query payload: the query, or every issue that was found (at most 20). */
export const safeParseQuery = (
  schema: Schema,
  payload: unknown,
  options?: QueryOptions,
): Result<Query> => collect((report) => readQuery(schema, payload, report, options))

/**
 * Checks a client's query payload: `filter_conditions`, `sort`, `limit`, `offset` or a cursor
 * (`next`, `prev`), the ranges over the key (`id_gt`, …) and the schema's own switches.
 *
 * @throws FilterError with every issue that was found (at most 20), and nothing else, whatever the
 * payload is.
 */
export const parseQuery = (schema: Schema, payload: unknown, options?: QueryOptions): Query =>
  orThrow(safeParseQuery(schema, payload, options))

/**
 * A condition of the server's own: typed, sees hidden fields, and is held to no operator list and no
 * cap. Never hand it what a client sent.
 *
 * @throws FilterError where it is malformed all the same.
 */
export const condition = <F extends Fields>(
  schema: Schema<F>,
  filter: FieldsFilter<NoInfer<F>>,
): Condition => readTrusted(schema, filter)

/**
 * The query, of only those rows of which the condition is true too: a tenant's, say. The cursors of
 * its pages are bound to it: used with another, they are `invalid_cursor` when the query runs.
 */
export const restrict = (query: Query, own: Condition): Query => ({
  ...query,
  condition: conjunction([query.condition, own]),
})
