import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from './ask.ts'
import type { Model } from './model.ts'
import type { Server } from './server.ts'
import type { Target } from './target.ts'

/** What faults happen to. */
export interface Victim {
  readonly target: Target
  readonly servers: readonly Server[]
  readonly model: Model
  readonly random: (below: number) => number
  readonly serverToken: string
  /** A server's token that expires at a time, in seconds since 1970. */
  expiring(at: number): Promise<string>
}

interface Fault {
  /** Whether it can happen to a database here. */
  applies(target: Target): boolean
  /** Happens, lasts for a while, and ends, as far as it ends by itself. */
  happen(victim: Victim): Promise<void>
}

const HOUR = 60 * 60 * 1000
/** How far a clock jumps. Twice as far is less than the day for which answers are kept. */
const LONGEST_JUMP = 11 * HOUR

const always = () => true
const pick = <T>(all: readonly T[], random: (below: number) => number): T | undefined =>
  all[random(all.length || 1)]
const running = ({ servers }: Victim) => servers.filter(({ state }) => state === 'running')

/** A process that refuses to start while a fault lasts says why; that it starts later is checked. */
async function start(server: Server, { model }: Victim): Promise<void> {
  if (server.state !== 'dead') return
  const refusal = await server.start()
  if (refusal === undefined) return
  model.count('a start was refused')
  if (!/^\{"type"/.test(refusal)) model.faults.push(`${server.name} did not start: ${refusal}`)
}

async function killAndStart(servers: readonly Server[], victim: Victim): Promise<void> {
  await Promise.all(servers.map((each) => each.kill()))
  await sleep(victim.random(800))
  await Promise.all(servers.map((each) => start(each, victim)))
}

/** A token is valid or not by the clock of the process that reads it. */
async function checkExpiry(server: Server, victim: Victim): Promise<void> {
  const { model, random, expiring } = victim
  const left = (random(2) === 0 ? -1 : 1) * (1 + random(10)) * 0.5 * HOUR
  const { disturbances, shift } = server
  const token = await expiring(Math.floor((Date.now() + shift + left) / 1000))
  const answer = await ask(model, server, { endpoint: 'GET /app', token })
  const isSame = server.disturbances === disturbances && server.shift === shift
  if (answer === undefined || answer.status === 503 || !isSame) return
  const expected = left > 0 ? 200 : 401
  if (answer.status !== expected) {
    model.faults.push(`a token that expires in ${left} ms was answered by ${answer.status}`)
  }
}

export const FAULTS: Readonly<Record<string, Fault>> = {
  kill: {
    applies: always,
    async happen(victim) {
      const server = pick(running(victim), victim.random)
      if (server !== undefined) await killAndStart([server], victim)
    },
  },
  killAll: {
    applies: always,
    happen: (victim) => killAndStart(running(victim), victim),
  },
  stop: {
    applies: always,
    async happen(victim) {
      const { random } = victim
      const server = pick(running(victim), random)
      server?.stop(200 + random(1000))
      await sleep(100 + random(3000))
      server?.goOn()
    },
  },
  clock: {
    applies: always,
    async happen(victim) {
      const { random } = victim
      const all = running(victim)
      const one = pick(all, random)
      const jumping = random(2) === 0 ? all : all.filter((each) => each === one)
      for (let jumps = 1 + random(3); jumps > 0; jumps--) {
        const shift = random(2 * LONGEST_JUMP) - LONGEST_JUMP
        for (const server of jumping) server.setClock(shift)
        for (const server of jumping) {
          if (server.state === 'running') await checkExpiry(server, victim)
        }
        await sleep(random(1500))
      }
      // Some clocks stay wrong until the end of the round.
      if (random(2) === 0) for (const server of jumping) server.setClock(0)
    },
  },
  cut: {
    applies: ({ cut }) => cut !== undefined,
    async happen({ target, random }) {
      for (let cuts = 1 + random(5); cuts > 0; cuts--) {
        await target.cut?.()
        await sleep(random(300))
      }
    },
  },
  sqliteProcess: {
    applies: ({ engine }) => engine === 'SQLite',
    async happen(victim) {
      const pid = pick(pick(running(victim), victim.random)?.children() ?? [], victim.random)
      if (pid !== undefined) end(pid)
    },
  },
  diskFull: {
    applies: ({ disk }) => disk !== undefined,
    async happen({ target, random }) {
      target.disk?.fill()
      await sleep(100 + random(2500))
      target.disk?.free()
    },
  },
  readOnly: {
    applies: ({ file }) => file !== undefined,
    async happen(victim) {
      const { target, random } = victim
      target.file?.protect()
      // What has opened the file may go on writing it.
      for (const pid of running(victim).flatMap((each) => each.children())) end(pid)
      await sleep(100 + random(2500))
      target.file?.release()
    },
  },
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has just ended.
  }
}

/** Ends every fault. */
export async function heal(victim: Victim): Promise<void> {
  const { target, servers, model } = victim
  target.disk?.free()
  target.file?.release()
  for (const server of servers) {
    server.goOn()
    server.setClock(0)
  }
  await Promise.all(
    servers.map(async (server) => {
      if (server.state !== 'dead') return
      const refusal = await server.start()
      if (refusal !== undefined) model.faults.push(`${server.name} does not start: ${refusal}`)
    }),
  )
}
