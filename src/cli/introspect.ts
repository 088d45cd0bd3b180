import type { Command } from 'commander'
import { introspect } from '../check/index.ts'
import { withConnection } from './connect.ts'
import { BY_DEFAULT, databaseOr } from './database-url.ts'
import { printable } from './mistake.ts'
import { write } from './sink.ts'
import { mistakeOf, requireTable, tableName } from './table.ts'

interface IntrospectCommandOptions {
  readonly table?: string
  readonly omit?: readonly string[]
}

/** Adds `tamis introspect`: a schema for a table that is there, as TypeScript. */
export const addIntrospect = (tamis: Command): Command =>
  tamis
    .command('introspect')
    .description('print a schema and a mapping for a table that is there, as a TypeScript module')
    .argument(
      '[database]',
      `an SQLite file, postgres://…, mysql://…, mariadb://… or duckdb:file; ${BY_DEFAULT}`,
    )
    .option('--table <name>', 'the table; with its schema as app.people')
    .option('--omit <column...>', 'columns that no client may see: the schema does not have them')
    .action(async (database: string | undefined, { table, omit }: IntrospectCommandOptions) => {
      const { source, warnings } = await withConnection(
        databaseOr(database, 'the argument <database>'),
        async (ask) => {
          const name = tableName(await requireTable(ask, table))
          return introspect(ask, { table: name, omit }).catch((error: unknown) => {
            throw mistakeOf(error)
          })
        },
      )
      await write(source)
      // In the module, they are comments.
      for (const each of warnings) process.stderr.write(`tamis: ${printable(each)}\n`)
    })
