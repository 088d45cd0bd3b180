import Database from 'libsql'
import { createConnection } from 'mysql2/promise'
import pg from 'pg'

type Row = Record<string, unknown>

/** A way past the users system into its database. */
export interface Runner {
  /** Runs a statement; answers its rows, if it has any. */
  run(text: string): Promise<Row[]>
  end(): Promise<void>
}

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

/** By the name of the engine. */
export const RUNNERS: Readonly<Record<string, (url: string) => Runner | Promise<Runner>>> = {
  SQLite: inSqlite,
  PostgreSQL: inPostgres,
  MariaDB: byMysql2,
  MySQL: byMysql2,
}
