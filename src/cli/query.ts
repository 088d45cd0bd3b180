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
import { type InputFormat, readRows } from './input.ts'
import { Mistake, messageOf, printable } from './mistake.ts'
import { askedForm, leavesTerminal, type PrintOptions, printAll, printPage } from './print-rows.ts'
import { type QueryOptions, queryOf } from './query-options.ts'
import type { LoadedSchema } from './schema-module.ts'
import { factsOf } from './table.ts'
import { withoutPassword } from './without-password.ts'

interface RunOptions extends QueryOptions, PrintOptions {
  readonly db?: string
  readonly table?: string
  readonly all?: true
  readonly input?: InputFormat
  readonly delimiter?: string
  readonly skipBad?: true
}

/** Runs a query over rows, or over a table. */
export async function runQueryCommand(
  file: string | undefined,
  options: RunOptions,
): Promise<void> {
  // Before rows are read, which may take long.
  const form = askedForm(options)
  const hint = otherSchema(file, options)
  const { query, schema, mapping } = await queryOf(options, hint)
  if (options.table !== undefined && options.db === undefined) {
    throw new Mistake('--table requires --db')
  }
  const { input: format, delimiter, skipBad } = options
  if (options.db !== undefined) {
    const given = { 'skip-bad': skipBad, input: format, delimiter }
    for (const [name, value] of Object.entries(given)) {
      if (value === undefined) continue
      throw new Mistake(`--${name} is for rows of a file, not for --db`)
    }
  }
  // A page is printed when all rows are read; --all prints meanwhile.
  const showsProgress = options.all === undefined || leavesTerminal(options)
  const rowsOptions = { schema, format, delimiter, skipBad, showsProgress }
  if (options.all) {
    if (options.db !== undefined) throw new Mistake('--all conflicts with --db')
    const { sort, limit, offset, next, prev } = options
    if ((sort ?? limit ?? offset ?? next ?? prev) !== undefined) {
      throw new Mistake(
        '--all returns all rows in their order, so it cannot be used with options of a page',
      )
    }
    const rows = matching(query, readRows(file ?? '-', rowsOptions))
    return printAll(query, rows, options, file)
  }
  const page =
    options.db === undefined
      ? await fromStream(query, readRows(file ?? '-', rowsOptions))
      : await fromTable(query, { schema, mapping }, file, options.db, options.table, hint)
  await printPage(query, page, options, file)
  const isForPeople = form === 'table' || form === 'blocks'
  if (page.items.length === 0 && options.schema === undefined && isForPeople) {
    process.stderr.write(`tamis: ${printable(hint)}\n`)
  }
}

/** How to name another schema than that of users: the command that makes one of the rows or the table. */
function otherSchema(file: string | undefined, { db, table }: RunOptions): string {
  const made =
    db === undefined
      ? ['infer', ...(file === undefined || file === '-' ? [] : [shellWord(file)])]
      : ['introspect', shellWord(withoutPassword(db)), '--table', shellWord(table ?? 'NAME')]
  return `the schema is that of users; make one with \`tamis ${made.join(' ')} > schema.ts\` and say --schema schema.ts`
}

/** An argument as a shell takes it. */
const shellWord = (text: string): string =>
  /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

/** The rows that match, with the fields that the query names. */
async function* matching(query: Query, rows: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  const matches = compilePredicate(query.condition)
  const itemOf = projection(query)
  for await (const row of rows) if (matches(row)) yield itemOf(row)
}

async function fromStream(query: Query, rows: AsyncIterable<unknown>): Promise<Page> {
  const page = collectPage(query)
  for await (const row of rows) page.add(row)
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
  hint: string,
): Promise<Page> {
  if (file !== undefined) throw new Mistake('--db conflicts with a file of rows')
  if (table === undefined) throw new Mistake('--db requires --table')
  return withConnection(db, async (ask: Ask) => {
    const facts = await factsOf(ask, table)
    requireColumns(loaded, facts, hint)
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
function requireColumns(
  { schema, mapping }: LoadedSchema,
  facts: TableFacts,
  otherSchema: string,
): void {
  const layout = layoutOf(DIALECTS[facts.engine], schema, mapping as AnyMapping | undefined)
  for (const { field, place } of [...layout.typed, ...layout.documents]) {
    if (columnNamed(facts, place.column) !== undefined) continue
    const names = facts.columns.map(({ name }) => name)
    const hint = schema === usersSchema ? otherSchema : didYouMean(place.column, names)
    const suffix = hint === undefined ? '' : ` (${hint})`
    throw new Mistake(
      `the table ${quote(facts.table.name)} has no column ${quote(place.column)} for the field ${quote(field.name)}${suffix}`,
    )
  }
}
