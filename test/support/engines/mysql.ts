import { createConnection } from 'mysql2/promise'
import { mysql as dialect } from 'tamis/mysql'
import { type Engine, type SomeStatement, scratchName } from './engine.ts'

/** A server, without the database that a URL may name; `npm run mysql` starts one. */
export function mysqlServer(): string {
  const url = new URL(process.env.TAMIS_MYSQL_URL || 'mysql://tamis:tamis@127.0.0.1:3399')
  url.pathname = ''
  return url.href
}

export const mysql: Engine = {
  name: 'MySQL',
  dialect,
  needs: 'a server at TAMIS_MYSQL_URL, or `npm run mysql`',
  features: {
    sideTables: true,
    storages: ['datetime', 'text', 's', 'ms', 'us'],
    anyName: false,
    jsonIndexes: true,
    longestSorted: 255,
    sortsJsonText: false,
  },
  async connect() {
    const connection = await createConnection({ uri: mysqlServer() })
    const name = `${scratchName}_${Math.random().toString(36).slice(2, 10)}`
    await connection.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`)
    await connection.query(`USE ${name}`)
    const prepared = new Set<string>()
    const execute = async ({ text, params }: SomeStatement) => {
      prepared.add(text)
      return (await connection.execute(text, params as never))[0]
    }
    return {
      async exec(text) {
        // A statement that was prepared before a table was made anew, with other types, keeps the
        // character set that a parameter had: error 3988, or a letter that is none.
        for (const own of prepared) connection.unprepare(own)
        prepared.clear()
        await connection.query(text)
      },
      run: async (statement) => void (await execute(statement)),
      all: async (statement) => (await execute(statement)) as Record<string, unknown>[],
      async allInlined({ text, params }) {
        const [rows] = await connection.query(text, params as never)
        return rows as Record<string, unknown>[]
      },
      async close() {
        await connection.query(`DROP DATABASE ${name}`)
        await connection.end()
      },
    }
  },
  async version(connection) {
    const [row] = await connection.all({ text: 'SELECT version() AS v', params: [] })
    return String(row?.v)
  },
}
