import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SignJWT } from 'jose'
import { signToken } from '../../../src/users/tokens.ts'
import { ask } from './ask.ts'
import { readAudit, startAudit } from './audit.ts'
import { checkTasks, checkUsers, checkWrites } from './checks.ts'
import { Clients } from './clients.ts'
import { FAULTS, heal, type Victim } from './inject.ts'
import { type Answer, Model, type ReadUser } from './model.ts'
import { Server } from './server.ts'
import { type Target, targetOf } from './target.ts'

const SECRET = 'the secret of the campaign of faults, as long as it must be'
/** Short, so that a process that is stopped for seconds loses what it has. */
const LEASE = 1500
const GRACE = 1500
/** How long the system may take to recover after the faults have ended, in milliseconds. */
const RECOVERY = 40_000
/** The most ids that one filter may have in a list. */
const MOST_IDS = 100

/** What breaks one promise on purpose, after the faults of a round and before its checks. */
export type Sabotage = (world: World) => Promise<void>

/** A database, two servers on it, and their clients. */
export class World {
  readonly model = new Model()
  readonly target: Target
  readonly servers: readonly Server[]
  readonly happened = new Map<string, number>()
  /** How long a check waits for what must soon hold, in milliseconds. */
  recovery = RECOVERY
  /** When the checks of a round stop waiting. */
  #deadline = 0
  readonly #folder: string
  readonly #keys: string
  readonly #random: (below: number) => number
  readonly #victim: Victim
  readonly #clients: Clients

