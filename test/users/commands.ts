// Longer than most files here: each operation once, a few lines.

import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import fc from 'fast-check'
import { jwtVerify } from 'jose'
import { FilterError, safeParseQuery } from 'tamis'
import { invalidFilterArbitrary, queryArbitrary } from 'tamis/fast-check'
import { type FieldChanges, type UserInput, UsersError, usersSchema } from 'tamis/users'
import {
  appChanges,
  type Batch,
  connecting,
  deactivateOptions,
  deleteOptions,
  guests,
  ids,
  manyIds,
  partialBatches,
  partials,
  reactivateOptions,
  userBatches,
  users,
} from './inputs.ts'
import { type Model, Refusal } from './model.ts'
import { SECRET, SOON, type System, wire } from './system.ts'

type Answer = { readonly answer: unknown } | { readonly refused: unknown }

async function answerOf(work: () => unknown): Promise<Answer> {
  try {
    return { answer: wire(await work()) }
  } catch (error) {
    if (error instanceof Refusal) return { refused: wire(error.refused) }
    if (error instanceof FilterError) return { refused: wire(error.issues) }
    if (!(error instanceof UsersError)) throw error
    const { code, details } = error
    return { refused: wire({ code, user_id: details.user_id, field: details.field }) }
  }
}

/** One operation: the model's result, and the system's. */
class Step<I> implements fc.AsyncCommand<Model, System> {
  readonly #name: string
  readonly #input: I
  readonly #expected: (model: Model, input: I) => unknown
  readonly #actual: (system: System, input: I) => unknown

  readonly #settles: boolean

  constructor(name: string, input: I, { expected, actual, settles = false }: Operation<I>) {
    this.#settles = settles
    this.#name = name
    this.#input = input
    this.#expected = expected
    this.#actual = actual
  }

  check(): boolean {
    return true
  }

