/**
 * What a user's program sees of the built package: checked against its declarations, not against the
 * source, by `npm run package`.
 */

import {
  type Condition,
  compileFilter,
  compilePredicate,
  compileQuery,
  condition,
  createTable,
  defineSchema,
  dynamic,
  type Filter,
  FilterError,
  insertRow,
  type Page,
  pageOf,
  parseQuery,
  type Query,
  type Row,
  readRow,
  restrict,
  runQuery,
  string,
} from 'tamis'
import { checkTable, type Finding, introspect, readFacts } from 'tamis/check'
import { clickhouse } from 'tamis/clickhouse'
import { createCollection } from 'tamis/collection'
import { sift } from 'tamis/compat/sift'
import { duckdb } from 'tamis/duckdb'
import { mariadb } from 'tamis/mariadb'
import { mysql } from 'tamis/mysql'
import { postgres } from 'tamis/postgres'
import { sqlite } from 'tamis/sqlite'
import { completionsAt, parseFilterText, parseQueryString, safeParseQueryText } from 'tamis/text'

const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    tenant: string({ hidden: true }),
    'custom.*': dynamic(['string', 'integer']),
  },
})

export const filter = { id: { $in: ['a'] }, 'custom.age': { $gte: 18 } } satisfies Filter<
  typeof schema
>
// @ts-expect-error: there is no field name
export const wrong = { name: 'a' } satisfies Filter<typeof schema>

export const own: Condition = condition(schema, { tenant: 't1' })
export const matches: (row: unknown) => boolean = compilePredicate(own)
export const query: Query = restrict(parseQuery(schema, {}), own)
export const rows: readonly Row<typeof schema>[] = runQuery(query, [{ id: 'a' }]).items
export const found: readonly Row<typeof schema>[] = createCollection(schema, { rows }).query(
  query,
).items
export const text: string = compileFilter(own, {
  dialect: sqlite,
  mapping: { tenant: 'owner' },
}).text
export const statements: string[] = createTable(schema, { dialect: sqlite, table: 't' })
export const params: readonly unknown[] = insertRow(schema, { dialect: sqlite, table: 't' })(
  {},
).params
export const id: string = readRow(schema, { dialect: sqlite })({}).id
export const sealed: Query = parseQuery(schema, { next: 'x' }, { cursorKey: 'secret' })
export const page: Page<{ id: string }> = pageOf(sealed, [{ id: 'a' }])
export const list: readonly unknown[] = compileQuery(sealed, {
  dialect: postgres,
  table: 't',
  lookAhead: true,
}).params
export const named: Readonly<Record<string, unknown>> = compileFilter(own, {
  dialect: clickhouse,
}).params
export const texts: string[] = [duckdb, mariadb, mysql].map(
  (dialect) => compileFilter(own, { dialect }).text,
)
export const isFilterError = (error: unknown): boolean => error instanceof FilterError

// Text is accepted in place of objects, and its issues have places.
export const fromText: Condition = parseFilterText(schema, '{id: "a"}', { relaxed: true })
export const fromUrl: Query = parseQueryString(schema, '?id=a', { cursorKey: 'secret' })
const read = safeParseQueryText(schema, '{}')
export const line: number | undefined = read.ok ? undefined : read.issues[0].range?.line
export const offered: readonly string[] = completionsAt(schema, '{', 1).map(({ text }) => text)

// A table that exists is compared without a connection, or with one that counts rows.
const connection = { prepare: () => ({ all: () => [] }) }
export const made: Promise<string> = introspect(connection, { table: 't' }).then(
  ({ source }) => source,
)
export const findings = async (): Promise<readonly Finding[]> => {
  const facts = await readFacts(connection, { table: 't', engine: 'sqlite' })
  const target = { dialect: sqlite, table: 't', mapping: { tenant: { waive: ['nullable'] } } }
  const read: readonly Finding[] = checkTable(schema, target, facts)
  return read.length > 0 ? read : checkTable(schema, target, facts, { rows: connection })
}

export const adults: { age: number }[] = [{ age: 18 }].filter(sift({ age: { $gte: 18 } }))
