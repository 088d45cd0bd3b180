import type { Params } from '../check/connection.ts'
import { DIALECTS } from '../check/engines.ts'
import type { Ask, TableFacts } from '../check/index.ts'
import { columnNamed } from '../check/site.ts'
import { layoutOf } from '../compile/layout.ts'
import { compilePredicate } from '../compile/predicate.ts'
import { readRow } from '../compile/read-row.ts'
import { compileQuery } from '../compile/sql.ts'
import { compileCount } from '../compile/total.ts'
import type { Statement } from '../dialect/fragment.ts'
import { quote } from '../error/describe.ts'
import { didYouMean } from '../error/nearest.ts'
import type { Query } from '../parse/query.ts'
import { type Page, pageOf } from '../query/page.ts'
import { projection } from '../query/project.ts'
import { collectPage } from '../query/run.ts'
import type { AnyMapping } from '../schema/mapping.ts'
import { usersSchema } from '../users/schema.ts'
import { withConnection } from './connect.ts'
import { readRows } from './input.ts'
import { Mistake, messageOf } from './mistake.ts'
import { toJson, toTable } from './output.ts'
import { type QueryOptions, queryOf } from './query-options.ts'
import type { LoadedSchema } from './schema-module.ts'
import { factsOf } from './table.ts'
import { withoutPassword } from './users-options.ts'

interface RunOptions extends QueryOptions {
  readonly db?: string
  readonly table?: string
  readonly json?: true
  readonly all?: true
}

/** Writes, and waits for a slow reader. */
export async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) {
    await new Promise((resolve) => process.stdout.once('drain', resolve))
  }
}

/** Runs a query over rows, or over a table. */
export async function runQueryCommand(
  file: string | undefined,
  options: RunOptions,
): Promise<void> {
  const { query, schema, mapping } = await queryOf(options)
  if (options.table !== undefined && options.db === undefined) {
    throw new Mistake('--table requires --db')
  }
  if (options.all) {
    if (options.db !== undefined) throw new Mistake('--all conflicts with --db')
    const { sort, limit, offset, next, prev } = options
    if ((sort ?? limit ?? offset ?? next ?? prev) !== undefined) {
      throw new Mistake(
        '--all returns all rows in their order, so it cannot be used with options of a page',
      )
    }
    const matches = compilePredicate(query.condition)
    const itemOf = projection(query)
    for await (const row of readRows(file ?? '-')) {
      if (matches(row)) await write(`${toJson(itemOf(row))}\n`)
    }
    return
  }
  const { items, total, totalIsExact, ...cursors } =
    options.db === undefined
      ? await fromStream(query, file ?? '-')
      : await fromTable(query, { schema, mapping }, file, options.db, options.table)
  if (options.json) {
    for (const row of items) await write(`${toJson(row)}\n`)
    return
  }
  await write(`${items.length === 0 ? 'no rows' : toTable(items)}\n`)
  if (total !== undefined) await write(`total: ${totalIsExact ? total : `more than ${total}`}\n`)
  for (const [name, cursor] of Object.entries(cursors)) await write(`--${name} ${cursor}\n`)
}

async function fromStream(query: Query, file: string): Promise<Page> {
  const page = collectPage(query)
  for await (const row of readRows(file)) page.add(row)
  return page.finish()
}

/** The one number that a statement finds. */
async function totalIn(ask: Ask, { text, params }: Statement<Params>): Promise<number> {
  const [record] = await ask(text, params)
  return Number(record?.total)
}

async function fromTable(
  query: Query,
  loaded: LoadedSchema,
  file: string | undefined,
  db: string,
  table: string | undefined,
): Promise<Page> {
  if (file !== undefined) throw new Mistake('--db conflicts with a file of rows')
  if (table === undefined) throw new Mistake('--db requires --table')
  return withConnection(db, async (ask: Ask) => {
    const facts = await factsOf(ask, table)
    requireColumns(loaded, facts)
    const { schema, mapping } = loaded
    const target = { dialect: DIALECTS[facts.engine], table: facts.table, mapping }
    const { text, params } = compileQuery(query, { ...target, lookAhead: true })
    const records = await ask(text, params)
    const total = query.count ? await totalIn(ask, compileCount(query, target)) : undefined
    try {
      return pageOf(query, records.map(readRow(schema, target)), { total })
    } catch (error) {
      throw new Mistake(
        `${withoutPassword(db)}: a row does not fit the schema: ${messageOf(error)}`,
      )
    }
  })
}

/** Refuses a table that lacks the column of a field. */
function requireColumns({ schema, mapping }: LoadedSchema, facts: TableFacts): void {
  const layout = layoutOf(DIALECTS[facts.engine], schema, mapping as AnyMapping | undefined)
  for (const { field, place } of [...layout.typed, ...layout.documents]) {
    if (columnNamed(facts, place.column) !== undefined) continue
    const names = facts.columns.map(({ name }) => name)
    const hint =
      schema === usersSchema
        ? 'the schema is that of users; name the module of another with --schema'
        : didYouMean(place.column, names)
    const suffix = hint === undefined ? '' : ` (${hint})`
    throw new Mistake(
      `the table ${quote(facts.table.name)} has no column ${quote(place.column)} for the field ${quote(field.name)}${suffix}`,
    )
  }
}
