import { setTimeout as sleep } from 'node:timers/promises'
import { answerOf, ask, faultOfAnswer, type Request } from './ask.ts'
import { type Answer, isWhole, KINDS, type Model, type ReadUser, type Write } from './model.ts'
import type { Server } from './server.ts'

/** How many users each writer has. */
const PEOPLE = 12
/** How long a client repeats a request after the faults have ended, in milliseconds. */
const PATIENCE = 40_000

/** A stream that keeps a user online. */
export interface Stream {
  readonly id: string
  readonly server: Server
  /** The server's disturbances when it was opened. */
  readonly disturbances: number
  isOpen: boolean
  close(): void
}

export interface ClientsOptions {
  readonly model: Model
  readonly servers: readonly Server[]
  /** A seeded generator: an integer below another. */
  readonly random: (below: number) => number
  readonly serverToken: string
  tokenOf(user_id: string): Promise<string>
}

/** Clients that write, read, start tasks and connect, at random, until they are told to end. */
export class Clients {
  readonly streams = new Set<Stream>()
  readonly #options: ClientsOptions
  readonly #random: (below: number) => number
  #isOver = false
  #loops: Promise<unknown>[] = []
  #ops = 0
  /** Users that exist for certain. */
  readonly #created = new Set<string>()

  constructor(options: ClientsOptions) {
    this.#options = options
    this.#random = options.random
  }

  start(): void {
    this.#isOver = false
    this.#loops = [
      ...[0, 1, 2].map((own) => this.#loop(() => this.#write(own))),
      this.#loop(() => this.#read()),
      this.#loop(() => this.#startTask()),
      ...[0, 1].map((own) => this.#loop(() => this.#connect(own))),
    ]
  }

  /** Resolves when every client has the answers that it waits for. */
  async end(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#loops)
  }

  closeStreams(): void {
    for (const stream of this.streams) stream.close()
    this.streams.clear()
  }

  async #loop(work: () => Promise<unknown>): Promise<void> {
    while (!this.#isOver) {
      await work()
      await sleep(this.#random(20))
    }
  }

  #pick<T>(all: readonly T[]): T {
    const one = all[this.#random(all.length)]
    if (one === undefined) throw new RangeError('nothing to choose from')
    return one
  }

  #chance(percent: number): boolean {
    return this.#random(100) < percent
  }

