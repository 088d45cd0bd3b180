/** A database server of the campaign's own, which it may restart. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import pg from 'pg'

export interface Cutter {
  /** Cuts a connection of the application's, one within a transaction rather; whether there was one. */
  cut(): Promise<boolean>
  end(): Promise<void>
}

export interface OwnServer {
  readonly url: string
  cutter(): Promise<Cutter>
  /** Stops the server as `how` says, and starts it again. */
  restart(how: 'orderly' | 'crash'): Promise<void>
  end(): Promise<void>
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

/** Servers refuse to run as root, so they run as the user whom their package made. */
function identity(user: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }).trim())
  return { uid: id('-u'), gid: id('-g') }
}

async function until(holds: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await holds()
      return
    } catch (error) {
      if (tries === 300) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

/** A folder, a way to run a server in it, and the signals that stop that. */
async function running(
  folder: string,
  own: { uid?: number; gid?: number },
  command: readonly string[],
  signals: { readonly orderly: NodeJS.Signals; readonly crash: NodeJS.Signals },
  isThere: () => Promise<unknown>,
): Promise<Pick<OwnServer, 'restart' | 'end'>> {
  const start = (): ChildProcess =>
    spawn(command[0] as string, command.slice(1), { ...own, cwd: folder, stdio: 'ignore' })
  let server = start()
  const stop = async (signal: NodeJS.Signals) => {
    const ended = once(server, 'exit')
    server.kill(signal)
    await ended
  }
  process.on('exit', () => server.kill('SIGKILL'))
  await until(isThere)
  return {
    async restart(how) {
      await stop(signals[how])
      server = start()
      await until(isThere)
    },
    async end() {
      await stop(signals.orderly)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function scratch(own: { uid?: number; gid?: number }): string {
  const folder = mkdtempSync(join(tmpdir(), 'tamis-cuts-'))
  const data = join(folder, 'data')
  mkdirSync(data)
  for (const each of [folder, data]) {
    if (own.uid !== undefined && own.gid !== undefined) chownSync(each, own.uid, own.gid)
  }
  return folder
}

/** Where Debian and others put PostgreSQL's programs, the newest first. */
function postgresBinaries(): string {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : []
  return versions.length > 0 ? join(root, versions[0] as string, 'bin') : ''
}

export async function ownPostgres(): Promise<OwnServer> {
  const own = identity('postgres')
  const folder = scratch(own)
  const data = join(folder, 'data')
  const bin = postgresBinaries()
  const options = ['-D', data, '-U', 'postgres', '--auth=trust', '-E', 'UTF8']
  execFileSync(join(bin, 'initdb'), options, { ...own, cwd: folder, stdio: 'ignore' })
  const port = await freePort()
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  const settings = [`listen_addresses=127.0.0.1`, `unix_socket_directories=${folder}`]
  const command = [join(bin, 'postgres'), '-D', data, '-p', String(port)]
  // SIGINT is a fast shutdown, which cuts every connection; SIGQUIT an immediate one, which recovers.
  const control = await running(
    folder,
    own,
    [...command, ...settings.flatMap((each) => ['-c', each])],
    { orderly: 'SIGINT', crash: 'SIGQUIT' },
    async () => {
      const client = new pg.Client(url)
      await client.connect()
      await client.end()
    },
  )
  return {
    ...control,
    url,
    async cutter() {
      const client = new pg.Client(url)
      client.on('error', () => {})
      await client.connect()
      return {
        async cut() {
          const { rows } = await client.query(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'
             ORDER BY (state <> 'idle')::int * random() DESC, random() LIMIT 1`,
          )
          return rows.length > 0
        },
        end: () => client.end().catch(() => {}),
      }
    },
  }
}

/** A connection of the application's, by its id: one within a transaction rather. */
const CONNECTION = {
  mariadb: `SELECT id FROM information_schema.processlist
    LEFT JOIN information_schema.innodb_trx ON trx_mysql_thread_id = id
    WHERE id <> connection_id() AND user = 'root'
    ORDER BY (trx_id IS NOT NULL) * rand() DESC, rand() LIMIT 1`,
  // MySQL cannot read that table while any session's statement has a character beyond U+FFFF.
  mysql: `SELECT processlist_id AS id FROM performance_schema.threads
    LEFT JOIN performance_schema.events_transactions_current AS own
      ON own.thread_id = threads.thread_id AND own.state = 'ACTIVE'
    WHERE processlist_id <> connection_id() AND processlist_user = 'root'
    ORDER BY (own.state IS NOT NULL) * rand() DESC, rand() LIMIT 1`,
} as const

/** A server that mysql2 reaches as root without a password, once its folder is made. */
async function ownByMysql2(
  kind: keyof typeof CONNECTION,
  folder: string,
  own: { uid?: number; gid?: number },
  program: readonly string[],
  settings: readonly string[],
): Promise<OwnServer> {
  const port = await freePort()
  const server = `mysql://root@127.0.0.1:${port}/`
  const command = [...program, `--port=${port}`, '--bind-address=127.0.0.1', ...settings]
  const control = await running(
    folder,
    own,
    command,
    { orderly: 'SIGTERM', crash: 'SIGKILL' },
    async () => {
      const connection = await createConnection(server)
      await connection.query('CREATE DATABASE IF NOT EXISTS cuts')
      await connection.end()
    },
  )
  return {
    ...control,
    url: `${server}cuts`,
    async cutter() {
      const connection = await createConnection(server)
      connection.on('error', () => {})
      return {
        async cut() {
          const [rows] = await connection.query(CONNECTION[kind])
          const [row] = rows as { id: number }[]
          if (row === undefined) return false
          // It may have ended meanwhile.
          await connection.query(`KILL CONNECTION ${row.id}`).catch(() => {})
          return true
        },
        end: () => connection.end().catch(() => {}),
      }
    },
  }
}

export async function ownMariadb(settings: readonly string[] = []): Promise<OwnServer> {
  const own = identity('mysql')
  const folder = scratch(own)
  const data = join(folder, 'data')
  const install = ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal']
  execFileSync('mariadb-install-db', install, { ...own, cwd: folder, stdio: 'ignore' })
  const program = [
    existsSync('/usr/sbin/mariadbd') ? '/usr/sbin/mariadbd' : 'mariadbd',
    '--no-defaults',
    `--datadir=${data}`,
    `--socket=${join(folder, 'own.sock')}`,
    `--pid-file=${join(folder, 'own.pid')}`,
  ]
  return ownByMysql2('mariadb', folder, own, program, settings)
}

/** With the programs of the chroot that `npm run mysql` makes, which takes root. */
export async function ownMysql(settings: readonly string[] = []): Promise<OwnServer> {
  const root = process.env.TAMIS_MYSQL_FOLDER ?? join(tmpdir(), 'tamis-mysql')
  const folder = mkdtempSync(join(root, 'var/lib/tamis-cuts-'))
  const inside = folder.slice(root.length)
  execFileSync('chroot', [root, 'chown', 'mysqltest', inside])
  const program = [
    root,
    '/usr/sbin/mysqld',
    '--no-defaults',
    '--user=mysqltest',
    `--datadir=${inside}/data`,
    `--socket=${inside}/own.sock`,
    `--pid-file=${inside}/own.pid`,
    '--mysqlx=OFF',
    '--secure-file-priv=',
  ]
  execFileSync('chroot', [...program, '--initialize-insecure'], { stdio: 'ignore' })
  return ownByMysql2('mysql', folder, {}, ['chroot', ...program], settings)
}
