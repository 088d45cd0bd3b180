// Longer than most files here: each way in which a delivery can go has a test of its own.

import { createUsers, type Hooks, type Settings, type Users } from 'tamis/users'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { databases, type Fresh } from './fresh.ts'
import { killAll, start } from './process.ts'
import { answering, type Received, receiver, signatureBy, stopReceivers } from './receiver.ts'
import { until } from './until.ts'
import type { Orders } from './webhook-process.ts'

/** Retries come soon. */
const FAST: Settings = { pollInterval: 10, webhookRetryPause: 20 }

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const idsOf = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}-${String(i).padStart(3, '0')}`)

const typesOf = (all: readonly Received[]): string[] => all.map(({ type }) => type)
const stepsOf = (all: readonly Received[]): unknown[] =>
  all.map(({ data }) => (data.user.custom as { step: number }).step)

describe.each(databases)('webhooks in $name', ({ fresh }) => {
  let database: Fresh
  let opened: Users[]
  let errors: unknown[]

  beforeEach(async () => {
    database = await fresh()
    opened = []
    errors = []
  })
  afterEach(async () => {
    await killAll()
    for (const users of opened) await users.close()
    await stopReceivers()
    await database.drop()
  })

  const open = async (settings: Settings = {}, hooks: Hooks = {}): Promise<Users> => {
    const users = await createUsers({
      db: database.db,
      settings: { ...FAST, ...settings },
      hooks: { onError: (error) => void errors.push(error), ...hooks },
    })
    opened.push(users)
    return users
  }

  const only = async (users: Users) => {
    const [webhook] = (await users.getWebhooks()).webhooks
    if (webhook === undefined) throw new Error('there is no webhook')
    return webhook
  }

  const sent = (users: Users) =>
    until('the queue is empty', async () => (await only(users)).pending === 0)

  /** Writes one user several times. */
  const write = async (users: Users, id: string, from: number, to: number) => {
    for (let step = from; step < to; step++) {
      await users.upsertUsers({ users: [{ id, custom: { step } }] })
    }
  }

  it('send each event in the life of a user, as a server sees it, in order', async () => {
    const users = await open()
    const own = await receiver()
    await users.upsertUsers({ users: [{ id: 'before' }] })
    const { webhook } = await users.createWebhook({ url: own.url })
    const created = await users.upsertUsers({
      users: [{ id: 'ana', name: 'Ana', custom: { age: 31 } }],
    })
    const updated = await users.updateUsersPartial({ users: [{ id: 'ana', set: { name: 'A' } }] })
    const { user: deactivated } = await users.deactivateUser({ user_id: 'ana' })
    const { user: reactivated } = await users.reactivateUser({ user_id: 'ana' })
    // Presence is no update, but what else a connection changes is.
    await users.connectUser({ user: { id: 'ana' } })
    const { user: connected } = await users.connectUser({ user: { id: 'ana', name: 'Ana' } })
    await users.deleteUsers({ user_ids: ['ana'] })
    const restored = await users.restoreUsers({ user_ids: ['ana'] })
    await users.deleteUsers({ user_ids: ['ana'] })
    await users.deleteUsers({
      user_ids: ['ana'],
      user: 'hard',
      messages: 'hard',
      conversations: 'hard',
    })
    await until('all have come', () => own.received.length === 9)
    await sent(users)
    await wait(100)
    const events = own.received.map(({ type, data }) => ({ type, data }))
    const gone = (deletion: string) => ({
      type: 'user.deleted',
      data: { user: { id: 'ana' }, deletion },
    })
    expect(events).toEqual([
      { type: 'user.created', data: { user: created.users.ana } },
      { type: 'user.updated', data: { user: updated.users.ana } },
      { type: 'user.deactivated', data: { user: deactivated } },
      { type: 'user.reactivated', data: { user: reactivated } },
      { type: 'user.updated', data: { user: expect.objectContaining({ ...connected }) } },
      gone('soft'),
      { type: 'user.restored', data: { user: restored.users.ana } },
      gone('soft'),
      gone('hard'),
    ])
    for (const { path, headers, timestamp, id } of own.received) {
      expect(path).toBe('/hook')
      expect(headers['content-type']).toBe('application/json')
      expect(id).toMatch(/^msg_[0-9a-f-]{36}$/)
      expect(Math.abs(Date.parse(timestamp) - Date.now())).toBeLessThan(60_000)
    }
    expect(new Set(own.received.map(({ id }) => id)).size).toBe(9)
    expect(await only(users)).toEqual(webhook)
    expect(errors).toEqual([])
  })

  it('sign each attempt with every secret', async () => {
    const users = await open()
    const own = await receiver()
    const { webhook, secrets } = await users.createWebhook({ url: own.url })
    expect(secrets).toEqual([expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/)])
    await write(users, 'é😀', 0, 1)
    const [first] = await until('it has come', () => own.received.length === 1 && own.received)
    expect(first?.headers['webhook-signature']).toBe(signatureBy(secrets[0]!, first!))
    const seconds = Number(first?.headers['webhook-timestamp'])
    expect(Math.abs(seconds - Date.now() / 1000)).toBeLessThan(60)

    const rotated = `whsec_${Buffer.alloc(64, 7).toString('base64')}`
    const both = [rotated, secrets[0]!]
    const answer = await users.updateWebhook({ id: webhook.id, secrets: both })
    expect(JSON.stringify(answer)).not.toContain('whsec_')
    expect(JSON.stringify(await users.getWebhooks())).not.toContain('whsec_')
    await write(users, 'é😀', 1, 2)
    const [, second] = await until('it has come', () => own.received.length === 2 && own.received)
    const signatures = both.map((secret) => signatureBy(secret, second!)).join(' ')
    expect(second?.headers['webhook-signature']).toBe(signatures)
  })

  it('send only the events that are asked for, to each webhook its own', async () => {
    const users = await open()
    const all = await receiver()
    const some = await receiver()
    const none = await receiver()
    await users.createWebhook({ url: all.url })
    await users.createWebhook({ url: some.url, event_types: ['user.deactivated'] })
    await users.createWebhook({ url: none.url, enabled: false })
    await users.upsertUsers({ users: [{ id: 'ana' }] })
    await users.deactivateUser({ user_id: 'ana' })
    await until('both have come', () => all.received.length === 2 && some.received.length === 1)
    expect(typesOf(some.received)).toEqual(['user.deactivated'])
    expect(none.received).toEqual([])
  })

  it('are retried until they succeed, and keep the order of each user', async () => {
    const users = await open()
    const own = await receiver()
    const ids = idsOf('u', 6)
    let requests = 0
    // A third of the attempts fail, each in another way.
    const failures = [answering(500), answering(404), answering(302, { location: own.url })]
    const cut = (_: Received, response: { destroy(): unknown }) => void response.destroy()
    own.respond = (received, response) => {
      requests++
      if (requests % 3 !== 0) return answering(200)(received, response)
      const fail = [...failures, cut][(requests / 3) % 4]
      return fail?.(received, response)
    }
    await users.createWebhook({ url: own.url })
    await Promise.all(ids.map((id) => write(users, id, 0, 8)))
    await until('so many were tried', () => own.received.length >= 48)
    await sent(users)
    for (const id of ids) {
      const steps = stepsOf(own.of(id))
      // A failed attempt is repeated before a later event.
      expect(steps.filter((step, i) => step !== steps[i - 1])).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    }
    expect(requests).toBeGreaterThan(48)
    const byId = new Map<string, string>()
    for (const { id, text } of own.received) {
      expect(byId.get(id) ?? text).toBe(text)
      byId.set(id, text)
    }
    expect(byId.size).toBe(48)
    expect(await only(users)).toMatchObject({
      enabled: true,
      dead_letters: 0,
      last_error: expect.stringMatching(/^the endpoint /),
      last_error_at: expect.any(String),
    })
    expect(errors).toEqual([])
  })

  it('wait longer after each attempt, and for as long as Retry-After asks', async () => {
    const users = await open({ webhookRetryPause: 100 })
    const own = await receiver(answering(500))
    await users.createWebhook({ url: own.url })
    await write(users, 'ana', 0, 1)
    await until('it was tried four times', () => own.received.length >= 4)
    const times = own.received.map(({ at }) => at)
    for (const [i, least] of [50, 150, 450].entries()) {
      expect(times[i + 1]! - times[i]!).toBeGreaterThanOrEqual(least)
    }
    own.received.length = 0
    // All events wait, those of other users too.
    own.respond = answering(503, { 'retry-after': '2' })
    await until('it was tried', () => own.received.length === 1)
    const first = own.received[0]!
    own.respond = answering(200)
    await wait(100)
    await write(users, 'bo', 0, 1)
    await until('both have come', () => own.received.length >= 3)
    expect(own.received[1]!.at - first.at).toBeGreaterThanOrEqual(1900)
  })

  it('become dead letters that are listed, and redelivered with the same id', async () => {
    const users = await open({ webhookAttempts: 3 })
    const own = await receiver(answering(400))
    const { webhook } = await users.createWebhook({ url: own.url })
    const { id } = webhook
    const outcomes: string[] = []
    const end = users.onDelivery((outcome) => outcomes.push(outcome))
    await write(users, 'ana', 0, 3)
    await write(users, 'bo', 0, 1)
    await until('they are queued', async () => (await users.undeliveredEvents()).oldest > 0)
    await until('all are given up', async () => (await only(users)).dead_letters === 4)
    expect(own.received).toHaveLength(12)
    await until('all are told', () => outcomes.length === 12)
    expect(outcomes.filter((each) => each === 'dead')).toHaveLength(4)
    expect(outcomes.filter((each) => each === 'retried')).toHaveLength(8)
    expect(await users.undeliveredEvents()).toEqual({ count: 0, oldest: 0 })
    end()
    expect(await only(users)).toMatchObject({ pending: 0, enabled: true })
    const { dead_letters: letters, next } = await users.getDeadLetters({ id, limit: 3 })
    expect(letters).toEqual(
      ['user.created', 'user.updated', 'user.updated'].map((type, i) => ({
        id: own.of('ana')[i * 3]?.id,
        type,
        user_id: 'ana',
        attempts: 3,
        error: 'the endpoint answered 400',
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        failed_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      })),
    )
    const rest = await users.getDeadLetters({ id, ...(next === undefined ? {} : { next }) })
    expect(rest).toEqual({ dead_letters: [expect.objectContaining({ user_id: 'bo' })] })

    own.received.length = 0
    own.respond = answering(204)
    const last = letters[2]!.id
    expect(await users.redeliver({ id, dead_letter_ids: [last] })).toEqual({ redelivered: [last] })
    await until('it has come', () => own.received.length === 1)
    expect(own.received[0]).toMatchObject({ id: last, data: { user: { custom: { step: 2 } } } })
    for (const missing of [last, 'none', `msg_${crypto.randomUUID()}`, '\0', '\ud800']) {
      const ids = { id, dead_letter_ids: [letters[0]!.id, missing] }
      await expect(users.redeliver(ids)).rejects.toMatchObject({ code: 'dead_letter_not_found' })
    }
    expect(await users.redeliver({ id })).toEqual({
      redelivered: expect.arrayContaining([letters[0]!.id, letters[1]!.id]),
    })
    await until('the others have come', () => own.received.length === 4)
    expect(stepsOf(own.of('ana'))).toEqual([2, 0, 1])
    await sent(users)
    expect(await users.redeliver({ id })).toEqual({ redelivered: [] })
    expect(await only(users)).toMatchObject({ pending: 0, dead_letters: 0 })
  })

  it('are disabled by 410, and send what was queued when they are enabled again', async () => {
    const users = await open()
    const own = await receiver(answering(410))
    const { webhook } = await users.createWebhook({ url: own.url })
    await write(users, 'ana', 0, 2)
    await until('it is disabled', async () => !(await only(users)).enabled)
    expect(await only(users)).toMatchObject({
      disabled_reason: 'gone',
      last_error: 'the endpoint answered 410',
    })
    await until('all before is queued', () => own.received.length >= 1)
    const { pending } = await only(users)
    await write(users, 'bo', 0, 3)
    await wait(100)
    expect(own.received).toHaveLength(1)
    own.respond = answering(200)
    const answer = await users.updateWebhook({ id: webhook.id, enabled: true })
    expect(answer.webhook).toMatchObject({ enabled: true, pending })
    expect(answer.webhook).not.toHaveProperty('disabled_reason')
    await write(users, 'cy', 0, 1)
    await sent(users)
    await until('the later one has come', () => own.of('cy').length === 1)
    expect(own.of('bo')).toEqual([])
    expect(stepsOf(own.of('ana')).slice(1)).toEqual([0, 1].slice(0, pending))
  })

  it('of a dead or slow endpoint do not delay others', async () => {
    const users = await open({ webhookTimeout: 60_000 })
    const silent = await receiver(() => {})
    const gone = await receiver()
    await gone.stop()
    const own = await receiver()
    for (const { url } of [silent, gone, own]) await users.createWebhook({ url })
    const ids = idsOf('u', 40)
    await users.upsertUsers({ users: ids.map((id) => ({ id })) })
    await until('all have come', () => own.received.length === 40)
    await until('the others have failed', async () => {
      const { webhooks } = await users.getWebhooks()
      const [slow, dead, healthy] = webhooks
      const isRefused = dead?.last_error === 'the endpoint cannot be reached: ECONNREFUSED'
      return isRefused && dead.pending === 40 && slow?.pending === 40 && healthy?.pending === 0
    })
    // No more requests at once, whatever is due.
    expect(silent.received).toHaveLength(8)
    expect(errors).toEqual([])
  })

  it('that get no answer in time are tried again', async () => {
    const users = await open({ webhookTimeout: 100 })
    const own = await receiver(() => {})
    await users.createWebhook({ url: own.url })
    await write(users, 'ana', 0, 1)
    await until('it was tried twice', () => own.received.length >= 2)
    expect(await only(users)).toMatchObject({ last_error: 'no answer within 100 ms', pending: 1 })
    own.respond = answering(200)
    await sent(users)
  })

  it('keep the change log until they have read it', async () => {
    let now = Date.now()
    const clock = () => new Date(now)
    const idle = await open({ worker: false, clock })
    const own = await receiver()
    await idle.createWebhook({ url: own.url })
    await write(idle, 'ana', 0, 5)
    now += 10 * 60_000
    // An import removes old changes, though no worker runs.
    await idle.importUsers(
      { users: [{ id: 'bo' }] },
      { id: 'i', bytes: 1, lines: 1, users: 1, bad: 0 },
    )
    const count = async () =>
      Number((await database.run('SELECT count(*) AS n FROM tamis_changes'))[0]?.n)
    expect(await count()).toBe(6)
    const users = await open({ clock })
    await until('all have come', () => own.received.length === 6)
    await sent(users)
    expect(stepsOf(own.of('ana'))).toEqual([0, 1, 2, 3, 4])
    now += 10 * 60_000
    await until('the log is short again', async () => (await count()) === 0)
  })

  it('share the work of two processes: in normal operation every event comes once', async () => {
    const first = await open()
    const second = await open()
    const receivers = await Promise.all(Array.from({ length: 4 }, () => receiver()))
    for (const { url } of receivers) await first.createWebhook({ url })
    const ids = idsOf('u', 10)
    await Promise.all(ids.map((id, i) => write(i % 2 === 0 ? first : second, id, 0, 10)))
    for (const own of receivers) {
      await until('all have come', () => own.received.length >= 100)
    }
    await until('nothing is left', async () =>
      (await first.getWebhooks()).webhooks.every(({ pending }) => pending === 0),
    )
    for (const own of receivers) {
      expect(own.received).toHaveLength(100)
      for (const id of ids) expect(stepsOf(own.of(id))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    }
    expect(errors).toEqual([])
  })

  it('lose nothing when processes are killed', async () => {
    const idle = await open({ worker: false })
    const own = await receiver(async (_, response) => {
      await wait(Math.random() * 5)
      response.writeHead(200).end()
    })
    const { webhook } = await idle.createWebhook({ url: own.url })
    const ids = idsOf('u', 8)
    const settings: Settings = { ...FAST, lease: 500 }
    const writing = Promise.all(ids.map((id) => write(idle, id, 0, 25)))
    const KILLS = 4
    for (let i = 0; i < KILLS; i++) {
      const before = own.received.length
      const orders: Orders = { db: database.db, settings }
      const worker = start('webhook-process.ts', orders)
      await until('it has sent some', () => own.received.length >= before + 20)
      await worker.kill()
    }
    await writing
    expect((await only(idle)).id).toBe(webhook.id)
    const users = await open({ lease: 500 })
    await until('all have come', () => new Set(own.received.map(({ id }) => id)).size === 200)
    await sent(users)
    expect(new Set(own.received.map(({ id }) => id)).size).toBe(200)
    // Some came twice, those in flight when a process was killed.
    expect(own.received.length).toBeLessThanOrEqual(200 + KILLS * 8)
    for (const id of ids) {
      const firsts = [...new Map(own.of(id).map((each) => [each.id, each])).values()]
      expect(stepsOf(firsts)).toEqual(Array.from({ length: 25 }, (_, step) => step))
    }
  })

  it('of a process that is closed are sent to their end, and continued by the next', async () => {
    const first = await open()
    const own = await receiver(async (_, response) => {
      await wait(30)
      response.writeHead(200).end()
    })
    await first.createWebhook({ url: own.url })
    await first.upsertUsers({ users: idsOf('u', 60).map((id) => ({ id })) })
    await until('some have come', () => own.received.length >= 10)
    await first.close()
    expect(own.received.length).toBeLessThan(60)
    const before = own.received.length
    await wait(100)
    expect(own.received).toHaveLength(before)
    const second = await open({ lease: 3_600_000 })
    await until('all have come', () => own.received.length >= 60)
    await sent(second)
    expect(own.received).toHaveLength(60)
    expect(errors).toEqual([])
  })

  it('are deleted with what they have queued', async () => {
    const users = await open({ webhookAttempts: 2 })
    const own = await receiver(answering(500))
    const { webhook } = await users.createWebhook({ url: own.url })
    await write(users, 'ana', 0, 2)
    await until('one is dead', async () => (await only(users)).dead_letters > 0)
    await write(users, 'ana', 2, 9)
    const { id } = webhook
    expect(await users.deleteWebhook({ id })).toMatchObject({ webhook: { id } })
    expect(await users.getWebhooks()).toEqual({ webhooks: [] })
    for (const table of ['webhook_deliveries', 'webhook_dead_letters']) {
      await until('it is empty', async () => {
        // A transaction that was running may have queued some after the others were removed.
        const rows = await database.run(`SELECT id FROM tamis_${table}`)
        return rows.length === 0
      })
    }
    const missing = { code: 'webhook_not_found' }
    await expect(users.deleteWebhook({ id })).rejects.toMatchObject(missing)
    await expect(users.updateWebhook({ id })).rejects.toMatchObject(missing)
    await expect(users.getDeadLetters({ id: '\0' })).rejects.toMatchObject(missing)
    await expect(users.redeliver({ id: 'none' })).rejects.toMatchObject(missing)
  })

  it('are twenty at most', async () => {
    const users = await open({ worker: false })
    const creating = Array.from({ length: 23 }, () =>
      users.createWebhook({ url: 'https://users.test' }).then(
        () => 'created',
        ({ code }) => code,
      ),
    )
    const results = await Promise.all(creating)
    expect(results.filter((each) => each === 'created')).toHaveLength(20)
    expect(results.filter((each) => each === 'too_many_webhooks')).toHaveLength(3)
  })
})
