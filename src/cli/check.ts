import Table from 'cli-table3'
import type { Command } from 'commander'
import { DIALECTS } from '../check/engines.ts'
import { type Ask, checkTable, type Finding, readFacts, type TableFacts } from '../check/index.ts'
import { MissingTable } from '../check/records.ts'
import type { AnyMapping } from '../schema/mapping.ts'
import { withConnection } from './connect.ts'
import { printable } from './mistake.ts'
import { toJson } from './output.ts'
import { loadSchema } from './schema-module.ts'
import { write } from './sink.ts'
import { factsOf } from './table.ts'

interface CheckCommandOptions {
  readonly schema: string
  readonly db: string
  readonly table: string
  readonly rows?: true
  readonly json?: true
}

/** The side tables of a mapping that exist. */
async function sideTables(ask: Ask, facts: TableFacts, mapping: AnyMapping): Promise<TableFacts[]> {
  const { engine, table } = facts
  const names = Object.values(mapping).flatMap((settings) =>
    typeof settings === 'object' && settings.sideTable !== undefined ? [settings.sideTable] : [],
  )
  const found: TableFacts[] = []
  for (const name of names) {
    const read = readFacts(ask, { engine, table: { schema: table.schema, name } })
    const side = await read.catch((error: unknown) => {
      if (error instanceof MissingTable) return undefined
      throw error
    })
    if (side !== undefined) found.push(side)
  }
  return found
}

/** Longer remedies are for programs: patterns of CHECKs fill a screen. */
const LONGEST_REMEDY = 300

const shortened = (text: string): string =>
  text.length <= LONGEST_REMEDY ? text : `${text.slice(0, LONGEST_REMEDY)}… (whole with --json)`

/** How the remedies of a finding are said in a table. */
function remedyOf({ remedy: { mapping, schema, ddl, command } }: Finding): string {
  return [
    ...(command === undefined ? [] : [command]),
    ...(mapping === undefined ? [] : [`mapping: ${toJson(mapping)}`]),
    ...(schema === undefined ? [] : [`schema: ${schema}`]),
    ...(ddl === undefined ? [] : [ddl]),
  ]
    .map(shortened)
    .join('\n')
}

const shownSeverity = ({ severity, waived }: Finding): string =>
  waived ? `${severity}, waived` : severity

const foundOf = ({ found, rows }: Finding): string =>
  rows === undefined ? found : `${found} (${rows} ${rows === 1 ? 'row' : 'rows'})`

const WIDTHS = [12, 24, 18, 28, 28, 50]

function toFindingsTable(findings: readonly Finding[]): string {
  const table = new Table({
    head: ['severity', 'code', 'field', 'promised', 'found', 'one of these cures it'],
    style: { head: [], border: [] },
    colWidths: WIDTHS,
    wordWrap: true,
  })
  for (const each of findings) {
    const cells = [
      shownSeverity(each),
      each.code,
      each.field,
      each.promised,
      foundOf(each),
      remedyOf(each),
    ]
    table.push(cells.map((cell) => cell.split('\n').map(printable).join('\n')))
  }
  return table.toString()
}

async function check(options: CheckCommandOptions): Promise<void> {
  const { schema, mapping } = await loadSchema(options.schema)
  const findings = await withConnection(options.db, async (ask) => {
    const facts = await factsOf(ask, options.table)
    const target = { dialect: DIALECTS[facts.engine], table: facts.table.name, mapping }
    const sides = await sideTables(ask, facts, (mapping ?? {}) as AnyMapping)
    return options.rows
      ? checkTable(schema, target, facts, { sideTables: sides, rows: ask })
      : checkTable(schema, target, facts, { sideTables: sides })
  })
  if (options.json) await write(`${toJson(findings)}\n`)
  else await write(`${findings.length === 0 ? 'no findings' : toFindingsTable(findings)}\n`)
  const hasErrors = findings.some(({ severity, waived }) => severity === 'error' && !waived)
  if (hasErrors) process.exitCode = 1
}

/** Adds `tamis check`: a schema held against a table that is there. */
export const addCheck = (tamis: Command): Command =>
  tamis
    .command('check')
    .description('hold a schema and a mapping against a table that is there')
    .requiredOption('--schema <name>', '"users", or a module that exports a schema')
    .requiredOption(
      '--db <database>',
      'an SQLite file, postgres://…, mysql://…, mariadb://… or duckdb:file',
    )
    .requiredOption('--table <name>', 'the table; with its schema as app.people')
    .option('--rows', 'count the rows that break a promise: this reads the whole table')
    .option('--json', 'as JSON, for programs')
    .action(check)
