/**
 * The whole library in one run: 10,000 made-up users in memory and in an SQLite file, the same
 * queries asked of both, and the answers compared. Exits with 1 if they ever differ.
 */

import { rmSync } from 'node:fs'
import Database from 'libsql'
import { compileQuery, createTable, insertRow, parseQuery, readRow, runQuery } from 'tamis'
import { sqlite } from 'tamis/sqlite'
import { usersSchema } from 'tamis/users'
import { makeUsers } from './fixtures/users.ts'

const COUNT = 10_000
const FILE = 'demo.sqlite'
const SHOWN = 3
const RUNS = 5

/** The examples that documentation of user systems gives, as a client would send them. */
const examples: readonly (readonly [title: string, payload: Record<string, unknown>])[] = [
  [
    'admins, the newest first',
    {
      filter_conditions: { role: 'admin' },
      sort: [{ field: 'created_at', direction: -1 }],
      limit: 10,
      offset: 0,
    },
  ],
  ['a custom property', { filter_conditions: { 'custom.color': 'red' } }],
  [
    'two fields at once',
    { filter_conditions: { role: { $in: ['admin', 'moderator'] }, 'custom.age': { $gte: 18 } } },
  ],
  ['a name as it is typed', { filter_conditions: { name: { $autocomplete: 'john' } } }],
  [
    'by id, the last active first',
    { filter_conditions: { id: { $in: ['john', 'jack', 'jessie'] } }, sort: { last_active: -1 } },
  ],
  [
    '"Ro" finds Roxy, Roxanne and Curiosity Rover',
    { filter_conditions: { name: { $autocomplete: 'Ro' } }, sort: [{ id: 1 }] },
  ],
  [
    'who never connected',
    { filter_conditions: { last_active: { $exists: false } }, sort: [{ id: 1 }] },
  ],
  [
    'who has connected at least once',
    { filter_conditions: { last_active: { $exists: true } }, sort: [{ last_active: 1 }] },
  ],
  [
    'a team’s members, deactivated ones too',
    { filter_conditions: { teams: { $contains: 'research' } }, include_deactivated_users: true },
  ],
  ['exactly these teams', { filter_conditions: { teams: ['ops', 'red'] } }],
  [
    'created in a week, whatever the offset',
    {
      filter_conditions: {
        created_at: { $gte: '2025-06-01T00:00:00+02:00', $lt: '2025-06-08T00:00:00+02:00' },
      },
    },
  ],
  ['the page after an id', { id_gt: 'user-0004999', limit: 5 }],
  [
    'neither admin nor under age',
    {
      filter_conditions: { $nor: [{ role: 'admin' }, { 'custom.age': { $lt: 18 } }] },
      sort: [{ role: 1 }, { created_at: -1 }],
      offset: 100,
    },
  ],
]

const median = (times: number[]): number => times.sort((a, b) => a - b)[times.length >> 1] as number

/** The answer of a function, and the median time of some runs in milliseconds. */
function timed<T>(run: () => T): readonly [T, string] {
  const times: number[] = []
  let answer = run()
  for (let i = 0; i < RUNS; i++) {
    const start = performance.now()
    answer = run()
    times.push(performance.now() - start)
  }
  return [answer, `${median(times).toFixed(2)} ms`]
}

const users = makeUsers(COUNT)
// With what a run that was killed may have left: a stale journal would be played into the new file.
for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(`${FILE}${suffix}`, { force: true })
const db = new Database(FILE)
const target = {
  dialect: sqlite,
  table: 'users',
  mapping: {
    custom: { column: 'custom', index: ['age', 'color'] },
    teams: { sideTable: 'users_teams' },
  },
} as const

const start = performance.now()
for (const statement of createTable(usersSchema, target)) db.exec(statement)
const insert = insertRow(usersSchema, target)
const prepared = new Map<string, { run(...params: readonly unknown[]): unknown }>()
db.exec('BEGIN')
for (const user of users) {
  for (const { text, params } of [insert(user)].flat()) {
    const statement = prepared.get(text) ?? db.prepare(text)
    prepared.set(text, statement)
    statement.run(...params)
  }
}
db.exec('COMMIT')
console.log(`${COUNT} users written to ${FILE} in ${Math.round(performance.now() - start)} ms`)

const read = readRow(usersSchema, target)
let differences = 0
for (const [title, payload] of examples) {
  const query = parseQuery(usersSchema, payload)
  const { text, params, where } = compileQuery(query, target)
  const statement = db.prepare(text).safeIntegers(true)
  const [memory, inMemory] = timed(() => runQuery(query, users).items)
  const [table, inTable] = timed(() => statement.all(...params).map(read))

  console.log(`\n${title}\n  payload  ${JSON.stringify(payload)}`)
  console.log(`  WHERE    ${where.text}`)
  console.log(`  params   ${where.params.map(String).join(' · ')}`)
  for (const { id, role, name, last_active } of table.slice(0, SHOWN)) {
    console.log(`  row      ${[id, role, name, last_active ?? 'never active'].join(' · ')}`)
  }
  const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id).join()
  const agree = ids(memory) === ids(table)
  if (!agree) differences++
  console.log(
    `  ${agree ? 'the same' : 'DIFFERENT:'} ${table.length} rows: in memory ${inMemory}, in SQLite ${inTable}`,
  )
  if (!agree) console.log(`  in memory ${ids(memory)}\n  in SQLite ${ids(table)}`)
}

db.close()
console.log(`\n${examples.length} queries, ${differences} differences. Go on with the file:`)
console.log(
  `  npm run build && node dist/cli/main.mjs query --db ${FILE} --table users --filter '{"role":"admin"}' --limit 5`,
)
process.exitCode = differences === 0 ? 0 : 1
