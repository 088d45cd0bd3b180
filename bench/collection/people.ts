import { boolean, defineSchema, dynamic, list, string, timestamp } from 'tamis'
import { type StoredUser, storedUsers } from '../fixtures/users.ts'

/** The users of the other benchmarks, with a city of twenty and a mark that only the oldest have. */
export interface Person extends StoredUser {
  readonly city: string
}

const CITIES = 20

export const people = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    role: string({ operators: ['$eq', '$in'] }),
    name: string({ operators: ['$eq', '$autocomplete'] }),
    city: string({ operators: ['$eq', '$in'], facet: true }),
    teams: list(string()),
    banned: boolean(),
    created_at: timestamp({ required: true, sortable: true }),
    last_active: timestamp({ sortable: true }),
    'custom.*': dynamic(['string', 'boolean', 'integer']),
  },
})

/** The indexes that are measured: five, and `banned` for the counts. */
export const FIVE = ['role', 'created_at', 'city', 'teams', 'name'] as const
export const MORE = ['banned', 'custom.age', 'custom.early'] as const

/** Who was made before it is early: 2 of 100. */
const EARLY = '2023-01-24'

export const personOf = (user: StoredUser, at: number): Person => ({
  ...user,
  city: `city ${(at * 7919) % CITIES}`,
  custom: { ...user.custom, ...(user.created_at < EARLY ? { early: true } : {}) },
})

export const makePeople = (count: number): Person[] => storedUsers(count).map(personOf)
