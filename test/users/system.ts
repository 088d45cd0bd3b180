import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import type { JsonObject, Settings, Users, WatchEvent } from 'tamis/users'
import { createUsers } from 'tamis/users'
import { GENERATED, type ModelSettings, type Told } from './model.ts'

export const SECRET = 'a secret of the tests, long enough to sign'

/** The time limit for asynchronous effects, in milliseconds. */
export const SOON = 10_000

/** What is sent: what JSON has no word for is not there. */
export const wire = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null))

/** A list of users that is updated by its events only. */
interface WatchedList {
  readonly filter: unknown
  users: Map<string, unknown>
  /** How often it was queried, and the number of the last query that succeeded. */
  mustAsk: number
  asked: number
  seq: number
  readonly faults: string[]
}

interface Call extends Told {
  readonly key: string
}

/** The users system under test, with the clock, the hooks and the open lists around it. */
export class System {
  now: number
  /** How many of the next calls of a hook fail. */
  broken = 0
  calls: Call[] = []
  readonly tasks: string[] = []
  /** Whether somebody has connected, whose time may come. */
  hasConnected = false
  /** What closes the open connections, in the order in which they were opened. */
  streams: (() => Promise<void>)[] = []
  readonly #url: string
  readonly #settings: ModelSettings
  readonly #lists: readonly WatchedList[]
  readonly #errors: unknown[] = []
  #users: Users | undefined

  constructor(url: string, settings: ModelSettings, filters: readonly unknown[], now: number) {
    this.#url = url
    this.#settings = settings
    this.now = now
    this.#lists = filters.map((filter) => ({
      filter,
      users: new Map(),
      mustAsk: 1,
      asked: 0,
      seq: 0,
      faults: [],
    }))
  }

  get users(): Users {
    return this.#users as Users
  }

  async open(): Promise<void> {
    const settings: Settings = {
      ...this.#settings,
      clock: () => new Date(this.now),
      pollInterval: 20,
      secret: SECRET,
    }
    const hook = (name: Told['hook']) => (call: object) => this.#hear(name, call as Call)
    this.#users = await createUsers({
      db: this.#url,
      settings,
      hooks: {
        onDelete: hook('onDelete'),
        onDeactivate: hook('onDeactivate'),
        onReactivate: hook('onReactivate'),
        onError: (error) => {
          if ((error as Error)?.message !== BROKEN) this.#errors.push(error)
        },
      },
    })
    for (const list of this.#lists) {
      await this.users.watch(list.filter, (event) => heard(list, event))
      list.mustAsk++
    }
  }

  async close(): Promise<void> {
    await this.#users?.close()
    this.streams = []
    this.#users = undefined
    assert.deepEqual(this.#errors, [], 'nothing failed where nobody waited for it')
  }

  async restart(): Promise<void> {
    await this.close()
    await this.open()
  }

  /** What becomes of a task, once it has ended. */
  async ended(task_id: string): Promise<unknown> {
    for (const until = Date.now() + SOON; ; ) {
      const task = await this.users.getTask({ id: task_id })
      if (task.status === 'completed' || task.status === 'failed') {
        const { task_id: own, ...rest } = task
        assert.equal(own, task_id)
        return rest
      }
      assert.ok(Date.now() < until, `the task is ${task.status} for too long`)
      await pause(1)
    }
  }

  /** The calls of the hooks, without repetitions. */
  told(): Told[] {
    const byKey = new Map<string, Told>()
    for (const { key, ...told } of this.calls) {
      const before = byKey.get(key)
      if (before !== undefined) assert.deepEqual(told, before, `one key, one thing: ${key}`)
      byKey.set(key, told)
    }
    this.calls = []
    return [...byKey.values()]
  }

  /** Waits until every list is what its filter gives, which the test says. */
  async checkLists(expected: (filter: unknown) => readonly unknown[]): Promise<void> {
    for (const list of this.#lists) {
      const users = new Map(expected(list.filter).map((user) => [idOf(user), wire(user)]))
      for (const until = Date.now() + SOON; ; await pause(1)) {
        if (list.asked !== list.mustAsk) await this.#ask(list)
        assert.deepEqual(list.faults, [])
        try {
          assert.deepEqual(list.users, users)
          break
        } catch (error) {
          if (Date.now() > until) throw error
        }
      }
    }
  }

  async #ask(list: WatchedList): Promise<void> {
    const { mustAsk } = list
    const payload = { filter_conditions: list.filter, limit: 1000 }
    const { users } = await this.users.queryUsers({ payload })
    list.users = new Map(users.map((user) => [user.id, wire(user)]))
    list.seq = 0
    // Events repeat changes that the result already contains, all before another list is opened.
    const end = await this.users.watch({}, () => {})
    end()
    list.asked = mustAsk
  }

  #hear(hook: Told['hook'], { key, user, options }: Call): void {
    const { new_channel_owner_id: owner } = options as JsonObject
    const isGenerated = /^delete-user-[0-9a-f-]{36}$/.test(String(owner))
    const own = isGenerated ? { ...options, new_channel_owner_id: GENERATED } : options
    this.calls.push({ key, hook, user: wire(user) as never, options: wire(own) as never })
    if (this.broken === 0) return
    this.broken--
    throw new Error(BROKEN)
  }
}

const BROKEN = 'the hook is broken'

const idOf = (user: unknown): string => (user as { readonly id: string }).id

function heard(list: WatchedList, event: WatchEvent): void {
  if (event.type === 'reset') {
    list.mustAsk++
    return
  }
  // A list is not comparable before its first query.
  if (list.asked !== list.mustAsk) return
  const { type, user, seq } = event
  if (seq <= list.seq) list.faults.push(`change ${seq} after ${list.seq}`)
  list.seq = seq
  if (list.users.has(user.id) !== (type !== 'added')) list.faults.push(`${type} ${user.id}`)
  if (type === 'removed') list.users.delete(user.id)
  else list.users.set(user.id, wire(user))
}
