import type { Command } from 'commander'
import { DIALECTS } from '../check/engines.ts'
import {
  type Ask,
  type Backfilled,
  type BackfillKey,
  backfill,
  checkTable,
  type TableFacts,
} from '../check/index.ts'
import { withConnection } from './connect.ts'
import { Mistake, messageOf } from './mistake.ts'
import { isOutage, PAUSES } from './outage.ts'
import { Progress } from './progress.ts'
import { integer } from './query-options.ts'
import { type LoadedSchema, loadSchema } from './schema-module.ts'
import { factsOf } from './table.ts'

interface BackfillCommandOptions {
  readonly schema: string
  readonly db: string
  readonly table: string
  readonly batch?: number
  readonly after?: string
  readonly missing?: true
}

/** The exit status of a process that a signal ended, as shells give it. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const

/** A key as it stands on a command line; `backfill` checks it. */
function keyOf({ schema }: LoadedSchema, text: string | undefined): BackfillKey | undefined {
  const { kind } = schema.key.type
  const isNumber =
    kind.name !== 'dynamic' && kind.family === 'numeric' && /^-?\d+(\.\d+)?$/.test(text ?? '')
  if (text === undefined || !isNumber) return text
  return text.includes('.') ? Number(text) : BigInt(text)
}

/** The option for a key, as a shell reads it. */
function afterOption(key: BackfillKey): string {
  const text = String(key)
  const isPlain = /^[\w.:@-]+$/.test(text)
  return `--after=${isPlain ? text : `'${text.replaceAll("'", "'\\''")}'`}`
}

/** Retries for a while if the database is unreachable or busy: its statements may run twice. */
const patient =
  (ask: Ask): Ask =>
  async (text, params) => {
    for (const pause of PAUSES) {
      try {
        return await ask(text, params)
      } catch (error) {
        if (pause === undefined || !isOutage(error)) throw error
        await new Promise((resolve) => setTimeout(resolve, pause))
      }
    }
    throw new Error('unreachable')
  }

/** Refuses a table that lacks search columns, with the statements that add them. */
function requireColumns({ schema, mapping }: LoadedSchema, facts: TableFacts): void {
  const target = { dialect: DIALECTS[facts.engine], table: facts.table.name, mapping }
  const missing = checkTable(schema, target, facts).filter(
    ({ code }) => code === 'search_column_missing',
  )
  if (missing.length === 0) return
  const names = missing.map(({ column }) => column).join(', ')
  const statements = missing.map(({ remedy }) => remedy.ddl).join('; ')
  throw new Mistake(`the table has no column ${names}; first: ${statements}`)
}

async function fill(options: BackfillCommandOptions): Promise<void> {
  const loaded = await loadSchema(options.schema)
  const { table } = options
  const stop = new AbortController()
  let status: number | undefined
  const listeners = Object.entries(SIGNALS).map(([signal, code]) => {
    const listener = () => {
      status = code
      stop.abort()
    }
    process.once(signal, listener)
    return { signal, listener }
  })
  try {
    const result = await withConnection(
      options.db,
      async (ask) => {
        const facts = await factsOf(ask, table)
        requireColumns(loaded, facts)
        return run(patient(ask), loaded, facts, options, stop.signal)
      },
      'write',
    )
    if (result.aborted) {
      process.stderr.write(`${stopped(table, result.scanned, result.last)}\n`)
      process.exitCode = status
    } else conclude(table, result)
  } finally {
    for (const { signal, listener } of listeners) process.off(signal, listener)
  }
}

async function run(
  ask: Ask,
  loaded: LoadedSchema,
  { engine, table }: TableFacts,
  { batch, missing, after }: BackfillCommandOptions,
  signal: AbortSignal,
): Promise<Backfilled> {
  const line = new Progress(
    `${table.name} {bar} {percentage}% | {updated} updated | {eta_formatted}`,
  )
  let scanned = 0
  let last = keyOf(loaded, after)
  try {
    return await backfill(ask, {
      ...loaded,
      dialect: DIALECTS[engine],
      table,
      batch,
      missing,
      after: last,
      signal,
      onProgress(progress) {
        if (scanned === 0) line.start(progress.total, 0, { updated: 0 })
        ;({ scanned, last } = progress)
        line.update(scanned, { updated: progress.updated })
      },
    })
  } catch (error) {
    if (scanned === 0) throw error
    const why = messageOf(error).replace(/^tamis(\/check)?: /, '')
    throw new Mistake(`${stopped(table.name, scanned, last)}: ${why}`)
  } finally {
    line.stop()
  }
}

function stopped(table: string, scanned: number, last: BackfillKey | undefined): string {
  const more = last === undefined ? '' : ` with ${afterOption(last)}`
  return `${table}: stopped after ${scanned} rows; run the same command${more} to continue`
}

function conclude(table: string, { scanned, updated, remaining }: Backfilled): void {
  process.stderr.write(`${table}: ${scanned} rows read, ${updated} updated\n`)
  if (remaining === 0) return
  process.stderr.write(
    `${remaining} rows were changed by others meanwhile: run the same command again\n`,
  )
  process.exitCode = 1
}

/** Adds `tamis backfill`: the search columns of a table that is there. */
export const addBackfill = (tamis: Command): Command =>
  tamis
    .command('backfill')
    .description('fill the search columns of a table that is there, and correct stale words')
    .requiredOption('--schema <name>', '"users", or a module that exports a schema')
    .requiredOption(
      '--db <database>',
      'an SQLite file, postgres://…, mysql://…, mariadb://… or duckdb:file',
    )
    .requiredOption('--table <name>', 'the table; with its schema as app.people')
    .option('--batch <rows>', 'how many rows are read at once (default: 1000)', integer)
    .option('--after <key>', 'go on after the row of this key, which an earlier run printed')
    .option('--missing', 'only rows with a text but no words: stale words stay')
    .action(fill)
