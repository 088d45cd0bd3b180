/** What a program with a collection of TanStack DB sees of the built package. */

import { createCollection, createLiveQueryCollection, eq, gte } from '@tanstack/db'
import { defineSchema, integer, string, timestamp } from 'tamis'
import { payloadOf, tamisCollectionOptions, usersCollectionOptions } from 'tamis/tanstack'
import { createUsersClient } from 'tamis/users/client'

const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    age: integer({ sortable: true }),
    at: timestamp({ required: true }),
  },
})
export const people = createCollection(
  tamisCollectionOptions({ id: 'people', schema, load: async () => ({ items: [] }) }),
)
export const adults = createLiveQueryCollection((q) =>
  q.from({ person: people }).where(({ person }) => gte(person.age, 18)),
)
export const yearOf = (id: string): number | undefined => people.get(id)?.at.getUTCFullYear()
export const ageOf = (id: string): number | null | undefined => people.get(id)?.age
export const payload = payloadOf(schema, { limit: 10 }).limit

const client = createUsersClient({ url: 'https://users.example.com' })
export const users = createCollection(usersCollectionOptions({ id: 'users', client }))
export const admins = createLiveQueryCollection((q) =>
  q.from({ user: users }).where(({ user }) => eq(user.role, 'admin')),
)

// @ts-expect-error: a Date
export const text = (id: string): string | undefined => people.get(id)?.at
