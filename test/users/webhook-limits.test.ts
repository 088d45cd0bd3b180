import { createUsers, type Settings, type Users } from 'tamis/users'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventOf } from '../../src/users/webhooks/event.ts'
import { attemptPause } from '../../src/users/webhooks/lane.ts'
import { retryAfterOf } from '../../src/users/webhooks/send.ts'
import { isWebhookSecret, signaturesOf } from '../../src/users/webhooks/signature.ts'
import { isWebhookUrl } from '../../src/users/webhooks/webhook.ts'
import { databases, type Fresh } from './fresh.ts'
import { answering, receiver, stopReceivers } from './receiver.ts'
import { until } from './until.ts'

const DAY = 24 * 60 * 60 * 1000

describe('what a webhook is made of', () => {
  it('has the signature of the specification’s example', async () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    const content = 'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}'
    expect(await signaturesOf([secret], content)).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    )
  })

  const bytes = (count: number) => `whsec_${Buffer.alloc(count, 1).toString('base64')}`

  it.each([
    [bytes(24), true],
    [bytes(64), true],
    [bytes(23), false],
    [bytes(65), false],
    [bytes(32).replace('=', ''), false],
    [bytes(32).replace('whsec_', ''), false],
    [bytes(24).replace('A', '-'), false],
    [`${bytes(24)}\n`, false],
    ['whsec_', false],
  ])('the secret %j: %s', (secret, isOne) => {
    expect(isWebhookSecret(secret)).toBe(isOne)
  })

  it.each([
    ['https://users.test', true],
    ['http://10.0.0.1:8080/a?b=c', true],
    ['http://[::1]/', true],
    ['HTTPS://USERS.TEST', true],
    ['ftp://users.test', false],
    ['file:///etc/passwd', false],
    ['javascript:alert(1)', false],
    ['https://ana@users.test', false],
    ['https://:secret@users.test', false],
    ['https://', false],
    ['//users.test', false],
    ['/hook', false],
    ['', false],
  ])('the URL %j: %s', (url, isOne) => {
    expect(isWebhookUrl(url)).toBe(isOne)
  })

  it.each([
    ['5', 5000],
    ['0', 0],
    ['Wed, 01 May 2024 12:01:00 GMT', 60_000],
    ['Wed, 01 May 2024 11:59:00 GMT', 0],
    ['99999999999999999999', DAY],
    ['soon', undefined],
    ['soon GMT', undefined],
    ['-1', undefined],
    [null, undefined],
  ])('Retry-After: %s', (header, ms) => {
    const now = new Date('2024-05-01T12:00:00Z')
    expect(retryAfterOf(header, now)).toBe(ms)
  })

  it('pauses three times as long after each attempt, and about a day in all', () => {
    for (const [i, most] of [5, 15, 45, 135, 405, 1215, 3645, 10_935, 21_600].entries()) {
      const pauses = Array.from({ length: 100 }, () => attemptPause(i + 1, 5000) / 1000)
      expect(Math.max(...pauses)).toBeLessThanOrEqual(most)
      expect(Math.min(...pauses)).toBeGreaterThanOrEqual(most / 2)
      expect(new Set(pauses).size).toBeGreaterThan(50)
    }
  })

  it('is no event where only the presence of a user changes, or its data is removed', () => {
    const time = '2024-05-01T12:00:00.000000Z'
    const user = {
      ...{ id: 'ana', role: 'user', custom: { a: [1] }, teams: ['t'], language: '' },
      ...{ banned: false, shadow_banned: false, invisible: false, online: false },
      ...{ blocked_user_ids: [], created_at: time, updated_at: time },
    }
    const copy = structuredClone(user)
    const active = { ...copy, online: true, last_active: time }
    expect(eventOf({ before: user, after: active })).toBeUndefined()
    expect(eventOf({ before: user, after: { ...active, custom: { a: [2] } } })?.type).toBe(
      'user.updated',
    )
    const { role, ...others } = user
    const deleted = { ...user, deleted_at: time, deletion: 'pruning' as const }
    expect(eventOf({ before: user, after: deleted })).toEqual({
      type: 'user.deleted',
      data: { user: { id: 'ana' }, deletion: 'pruning' },
    })
    expect(eventOf({ before: deleted, after: { ...deleted, ...others, role } })).toBeUndefined()
    expect(eventOf({ before: deleted })).toBeUndefined()
    expect(eventOf({ before: user })?.data.deletion).toBe('hard')
    const guest = { ...user, guest_nonce: 'a secret' }
    expect(eventOf({ after: guest })).toEqual({ type: 'user.created', data: { user } })
  })
})