  /** A server that answers, or now and then one that is stopped; undefined if there is none. */
  #server(): Server | undefined {
    const { servers } = this.#options
    const running = servers.filter(({ state }) => state === 'running')
    const stopped = servers.filter(({ state }) => state === 'stopped')
    if (stopped.length > 0 && (running.length === 0 || this.#chance(10))) return this.#pick(stopped)
    return running.length === 0 ? undefined : this.#pick(running)
  }

  async #ask(request: Omit<Request, 'token'>): Promise<Answer | undefined> {
    const server = this.#server()
    if (server === undefined) {
      await sleep(50)
      return undefined
    }
    return ask(this.#options.model, server, { ...request, token: this.#options.serverToken })
  }

  /** Repeats a request by its key until the answer says whether it was done. */
  async #insist(request: Omit<Request, 'token'> & { key: string }): Promise<Answer | undefined> {
    let end = Number.POSITIVE_INFINITY
    for (;;) {
      const answer = await this.#ask(request)
      const isOpen =
        answer === undefined ||
        answer.status === 503 ||
        answer.body.code === 'idempotency_key_in_use'
      if (!isOpen) return answer
      if (this.#isOver) end = Math.min(end, performance.now() + PATIENCE)
      if (performance.now() > end) {
        const last = answer?.text ?? 'no answer'
        this.#options.model.faults.push(`${request.key} was never answered: ${last}`)
        return undefined
      }
      await sleep(20 + this.#random(80))
    }
  }

  /** What a user has after an operation: one value in columns, in JSON and in a side table. */
  #fields(op: string) {
    return { image: op, name: op, custom: { op }, teams: [op] }
  }

  async #write(own: number): Promise<void> {
    const { model } = this.#options
    const op = `op-${this.#ops++}`
    const first = this.#random(PEOPLE)
    const ids = [...Array(1 + this.#random(4)).keys()].map((i) => `w${own}-${(first + i) % PEOPLE}`)
    const isUpdate = ids.every((id) => this.#created.has(id)) && this.#chance(40)
    const request = isUpdate
      ? {
          endpoint: 'PATCH /users',
          body: { users: ids.map((id) => ({ id, set: this.#fields(op) })) },
        }
      : {
          endpoint: 'POST /users',
          body: { users: ids.map((id) => ({ id, ...this.#fields(op) })) },
        }
    const write: Write = { op, ids, outcome: 'unknown' }
    model.writes.push(write)
    if (this.#chance(25)) {
      // A client that gives up: nobody knows then whether it was done.
      const answer = await this.#ask(request)
      this.#record(write, answer)
      return
    }
    const key = `key-${op}`
    const answer = await this.#insist({ ...request, key })
    this.#record(write, answer)
    if (answer?.status !== 200 || !this.#chance(15)) return
    const again = await this.#insist({ ...request, key })
    if (again !== undefined && (!again.isReplayed || again.text !== answer.text)) {
      model.faults.push(`${key} was answered differently when it was repeated: ${again.text}`)
    }
  }

  #record(write: Write, answer: Answer | undefined): void {
    if (answer?.status === 200) {
      write.outcome = 'acknowledged'
      for (const id of write.ids) this.#created.add(id)
    } else if (answer !== undefined && answer.status < 500) {
      write.outcome = 'refused'
      this.#options.model.faults.push(`${write.op} was refused: ${answer.text.slice(0, 300)}`)
    }
  }

  async #read(): Promise<void> {
    const filter = this.#pick([
      { role: 'user' },
      { name: { $autocomplete: 'op' } },
      { 'custom.op': `op-${this.#random(this.#ops + 1)}` },
      { teams: { $contains: `op-${this.#random(this.#ops + 1)}` } },
    ])
    const body = { filter_conditions: filter, limit: 50 }
    const answer = await this.#ask({ endpoint: 'POST /users/query', body })
    if (answer?.status !== 200) return
    for (const user of answer.body.users as readonly ReadUser[]) {
      if (!isWhole(user)) this.#options.model.faults.push(`half of a user: ${JSON.stringify(user)}`)
    }
  }

  async #startTask(): Promise<void> {
    const { model } = this.#options
    const op = `op-${this.#ops++}`
    const ids = [...Array(1 + this.#random(6)).keys()].map((i) => `t-${op}-${i}`)
    const write: Write = { op, ids, outcome: 'unknown' }
    model.writes.push(write)
    const users = ids.map((id) => ({ id, ...this.#fields(op) }))
    const key = `key-${op}`
    const made = await this.#insist({ endpoint: 'POST /users', body: { users }, key })
    this.#record(write, made)
    if (made?.status !== 200) return
    const kind = this.#pick(KINDS)
    const answer = await this.#insist({ ...taskRequest(kind, ids), key: `task-${op}` })
    if (answer?.status === 200) model.tasks.push({ id: String(answer.body.task_id), kind, ids })
    else if (answer !== undefined) model.faults.push(`a task was refused: ${answer.text}`)
    await sleep(this.#random(200))
  }

  /** Opens a stream for a while, and perhaps leaves it open. */
  async #connect(own: number): Promise<void> {
    const { model, tokenOf } = this.#options
    const id = `p${own}-${this.#random(PEOPLE)}`
    const server = this.#server()
    const isTaken = [...this.streams].some((stream) => stream.id === id)
    if (server?.state !== 'running' || isTaken) return void (await sleep(20))
    const { disturbances } = server
    const over = new AbortController()
    const stream: Stream = { id, server, disturbances, isOpen: true, close: () => over.abort() }
    const token = await tokenOf(id)
    if (this.#chance(30)) {
      const body = { user: { name: `name of ${id}` } }
      await ask(model, server, { endpoint: 'POST /connect', token, body })
      model.connected.add(id)
      return
    }
    try {
      const response = await fetch(`${server.url}/connect`, {
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.any([over.signal, server.impatience]),
      })
      model.count(`stream ${response.status}`)
      if (response.status !== 200) {
        const answer = answerOf(response, await response.text())
        const fault = faultOfAnswer(answer, response.headers.get('retry-after'))
        if (fault !== undefined) model.faults.push(`GET /connect: ${fault}`)
        return
      }
      const reader = response.body?.getReader()
      await reader?.read()
      model.connected.add(id)
      this.streams.add(stream)
      void (async () => {
        while (reader !== undefined && !(await reader.read()).done) {}
      })()
        .catch(() => {})
        .finally(() => {
          stream.isOpen = false
          this.streams.delete(stream)
        })
      await sleep(this.#random(400))
      if (this.#chance(70)) over.abort()
    } catch {
      // The server was killed or stopped, or the stream was closed.
    }
  }
}

function taskRequest(kind: (typeof KINDS)[number], user_ids: readonly string[]) {
  if (kind === 'deactivate') return { endpoint: 'POST /users/deactivate', body: { user_ids } }
  if (kind === 'export') return { endpoint: 'POST /export/users', body: { user_ids } }
  const others = kind === 'hard' ? { messages: 'hard', conversations: 'hard' } : {}
  return { endpoint: 'POST /users/delete', body: { user_ids, user: kind, ...others } }
}
