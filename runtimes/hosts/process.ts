/** Runs the probe in Node, Bun or Deno: `host.mjs FILE`, a file with what is given; prints the report. */

import { readFileSync } from 'node:fs'
import process from 'node:process'
import type { Connection, SomeStatement } from '../../test/support/engines/engine.ts'
import { probe, store } from '../probe.ts'

/** What bun:sqlite and node:sqlite have in common. */
interface Database {
  exec(text: string): unknown
  prepare(text: string): Statement
  close(): void
}

interface Statement {
  all(...params: readonly unknown[]): Record<string, unknown>[]
  run(...params: readonly unknown[]): unknown
  /** Of node:sqlite alone: bun:sqlite has an option of the database. */
  setReadBigInts?(on: boolean): void
}

/** A database in memory; undefined where the runtime has no SQLite. */
async function ownSqlite(): Promise<Database | undefined> {
  if ('Bun' in globalThis) {
    const { Database } = await import('bun:sqlite')
    return new Database(':memory:', { safeIntegers: true })
  }
  try {
    const { DatabaseSync } = await import('node:sqlite')
    return new DatabaseSync(':memory:')
  } catch {
    return undefined
  }
}

const connectionOf = (db: Database): Connection => ({
  exec: async (text) => void db.exec(text),
  run: async ({ text, params }) => void db.prepare(text).run(...listOf(params)),
  async all({ text, params }) {
    const statement = db.prepare(text)
    statement.setReadBigInts?.(true)
    return statement.all(...listOf(params))
  },
  close: async () => db.close(),
})

const listOf = (params: SomeStatement['params']): readonly unknown[] =>
  Array.isArray(params) ? params : Object.values(params)

async function main(file: string): Promise<void> {
  const given = JSON.parse(readFileSync(file, 'utf8'))
  const report = await probe(given)
  const db = await ownSqlite()
  const all =
    db === undefined ? report : { ...report, stored: await store(given, connectionOf(db)) }
  process.stdout.write(JSON.stringify(all))
}

main(process.argv[2] ?? '').catch((error) => {
  console.error(error)
  process.exitCode = 1
})
