import { isTrue } from '../condition/condition.ts'
import { sql } from '../dialect/fragment.ts'
import type { Query } from '../parse/query.ts'
import { queryAt } from '../parse/query-at.ts'
import type { Fields, OfFields } from '../schema/definition.ts'
import type { AnyMapping } from '../schema/mapping.ts'
import { asksRelated, whole } from './clauses.ts'
import { planOf } from './plan.ts'
import {
  type CompiledFilter,
  inPieces,
  type QueryTarget,
  sourceOf,
  withinParameters,
} from './sql.ts'
import { checkTarget } from './target.ts'

/** Where the rows to count are: what `compileQuery` is given serves. */
export type CountTarget<Params = unknown, F extends Fields = Fields> = Pick<
  QueryTarget<Params, F>,
  'dialect' | 'mapping' | 'table' | 'alias' | 'source' | 'now'
>

/**
 * How many rows a query finds on all of its pages together: `SELECT count(*) AS "total" …`, one row.
 * Cursor, offset and limit play no part in it; what the server added by `restrict` does. It is
 * `countRows(query, rows)` in a database. Where the schema has a maximum (`counts: { max }`), counting
 * stops at one more than that. Drivers give the count as a number, a bigint or a text, and `pageOf`
 * takes each of them.
 *
 * @example
 * const { text, params } = compileCount(query, { dialect: postgres, table: 'people' })
 * const { rows: [{ total }] } = await db.query(text, params)
 * const page = pageOf(query, records.map(read), { total })
 *
 * @throws TypeError where the dialect cannot say it exactly, where the mapping names a field that
 * there is not, or for an unknown option.
 * @throws FilterError where the query asks of a key that no path of the database reaches.
 */
export function compileCount<F extends Fields, Params>(
  query: Query & OfFields<F>,
  target: CountTarget<Params, NoInfer<F>>,
): CompiledFilter<Params> {
  checkTarget(target)
  const fixed = queryAt(query, target.now)
  return withinParameters(target, (own) => countOf(fixed, own))
}

function countOf<Params>(
  { schema, condition }: Query,
  target: Omit<CountTarget<Params>, 'mapping'> & { readonly mapping?: unknown },
): CompiledFilter<Params> {
  const { table, alias, source } = target
  const dialect = target.dialect.forAll ?? target.dialect
  const qualified = planOf(dialect, target.mapping as AnyMapping | undefined, table, alias)
  qualified.bare.check(schema.key)
  // A column can be named total, and where aliases hide columns that name would be the count.
  const isQualified = dialect.aliasesHide === true || alias !== undefined || asksRelated(condition)
  const plan = isQualified ? qualified : qualified.bare
  const filter = isTrue(condition) ? sql`` : sql` WHERE ${whole(condition, plan)}`
  const total = dialect.identifier('total')
  const from = sql`${sourceOf(source, qualified)}${filter}`
  const max = schema.counts?.max
  const counted =
    max === undefined ? from : sql`(SELECT 1 FROM ${from} ${dialect.limit(max + 1, 0)}) AS counted`
  return inPieces(sql`SELECT count(*) AS ${total} FROM ${counted}`, dialect)
}
