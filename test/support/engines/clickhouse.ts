import { createRequire } from 'node:module'
import { clickhouse as dialect } from 'tamis/clickhouse'
import type { Engine, SomeStatement } from './engine.ts'

/** What the tests use of chdb, ClickHouse in process; it has a folder and a lock file of its own. */
interface Chdb {
  queryBind(text: string, params: object, format?: string): string
  query(text: string, format?: string): string
}

const require = createRequire(new URL('../../clickhouse/package.json', import.meta.url))

/** It refuses to bind nothing. */
const bind = (chdb: Chdb, { text, params }: SomeStatement, format?: string): string =>
  Object.keys(params).length === 0 ? chdb.query(text, format) : chdb.queryBind(text, params, format)

export const clickhouse: Engine = {
  name: 'ClickHouse',
  dialect,
  needs: 'npm run clickhouse (546 MB)',
  features: {
    sideTables: false,
    storages: ['text', 's', 'ms', 'us'],
    anyName: false,
    jsonIndexes: false,
  },
  async connect() {
    const chdb = require('chdb') as Chdb
    const database = `tamis_${Math.random().toString(36).slice(2, 10)}`
    chdb.query(`CREATE DATABASE ${database}`)
    chdb.query(`USE ${database}`)
    // To start more threads takes longer than any statement here.
    chdb.query('SET max_threads = 1')
    return {
      exec: async (text) => void chdb.query(text),
      run: async (statement) => void bind(chdb, statement),
      all: async (statement) =>
        bind(chdb, statement, 'JSONEachRow')
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line)),
      close: async () => void chdb.query(`DROP DATABASE ${database}`),
    }
  },
  async version(connection) {
    const [row] = await connection.all({ text: 'SELECT version() AS v', params: {} })
    return String(row?.v)
  },
}
