import { PGlite } from '@electric-sql/pglite'
import { postgres } from 'tamis/postgres'
import { tellDownloads } from './download.ts'
import { serve } from './serve.ts'
import { type Database, tableEngine } from './table.ts'

async function open(): Promise<Database> {
  tellDownloads()
  const db = await PGlite.create()
  const { rows } = await db.query<{ server_version: string }>('SHOW server_version')
  return {
    dialect: postgres,
    version: rows[0]?.server_version ?? '',
    exec: async (text) => void (await db.exec(text)),
    run: async ({ text, params }) => void (await db.query(text, [...params])),
    all: async ({ text, params }) => (await db.query<object>(text, [...params])).rows,
    async plan({ text, params }) {
      const lines = await db.query<Record<string, unknown>>(`EXPLAIN ${text}`, [...params])
      return lines.rows.map((line) => line['QUERY PLAN']).join('\n')
    },
  }
}

serve(() => tableEngine(open))
