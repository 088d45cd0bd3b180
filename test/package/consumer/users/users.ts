/**
 * What a server sees of the built users system: its declarations name no package that only some
 * need, so that they are read where none is installed.
 */

import { type Filter, parseQuery, type Query } from 'tamis'
import { createUsers, type User, type Users, UsersError, usersSchema } from 'tamis/users'
import { createUsersClient, type ListEvent, UsersClientError } from 'tamis/users/client'

export const filter = { role: 'admin', 'custom.age': { $gte: 18 } } satisfies Filter<
  typeof usersSchema
>
export const query: Query = parseQuery(usersSchema, { filter_conditions: filter })

export const opening: Promise<Users> = createUsers({
  db: ':memory:',
  settings: { uniqueUsernames: 'team', clock: () => new Date() },
  hooks: { onDelete: ({ key, user, options }) => console.log(key, user.id, options.messages) },
})

export async function names(users: Users): Promise<(string | undefined)[]> {
  try {
    const { users: all } = await users.queryUsers({ payload: { filter_conditions: filter } })
    return all.map((user: User) => user.name)
  } catch (error) {
    if (error instanceof UsersError) return [error.details.user_id]
    throw error
  }
}

// @ts-expect-error: there is no such setting
export const wrong = createUsers({ db: ':memory:', settings: { uniqueNames: 'app' } })

const client = createUsersClient({ url: '/api', token: async () => 'token' })

export async function idsOfAdmins(): Promise<readonly string[]> {
  try {
    const ids = []
    for await (const user of client.users({ filter: { role: 'admin' } })) ids.push(user.id)
    return ids
  } catch (error) {
    if (error instanceof UsersClientError) return [error.code]
    throw error
  }
}

export const stop: () => void = client.watch({ role: 'admin' }, (event: ListEvent) => {
  if (event.type === 'list') console.log(event.users.length)
})

// @ts-expect-error: the schema has no such field
client.watch({ nmae: 'Ana' }, () => {})
