import Database from 'libsql'
import { sqlite as dialect } from 'tamis/sqlite'
import type { Engine } from './engine.ts'
import { sqliteFeatures } from './sqlite-features.ts'

export const sqlite: Engine = {
  name: 'SQLite',
  dialect,
  needs: 'npm install',
  features: sqliteFeatures,
  async connect() {
    const db = new Database(':memory:')
    /** Undefined for a number that stays a parameter. */
    const literalOf = (value: unknown): string | undefined => {
      // quote() rounds the largest doubles to infinity, and this version reads literals of more than 15
      // digits as another double than the nearest.
      if (typeof value === 'number') {
        const text = `${value}`
        if (text.replaceAll(/e.*|\D/g, '').length > 15) return undefined
        return /[.e]/.test(text) ? text : `${text}.0`
      }
      return (db.prepare('SELECT quote(?) AS q').get(value) as { readonly q: string }).q
    }
    return {
      exec: async (text) => void db.exec(text),
      run: async ({ text, params }) => void db.prepare(text).run(...(params as unknown[])),
      all: async ({ text, params }) =>
        db
          .prepare(text)
          .safeIntegers(true)
          .all(...(params as unknown[])) as Record<string, unknown>[],
      async allInlined({ text, params }) {
        const left: unknown[] = []
        const literals = (params as unknown[]).map((value) => {
          const literal = literalOf(value)
          if (literal === undefined) left.push(value)
          return literal ?? '?'
        })
        // Our texts have a question mark only as a placeholder, but for those in names and literals.
        const pieces = text.split(/("(?:[^"]|"")*"|'(?:[^']|'')*')/)
        const inlined = pieces.map((piece, i) =>
          i % 2 === 1 ? piece : piece.replaceAll('?', () => literals.shift() ?? 'NULL'),
        )
        return db
          .prepare(inlined.join(''))
          .safeIntegers(true)
          .all(...left) as Record<string, unknown>[]
      },
      close: async () => void db.close(),
    }
  },
  version: async (connection) => {
    const [row] = await connection.all({ text: 'SELECT sqlite_version() AS v', params: [] })
    return String(row?.v)
  },
}
