import type { OwnUser, Task, User, Users } from 'tamis/users'
import { createUsersClient, type ListEvent } from 'tamis/users/client'
import { describe, expectTypeOf, it } from 'vitest'

const client = createUsersClient({ url: 'https://users.test' })

describe('the client of users', () => {
  it('answers what the operations of Users answer', () => {
    expectTypeOf(client.upsertUsers).returns.toEqualTypeOf<ReturnType<Users['upsertUsers']>>()
    expectTypeOf(client.queryUsers).returns.toEqualTypeOf<ReturnType<Users['queryUsers']>>()
    expectTypeOf(client.getMe()).resolves.toEqualTypeOf<{ user: OwnUser }>()
    expectTypeOf(client.connectUser()).resolves.toEqualTypeOf<{ user?: OwnUser }>()
    expectTypeOf(client.waitForTask('t')).resolves.toEqualTypeOf<Task>()
    expectTypeOf(client.users()).toEqualTypeOf<AsyncGenerator<User, void, void>>()
  })

  it('takes what the operations of Users take', () => {
    expectTypeOf(client.deactivateUser)
      .parameter(0)
      .toEqualTypeOf<Parameters<Users['deactivateUser']>[0]>()
    client.users({ filter: { 'custom.age': { $gte: 18 } }, sort: [{ field: 'id', direction: 1 }] })
    // @ts-expect-error: the role is a string
    client.users({ filter: { role: 7 } })
    // @ts-expect-error: the schema has no such operator for names
    client.queryUsers({ payload: { filter_conditions: { name: { $gt: 'A' } } } })
    // @ts-expect-error: the token names the user
    client.updateMe({ user_id: 'ana', set: {} })
    // @ts-expect-error: there is no such deletion
    client.deleteUsers({ user_ids: ['ana'], user: 'medium' })
    // @ts-expect-error: without a user
    client.createGuest({})
  })

  it('tells events of a list apart by their type', () => {
    const take = (event: ListEvent) => {
      if (event.type === 'list') expectTypeOf(event.users).toEqualTypeOf<readonly User[]>()
      if (event.type === 'removed') expectTypeOf(event.user).toEqualTypeOf<Pick<User, 'id'>>()
      if (event.type === 'closed') expectTypeOf(event.error).toBeUnknown()
    }
    client.watch({}, take)
  })
})
