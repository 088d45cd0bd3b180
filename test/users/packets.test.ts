import { createUsers, type Users } from 'tamis/users'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Change } from '../../src/users/storage/change.ts'
import { checkSizes } from '../../src/users/storage/packets.ts'
import type { StoredUser } from '../../src/users/user.ts'
import { type OwnServer, ownMariadb, ownMysql } from '../campaigns/server.ts'
import { until } from './until.ts'

/** Where they are installed, the test starts servers of its own, which take statements of 1 MiB. */
const PACKET = ['--max-allowed-packet=1M']
const servers: readonly (readonly [name: string, server: OwnServer | undefined])[] = [
  ['MariaDB', await ownMariadb(PACKET).catch(() => undefined)],
  ['MySQL', await ownMysql(PACKET).catch(() => undefined)],
]
const reached = servers.filter(([, server]) => server !== undefined)

describe.each(reached)('a server with max_allowed_packet = 1 MiB: %s', (_, server) => {
  let users: Users
  beforeAll(async () => {
    users = await createUsers({ db: server?.url as string, settings: { pollInterval: 20 } })
  })
  afterAll(async () => {
    await users.close()
    await server?.end()
  })

  const large = (id: string, size: number) => ({ id, custom: { text: '"'.repeat(size / 2) } })
  const ended = (id: string) =>
    until('the task has ended', async () => {
      const task = await users.getTask({ id })
      return task.status !== 'pending' && task.status !== 'running' && task
    })

  it('exports and deletes the maximal number of users of 64 kB', async () => {
    const ids = Array.from({ length: 100 }, (_, i) => `u${i}`)
    for (let i = 0; i < ids.length; i += 20) {
      await users.upsertUsers({ users: ids.slice(i, i + 20).map((id) => large(id, 64_000)) })
    }
    const exported = await users.exportUsers({ user_ids: ids.slice(0, 25) })
    const task = await ended(exported.task_id)
    expect(task.status).toBe('completed')
    const { users: found } = task.result as { users: { id: string }[] }
    expect(found.map(({ id }) => id)).toEqual(ids.slice(0, 25))
    const { task_id } = await users.deleteUsers({ user_ids: ids })
    expect(await ended(task_id)).toMatchObject({ status: 'completed' })
    expect((await users.queryUsers()).users).toEqual([])
  })
})

describe('a user too large to be stored together with its change', () => {
  const user = (text: string) => ({ id: 'huge', custom: { text } }) as unknown as StoredUser
  const checked = (packet: number | undefined, change: Change) => () => checkSizes(packet, [change])

  it('is refused with its id', () => {
    const after = user('x'.repeat(60_000))
    expect(checked(100_000, { after })).toThrow(
      expect.objectContaining({ code: 'invalid_input', details: { user_id: 'huge' } }),
    )
    expect(checked(130_000, { after })).not.toThrow()
    expect(checked(undefined, { after })).not.toThrow()
    // Each quotation mark is escaped in JSON, and both characters in the statement.
    expect(checked(130_000, { after: user('"'.repeat(30_000)) })).toThrow()
  })

  it('can be deleted if it exists', () => {
    const before = user('x'.repeat(60_000))
    expect(checked(100_000, { before })).not.toThrow()
    expect(checked(100_000, { before, after: user('') })).not.toThrow()
  })
})
