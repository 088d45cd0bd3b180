import { parseQuery, runQuery } from 'tamis'
import { type User, type Users, usersSchema } from 'tamis/users'

/** What was measured of one query. */
export interface Timed {
  readonly name: string
  readonly users: number
  readonly median: number
  readonly p95: number
}

const byCreation = [{ field: 'created_at', direction: -1 }]

/** Each example of the documentation, with values that many users have and with such that few have. */
const EXAMPLES: readonly (readonly [name: string, payload: object])[] = [
  [
    'a role, the newest first: many',
    { filter_conditions: { role: 'admin' }, sort: byCreation, limit: 10, offset: 0 },
  ],
  [
    'a role, the newest first: few',
    { filter_conditions: { role: 'owner' }, sort: byCreation, limit: 10, offset: 0 },
  ],
  ['a custom property: many', { filter_conditions: { 'custom.color': 'red' } }],
  ['a custom property: few', { filter_conditions: { 'custom.color': 'mauve' } }],
  [
    'roles and an age: many',
    { filter_conditions: { role: { $in: ['admin', 'moderator'] }, 'custom.age': { $gte: 18 } } },
  ],
  [
    'roles and an age: few',
    { filter_conditions: { role: { $in: ['owner', 'chief'] }, 'custom.age': { $gte: 18 } } },
  ],
  ['a name as it is typed, john: many', { filter_conditions: { name: { $autocomplete: 'john' } } }],
  ['a name as it is typed, quet: few', { filter_conditions: { name: { $autocomplete: 'quet' } } }],
  ['a name as it is typed, xyz: none', { filter_conditions: { name: { $autocomplete: 'xyz' } } }],
  [
    'three ids, the last active first',
    { filter_conditions: { id: { $in: ['john', 'jack', 'jessie'] } }, sort: { last_active: -1 } },
  ],
  ['a name as it is typed, Ro: many', { filter_conditions: { name: { $autocomplete: 'Ro' } } }],
  ['who never connected: many', { filter_conditions: { last_active: { $exists: false } } }],
  ['a team: many', { filter_conditions: { teams: { $contains: 'research' } } }],
  ['a team: few', { filter_conditions: { teams: { $contains: 'zenith' } } }],
  ['everybody', {}],
  ['everybody, a thousand further', { offset: 1000 }],
  ['after an id', { id_gt: 'user-0050000' }],
]

const RUNS = 51

/** Asks each query many times; throws where an answer is not the one that memory has. */
export async function askQueries(users: Users, rows: readonly User[]): Promise<readonly Timed[]> {
  const timed: Timed[] = []
  for (const [name, payload] of EXAMPLES) {
    const times: number[] = []
    let found: readonly User[] = []
    for (let i = 0; i < RUNS; i++) {
      const start = performance.now()
      found = (await users.queryUsers({ payload })).users
      times.push(performance.now() - start)
    }
    const expected = runQuery(parseQuery(usersSchema, payload), rows as never).items
    const ids = (all: readonly { readonly id: string }[]) => all.map(({ id }) => id).join()
    if (ids(found) !== ids(expected as never)) throw new Error(`${name}: not what memory finds`)
    times.sort((a, b) => a - b)
    timed.push({
      name,
      users: found.length,
      median: times[RUNS >> 1] as number,
      p95: times[Math.floor(RUNS * 0.95)] as number,
    })
  }
  return timed
}
