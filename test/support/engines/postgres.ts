import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import { postgres as dialect } from 'tamis/postgres'
import { type Connection, type Engine, scratchName } from './engine.ts'

const features = {
  sideTables: false,
  storages: ['timestamptz', 'timestamp', 'text', 's', 'ms', 'us'],
  anyName: true,
  jsonIndexes: true,
}

const version = async (connection: Connection): Promise<string> => {
  const [row] = await connection.all({ text: 'SHOW server_version', params: [] })
  return String(row?.server_version)
}

/** By its URL, or on the local socket. */
export const poolOf = (): pg.Client => {
  const url = process.env.TAMIS_POSTGRES_URL
  return new pg.Client(
    url === undefined
      ? { host: '/var/run/postgresql', user: userInfo().username, database: 'postgres' }
      : url,
  )
}

export const fromClient = (client: pg.Client, close: () => Promise<void>): Connection => ({
  exec: async (text) => void (await client.query(text)),
  run: async ({ text, params }) => void (await client.query(text, params as unknown[])),
  all: async ({ text, params }) => (await client.query(text, params as unknown[])).rows,
  close,
})

const newSchema = (): string => `${scratchName}_${Math.random().toString(36).slice(2, 10)}`

export const postgres: Engine = {
  name: 'PostgreSQL',
  dialect,
  needs: 'a server at TAMIS_POSTGRES_URL or on the local socket',
  features,
  async connect() {
    const client = poolOf()
    await client.connect()
    const name = newSchema()
    // What these tables hold need not survive a crash of the server: a commit waits for no disk.
    await client.query('SET synchronous_commit TO off')
    await client.query(`CREATE SCHEMA ${name}`)
    await client.query(`SET search_path TO ${name}, public`)
    await client.query('SET client_min_messages TO warning')
    return fromClient(client, async () => {
      await client.query(`DROP SCHEMA ${name} CASCADE`)
      await client.end()
    })
  },
  version,
}

/**
 * An empty cluster as a file, made once for each version: `initdb` takes PGlite seconds, and to load
 * what it made a fraction of them.
 */
export async function emptyCluster(): Promise<string> {
  const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url))
  const described = await readFile(join(modules, '@electric-sql/pglite/package.json'), 'utf8')
  const folder = join(modules, '.cache')
  const file = join(folder, `tamis-pglite-${JSON.parse(described).version}.tar`)
  if (!existsSync(file)) {
    const db = await PGlite.create()
    const cluster = await db.dumpDataDir('none')
    await db.close()
    // Another process may be making it, too.
    const draft = `${file}.${process.pid}`
    await mkdir(folder, { recursive: true })
    await writeFile(draft, cluster.stream())
    await rename(draft, file)
  }
  return file
}

export const createPglite = async (): Promise<PGlite> =>
  PGlite.create({ loadDataDir: new Blob([await readFile(await emptyCluster())]) })

/**
 * Those that no connection uses, for the next: to make one takes a second. Only a worker of vitest,
 * which is ended, keeps them: another process would not end before they are closed.
 */
const idle: PGlite[] = []
const isWorker = process.env.VITEST_POOL_ID !== undefined

export const pglite: Engine = {
  name: 'PGlite',
  dialect,
  needs: 'npm install',
  features,
  async connect() {
    const db = idle.pop() ?? (await createPglite())
    const name = newSchema()
    await db.exec(`CREATE SCHEMA ${name}`)
    await db.exec(`SET search_path TO ${name}, public`)
    return {
      exec: async (text) => void (await db.exec(text)),
      run: async ({ text, params }) => void (await db.query(text, params as unknown[])),
      all: async ({ text, params }) => (await db.query(text, params as unknown[])).rows as never,
      async close() {
        if (!isWorker) return db.close()
        // As a new session finds it; a failed test may have left a transaction open.
        await db.exec('ROLLBACK')
        await db.exec('DISCARD ALL')
        await db.exec(`DROP SCHEMA ${name} CASCADE`)
        idle.push(db)
      },
    }
  },
  version,
}
