import { createRequire } from 'node:module'
import Database from 'libsql'
import type { Person } from './people.ts'

/** What else keeps rows in memory: each answers the questions that it can be asked. */
export interface Peer {
  readonly name: string
  /** Fills it with the rows, and answers how long that took, in milliseconds. */
  readonly loaded: number
  /** The ids of a page by its key, or undefined where it cannot be asked. */
  readonly pages: Readonly<Record<string, (() => string) | undefined>>
  readonly count: (() => number) | undefined
  readonly facet: (() => string) | undefined
  insert(person: Person): void
  update(person: Person): void
  remove(person: Person): void
}

const require = createRequire(import.meta.url)

const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id).join()

const PAGE = 'ORDER BY created_at DESC, id DESC LIMIT 31'
const IN_TEAM = "instr(coalesce(teams, ''), ?) > 0"

/** Written by hand, prepared once, with the indexes that an expert makes for the questions. */
export function sqlitePeer(people: readonly Person[]): Peer {
  const start = performance.now()
  const db = new Database(':memory:')
  db.exec(
    'CREATE TABLE people (id TEXT PRIMARY KEY, role TEXT, name TEXT, city TEXT, teams TEXT, banned INT, created_at TEXT, age INT, color TEXT, early INT) WITHOUT ROWID',
  )
  for (const columns of [
    'role, created_at',
    'created_at',
    'city',
    'banned, role',
    'early, created_at',
  ]) {
    db.exec(`CREATE INDEX "by ${columns}" ON people (${columns})`)
  }
  const insertion = db.prepare(
    'INSERT OR REPLACE INTO people VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const insert = ({ id, role, name, city, teams, banned, created_at, custom }: Person) => {
    const list = teams === null ? null : `,${teams.join()},`
    const { age = null, color = null, early = null } = custom as Record<string, never>
    insertion.run(id, role, name, city, list, Number(banned), created_at, age, color, early && 1)
  }
  db.exec('BEGIN')
  for (const person of people) insert(person)
  db.exec('COMMIT')
  const loaded = performance.now() - start
  const removal = db.prepare('DELETE FROM people WHERE id = ?')
  const page = (where: string, ...params: unknown[]) => {
    const statement = db.prepare(`SELECT id FROM people WHERE ${where} ${PAGE}`)
    return () => idsOf((statement.all(...params) as { id: string }[]).slice(0, 30))
  }
  const total = db.prepare(
    `SELECT count(*) AS n FROM people WHERE role = 'admin' AND banned = 0 AND ${IN_TEAM}`,
  )
  const facet = db.prepare(
    "SELECT city, count(*) AS n FROM people WHERE role = 'admin' GROUP BY city ORDER BY n DESC, city",
  )
  return {
    name: 'SQLite in memory',
    loaded,
    pages: {
      a: page("role = 'admin'"),
      b: page("role IN ('admin', 'moderator') AND age >= 18"),
      c: page(`(banned = 1 OR ${IN_TEAM} OR ' ' || lower(name) LIKE '% rox%')`, ',ops,'),
      d: page(
        "created_at >= '2025-01-01T00:00:00.000000Z' AND created_at < '2025-04-01T00:00:00.000000Z'",
      ),
      early: page('early = 1'),
    },
    count: () => (total.get(',ops,') as { n: number }).n,
    facet: () =>
      (facet.all() as { city: string; n: number }[]).map(({ city, n }) => `${city} ${n}`).join(),
    insert,
    update: insert,
    remove: ({ id }) => removal.run(id),
  }
}

interface Tree {
  set(key: string, value: Person): boolean
  delete(key: string): boolean
  entriesReversed(): IterableIterator<[string, Person]>
}

/** A B-tree in the order of the page, whose rows are tested by predicates that a person wrote. */
export async function treePeer(
  people: readonly Person[],
  byHand: Readonly<Record<string, (person: Person) => boolean>>,
): Promise<Peer | undefined> {
  try {
    require.resolve('sorted-btree')
  } catch {
    return undefined
  }
  const { default: BTree } = require('sorted-btree') as { default: new () => Tree }
  const keyOf = ({ created_at, id }: Person) => `${created_at} ${id}`
  const start = performance.now()
  const tree = new BTree()
  for (const person of people) tree.set(keyOf(person), person)
  const loaded = performance.now() - start
  const page = (matches: (person: Person) => boolean) => () => {
    const found: Person[] = []
    for (const [, person] of tree.entriesReversed()) {
      if (matches(person) && found.push(person) === 30) break
    }
    return idsOf(found)
  }
  return {
    name: 'sorted-btree, one index',
    loaded,
    pages: Object.fromEntries(Object.entries(byHand).map(([key, each]) => [key, page(each)])),
    count: undefined,
    facet: undefined,
    insert: (person) => tree.set(keyOf(person), person),
    update: (person) => tree.set(keyOf(person), person),
    remove: (person) => tree.delete(keyOf(person)),
  }
}

interface Loki {
  addCollection(name: string, options: object): LokiCollection
}

interface LokiCollection {
  insert(rows: object): object
  remove(row: object): void
  ensureIndex(name: string): void
  chain(): LokiChain
  by(field: string, value: string): object
}

interface LokiChain {
  find(filter: object): LokiChain
  compoundsort(by: readonly (readonly [string, boolean])[]): LokiChain
  limit(rows: number): LokiChain
  data(): { id: string }[]
  count(): number
}

/** With more rows than this, LokiJS takes minutes to load them, and seconds for a page. */
const MOST_OF_LOKI = 200_000

/** LokiJS adds properties to its rows, so that it gets copies. */
export function lokiPeer(people: readonly Person[]): Peer | undefined {
  if (people.length > MOST_OF_LOKI) return undefined
  try {
    require.resolve('lokijs')
  } catch {
    return undefined
  }
  const Loki = require('lokijs') as new (name: string) => Loki
  const copy = (person: Person) => ({ ...person })
  const start = performance.now()
  const rows = new Loki('people').addCollection('people', {
    unique: ['id'],
    indices: ['role', 'city', 'created_at'],
  })
  rows.insert(people.map(copy))
  rows.ensureIndex('role')
  const loaded = performance.now() - start
  const page = (filter: object) => () =>
    idsOf(
      rows
        .chain()
        .find(filter)
        .compoundsort([
          ['created_at', true],
          ['id', true],
        ])
        .limit(30)
        .data(),
    )
  return {
    name: 'LokiJS',
    loaded,
    pages: {
      a: page({ role: 'admin' }),
      b: page({ role: { $in: ['admin', 'moderator'] }, 'custom.age': { $gte: 18 } }),
      early: page({ 'custom.early': true }),
    },
    count: () =>
      rows
        .chain()
        .find({ $and: [{ role: 'admin' }, { banned: false }, { teams: { $contains: 'ops' } }] })
        .count(),
    facet: undefined,
    insert: (person) => rows.insert(copy(person)),
    update: (person) => {
      rows.remove(rows.by('id', person.id))
      rows.insert(copy(person))
    },
    remove: ({ id }) => rows.remove(rows.by('id', id)),
  }
}
