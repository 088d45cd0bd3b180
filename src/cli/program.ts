import type { Command } from 'commander'
import { CommanderError, Option } from 'commander'
import packageJson from '../../package.json' with { type: 'json' }
import { addBackfill } from './backfill.ts'
import { addCheck } from './check.ts'
import { addCompletion } from './completion.ts'
import { DELIMITER, delimiterOf } from './csv-delimiter.ts'
import { explain } from './explain.ts'
import { addExport } from './export.ts'
import { addImport } from './import.ts'
import { addInfer } from './infer.ts'
import { addInit } from './init.ts'
import { addIntrospect } from './introspect.ts'
import { Mistake } from './mistake.ts'
import { runQueryCommand } from './query.ts'
import { type QueryOptions, queryOf, withQueryOptions } from './query-options.ts'
import { addServe } from './serve.ts'
import { write } from './sink.ts'
import { DIALECT_NAMES, printSql } from './sql.ts'
import { StrictCommand } from './strict-command.ts'
import { addToken } from './token.ts'

/** The command line, as commander reads it. */
export function program(): Command {
  const tamis = new StrictCommand('tamis')
    .description('Query rows with filters: in files, in streams, in databases; serve users.')
    .version(packageJson.version)
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .showSuggestionAfterError()

  withQueryOptions(tamis.command('query'))
    .description(
      'run a query over NDJSON or a JSON array (a file or standard input), or over a table',
    )
    .argument('[file]', 'the rows; by default, and for -, standard input')
    .option(
      '--db <database>',
      'query a table of an SQLite file, postgres://…, mysql://…, mariadb://… or duckdb:file instead',
    )
    .option('--table <name>', 'its table; with its schema as app.people')
    .option('--all', 'every matching row in the order of the input: constant memory')
    .addOption(
      new Option('--input <format>', 'what the rows are, if the name does not say it').choices([
        'json',
        'csv',
      ]),
    )
    .option(...DELIMITER, delimiterOf)
    .option('--skip-bad', 'leave out rows that cannot be read, and say how many and why')
    .addOption(
      new Option('--json', 'one row a line as JSON, for programs').conflicts(['csv', 'vertical']),
    )
    .addOption(new Option('--csv', 'as CSV with a header').conflicts('vertical'))
    .option('--vertical', 'each row as a block, with a line for each field')
    .option(
      '--escape-formulas',
      "begin texts of CSV that a spreadsheet would run as formulas with '",
    )
    .option('--output <file>', 'write to a file; .csv, .ndjson and .gz in its name say the format')
    .option('--gzip', 'compress the output')
    .action(runQueryCommand)
  withQueryOptions(tamis.command('sql'))
    .description('print the SQL of a query and its parameters')
    .option('--dialect <name>', DIALECT_NAMES, 'sqlite')
    .option('--table <name>', 'the table', 'users')
    .option('--json', 'as JSON, for programs')
    .action(printSql)
  withQueryOptions(tamis.command('explain'))
    .description('print the condition of a query as a tree')
    .action(async (options: QueryOptions) => write(`${explain((await queryOf(options)).query)}\n`))
  addInit(tamis)
  addIntrospect(tamis)
  addInfer(tamis)
  addCheck(tamis)
  addBackfill(tamis)
  addServe(tamis)
  addToken(tamis)
  addImport(tamis)
  addExport(tamis)
  addCompletion(tamis)
  return tamis
}

const COMMANDS =
  'query, sql, explain, init, introspect, infer, check, backfill, serve, token, import, export or completion'

/** Commander's errors as mistakes, except its help and version. */
export function asMistake(error: unknown): unknown {
  if (!(error instanceof CommanderError) || error.exitCode === 0) return error
  const expected = `expected a command: ${COMMANDS}; see tamis --help`
  if (error.code === 'commander.help') return new Mistake(expected)
  const message = error.message.replace(/^error: /, '')
  return new Mistake(
    error.code === 'commander.unknownCommand' ? `${message}; ${expected}` : message,
  )
}
