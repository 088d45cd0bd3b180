import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { databases } from '../../users/databases.ts'
import { RUNNERS, type Runner } from '../../users/runners.ts'

/** The size of the disk that is filled. */
const DISK = '32m'
/** Files do not protect themselves from root, so the processes run as a user who may do little. */
const NOBODY = 65_534

/** A database that faults happen to. */
export interface Target {
  readonly engine: string
  readonly url: string
  readonly runner: Runner
  /** Whom the processes run as; as the campaign does where it is undefined. */
  readonly uid?: number | undefined
  /** Fills the disk; only of a file on a disk of its own. */
  readonly disk?: { fill(): void; free(): void } | undefined
  /** Makes the file read-only for connections that are opened from then on. */
  readonly file?: { protect(): void; release(): void } | undefined
  /** Cuts the connections of the processes; only of a server. */
  cut?(): Promise<number>
  drop(): Promise<void>
}

const CHUNKS = [1024 * 1024, 4096, 512]

/** A small disk of its own at a folder; undefined where mounting is not permitted. */
function mounted(folder: string): (Target['disk'] & { unmount(): void }) | undefined {
  try {
    const options = ['-t', 'tmpfs', '-o', `size=${DISK},mode=0777`, 'tamis-faults', folder]
    execFileSync('mount', options, { stdio: 'ignore' })
  } catch {
    return undefined
  }
  const filler = join(folder, 'filler')
  let isMounted = true
  const unmount = () => {
    // Lazily, because a process that was killed may not have ended.
    if (isMounted) execFileSync('umount', ['-l', folder])
    isMounted = false
  }
  // A campaign that is interrupted leaves nothing mounted.
  process.once('exit', unmount)
  return {
    fill() {
      const file = openSync(filler, 'a')
      for (const size of CHUNKS) {
        try {
          for (;;) if (writeSync(file, Buffer.alloc(size)) < size) break
        } catch {
          // No space for a chunk of this size is left.
        }
      }
      closeSync(file)
    },
    free: () => rmSync(filler, { force: true }),
    unmount() {
      process.off('exit', unmount)
      unmount()
    },
  }
}

async function sqliteTarget(): Promise<Target> {
  const uid = process.getuid?.() === 0 ? NOBODY : undefined
  const top = mkdtempSync(join(tmpdir(), 'tamis-faults-'))
  const folder = join(top, 'disk')
  mkdirSync(folder)
  const disk = mounted(folder)
  if (uid !== undefined) for (const each of [top, folder]) chownSync(each, uid, uid)
  const url = join(folder, 'users.sqlite')
  const files = () => readdirSync(folder).filter((name) => name.startsWith('users.sqlite'))
  const allow = (folderMode: number, fileMode: number) => {
    chmodSync(folder, folderMode)
    for (const name of files()) chmodSync(join(folder, name), fileMode)
  }
  return {
    engine: 'SQLite',
    url,
    uid,
    runner: await runnerOf('SQLite', url),
    disk,
    file: { protect: () => allow(0o555, 0o444), release: () => allow(0o777, 0o666) },
    async drop() {
      disk?.unmount()
      rmSync(top, { recursive: true, force: true })
    },
  }
}

function runnerOf(engine: string, url: string): Runner | Promise<Runner> {
  const open = RUNNERS[engine]
  if (open === undefined) throw new TypeError(`no database ${JSON.stringify(engine)}`)
  return open(url)
}

/** By this name PostgreSQL knows the connections of the processes. */
const APPLICATION = `tamis-faults-${process.pid}`

async function cutPostgres({ run }: Runner): Promise<number> {
  const rows = await run(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = '${APPLICATION}'`)
  return rows.length
}

async function connectionsOf({ run }: Runner): Promise<readonly unknown[]> {
  const [own] = await run('SELECT DATABASE() AS name')
  const rows = await run('SHOW PROCESSLIST')
  return rows.filter(({ db }) => db === own?.name).map(({ Id }) => Id)
}

async function cutMysql(runner: Runner, others: readonly unknown[]): Promise<number> {
  const ids = (await connectionsOf(runner)).filter((id) => !others.includes(id))
  // One may have ended meanwhile.
  for (const id of ids) await runner.run(`KILL CONNECTION ${id}`).catch(() => {})
  return ids.length
}

/** In a scratch schema or database of a server that others may use, too. */
async function serverTarget(engine: string): Promise<Target> {
  const fresh = await databases.find(({ name }) => name === engine)?.fresh()
  if (fresh === undefined) throw new TypeError(`no database ${JSON.stringify(engine)}`)
  const runner = await runnerOf(engine, fresh.url)
  const isPostgres = engine === 'PostgreSQL'
  const others = isPostgres ? [] : await connectionsOf(runner)
  return {
    engine,
    url: isPostgres ? `${fresh.url}&application_name=${APPLICATION}` : fresh.url,
    runner,
    cut: () => (isPostgres ? cutPostgres(runner) : cutMysql(runner, others)),
    async drop() {
      await runner.end()
      await fresh.drop()
    },
  }
}

/** @throws TypeError for a name that no database has. */
export const targetOf = (engine: string): Promise<Target> =>
  engine === 'SQLite' ? sqliteTarget() : serverTarget(engine)
