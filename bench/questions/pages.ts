import Database from 'libsql'
import { compileQuery, createTable, insertRow, parseQuery, runQuery } from 'tamis'
import { sqlite } from 'tamis/sqlite'
import { usersSchema } from 'tamis/users'
import { filters } from '../fixtures/filters.ts'
import { type StoredUser, storedUsers } from '../fixtures/users.ts'
import { measure } from '../measure.ts'
import { atMost, type Question, type Result } from '../question.ts'
import { pollute } from './predicates.ts'

const LIMIT = 30

/** The newest first, then by id from its end: what `sort: {created_at: -1}` asks for. */
function newest(a: StoredUser, b: StoredUser): number {
  if (a.created_at !== b.created_at) return a.created_at < b.created_at ? 1 : -1
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0
}

type Matches = (user: StoredUser) => boolean

/** The first of many rows in an order, by a heap that holds no more: what a person would write. */
function first(users: readonly StoredUser[], matches: Matches, most: number): StoredUser[] {
  const heap: StoredUser[] = []
  const sink = (user: StoredUser) => {
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      const right = heap[child + 1]
      if (right !== undefined && newest(right, heap[child] as StoredUser) > 0) child++
      if (newest(heap[child] as StoredUser, user) <= 0) break
      heap[at] = heap[child] as StoredUser
      at = child
    }
    heap[at] = user
  }
  for (let i = 0; i < users.length; i++) {
    const user = users[i] as StoredUser
    if (!matches(user)) continue
    if (heap.length < most) {
      heap.push(user)
      if (heap.length === most) heap.sort((a, b) => newest(b, a))
    } else if (newest(user, heap[0] as StoredUser) < 0) sink(user)
  }
  return heap.sort(newest)
}

const idsOf = (users: readonly { readonly id: string }[]) => users.map(({ id }) => id).join()

/** The same users in SQLite, with the indexes that createTable suggests, or with none but the key's. */
function tableOf(users: readonly StoredUser[], indexed: boolean): Database.Database {
  const db = new Database(':memory:')
  const [table = '', ...indexes] = createTable(usersSchema, TARGET)
  db.exec(table)
  const insert = insertRow(usersSchema, TARGET)
  const prepared = new Map<string, Database.Statement>()
  db.exec('BEGIN')
  for (const user of users) {
    for (const { text, params } of [insert(user)].flat()) {
      const statement = prepared.get(text) ?? db.prepare(text)
      prepared.set(text, statement)
      statement.run(...params)
    }
  }
  db.exec('COMMIT')
  if (indexed) for (const statement of indexes) db.exec(statement)
  return db
}

const TARGET = {
  dialect: sqlite,
  table: 'users',
  mapping: { custom: { column: 'custom', index: ['age', 'color'] } },
} as const

/** Parsed, checked, compiled, prepared and run, as for a client that asks. */
function fromTable(db: Database.Database, payload: object): string {
  const { text, params } = compileQuery(parseQuery(usersSchema, payload), {
    ...TARGET,
    select: ['id'],
  })
  return idsOf(db.prepare(text).all(...params) as { id: string }[])
}

function pagesOf(
  users: readonly StoredUser[],
  size: number,
): (run: Parameters<Question['ask']>[0]) => Result[] {
  return (run) => {
    const isStored = !run.quick && size <= 100_000
    const plain = isStored ? tableOf(users, false) : undefined
    const indexed = isStored ? tableOf(users, true) : undefined
    return filters.map(({ key, name, filter, byHand }): Result => {
      const payload = {
        filter_conditions: filter,
        sort: [{ created_at: -1 }],
        limit: LIMIT,
        include_deactivated_users: true,
      }
      const query = parseQuery(usersSchema, payload)
      const measured = measure(
        {
          'by hand, a bounded heap': () => idsOf(first(users, byHand, LIMIT)),
          tamis: () => idsOf(runQuery(query, users).items),
          ...(run.quick
            ? {}
            : {
                'by hand, a full sort': () =>
                  idsOf(users.filter(byHand).sort(newest).slice(0, LIMIT)),
              }),
          ...(plain === undefined
            ? {}
            : { 'tamis to SQLite, no index': () => fromTable(plain, payload) }),
          ...(indexed === undefined
            ? {}
            : { 'tamis to SQLite, indexed': () => fromTable(indexed, payload) }),
        },
        1,
        run,
      )
      return { name, measured, goals: [atMost(1.1, `a page of ${size} rows, ${key}`)] }
    })
  }
}

export const pages: Question = {
  title: 'A page of 30 of 100,000 rows, sorted',
  text: 'Filter, sort by `created_at` descending, the first 30, with the cursor of the next page. SQLite is in memory, by libsql (the API of better-sqlite3, with a binary that needs no compiler), the query parsed, compiled and prepared each time. Nanoseconds are per page.',
  async ask(run) {
    const users = storedUsers(run.rows)
    pollute(users)
    return pagesOf(users, run.rows)(run)
  },
}

export const largePages: Question = {
  title: 'A page of 30 of 1,000,000 rows, sorted',
  text: 'The same, over more.',
  async ask(run) {
    if (run.quick) return []
    const users = storedUsers(1_000_000)
    pollute(users)
    return pagesOf(users, 1_000_000)(run)
  },
}

export const deepPages: Question = {
  title: 'Deep pages of 100,000 rows',
  text: 'Filter b, behind an offset of 1,000, and behind the cursor of that page.',
  async ask(run) {
    const users = storedUsers(run.rows)
    pollute(users)
    const { filter, byHand } = filters[1] as (typeof filters)[number]
    const payload = {
      filter_conditions: filter,
      sort: [{ created_at: -1 }],
      limit: LIMIT,
      include_deactivated_users: true,
    }
    const query = parseQuery(usersSchema, { ...payload, offset: 1000 })
    const page = runQuery(query, users)
    const next = parseQuery(usersSchema, { ...payload, next: page.next })
    const last = page.items.at(-1) as StoredUser
    return [
      {
        name: 'offset 1,000',
        measured: measure(
          {
            'by hand, a bounded heap': () => idsOf(first(users, byHand, 1000 + LIMIT).slice(1000)),
            tamis: () => idsOf(runQuery(query, users).items),
          },
          1,
          run,
        ),
        goals: [atMost(1.5, 'offset 1,000')],
      },
      {
        name: 'a cursor',
        measured: measure(
          {
            'by hand, a bounded heap': () =>
              idsOf(first(users, (user) => byHand(user) && newest(user, last) > 0, LIMIT)),
            tamis: () => idsOf(runQuery(next, users).items),
          },
          1,
          run,
        ),
        goals: [atMost(1.5, 'a cursor')],
      },
    ]
  },
}
