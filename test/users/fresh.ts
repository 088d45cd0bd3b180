import Database from 'libsql'
import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import { isFull } from '../support/budget.ts'
import { available } from '../support/engines/available.ts'
import type { Engine } from '../support/engines/engine.ts'
import { databases as all } from './databases.ts'

type Row = Record<string, unknown>

/** An empty database that several processes can open, and a way past the users system into it. */
export interface Fresh {
  /** What `createUsers` opens. */
  readonly db: string
  /** Runs a statement; answers its rows, if it has any. */
  run(text: string): Promise<Row[]>
  drop(): Promise<void>
}

type Runner = Pick<Fresh, 'run'> & { end(): Promise<void> }

function inSqlite(file: string): Runner {
  return {
    async run(text) {
      // A connection that stays open would be one more that the others wait for.
      const connection = new Database(file)
      try {
        connection.exec('PRAGMA busy_timeout = 5000')
        const statement = connection.prepare(text)
        if (statement.reader) return statement.all() as Row[]
        statement.run()
        return []
      } finally {
        connection.close()
      }
    },
    end: async () => {},
  }
}

async function inPostgres(url: string): Promise<Runner> {
  const client = new pg.Client(url)
  await client.connect()
  return {
    run: async (text) => (await client.query(text)).rows as Row[],
    end: () => client.end(),
  }
}

async function byMysql2(url: string): Promise<Runner> {
  const connection = await createConnection(url)
  return {
    async run(text) {
      const [rows] = await connection.query(text)
      return Array.isArray(rows) ? (rows as Row[]) : []
    },
    end: () => connection.end(),
  }
}

const RUNNERS: Readonly<Record<string, (url: string) => Runner | Promise<Runner>>> = {
  SQLite: inSqlite,
  PostgreSQL: inPostgres,
  MariaDB: byMysql2,
  MySQL: byMysql2,
}

/** `npm test` uses SQLite, except for the model test, which uses every database, as `test:all` does. */
const isAsked = ({ name }: Engine): boolean => isFull || name === 'SQLite'

/** The databases that last, as far as the setup could reach them. */
export const databases = all
  .filter(({ lasts, engine }) => lasts && available.includes(engine) && isAsked(engine))
  .map(({ engine, fresh }) => ({
    name: engine.name,
    async fresh(): Promise<Fresh> {
      const { url, drop } = await fresh()
      const { run, end } = await (RUNNERS[engine.name] as (typeof RUNNERS)[string])(url)
      return {
        db: url,
        run,
        async drop() {
          await end()
          await drop()
        },
      }
    },
  }))
