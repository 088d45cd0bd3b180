/** A table in a database: made, filled and asked by the functions that a server would call. */

import {
  compileQuery,
  createTable,
  type Dialect,
  insertRow,
  parseQuery,
  readRow,
  type Schema,
  type Statement,
} from 'tamis'
import { type Engine, timed, timedOften } from './serve.ts'

/** How a database in the page runs statements. */
export interface Database {
  readonly dialect: Dialect<readonly unknown[]>
  readonly version: string
  exec(text: string): Promise<void>
  run(statement: Statement<readonly unknown[]>): Promise<void>
  all(statement: Statement<readonly unknown[]>): Promise<readonly object[]>
  /** The plan of a statement, as text. */
  plan(statement: Statement<readonly unknown[]>): Promise<string>
}

const TABLE = 'items'

/** The engine of a database that is opened anew in each worker. */
export async function tableEngine(open: () => Promise<Database>): Promise<Engine> {
  const db = await open()
  const { dialect } = db
  const target = { dialect, table: TABLE }
  return {
    async fill(schema: Schema, { rows }) {
      const table = createTable(schema, target)
      const insert = insertRow(schema, target)
      const [, time] = await timed(async () => {
        await db.exec(`DROP TABLE IF EXISTS ${TABLE}`)
        for (const statement of table) await db.exec(statement)
        await db.exec('BEGIN')
        try {
          for (const row of rows) {
            for (const statement of [insert(row)].flat()) await db.run(statement)
          }
          await db.exec('COMMIT')
        } catch (error) {
          await db.exec('ROLLBACK')
          throw error
        }
        await db.exec('ANALYZE')
      })
      return { version: db.version, rows: rows.length, time, table }
    },
    async ask(schema, { payload, now }) {
      const query = parseQuery(schema, payload, { now })
      const { text, params } = compileQuery(query, target)
      const statement = { text, params }
      const read = readRow(schema, { dialect })
      const [records, time] = await timedOften(() => db.all(statement))
      const plan = await db.plan(statement)
      return { rows: records.map(read), time, statement: { text, params, plan } }
    },
  }
}
