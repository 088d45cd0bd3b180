/**
 * `npm run bench [rows]`: parsing, predicates, pages and SQL, each as a ratio to code that a person
 * would write by hand. Every answer is checked before it is timed.
 */

import {
  compilePredicate,
  compileQuery,
  parseFilter,
  parseQuery,
  runQuery,
  safeParseFilter,
} from 'tamis'
import { sqlite } from 'tamis/sqlite'
import { usersSchema } from 'tamis/users'
import { compare } from './compare.ts'
import { filters } from './fixtures/filters.ts'
import { makeUsers, type User } from './fixtures/users.ts'

const COUNT = Number(process.argv[2] ?? 100_000)
const users = makeUsers(COUNT)

function count(matches: (user: User) => boolean): number {
  let found = 0
  for (const user of users) if (matches(user)) found++
  return found
}

// One call site sees every predicate, as a server's does: warmed by all of them before any is timed.
const predicates = filters.map(({ filter }) => compilePredicate(parseFilter(usersSchema, filter)))
for (const [i, { byHand }] of filters.entries()) {
  count(byHand)
  count(predicates[i] as (user: User) => boolean)
}

console.log(`Predicates over ${COUNT} users`)
for (const [i, { name, byHand }] of filters.entries()) {
  const matches = predicates[i] as (user: User) => boolean
  await compare(name, { 'by hand': () => count(byHand), tamis: () => count(matches) })
}

console.log('\nA page of 30 by created_at descending')
for (const { name, filter, byHand } of filters) {
  const query = parseQuery(usersSchema, {
    filter_conditions: filter,
    include_deactivated_users: true,
  })
  const newest = (a: User, b: User) =>
    Date.parse(b.created_at as string) - Date.parse(a.created_at as string) ||
    (a.id < b.id ? 1 : -1)
  await compare(name, {
    'by hand, a full sort': () =>
      users
        .filter(byHand)
        .sort(newest)
        .slice(0, 30)
        .map(({ id }) => id),
    tamis: () => runQuery(query, users).items.map(({ id }) => id),
  })
}

console.log('\nA fresh filter: parsed, checked, compiled')
for (const { name, filter } of filters) {
  const text = JSON.stringify(filter)
  await compare(name, {
    'JSON.parse of its text': () => typeof JSON.parse(text),
    tamis: () => typeof compilePredicate(parseFilter(usersSchema, filter)) && 'object',
  })
}

console.log('\nA fresh query to SQL: filter, sort, limit')
for (const { name, filter } of filters) {
  const payload = { filter_conditions: filter, sort: [{ created_at: -1 }], limit: 30 }
  const text = JSON.stringify(payload)
  await compare(name, {
    'JSON.parse of its text': () => typeof JSON.parse(text),
    tamis: () =>
      typeof compileQuery(parseQuery(usersSchema, payload), {
        dialect: sqlite,
        table: 'users',
        select: ['id'],
      }),
  })
}

console.log('\nHostile filters, refused')
const nested = (levels: number): unknown => {
  let filter: unknown = { role: 'a' }
  for (let i = 0; i < levels; i++) filter = { $and: [filter] }
  return filter
}
const cycle: Record<string, unknown> = {}
cycle.$or = [cycle]
const hostile = {
  'one wrong field': { rol: 'a' },
  '1,000,000 levels': nested(1_000_000),
  '$in of 10,000,000': { id: { $in: Array(10_000_000).fill('a') } },
  'a cycle': cycle,
  '100,000 keys': Object.fromEntries(
    Array.from({ length: 100_000 }, (_, i) => [`custom.k${i}`, 1]),
  ),
}
await compare(
  'safeParseFilter',
  Object.fromEntries(
    Object.entries(hostile).map(([name, filter]) => [
      name,
      () => safeParseFilter(usersSchema, filter).ok,
    ]),
  ),
)
