import { BasicIndex, createCollection, createLiveQueryCollection, eq, gt } from '@tanstack/db'
import { usersCollectionOptions } from 'tamis/tanstack'
import { createUsersClient } from 'tamis/users/client'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { listen, stopAll } from '../users/faulty-server.ts'
import { closeAll, SERVER } from '../users/service.ts'
import { until } from '../users/until.ts'

const undo: (() => unknown)[] = []

/** A live query asks for rows while somebody follows it. */
function follow(query: {
  subscribeChanges(listener: () => void): unknown
  cleanup(): Promise<void>
}) {
  query.subscribeChanges(() => {})
  undo.push(() => query.cleanup())
}

afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each()
})
afterAll(async () => {
  await closeAll()
  await stopAll()
})

const SEED = [
  { id: 'ana', role: 'admin', name: 'Ana' },
  { id: 'bo', role: 'user', custom: { age: 20 } },
  { id: 'cy', role: 'user', custom: { age: 30 } },
]

async function opened(token = SERVER) {
  const server = await listen({ seed: SEED })
  const errors: unknown[] = []
  const client = createUsersClient({ url: server.url, token, retries: 0 })
  const collection = createCollection(
    usersCollectionOptions({
      id: 'users',
      client,
      oneKindPerKey: true,
      autoIndex: 'eager',
      defaultIndexType: BasicIndex,
      onError: (error) => void errors.push(error),
    }),
  )
  undo.push(() => collection.cleanup())
  const admins = () => {
    const query = createLiveQueryCollection({
      startSync: true,
      query: (q) => q.from({ user: collection }).where(({ user }) => eq(user.role, 'admin')),
    })
    follow(query)
    return query
  }
  return { ...server, collection, admins, errors }
}

const is = (query: { readonly toArray: readonly { readonly id: string }[] }, ...ids: string[]) =>
  until(`it is ${ids}`, () => {
    const found = query.toArray.map(({ id }) => id).sort()
    return JSON.stringify(found) === JSON.stringify(ids)
  })

describe('a collection of users', () => {
  it('has users of the server, and follows their changes', async () => {
    const { users, admins, collection } = await opened()
    const query = admins()
    await is(query, 'ana')
    expect(collection.get('ana')).toMatchObject({ name: 'Ana', created_at: expect.any(Date) })
    await users.updateUsersPartial({ users: [{ id: 'bo', set: { role: 'admin' } }] })
    await is(query, 'ana', 'bo')
    await users.updateUsersPartial({ users: [{ id: 'ana', set: { name: 'A' } }] })
    await until('the name is new', () => collection.get('ana')?.name === 'A')
    await users.deactivateUser({ user_id: 'ana' })
    await is(query, 'bo')
  })

  it('asks for custom data, and for the newest', async () => {
    const { collection } = await opened()
    const older = createLiveQueryCollection({
      startSync: true,
      query: (q) =>
        q
          .from({ user: collection })
          .where(({ user }) => gt((user.custom as { age: number }).age, 25))
          .orderBy(({ user }) => user.created_at, 'desc')
          .limit(1),
    })
    follow(older)
    await is(older, 'cy')
  })

  it('loads again what was missed while the server was away', async () => {
    const { users, admins, die, comeBack, errors } = await opened()
    const query = admins()
    await is(query, 'ana')
    await die()
    await users.updateUsersPartial({ users: [{ id: 'bo', set: { role: 'admin' } }] })
    await users.updateUsersPartial({ users: [{ id: 'ana', set: { role: 'user' } }] })
    await comeBack()
    await is(query, 'bo')
    expect(errors).toEqual([])
  })

  it('fails a live query whose token is refused', async () => {
    const { admins } = await opened('no token')
    await expect(admins().toArrayWhenReady()).rejects.toMatchObject({
      message: expect.stringMatching(/token/),
    })
  })

  it('fails a live query while the server is away', async () => {
    const { admins, die, comeBack } = await opened()
    await die()
    await expect(admins().toArrayWhenReady()).rejects.toThrow()
    await comeBack()
  })
})
