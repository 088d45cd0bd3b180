import Table from 'cli-table3'
import type { Command } from 'commander'
import { Option } from 'commander'
import { DIALECTS } from '../check/engines.ts'
import { type Ask, checkTable, type Finding, readFacts, type TableFacts } from '../check/index.ts'
import { MissingTable } from '../check/records.ts'
import type { AnyMapping } from '../schema/mapping.ts'
import { withConnection } from './connect.ts'
import { BY_DEFAULT, databaseOr } from './database-url.ts'
import { printable } from './mistake.ts'
import { toJson } from './output.ts'
import { loadSchema } from './schema-module.ts'
import { write } from './sink.ts'
import { factsOf, requireTable } from './table.ts'

interface CheckCommandOptions {
  readonly schema: string
  readonly db?: string
  readonly table?: string
  readonly rows?: true
  readonly json?: true
  readonly ddl?: true
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

/** Rows were counted, and none breaks the promise: those of tomorrow may. */
const holdsToday = ({ severity, rows }: Finding): boolean => severity === 'unproven' && rows === 0

function shownSeverity(finding: Finding): string {
  const own = holdsToday(finding) ? 'holds today' : finding.severity
  return finding.waived ? `${own}, waived` : own
}

const counted = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`

/** How many findings there are of each kind: `0 errors, 5 unproven, 6 warnings`. */
function summaryOf(findings: readonly Finding[]): string {
  const open = findings.filter(({ waived }) => !waived)
  const numberOf = (severity: Finding['severity']): number =>
    open.filter((each) => each.severity === severity && !holdsToday(each)).length
  const held = open.filter(holdsToday).length
  const waived = findings.length - open.length
  return [
    counted(numberOf('error'), 'error', 'errors'),
    `${numberOf('unproven')} unproven`,
    ...(held === 0 ? [] : [counted(held, 'holds today', 'hold today')]),
    counted(numberOf('warning'), 'warning', 'warnings'),
    ...(waived === 0 ? [] : [`${waived} waived`]),
  ].join(', ')
}

/** Each statement once; what is only a column's definition, as a comment. */
function statementsOf(findings: readonly Finding[]): string {
  const all = findings.flatMap(({ waived, remedy: { ddl } }) =>
    waived || ddl === undefined ? [] : [printable(ddl)],
  )
  return [...new Set(all)]
    .map((ddl) =>
      /^(ALTER|CREATE|SET) /.test(ddl) ? `${ddl};\n` : `-- the column in a new table: ${ddl}\n`,
    )
    .join('')
}

const foundOf = ({ found, rows }: Finding): string =>
  rows === undefined ? found : `${found} (${rows} ${rows === 1 ? 'row' : 'rows'})`

const WIDTHS = [13, 24, 18, 28, 28, 50]

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

function shown(findings: readonly Finding[], { json, ddl }: CheckCommandOptions): string {
  if (json) return `${toJson(findings)}\n`
  if (ddl) return statementsOf(findings)
  if (findings.length === 0) return 'no findings\n'
  return `${toFindingsTable(findings)}\n${summaryOf(findings)}\n`
}

async function check(options: CheckCommandOptions): Promise<void> {
  const { schema, mapping } = await loadSchema(options.schema)
  const findings = await withConnection(databaseOr(options.db, '--db'), async (ask) => {
    const facts = await factsOf(ask, await requireTable(ask, options.table))
    const target = { dialect: DIALECTS[facts.engine], table: facts.table.name, mapping }
    const sides = await sideTables(ask, facts, (mapping ?? {}) as AnyMapping)
    return options.rows
      ? checkTable(schema, target, facts, { sideTables: sides, rows: ask })
      : checkTable(schema, target, facts, { sideTables: sides })
  })
  await write(shown(findings, options))
  const hasErrors = findings.some(({ severity, waived }) => severity === 'error' && !waived)
  if (hasErrors) process.exitCode = 1
}

/** Adds `tamis check`: a schema held against a table that is there. */
export const addCheck = (tamis: Command): Command =>
  tamis
    .command('check')
    .description('hold a schema and a mapping against a table that is there')
    .requiredOption('--schema <name>', '"users", or a module that exports a schema')
    .option(
      '--db <database>',
      `an SQLite file, postgres://…, mysql://…, mariadb://… or duckdb:file; ${BY_DEFAULT}`,
    )
    .option('--table <name>', 'the table; with its schema as app.people')
    .option('--rows', 'count the rows that break a promise: this reads the whole table')
    .addOption(new Option('--json', 'as JSON, for programs').conflicts('ddl'))
    .option('--ddl', 'only the statements that cure findings, one a line')
    .action(check)
