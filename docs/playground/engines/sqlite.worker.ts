import sqlite3InitModule from '@sqlite.org/sqlite-wasm'
import { sqlite } from 'tamis/sqlite'
import { serve } from './serve.ts'
import { type Database, tableEngine } from './table.ts'

/** The lines of EXPLAIN QUERY PLAN, each below its parent. */
function planOf(rows: readonly Readonly<Record<string, unknown>>[]): string {
  const depths = new Map<unknown, number>([[0, -1]])
  return rows
    .map(({ id, parent, detail }) => {
      const depth = (depths.get(parent) ?? -1) + 1
      depths.set(id, depth)
      return `${'  '.repeat(depth)}${detail}`
    })
    .join('\n')
}

async function open(): Promise<Database> {
  const module = await sqlite3InitModule()
  const db = new module.oo1.DB(':memory:')
  const select = (sql: string, bind: readonly unknown[]) =>
    db.exec({
      sql,
      bind: bind as never,
      rowMode: 'object',
      returnValue: 'resultRows',
    }) as Record<string, unknown>[]
  return {
    dialect: sqlite,
    version: module.version.libVersion,
    exec: async (text) => void db.exec(text),
    run: async ({ text, params }) => void select(text, params),
    all: async ({ text, params }) => select(text, params),
    plan: async ({ text, params }) => planOf(select(`EXPLAIN QUERY PLAN ${text}`, params)),
  }
}

serve(() => tableEngine(open))
