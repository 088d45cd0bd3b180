import Database from 'libsql'
import { sqlite as dialect } from 'tamis/sqlite'
import type { Engine } from './engine.ts'

export const sqlite: Engine = {
  name: 'SQLite',
  dialect,
  needs: 'npm install',
  features: {
    sideTables: true,
    storages: ['text', 's', 'ms', 'us', 'any', 'YYYY-MM-DD HH:MM:SS.SSSSSS'],
    anyName: true,
    jsonIndexes: true,
  },
  async connect() {
    const db = new Database(':memory:')
    return {
      exec: async (text) => void db.exec(text),
      run: async ({ text, params }) => void db.prepare(text).run(...(params as unknown[])),
      all: async ({ text, params }) =>
        db
          .prepare(text)
          .safeIntegers(true)
          .all(...(params as unknown[])) as Record<string, unknown>[],
      close: async () => void db.close(),
    }
  },
  version: async (connection) => {
    const [row] = await connection.all({ text: 'SELECT sqlite_version() AS v', params: [] })
    return String(row?.v)
  },
}
