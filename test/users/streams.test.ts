import { setTimeout as pause } from 'node:timers/promises'
import {
  createUsers,
  createUsersHandler,
  type HandlerOptions,
  type Settings,
  type Users,
  type UsersHandler,
} from 'tamis/users'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Readers, type ReadersOptions } from '../../src/users/http/readers.ts'
import type { Bearer } from '../../src/users/tokens.ts'
import { databases, type Fresh } from './fresh.ts'
import { clientOf, forge, now, requestOf, SECRET, SERVER } from './service.ts'
import { until } from './until.ts'

/** Far less than a heartbeat, and far more than a change takes. */
const SOON = 8000

const HARD = { user: 'hard', messages: 'hard', conversations: 'hard' } as const

interface Stream {
  readonly status: number
  /** All that was sent. */
  text(): string
  isOver(): boolean
  ended(): Promise<void>
  leave(): void
}

async function openStream(
  handler: UsersHandler,
  token: string | undefined,
  filter = {},
): Promise<Stream> {
  const payload = encodeURIComponent(JSON.stringify({ filter_conditions: filter }))
  const response = await handler(
    requestOf(`GET /users/watch?payload=${payload}`, token === undefined ? {} : { token }),
  )
  const abort = new AbortController()
  let text = ''
  let isOver = false
  void response
    .body!.pipeThrough(new TextDecoderStream() as never, { signal: abort.signal })
    .pipeTo(
      new WritableStream<string>({
        write(piece) {
          text += piece
        },
      }),
    )
    .catch(() => {})
    .finally(() => {
      isOver = true
    })
  if (response.status === 200) await until('it is ready', () => text.includes('event: ready'))
  return {
    status: response.status,
    text: () => text,
    isOver: () => isOver,
    async ended() {
      const end = Date.now() + SOON
      while (!isOver && Date.now() < end) await pause(5)
      expect(isOver, 'the stream has ended').toBe(true)
    },
    leave: () => abort.abort(),
  }
}