describe.each(databases)('the limits of webhooks in $name', ({ name, fresh }) => {
  let database: Fresh
  let opened: Users[]
  let errors: unknown[]

  beforeEach(async () => {
    database = await fresh()
    opened = []
    errors = []
  })
  afterEach(async () => {
    for (const users of opened) await users.close()
    await stopReceivers()
    await database.drop()
  })

  const open = async (settings: Settings = {}): Promise<Users> => {
    const users = await createUsers({
      db: database.db,
      settings: { pollInterval: 10, webhookRetryPause: 20, ...settings },
      hooks: { onError: (error) => void errors.push(error) },
    })
    opened.push(users)
    return users
  }
  const only = async (users: Users) => {
    const [webhook] = (await users.getWebhooks()).webhooks
    if (webhook === undefined) throw new Error('there is no webhook')
    return webhook
  }

  it('an event that always fails holds back its own user only', async () => {
    const users = await open()
    const own = await receiver((received, response) =>
      answering(received.data.user.id === 'bad' ? 422 : 200)(received, response),
    )
    await users.createWebhook({ url: own.url })
    await users.upsertUsers({ users: [{ id: 'bad' }] })
    await until('it is tried', () => own.of('bad').length > 0)
    await users.updateUsersPartial({ users: [{ id: 'bad', set: { name: 'B' } }] })
    for (const id of ['ana', 'bo', 'cy']) await users.upsertUsers({ users: [{ id }] })
    await until('the others have come', () =>
      own.received.some(({ data }) => data.user.id === 'cy'),
    )
    await until('it is tried again', () => own.of('bad').length > 2)
    expect(new Set(own.of('bad').map(({ type }) => type))).toEqual(new Set(['user.created']))
    await until('only its own wait', async () => (await only(users)).pending === 2)
    expect(await only(users)).toMatchObject({ enabled: true })
  })

  it('a redirect is not followed, and an answer without end is delivered', async () => {
    const users = await open({ webhookTimeout: 500 })
    const target = await receiver()
    const own = await receiver(answering(307, { location: target.url }))
    await users.createWebhook({ url: own.url })
    await users.upsertUsers({ users: [{ id: 'ana' }] })
    await until('it has failed', async () => (await only(users)).last_error !== undefined)
    expect(await only(users)).toMatchObject({
      last_error: 'the endpoint answered 307: redirects are not followed',
    })
    own.respond = (_, response) => {
      response.writeHead(200)
      const timer = setInterval(() => response.write('x'.repeat(100_000)), 1)
      response.on('close', () => clearInterval(timer))
    }
    await until('it is delivered', async () => (await only(users)).pending === 0)
    expect(target.received).toEqual([])
  })

  it('a webhook whose attempts fail for five days is disabled', async () => {
    let now = Date.now()
    const users = await open({ clock: () => new Date(now), webhookAttempts: 100 })
    const own = await receiver(answering(500))
    // The next attempt is due by the time at which the failure is stored, not that of the request.
    const untilFailed = () =>
      until('the failure is stored', async () => {
        const { last_error_at = '' } = await only(users)
        return Date.parse(last_error_at) === now
      })
    await users.createWebhook({ url: own.url })
    await users.upsertUsers({ users: [{ id: 'ana' }] })
    await untilFailed()
    now += 4 * DAY
    await untilFailed()
    expect(await only(users)).toMatchObject({ enabled: true })
    own.respond = answering(200)
    now += DAY
    await until('it is delivered', async () => (await only(users)).pending === 0)
    own.respond = answering(500)
    await users.upsertUsers({ users: [{ id: 'bo' }] })
    await untilFailed()
    now += 4 * DAY
    await untilFailed()
    // The success since then counts.
    expect(await only(users)).toMatchObject({ enabled: true })
    now += DAY
    await until('it is disabled', async () => !(await only(users)).enabled)
    expect(await only(users)).toMatchObject({ disabled_reason: 'failing', pending: 1 })
    // What it has queued is kept for as long as dead letters are.
    now += 6 * DAY
    await users.upsertUsers({ users: [{ id: 'cy' }] })
    expect(await only(users)).toMatchObject({ pending: 1 })
    now += 2 * DAY
    await until('it is removed', async () => (await only(users)).pending === 0)
  })

  it('dead letters are removed after the setting keepTasks', async () => {
    let now = Date.now()
    const settings = { clock: () => new Date(now), webhookAttempts: 1, keepTasks: 2 * DAY }
    const users = await open(settings)
    const own = await receiver(answering(500))
    await users.createWebhook({ url: own.url })
    await users.upsertUsers({ users: [{ id: 'ana' }] })
    await until('it is dead', async () => (await only(users)).dead_letters === 1)
    now += DAY
    await users.upsertUsers({ users: [{ id: 'bo' }] })
    await until('another is dead', async () => (await only(users)).dead_letters === 2)
    now += DAY + 60_000
    await until('the first is removed', async () => (await only(users)).dead_letters === 1)
    const { dead_letters } = await users.getDeadLetters({ id: (await only(users)).id })
    expect(dead_letters.map(({ user_id }) => user_id)).toEqual(['bo'])
  })

  it('a damaged change is reported, and the others are sent', async () => {
    const idle = await open({ worker: false })
    const own = await receiver()
    await idle.createWebhook({ url: own.url })
    for (const id of ['ana', 'bo', 'cy']) await idle.upsertUsers({ users: [{ id }] })
    await database.run("UPDATE tamis_changes SET new_user = '{' WHERE user_id = 'bo'")
    await open()
    await until('the others have come', () => own.received.length === 2)
    await until('it is reported', () => errors.length > 0)
    expect(own.received.map(({ data }) => data.user.id).sort()).toEqual(['ana', 'cy'])
    expect(errors).toEqual([expect.any(SyntaxError)])
  })

  it('changes that the log has lost are reported, and later ones are sent', async () => {
    const idle = await open({ worker: false })
    const own = await receiver()
    const { webhook } = await idle.createWebhook({ url: own.url })
    for (const id of ['ana', 'bo']) await idle.upsertUsers({ users: [{ id }] })
    // By a process of an earlier version, for example.
    await database.run('DELETE FROM tamis_changes WHERE seq = 1')
    const users = await open()
    await until('it is reported', () => errors.length > 0)
    await users.upsertUsers({ users: [{ id: 'cy' }] })
    await until('it has come', () => own.of('cy').length === 1)
    expect(own.received).toHaveLength(1)
    expect(String(errors[0])).toMatch(
      `webhook ${webhook.id} was not sent all: changes 1 to 2 are not in the log any more`,
    )
  })

  it.runIf(name === 'SQLite')('a full queue reads no more from the log', async () => {
    const idle = await open({ worker: false })
    const own = await receiver()
    await own.stop()
    const { webhook } = await idle.createWebhook({ url: own.url })
    await database.run(`INSERT INTO tamis_webhook_deliveries
      (id, webhook_id, seq, user_id, type, body, at, attempts, due_at)
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9950)
      SELECT 'msg_' || i, '${webhook.id}', 0, 'other', 'user.updated', '{}', 0, 0, NULL FROM n`)
    for (let i = 0; i < 3; i++) {
      const users = Array.from({ length: 100 }, (_, j) => ({ id: `u-${i}-${j}` }))
      await idle.upsertUsers({ users })
    }
    // One attempt each, so that the file is not locked all the time.
    const users = await open({ webhookRetryPause: 60_000 })
    await until('some are read', async () => (await only(users)).pending > 9950)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    expect((await only(users)).pending).toBe(10_050)
    await database.run("DELETE FROM tamis_webhook_deliveries WHERE user_id = 'other'")
    await until('the others are read', async () => (await only(users)).pending === 300)
    expect(errors).toEqual([])
  })
})
