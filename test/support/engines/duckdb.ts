import { DuckDBInstance, type DuckDBValue } from '@duckdb/node-api'
import { duckdb as dialect } from 'tamis/duckdb'
import type { Engine } from './engine.ts'

export const duckdb: Engine = {
  name: 'DuckDB',
  dialect,
  needs: 'npm install',
  features: {
    sideTables: false,
    storages: ['timestamp', 'timestamptz', 'text', 's', 'ms', 'us'],
    anyName: true,
    jsonIndexes: false,
  },
  async connect() {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
    const connection = await instance.connect()
    return {
      exec: async (text) => void (await connection.run(text)),
      run: async ({ text, params }) => void (await connection.run(text, params as DuckDBValue[])),
      async all({ text, params }) {
        const reader = await connection.runAndReadAll(text, params as DuckDBValue[])
        return reader.getRowObjectsJS()
      },
      async close() {
        connection.closeSync()
        instance.closeSync()
      },
    }
  },
  async version(connection) {
    const [row] = await connection.all({ text: 'SELECT version() AS v', params: [] })
    return String(row?.v)
  },
}