  async run(model: Model, system: System): Promise<void> {
    const expected = await answerOf(() => this.#expected(model, this.#input))
    const actual = await answerOf(() => this.#actual(system, this.#input))
    assert.deepEqual(actual, expected)
    assert.deepEqual(system.told(), wire(model.told))
    model.told = []
    if (this.#settles) await eventually(() => checkEverything(model, system))
    else await checkEverything(model, system)
  }

  toString(): string {
    return `${this.#name}(${fc.stringify(this.#input)})`
  }
}

async function eventually(check: () => Promise<void>): Promise<void> {
  for (const end = Date.now() + SOON; ; ) {
    try {
      await check()
      return
    } catch (error) {
      if (Date.now() > end) throw error
      await pause(5)
    }
  }
}

const EVERYBODY = { sort: [{ id: 1 }], limit: 1000, include_deactivated_users: true }

async function checkEverything(model: Model, system: System): Promise<void> {
  const { users } = await system.users.queryUsers({ payload: EVERYBODY })
  assert.deepEqual(wire(users), wire(model.query(EVERYBODY).items))
  await system.checkLists(
    (filter_conditions) => model.query({ filter_conditions, limit: 1000 }).items,
  )
}

interface Operation<I> {
  readonly expected: (model: Model, input: I) => unknown
  readonly actual: (system: System, input: I) => unknown
  /** Whether what it causes takes time. */
  readonly settles?: boolean
}

const step = <I>(
  name: string,
  inputs: fc.Arbitrary<I>,
  operation: Operation<I>,
): fc.Arbitrary<fc.AsyncCommand<Model, System>> =>
  inputs.map((input) => new Step(name, input, operation))

/** What is wrong with a batch before any of its users is looked at. */
function readBatch({ users, spoilt }: Batch<{ readonly id: string }>): void {
  if (spoilt !== undefined && !spoilt.late) throw Refusal.of(spoilt.refused)
  const all = users.map(({ id }) => id)
  const twice = all.find((id, i) => all.indexOf(id) !== i)
  if (twice !== undefined) throw new Refusal('duplicate_user', twice, 'id')
}

function readIds(all: readonly string[]): void {
  const twice = all.find((id, i) => all.indexOf(id) !== i)
  if (twice !== undefined) throw new Refusal('duplicate_user', twice)
}

/** Whoever is removed for good leaves nothing elsewhere. */
function readOptions(options: { user?: string; messages?: string; conversations?: string }): void {
  const { user, messages, conversations } = options
  if (user === 'hard' && !(messages === 'hard' && conversations === 'hard')) {
    throw new Refusal('invalid_input', undefined, 'user')
  }
}

/** A task and what becomes of it, after a restart of the process if need be. */
interface Started<O> {
  readonly user_ids: readonly string[]
  readonly options: O
  readonly restarts: boolean
}

const started = <O>(options: fc.Arbitrary<O>, lasts: boolean): fc.Arbitrary<Started<O>> =>
  fc.record({
    user_ids: manyIds,
    options,
    restarts: lasts ? fc.nat(9).map((n) => n === 0) : fc.constant(false),
  })

function task<O extends object>(
  name: 'deactivateUsers' | 'reactivateUsers' | 'deleteUsers' | 'exportUsers',
  inputs: fc.Arbitrary<Started<O>>,
  expected: (model: Model, ids: readonly string[], options: O) => unknown,
): fc.Arbitrary<fc.AsyncCommand<Model, System>> {
  return step(name, inputs, {
    expected(model, { user_ids, options, restarts }) {
      readOptions(options)
      readIds(user_ids)
      const answer = expected(model, user_ids, options)
      if (restarts) model.restart()
      return answer
    },
    async actual(system, { user_ids, options, restarts }) {
      const { task_id } = await system.users[name]({ ...options, user_ids })
      system.tasks.push(task_id)
      if (restarts) await system.restart()
      return system.ended(task_id)
    },
  })
}

interface AnyPage {
  readonly items: readonly unknown[]
  readonly next?: string | undefined
  readonly prev?: string | undefined
}

/** More pages than the users can fill. */
const MOST_PAGES = 20

/** Every page that follows, and from the last all the way back. */
async function pagesOf(
  { offset, ...payload }: { readonly offset?: number },
  ask: (payload: object) => AnyPage | Promise<AnyPage>,
): Promise<unknown> {
  let page = await ask(offset === undefined ? payload : { ...payload, offset })
  const pages: unknown[] = [page.items]
  for (const way of ['next', 'prev'] as const) {
    for (let cursor = page[way]; cursor !== undefined; cursor = page[way]) {
      page = await ask({ ...payload, [way]: cursor })
      pages.push(way, page.items)
      assert.ok(pages.length < 2 * MOST_PAGES, 'pages without end')
    }
  }
  return pages
}

/** Keys of custom that begin with a hyphen: a dialect that cannot say them refuses them. */
export const isRefused = (payload: unknown): boolean =>
  /"custom\.([^"]*\.)?-/.test(fc.stringify(payload))

const askUsers = (system: System, payload: unknown): Promise<AnyPage> =>
  system.users.queryUsers({ payload }).then(({ users: items, ...page }) => ({ items, ...page }))

const upsertOf = (batches: fc.Arbitrary<Batch<UserInput>>) =>
  step('upsertUsers', batches, {
    expected(model, batch) {
      readBatch(batch)
      return model.upsert(batch.users)
    },
    actual: (system, batch) => system.users.upsertUsers({ users: batch.users }),
  })

/** A batch of one, with nothing wrong in it. */
export const upsertOne = upsertOf(users.map((user) => ({ users: [user] })))

/** The commands of all operations; those of a database that lasts also close and open it again. */
export function commandArbitraries({
  lasts,
  refusesKeys,
  samples,
}: {
  readonly lasts: boolean
  /** Whether keys of custom that begin with a hyphen are refused. */
  readonly refusesKeys: boolean
  readonly samples: readonly unknown[]
}): fc.Arbitrary<fc.AsyncCommand<Model, System>>[] {
  const payloads = queryArbitrary(usersSchema, { rows: samples }).filter(
    (payload) => !refusesKeys || !isRefused(payload),
  )
  const upsertUsers = upsertOf(userBatches)
  const updateUsersPartial = step('updateUsersPartial', partialBatches, {
    expected(model, batch) {
      readBatch(batch)
      return model.updatePartial(batch.users, batch.spoilt)
    },
    actual: (system, batch) => system.users.updateUsersPartial({ users: batch.users as never }),
  })
  const queryUsers = step('queryUsers', payloads, {
    expected: (model, payload) => pagesOf(payload, (own) => model.query(own)),
    actual: (system, payload) => pagesOf(payload, (own) => askUsers(system, own)),
  })
  const queryWrongly = step('queryUsers', invalidFilterArbitrary(usersSchema), {
    expected(_, filter_conditions) {
      const result = safeParseQuery(usersSchema, { filter_conditions })
      if (!result.ok) throw new FilterError(result.issues)
    },
    actual: (system, filter_conditions) =>
      system.users.queryUsers({ payload: { filter_conditions } }),
  })
  const deactivateUser = step('deactivateUser', fc.tuple(ids, deactivateOptions), {
    expected: (model, [id, options]) => model.deactivate(id, options),
    actual: (system, [user_id, options]) => system.users.deactivateUser({ user_id, ...options }),
  })
  const reactivateUser = step('reactivateUser', fc.tuple(ids, reactivateOptions), {
    expected: (model, [id, options]) => model.reactivate(id, options),
    actual: (system, [user_id, options]) => system.users.reactivateUser({ user_id, ...options }),
  })
  const deactivateUsers = task(
    'deactivateUsers',
    started(deactivateOptions, lasts),
    (model, all, options) => model.deactivateMany(all, options),
  )
  const reactivateUsers = task(
    'reactivateUsers',
    started(reactivateOptions, lasts),
    (model, all, options) => model.reactivateMany(all, options),
  )
  const deleteUsers = task('deleteUsers', started(deleteOptions, lasts), (model, all, options) =>
    model.delete(all, options),
  )
  const exportUsers = task('exportUsers', started(fc.constant({}), lasts), (model, all) =>
    model.export(all),
  )
  const restoreUsers = step('restoreUsers', manyIds, {
    expected(model, all) {
      readIds(all)
      return model.restore(all)
    },
    actual: (system, user_ids) => system.users.restoreUsers({ user_ids }),
  })
  const getTask = step('getTask', fc.nat(), {
    expected(model, n) {
      if (model.tasks.length === 0) throw new Refusal('task_not_found')
      return model.tasks[n % model.tasks.length]
    },
    actual: (system, n) => system.ended(system.tasks[n % system.tasks.length] ?? 'none'),
  })
  const createGuest = step('createGuest', guests, {
    expected: (model, user) => model.createGuest(user),
    async actual(system, user) {
      const { access_token, ...answer } = await system.users.createGuest({ user })
      const { payload } = await jwtVerify(access_token, new TextEncoder().encode(SECRET))
      assert.equal(payload.user_id, user.id)
      return answer
    },
  })
  const updateApp = step('updateApp', appChanges, {
    expected: (model, changes) => model.updateApp(changes),
    actual: (system, changes) => system.users.updateApp(changes),
  })
  const getApp = step('getApp', fc.constant(null), {
    expected: (model) => model.app(),
    actual: (system) => system.users.getApp(),
  })
  const getMe = step('getMe', ids, {
    expected: (model, user_id) => model.me(user_id),
    actual: (system, user_id) => system.users.getMe({ user_id }),
  })
  const updateMe = step('updateMe', partials, {
    expected: (model, input) => model.updateMe(input),
    actual: (system, { id: user_id, ...update }) =>
      system.users.updateMe({ user_id, ...(update as FieldChanges) }),
  })
  const connectUser = step('connectUser', connecting, {
    expected: (model, user) => model.connect(user),
    actual(system, user) {
      system.hasConnected = true
      return system.users.connectUser({ user })
    },
  })
  const openConnection = step('openConnection', ids, {
    expected: (model, id) => model.openStream(id),
    async actual(system, id) {
      system.hasConnected = true
      const { user, close } = await system.users.openConnection({ user: { id } })
      system.streams.push(close)
      return { user }
    },
  })
  const closeConnection = step('closeConnection', fc.nat(), {
    expected: (model, n) => model.closeStream(n),
    async actual(system, n) {
      const [close] = system.streams.splice(n % Math.max(system.streams.length, 1), 1)
      await close?.()
    },
  })
  const moveClock = step('moveClock', fc.constantFrom(1, 999, 1000, 31_000, 61_000, 3_600_000), {
    settles: true,
    expected: (model, ms) => model.moveClock(ms),
    async actual(system, ms) {
      system.now += ms
      // Of users who are deactivated nothing shows that the process has seen the time.
      if (system.hasConnected) await pause(50)
    },
  })
  const breakHook = step('breakHook', fc.constant(1), {
    expected(model, times) {
      model.broken = times
    },
    actual(system, times) {
      system.broken = times
    },
  })
  const restart = step('restart', fc.constant(null), {
    expected: (model) => model.restart(),
    actual: (system) => system.restart(),
  })
  return [
    ...[upsertUsers, upsertUsers, upsertUsers, updateUsersPartial, updateUsersPartial],
    ...[updateUsersPartial, updateUsersPartial],
    ...[queryUsers, queryUsers, queryUsers, queryWrongly, moveClock, moveClock],
    ...[deactivateUser, deactivateUsers, reactivateUser, reactivateUsers, exportUsers],
    ...[deleteUsers, deleteUsers, restoreUsers, restoreUsers, createGuest, getTask, breakHook],
    ...[updateApp, updateApp, getApp, getMe, updateMe, updateMe],
    ...[connectUser, connectUser, openConnection, openConnection, closeConnection],
    ...(lasts ? [restart] : []),
  ]
}