describe.each(databases)('streams in $name', ({ name, fresh }) => {
  let database: Fresh
  let opened: Users[]
  let errors: unknown[]

  beforeEach(async () => {
    database = await fresh()
    opened = []
    errors = []
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    for (const users of opened) await users.close()
    await database.drop()
  })

  async function open(settings: Settings = {}, options: HandlerOptions = {}) {
    const users = await createUsers({
      db: database.db,
      settings: { secret: SECRET, pollInterval: 20, ...settings },
      hooks: { onError: (error) => errors.push(error) },
    })
    opened.push(users)
    return { users, handler: await createUsersHandler(users, options) }
  }

  type Change = (users: Users) => Promise<unknown>
  const revoke = { revoke_tokens_issued_before: new Date(Date.now() + 3_600_000).toISOString() }
  const WAYS: Readonly<Record<string, Change>> = {
    deactivated: (users) => users.deactivateUser({ user_id: 'ana' }),
    async 'deactivated by a task'(users) {
      const { task_id: id } = await users.deactivateUsers({ user_ids: ['ana'] })
      await until('it is done', async () => (await users.getTask({ id })).status === 'completed')
    },
    deleted: (users) => users.deleteUsers({ user_ids: ['ana'] }),
    'deleted for good': (users) => users.deleteUsers({ user_ids: ['ana'], ...HARD }),
    revoked: (users) => users.updateUsersPartial({ users: [{ id: 'ana', set: revoke }] }),
  }

  it.each(Object.entries(WAYS))(
    'end when their user is %s by this or another process, before any later event',
    async (_, change) => {
      const [here, elsewhere] = [await open(), await open()]
      await here.users.upsertUsers({ users: [{ id: 'ana' }, { id: 'bo' }] })
      const streams = await Promise.all(
        [here, elsewhere].flatMap(({ handler }) => [
          openStream(handler, clientOf('ana')),
          openStream(handler, clientOf('ana'), { id: { $gt: 'b' } }),
        ]),
      )
      const other = await openStream(here.handler, clientOf('bo'))
      await change(here.users)
      await here.users.upsertUsers({ users: [{ id: 'later' }] })
      for (const stream of streams) {
        await stream.ended()
        expect(stream.text()).not.toContain('later')
      }
      await until('another one is told', () => other.text().includes('later'))
      const again = await openStream(here.handler, clientOf('ana'))
      expect([401, 403]).toContain(again.status)
      other.leave()
      await until('all are freed', () => here.users.watching + elsewhere.users.watching === 0)
    },
  )

  it('without a token end when the setting no longer allows them', async () => {
    const { users, handler } = await open({}, { anonymous: true })
    const stream = await openStream(handler, undefined)
    await users.updateApp({ anonymous: false })
    await stream.ended()
  })

  it('of a guest end when the application creates a user with its id', async () => {
    const { users, handler } = await open()
    const { user, access_token } = await users.createGuest({ user: { id: 'g' } })
    const stream = await openStream(handler, access_token)
    await users.upsertUsers({ users: [{ id: user.id, role: 'user' }] })
    await users.upsertUsers({ users: [{ id: 'later' }] })
    await stream.ended()
    expect(stream.text()).not.toContain('later')
  })

  it('continue after other changes of their user', async () => {
    const { users, handler } = await open()
    await users.upsertUsers({ users: [{ id: 'ana' }] })
    const stream = await openStream(handler, clientOf('ana'))
    await users.updateUsersPartial({ users: [{ id: 'ana', set: { name: 'Ana' } }] })
    await users.upsertUsers({ users: [{ id: 'later' }] })
    await until('it is told', () => stream.text().includes('later'))
    expect(stream.isOver()).toBe(false)
    stream.leave()
  })

  it('end when their token expires, also for servers', async () => {
    const { users, handler } = await open()
    await users.upsertUsers({ users: [{ id: 'ana' }] })
    const exp = now() + 3
    const tokens = [forge({ server: true, exp }), clientOf('ana', { exp })]
    const streams = await Promise.all(tokens.map((token) => openStream(handler, token)))
    // A timer of more than 2^31 - 1 ms would end at once.
    const long = await openStream(handler, forge({ server: true, exp: now() + 60 * 86_400 }))
    for (const stream of streams) await stream.ended()
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1000)
    await users.upsertUsers({ users: [{ id: 'later' }] })
    await until('the other one is told', () => long.text().includes('later'))
    for (const stream of streams) expect(stream.text()).not.toContain('later')
    long.leave()
  })

  it('end if their user is deactivated while they are opened', async () => {
    const { users, handler } = await open()
    for (let i = 0; i < 15; i++) {
      const id = `u${i}`
      await users.upsertUsers({ users: [{ id }] })
      const opening = openStream(handler, clientOf(id))
      await pause(i % 3)
      await users.deactivateUser({ user_id: id })
      const stream = await opening
      if (stream.status === 200) await stream.ended()
      else expect(stream.status).toBe(403)
    }
    expect(users.watching).toBe(0)
  })

  it('end if the change that revokes access was missed, and send nothing after it', async () => {
    // It looks when it is made to, and not before the gap is there.
    const { users, handler } = await open({ pollInterval: 600_000, worker: false })
    const other = await open({ worker: false })
    await other.users.upsertUsers({ users: [{ id: 'ana' }, { id: 'bo' }] })
    const stream = await openStream(handler, clientOf('ana'))
    const good = await openStream(handler, clientOf('bo'))
    await other.users.deactivateUser({ user_id: 'ana' })
    await other.users.upsertUsers({ users: [{ id: 'later' }] })
    await database.run("DELETE FROM tamis_changes WHERE user_id = 'ana'")
    await users.upsertUsers({ users: [{ id: 'last' }] })
    await stream.ended()
    expect(stream.text()).not.toMatch(/later|last|reset/)
    await until('the other one is reset', () => good.text().includes('event: reset'))
    good.leave()
  })

  it('survive damaged rows of the log, of others and of their user', async () => {
    const { users, handler } = await open({ pollInterval: 600_000, worker: false })
    const other = await open({ worker: false })
    await other.users.upsertUsers({ users: [{ id: 'ana' }, { id: 'bo' }] })
    const stream = await openStream(handler, clientOf('ana'))
    for (const id of ['ana', 'bo']) {
      await other.users.updateUsersPartial({ users: [{ id, set: { name: 'N' } }] })
      await database.run(`UPDATE tamis_changes SET new_user = '{"id":' WHERE user_id = '${id}'`)
    }
    await users.upsertUsers({ users: [{ id: 'later' }] })
    await until('it is told what comes after', () => stream.text().includes('later'))
    // What waits when a list is reset is not sent, another reset neither.
    expect(stream.text()).toContain('event: reset')
    expect(errors).toEqual([expect.any(SyntaxError), expect.any(SyntaxError)])
    stream.leave()
  })

  it('continue after the log could not be read for a while', async () => {
    const { users, handler } = await open({ worker: false })
    const other = await open({ worker: false })
    const stream = await openStream(handler, SERVER)
    await database.run('ALTER TABLE tamis_changes RENAME TO tamis_away')
    await until('it is missed', () => errors.length > 0)
    await database.run('ALTER TABLE tamis_away RENAME TO tamis_changes')
    await other.users.upsertUsers({ users: [{ id: 'later' }] })
    await until('it is told', () => stream.text().includes('later'))
    expect(stream.text()).not.toContain('reset')
    expect(users.watching).toBe(1)
    stream.leave()
  })

  describe('are authorized again at heartbeats', () => {
    const ana: Bearer = { user_id: 'ana', guest: false, issuedAt: now() * 1000 } as never

    async function enter(users: Users, count: number, options: ReadersOptions) {
      const readers = new Readers(users, options)
      const streams = Array.from({ length: count }, () => {
        const stream = { isOver: false, holds: 0 }
        const leave = readers.enter(ana, {
          end() {
            stream.isOver = true
            leave()
          },
          hold: () => stream.holds++,
          resume: () => stream.holds--,
        })
        return stream
      })
      return streams
    }

    it('once for all streams of a user', async () => {
      const { users } = await open()
      await users.upsertUsers({ users: [{ id: 'ana' }] })
      const asked = vi.spyOn(users, 'accountState')
      const streams = await enter(users, 200, { heartbeat: 50 })
      await until('there were five heartbeats', () => asked.mock.calls.length >= 5)
      expect(streams.some(({ isOver }) => isOver)).toBe(false)
      // Manual changes in the database are not in the log.
      await database.run("UPDATE tamis_users SET deactivated_at = created_at WHERE id = 'ana'")
      await until('they have ended', () => streams.every(({ isOver }) => isOver))
      const { length } = asked.mock.calls
      await pause(200)
      expect(asked.mock.calls).toHaveLength(length)
    })

    it('and end if the database refuses', async () => {
      const { users } = await open()
      await users.upsertUsers({ users: [{ id: 'ana' }] })
      const streams = await enter(users, 3, { heartbeat: 50, retryTime: 600 })
      await database.run('ALTER TABLE tamis_users RENAME TO tamis_away')
      await until('they have ended', () => streams.every(({ isOver }) => isOver))
      expect(errors.length).toBeGreaterThan(0)
      await database.run('ALTER TABLE tamis_away RENAME TO tamis_users')
    })

    it('and continue if it refuses for less than the retry time', async () => {
      const { users } = await open()
      await users.upsertUsers({ users: [{ id: 'ana' }] })
      const streams = await enter(users, 3, { heartbeat: 50, retryTime: 20_000 })
      const asked = vi.spyOn(users, 'accountState')
      await database.run('ALTER TABLE tamis_users RENAME TO tamis_away')
      await until('it was refused', async () => {
        const [last] = asked.mock.results.slice(-1)
        return (
          last !== undefined &&
          (last.value as Promise<unknown>).then(
            () => false,
            () => true,
          )
        )
      })
      await database.run('ALTER TABLE tamis_away RENAME TO tamis_users')
      await pause(700)
      expect(streams.some(({ isOver }) => isOver)).toBe(false)
    })

    it.runIf(name === 'PostgreSQL')('and end if the database does not respond', async () => {
      const { users } = await open({ worker: false })
      await users.upsertUsers({ users: [{ id: 'ana' }] })
      const streams = await enter(users, 3, { heartbeat: 50, retryTime: 600 })
      await database.run('BEGIN')
      await database.run('LOCK TABLE tamis_users IN ACCESS EXCLUSIVE MODE')
      await until('they have ended', () => streams.every(({ isOver }) => isOver))
      await database.run('ROLLBACK')
    })
  })
})
