import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Orders } from './peer.ts'

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

export const COMMAND = pathOf('../../dist/cli/main.mjs')
const PEER = pathOf('./peer.ts')
const SECRET = 'a secret that is long enough for the bench'

/** All servers share this core, and the requests come from the others. */
const CORE = '0'

/** A server in a process of its own, held to one core with the processes that it starts. */
export interface Server {
  readonly port: number
  /** The processor time that it and its processes have taken, in ms. */
  cpu(): number
  end(): Promise<void>
}

const TICK = 10

function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  const own = (Number(fields[11]) + Number(fields[12])) * TICK
  return children
    .split(' ')
    .filter((each) => each !== '')
    .reduce((sum, each) => sum + cpuOf(Number(each)), own)
}

async function start(args: readonly string[]): Promise<Server> {
  const own: ChildProcess = spawn('taskset', ['-c', CORE, process.execPath, ...args], {
    env: { ...process.env, TAMIS_SECRET: SECRET },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const port = await new Promise<number>((resolve, reject) => {
    let said = ''
    own.stderr?.on('data', (chunk: Buffer) => {
      said += chunk
      const [, found] = /http:\/\/[\d.]+:(\d+)/.exec(said) ?? []
      if (found !== undefined) resolve(Number(found))
    })
    own.on('exit', () => reject(new Error(said)))
  })
  return {
    port,
    cpu: () => cpuOf(own.pid ?? 0),
    async end() {
      own.kill()
      await once(own, 'exit')
    },
  }
}

/** `tamis serve` for a database. It logs each request, as it does by default. */
export const serve = (db: string): Promise<Server> =>
  start([
    COMMAND,
    ...['serve', '--db', db, '--port', '0', '--no-worker'],
    ...['--index', 'color', '--index', 'age'],
  ])

export const servePeer = (orders: Orders): Promise<Server> =>
  start(['--import', 'tsx', PEER, JSON.stringify(orders)])

export const token = (...args: readonly string[]): string =>
  execFileSync(process.execPath, [COMMAND, 'token', '--secret', SECRET, ...args], {
    encoding: 'utf8',
  }).trim()
