import { countRows, parseQuery, runQuery } from 'tamis'
import type { PlayRow } from '../rows-text.ts'
import { serve, timedOften } from './serve.ts'

serve(async () => {
  let rows: readonly PlayRow[] = []
  return {
    async fill(_, filling) {
      rows = filling.rows
      return { version: '', rows: rows.length, time: 0, table: [] }
    },
    async ask(schema, { payload, now }) {
      const query = parseQuery(schema, payload, { now })
      const [{ items }, time] = await timedOften(() => runQuery(query, rows))
      return { rows: items, time, total: countRows(query.condition, rows), statement: undefined }
    },
  }
})
