import { existsSync } from 'node:fs'
import type { Parameter } from '../dialect/fragment.ts'
import { Mistake, messageOf } from './mistake.ts'

/** What the command needs of an SQLite driver; the three that it takes share it. */
interface Driver {
  prepare(text: string): {
    all(...params: readonly Parameter[]): unknown[]
    safeIntegers?(on: boolean): unknown
    setReadBigInts?(on: boolean): unknown
  }
  close(): void
}

/** Each driver by the name of its module, and how it opens a file for reading. */
const DRIVERS: readonly (readonly [
  module: string,
  open: (loaded: never, file: string) => Driver,
])[] = [
  [
    'node:sqlite',
    ({ DatabaseSync }: { DatabaseSync: new (file: string, options: object) => Driver }, file) =>
      new DatabaseSync(file, { readOnly: true }),
  ],
  ['better-sqlite3', openDefault],
  ['libsql', openDefault],
]

function openDefault(
  { default: Database }: { default: new (file: string, options: object) => Driver },
  file: string,
): Driver {
  return new Database(file, { readonly: true })
}

async function load(module: string): Promise<unknown> {
  try {
    return await import(module)
  } catch {
    return undefined
  }
}

async function open(file: string): Promise<Driver> {
  if (!existsSync(file)) throw new Mistake(`there is no file ${file}`)
  for (const [module, connect] of DRIVERS) {
    const loaded = await load(module)
    if (loaded === undefined) continue
    try {
      return connect(loaded as never, file)
    } catch (error) {
      throw new Mistake(`${file}: ${messageOf(error)}`)
    }
  }
  throw new Mistake('reading SQLite needs a driver: npm install libsql')
}

/** Runs one SELECT on an SQLite file. */
export async function select(
  file: string,
  text: string,
  params: readonly Parameter[],
): Promise<unknown[]> {
  const database = await open(file)
  try {
    const statement = database.prepare(text)
    statement.safeIntegers?.(true)
    statement.setReadBigInts?.(true)
    return statement.all(...params)
  } catch (error) {
    throw new Mistake(`${file}: ${messageOf(error)}`)
  } finally {
    database.close()
  }
}
