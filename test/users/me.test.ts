import { afterAll, describe, expect, it } from 'vitest'
import { USER_FIELDS } from '../../src/users/user.ts'
import { clientOf, closeAll, open, SERVER } from './service.ts'

afterAll(closeAll)

const ANA = {
  id: 'ana',
  role: 'admin',
  name: 'Ana',
  username: 'ana',
  custom: { age: 31, deep: { er: 1 } },
  teams: ['red'],
  teams_role: { red: 'owner' },
  shadow_banned: true,
  ban_expires: '2031-01-01T00:00:00Z',
  avg_response_time: 3,
  blocked_user_ids: ['bo'],
  devices: [{ id: 'phone' }],
  privacy_settings: { typing: false },
  push_notifications: { muted: true },
} as const

const token = clientOf('ana')

describe('GET /users/me', () => {
  it('shows what clients see and what the user has chosen', async () => {
    const { ask, users } = await open({ seed: [ANA] })
    const { status, body } = await ask('GET /users/me', { token })
    expect(status).toBe(200)
    expect(Object.keys(body.user!)).toEqual([
      ...['id', 'role', 'name', 'username', 'custom', 'teams', 'language', 'banned', 'invisible'],
      ...['online', 'created_at', 'updated_at', 'blocked_user_ids', 'devices'],
      ...['privacy_settings', 'push_notifications'],
    ])
    expect(body).toEqual(JSON.parse(JSON.stringify(await users.getMe({ user_id: 'ana' }))))
  })

  it('shows also what the user may update, and nothing else that clients do not see', async () => {
    const { ask, users } = await open({ settings: { clientFields: ['id'] }, seed: [ANA] })
    await users.updateApp({ client_may_update: ['custom', 'name'] })
    const { body } = await ask('GET /users/me', { token })
    expect(body.user).toMatchObject({ name: 'Ana', custom: ANA.custom })
    for (const field of ['role', 'username', 'teams', 'shadow_banned', 'created_at']) {
      expect(body.user).not.toHaveProperty(field)
    }
  })

  it('works for guests', async () => {
    const { ask } = await open()
    const { body } = await ask('POST /guest', { body: { user: { id: 'g', name: 'G' } } })
    const me = await ask('GET /users/me', { token: body.access_token })
    expect(me.body.user).toMatchObject({ role: 'guest', name: 'G' })
  })

  it('rejects for a user who does not exist or is deleted', async () => {
    const { users } = await open({ seed: [ANA] })
    await expect(users.getMe({ user_id: 'no' })).rejects.toMatchObject({ code: 'user_not_found' })
    await users.deleteUsers({ user_ids: ['ana'] })
    await expect(users.getMe({ user_id: 'ana' })).rejects.toMatchObject({ code: 'user_deleted' })
  })
})

describe('PATCH /users/me', () => {
  it('is refused by default', async () => {
    const { ask, users } = await open({ seed: [ANA] })
    const before = await users.queryUsers()
    for (const body of [{}, { set: { name: 'A' } }, { unset: ['custom'] }]) {
      expect(await ask('PATCH /users/me', { token, body })).toMatchObject({
        status: 403,
        body: { code: 'not_allowed', message: 'Input: clients may not update their user' },
      })
    }
    expect(await users.queryUsers()).toEqual(before)
  })

  it('sets and unsets the listed fields, in custom by dotted paths', async () => {
    const { ask, users } = await open({ seed: [ANA, { id: 'bo' }] })
    await users.updateApp({ client_may_update: ['name', 'custom', 'devices'] })
    const { status, body } = await ask('PATCH /users/me', {
      token,
      body: { set: { 'custom.color': 'red', devices: [] }, unset: ['name', 'custom.deep.er'] },
    })
    expect(status).toBe(200)
    expect(body.user).toMatchObject({ custom: { age: 31, color: 'red', deep: {} }, devices: [] })
    expect(body.user).not.toHaveProperty('name')
    const { users: all } = await users.queryUsers({ payload: { sort: { id: 1 } } })
    expect(all).toMatchObject([
      { id: 'ana', role: 'admin', teams: ['red'], shadow_banned: true, custom: { color: 'red' } },
      { id: 'bo', custom: {} },
    ])
  })

  it('follows the setting at once', async () => {
    const { ask } = await open({ seed: [ANA] })
    const allow = (...fields: string[]) =>
      ask('PATCH /app', { token: SERVER, body: { client_may_update: fields } })
    const rename = async () =>
      (await ask('PATCH /users/me', { token, body: { set: { name: 'A' } } })).status
    expect(await rename()).toBe(403)
    await allow('custom', 'name')
    expect(await rename()).toBe(200)
    await allow('custom')
    expect(await rename()).toBe(403)
  })

  it('changes nothing else, whatever the setting lists', async () => {
    const { users } = await open({ seed: [ANA] })
    const listed = [
      ...['name', 'image', 'username', 'custom', 'language', 'invisible', 'blocked_user_ids'],
      ...['devices', 'privacy_settings', 'push_notifications'],
    ] as const
    await users.updateApp({ client_may_update: listed })
    const others = USER_FIELDS.filter((field) => !listed.some((each) => each === field))
    expect(others).toContain('role')
    const { users: before } = await users.queryUsers()
    for (const field of [...others, 'guest_nonce', 'deletion', '__proto__', 'role.x']) {
      for (const update of [{ unset: [field] }, { set: { [field]: 'admin' } }]) {
        await expect(users.updateMe({ user_id: 'ana', ...update })).rejects.toMatchObject({
          code: expect.stringMatching(/^(not_allowed|read_only_field|unknown_field)$/),
        })
      }
    }
    expect((await users.queryUsers()).users).toEqual(before)
  })

  it('keeps to the limits of indexes', async () => {
    const { users } = await open({
      settings: { indexedCustom: ['color'], clientMayUpdate: ['custom'] },
      seed: [ANA],
    })
    await expect(
      users.updateMe({ user_id: 'ana', set: { 'custom.color': 'x'.repeat(3000) } }),
    ).rejects.toMatchObject({
      code: 'invalid_input',
      message: 'custom.color: too long for its index: expected at most 2048 bytes',
      details: { user_id: 'ana', field: 'custom.color', path: '/set' },
    })
  })
})
