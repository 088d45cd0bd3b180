import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type Ask, askOf } from '../check/index.ts'
import { openEngine, requireFrom } from '../users/storage/sqlite/engine.ts'
import { Mistake, messageOf } from './mistake.ts'
import { requirePackages } from './packages.ts'
import { withoutPassword } from './without-password.ts'

/** Whether a command writes; servers say themselves who may. */
type Mode = 'read' | 'write'

/** A connection for one command. */
export interface Opened {
  readonly ask: Ask
  close(): Promise<void>
}

/** The driver of the command's own packages, or of the project in the current folder. */
const required = () => requireFrom(createRequire, [import.meta.url, resolve('index.js')])

async function postgres(url: string): Promise<Opened> {
  requirePackages(withoutPassword(url), ['pg'])
  const { default: pg } = await import('pg')
  const client = new pg.Client(url)
  await client.connect().catch((error: unknown) => {
    // Without a user in the URL, pg takes that of the environment, which services often lack.
    if (!/no PostgreSQL user name/.test(messageOf(error))) throw error
    const named = url.replace(/^(\w+:\/\/)(?:[^/?#]*@)?/, '$1USER@')
    throw new Mistake(`${withoutPassword(url)}: name the user: ${withoutPassword(named)}`)
  })
  return { ask: askOf(client), close: () => client.end() }
}

async function mysql(url: string): Promise<Opened> {
  requirePackages(withoutPassword(url), ['mysql2'])
  const { createConnection } = await import('mysql2/promise')
  const connection = await createConnection({
    uri: url.replace(/^mariadb:/i, 'mysql:'),
    // As text: a number would lose digits of counts and defaults.
    supportBigNumbers: true,
    bigNumberStrings: true,
  })
  return { ask: askOf(connection), close: () => connection.end() }
}

/** `duckdb:file`, by the driver of the project in the current folder. */
async function duckdb(url: string, mode: Mode): Promise<Opened> {
  const path = inProject('@duckdb/node-api')
  if (path === undefined) {
    throw new Mistake(`${url}: missing packages: npm install @duckdb/node-api`)
  }
  const { DuckDBInstance } = await import(pathToFileURL(path).href)
  const instance = await DuckDBInstance.create(url.slice('duckdb:'.length), {
    access_mode: mode === 'read' ? 'READ_ONLY' : 'READ_WRITE',
  })
  const connection = await instance.connect()
  return {
    ask: askOf(connection),
    close: async () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

function inProject(name: string): string | undefined {
  try {
    return createRequire(resolve('index.js')).resolve(name)
  } catch {
    return undefined
  }
}

const PLACES = 'an SQLite file, postgres://…, mysql://…, mariadb://… or duckdb:file'

async function sqlite(file: string, mode: Mode): Promise<Opened> {
  if (!existsSync(file)) throw new Error(`no such file; expected ${PLACES}`)
  const engine = openEngine(required(), file, mode === 'read' ? 'read' : 'update')
  return {
    ask: async (text, params) => {
      const values = Array.isArray(params) ? params : Object.values(params)
      const { columns = [], rows = [] } = engine.run(text, values)
      return rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])))
    },
    close: async () => engine.close(),
  }
}

type Opener = (url: string, mode: Mode) => Promise<Opened>

const OPENERS: readonly (readonly [scheme: RegExp, open: Opener])[] = [
  [/^postgres(ql)?:\/\//i, postgres],
  [/^(mysql|mariadb):\/\//i, mysql],
  [/^duckdb:/i, duckdb],
  // As libsql and Prisma write it.
  [
    /^file:/i,
    (url, mode) => sqlite(/^file:\/\//i.test(url) ? fileURLToPath(url) : url.slice(5), mode),
  ],
]

/** Opens a database: an SQLite file, or a URL. @throws Mistake where it cannot be opened. */
export async function connect(place: string, mode: Mode = 'read'): Promise<Opened> {
  const open = OPENERS.find(([scheme]) => scheme.test(place))?.[1]
  if (open === undefined && /^[a-z][a-z0-9+.-]+:\/\//i.test(place)) {
    throw new Mistake(
      `${withoutPassword(place)}: expected ${PLACES}; for another database, call tamis/check`,
    )
  }
  try {
    return await (open ?? sqlite)(place, mode)
  } catch (error) {
    if (error instanceof Mistake) throw error
    const message = messageOf(error).replace(/^tamis\/users: /, '')
    throw new Mistake(`${withoutPassword(place)}: ${message}`)
  }
}

/** Runs a command on a database; what the check itself refuses is a mistake. */
export async function withConnection<T>(
  place: string,
  run: (ask: Ask) => Promise<T>,
  mode?: Mode,
): Promise<T> {
  const { ask, close } = await connect(place, mode)
  try {
    return await run(ask)
  } catch (error) {
    if (error instanceof Mistake) throw error
    throw new Mistake(messageOf(error).replace(/^tamis(\/check)?: /, ''))
  } finally {
    await close().catch(() => {})
  }
}
