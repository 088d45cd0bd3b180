import { type Condition, conjunction } from '../condition/condition.ts'
import type { Scopes } from '../condition/relation.ts'
import { asServers } from '../condition/timed.ts'
import { BOOLEAN, checkOptions, optionChecks } from '../error/options.ts'
import { isPlainObject } from '../kinds/objects.ts'
import type { Fields, FieldsFilter, OfFields } from '../schema/definition.ts'
import { FilterReader } from './filter.ts'
import { type Query, type QueryOptions, readQuery } from './query.ts'
import { collect, orThrow, type Report, type Result } from './report.ts'
import type { FieldsOf, Schema } from './schema.ts'
import { rootScope } from './scopes.ts'
import { readTrusted } from './trusted.ts'

/** A condition of a schema's fields, which the type of its mapping is inferred from. */
export type ConditionOf<S extends Schema> = Condition & OfFields<FieldsOf<S>>

/** A query of a schema's fields. */
export type QueryOf<S extends Schema> = Query & OfFields<FieldsOf<S>>

export interface FilterOptions {
  /** The scopes of schemas with `scope: true`, as `parseQuery` takes them. */
  readonly scopes?: Scopes | undefined
}

export const FILTER_OPTIONS = /* @__PURE__ */ optionChecks<FilterOptions>({
  scopes: ['an object of conditions', isPlainObject],
})

/** Checks a client's filter: the condition, or every issue that was found (at most 20). */
export const safeParseFilter = <S extends Schema>(
  schema: S,
  input: unknown,
  options: FilterOptions = {},
): Result<ConditionOf<S>> => {
  checkOptions('tamis', options, FILTER_OPTIONS)
  const { scopes } = options
  const scope = rootScope(schema, scopes)
  const read = (report: Report) =>
    new FilterReader({ structure: schema, report, trusted: false, scopes }).read(input)
  return collect((report) => conjunction([scope, read(report)]))
}

/**
 * Checks a client's filter against the schema.
 *
 * @throws FilterError with every issue that was found (at most 20), and nothing else, whatever the
 * input is.
 */
export const parseFilter = <S extends Schema>(
  schema: S,
  input: unknown,
  options?: FilterOptions,
): ConditionOf<S> => orThrow(safeParseFilter(schema, input, options))

/** Checks a client's query payload: the query, or every issue that was found (at most 20). */
export const safeParseQuery = <S extends Schema>(
  schema: S,
  payload: unknown,
  options?: QueryOptions,
): Result<QueryOf<S>> => collect((report) => readQuery(schema, payload, report, options))

/**
 * Checks a client's query payload: `filter_conditions`, `sort`, `limit`, `offset` or a cursor
 * (`next`, `prev`), the ranges over the key (`id_gt`, …) and the schema's own switches.
 *
 * @throws FilterError with every issue that was found (at most 20), and nothing else, whatever the
 * payload is; TypeError for an unknown option of the server's.
 */
export const parseQuery = <S extends Schema>(
  schema: S,
  payload: unknown,
  options?: QueryOptions,
): QueryOf<S> => orThrow(safeParseQuery(schema, payload, options))

/**
 * A condition of the server: typed, may use hidden fields, and is not restricted by operator lists and
 * limits. Never pass it input of a client.
 *
 * @throws FilterError where it is malformed all the same.
 */
export const condition = <F extends Fields>(
  schema: Schema<F>,
  filter: FieldsFilter<NoInfer<F>>,
): ConditionOf<Schema<F>> => readTrusted(schema, filter)

export interface RestrictOptions {
  /**
   * Whether cursors are bound to the condition; true where it is left out. `false` is for one that
   * changes from page to page, such as `expires_at` after now: it always applies, and a cursor of
   * the page before is a cursor still.
   */
  readonly bind?: boolean
}

const RESTRICT_OPTIONS = /* @__PURE__ */ optionChecks<RestrictOptions>({ bind: BOOLEAN })

/**
 * The query, of only those rows of which the condition is true too: a tenant's, say. The cursors of
 * its pages are bound to it, unless `bind` is false: used with another, they are `invalid_cursor`
 * when the query runs.
 *
 * @throws TypeError for an unknown option.
 */
export const restrict = <F extends Fields>(
  query: Query & OfFields<F>,
  restriction: Condition,
  options: RestrictOptions = {},
): Query & OfFields<F> => {
  checkOptions('tamis', options, RESTRICT_OPTIONS)
  const { bind = true } = options
  const joined = asServers(restriction)
  return {
    ...query,
    condition: conjunction([query.condition, joined]),
    parts: query.parts && {
      ...query.parts,
      others: conjunction([query.parts.others, joined]),
    },
    bound: bind ? conjunction([query.bound, joined]) : query.bound,
  }
}