  private constructor(
    target: Target,
    folder: string,
    program: string,
    random: (below: number) => number,
    serverToken: string,
  ) {
    this.target = target
    this.#folder = folder
    this.#keys = join(folder, 'keys')
    this.#random = random
    writeFileSync(this.#keys, '')
    chmodSync(this.#keys, 0o666)
    const orders = {
      db: target.url,
      settings: { secret: SECRET, lease: LEASE, onlineGrace: GRACE, pollInterval: 50 },
      keys: this.#keys,
      slow: 60,
    }
    this.servers = ['one', 'two'].map(
      (name) => new Server({ name, program, folder, orders, uid: target.uid }),
    )
    const { model, servers } = this
    const key = new TextEncoder().encode(SECRET)
    const expiring = (at: number) =>
      new SignJWT({ server: true })
        .setProtectedHeader({ alg: 'HS256' })
        .setExpirationTime(at)
        .sign(key)
    this.#victim = { target, servers, model, random, serverToken, expiring }
    const tokenOf = (user_id: string) => signToken(SECRET, { user_id })
    this.#clients = new Clients({ model, servers, random, serverToken, tokenOf })
  }

  /** Opens an empty database. `program` is the bundled process.ts. */
  static async open(
    engine: string,
    program: string,
    random: (below: number) => number,
  ): Promise<World> {
    const target = await targetOf(engine)
    const folder = mkdtempSync(join(tmpdir(), 'tamis-faults-processes-'))
    chmodSync(folder, 0o755)
    const token = await signToken(SECRET, { server: true })
    const world = new World(target, folder, program, random, token)
    try {
      // The first process makes the tables.
      for (const [i, server] of world.servers.entries()) {
        const refusal = await server.start()
        if (refusal !== undefined) throw new Error(refusal)
        if (i === 0) await startAudit(engine, target.runner)
      }
    } catch (error) {
      await world.close()
      throw error
    }
    return world
  }

  /** The names of the faults that can happen to this database here. */
  get faults(): readonly string[] {
    return Object.keys(FAULTS).filter((name) => FAULTS[name]?.applies(this.target))
  }

  /** Load for some time, with these faults at random moments, and then every check. */
  async round(names: readonly string[], sabotage?: Sabotage): Promise<readonly string[]> {
    this.#clients.start()
    const faults = names.map(async (name) => {
      await sleep(this.#random(2000))
      await FAULTS[name]?.happen(this.#victim)
      this.happened.set(name, (this.happened.get(name) ?? 0) + 1)
    })
    await sleep(1000 + this.#random(1500))
    await Promise.all(faults)
    await heal(this.#victim)
    await this.#clients.end()
    await sabotage?.(this)
    return this.check()
  }

  /** What does not hold while nothing happens. */
  async check(): Promise<readonly string[]> {
    await this.#check()
    return this.model.faults.splice(0)
  }

  async close(): Promise<void> {
    this.#clients.closeStreams()
    for (const server of this.servers) server.goOn()
    await Promise.all(this.servers.map((each) => each.kill()))
    await this.target.drop()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** Asks a server that answers. */
  async ask(endpoint: string, body?: unknown): Promise<Answer | undefined> {
    const server = this.servers.find(({ state }) => state === 'running')
    if (server === undefined) return undefined
    return ask(this.model, server, { endpoint, body, token: this.#victim.serverToken })
  }

  async #check(): Promise<void> {
    const { model, servers } = this
    this.#deadline = performance.now() + this.recovery
    for (const server of servers) {
      await this.#soon(`${server.name} takes writes`, async () => {
        const body = { users: [{ id: 'check' }] }
        const request = { endpoint: 'POST /users', body, token: this.#victim.serverToken }
        return (await ask(model, server, request))?.status === 200
      })
    }
    await this.#checkOnline()
    for (const { id, kind } of model.tasks) {
      await this.#soon(`the task ${id} (${kind}) is completed`, async () => {
        const task = (await this.ask(`GET /tasks/${id}`))?.body
        return task?.status === 'completed'
      })
    }
    const { writes, ends } = await readAudit(this.target.runner)
    const keys = new Set(readFileSync(this.#keys, 'utf8').split('\n'))
    model.faults.push(
      ...checkWrites(model.writes, writes),
      ...checkTasks(model.tasks, writes, ends, keys),
      ...checkUsers(writes, await this.#users(writes.map(({ id }) => id))),
    )
    await this.#checkDatabase()
    for (const server of servers) model.faults.push(...server.deaths.splice(0))
  }

  /** Who has an open stream is online, and nobody else. */
  async #checkOnline(): Promise<void> {
    const isOnline = async (ids: readonly string[], expected: boolean) => {
      const users = await this.#users(ids)
      return [...users.values()].every(({ online }) => online === expected)
    }
    const open = () => [...this.#clients.streams].map(({ id }) => id)
    await this.#soon('who has a stream is online', () => isOnline(open(), true))
    this.#clients.closeStreams()
    const connected = [...this.model.connected]
    await this.#soon('nobody is online without a stream', () => isOnline(connected, false))
  }

  async #checkDatabase(): Promise<void> {
    const { engine, runner } = this.target
    const left = await runner.run(`SELECT t.id FROM tamis_tasks t JOIN tamis_task_users u
      ON u.task_id = t.id WHERE t.status = 'completed' AND t.type <> 'export'`)
    if (left.length > 0) this.model.faults.push('a task that has ended still has users')
    if (engine !== 'SQLite') return
    const [row] = await runner.run('PRAGMA integrity_check')
    const found = Object.values(row ?? {})[0]
    if (found !== 'ok') this.model.faults.push(`the file is damaged: ${found}`)
  }

  async #users(ids: readonly string[]): Promise<ReadonlyMap<string, ReadUser>> {
    const found = new Map<string, ReadUser>()
    const all = [...new Set(ids)]
    for (let i = 0; i < all.length; i += MOST_IDS) {
      const filter_conditions = { id: { $in: all.slice(i, i + MOST_IDS) } }
      const body = { filter_conditions, limit: MOST_IDS, include_deactivated_users: true }
      const answer = await this.ask('POST /users/query', body)
      const users = (answer?.body.users ?? []) as readonly ReadUser[]
      for (const user of users) found.set(user.id, user)
    }
    return found
  }

  /** Waits until something holds; it is a fault if it does not soon. */
  async #soon(what: string, holds: () => Promise<boolean>): Promise<void> {
    while (!(await holds())) {
      if (performance.now() > this.#deadline) {
        this.model.faults.push(`not after ${this.recovery} ms: ${what}`)
        return
      }
      await sleep(50)
    }
  }
}
