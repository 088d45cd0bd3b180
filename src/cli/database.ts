import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import type { Parameter } from '../index.ts'
import { openEngine, requireFrom } from '../users/storage/sqlite/engine.ts'
import { Mistake, messageOf } from './mistake.ts'

/** Runs one SELECT on an SQLite file. */
export function select(
  file: string,
  text: string,
  params: readonly Parameter[],
): Readonly<Record<string, unknown>>[] {
  if (!existsSync(file)) throw new Mistake(`no such file: ${file}`)
  // The driver is the command's own, or that of the project in the current folder.
  const load = requireFrom(createRequire, [import.meta.url, resolve('index.js')])
  try {
    const engine = openEngine(load, file, 'read')
    try {
      const { columns = [], rows = [] } = engine.run(text, params)
      return rows.map((values) => Object.fromEntries(columns.map((name, i) => [name, values[i]])))
    } finally {
      engine.close()
    }
  } catch (error) {
    throw new Mistake(`${file}: ${messageOf(error).replace(/^tamis\/users: /, '')}`)
  }
}
