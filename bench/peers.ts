import { createRequire } from 'node:module'
import type { MeasuredFilter } from './fixtures/filters.ts'
import type { StoredUser } from './fixtures/users.ts'

/**
 * What users would pick instead. Their packages are the benchmark's own (bench/package.json): where
 * they are not installed, tamis is measured without them.
 */

type Predicate = (user: StoredUser) => unknown
type Key = MeasuredFilter['key']

export interface Peer {
  readonly name: string
  /** A filter as this library makes a predicate of it. */
  readonly predicates: Readonly<Record<Key, () => Predicate>>
}

const require = createRequire(import.meta.url)

// Packages that this repository's types do not know: what is used of them is said here.
interface TanStack {
  readonly IR: {
    readonly PropRef: new (path: readonly string[]) => object
  }
  compileSingleRowExpression(expression: object): Predicate
  eq(a: object, b: unknown): object
  inArray(a: object, b: readonly unknown[]): object
  gte(a: object, b: unknown): object
  lt(a: object, b: unknown): object
  ilike(a: object, b: string): object
  and(...all: readonly object[]): object
  or(...all: readonly object[]): object
  not(a: object): object
}

async function load<T>(name: string): Promise<T> {
  return (await import(require.resolve(name))) as T
}

export const isInstalled = (() => {
  try {
    require.resolve('sift')
    return true
  } catch {
    return false
  }
})()

/** The filter for libraries that have regular expressions in the place of words. */
function asMongo(filter: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(filter), (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value
    const own = value as Record<string, unknown>
    if (typeof own.$autocomplete === 'string') {
      return { $regex: new RegExp(`(^|[^a-z0-9])${own.$autocomplete}`, 'i') }
    }
    return '$contains' in own ? own.$contains : own
  }) as Record<string, unknown>
}

const byFilter = (
  filters: readonly MeasuredFilter[],
  make: (filter: Record<string, unknown>) => Predicate,
): Peer['predicates'] =>
  Object.fromEntries(
    filters.map(({ key, filter }) => [key, () => make(asMongo(filter))]),
  ) as Peer['predicates']

export async function predicatePeers(filters: readonly MeasuredFilter[]): Promise<readonly Peer[]> {
  if (!isInstalled) return []
  const { default: sift } = await load<{ default(filter: object): Predicate }>('sift')
  const { Query } = await load<{
    Query: new (filter: object) => { test(row: object): boolean }
  }>('mingo')
  const { guard } = await load<{ guard(filter: object): Predicate }>('@ucast/mongo2js')
  return [
    { name: 'sift', predicates: byFilter(filters, (filter) => sift(filter)) },
    {
      name: 'mingo',
      predicates: byFilter(filters, (filter) => {
        const query = new Query(filter)
        return (user) => query.test(user)
      }),
    },
    { name: '@ucast/mongo2js', predicates: byFilter(filters, (filter) => guard(filter)) },
    { name: '@tanstack/db', predicates: await tanStack(filters) },
  ]
}

/**
 * LokiJS keeps its own rows: what it is asked is how many of them a filter finds. It joins filters by
 * `$and` and `$or` alone, so that f cannot be asked.
 */
export async function loki(
  users: readonly StoredUser[],
): Promise<((filter: MeasuredFilter) => (() => number) | undefined) | undefined> {
  if (!isInstalled) return undefined
  const { default: Loki } = await load<{
    default: new (
      name: string,
    ) => {
      addCollection(name: string): {
        insert(rows: readonly object[]): void
        find(filter: object): readonly object[]
      }
    }
  }>('lokijs')
  const rows = new Loki('users').addCollection('users')
  rows.insert(users.map((user) => ({ ...user })))
  return ({ key, filter }) => {
    if (key === 'f') return undefined
    const own = JSON.parse(JSON.stringify(filter), (_key, value: unknown) => {
      const { $autocomplete } = (value ?? {}) as { $autocomplete?: string }
      if ($autocomplete === undefined) return value
      return { $regex: [`(^|[^a-z0-9])${$autocomplete}`, 'i'] }
    })
    // A list that holds a value; several fields stand in $and.
    const all = Object.entries(own).map(([name, each]) => ({ [name]: each }))
    const asked = all.length === 1 ? own : { $and: all }
    return () => rows.find(asked).length
  }
}

/** TanStack DB has no filters as data: its expressions, built by hand. */
async function tanStack(filters: readonly MeasuredFilter[]): Promise<Peer['predicates']> {
  const db = await load<TanStack>('@tanstack/db')
  const { IR, eq, inArray, gte, lt, ilike, and, or, not } = db
  const ref = (path: string) => new IR.PropRef(path.split('.'))
  const idsOf = () => {
    const { filter } = filters.find(({ key }) => key === 'e') as MeasuredFilter
    return (filter as { id: { $in: readonly string[] } }).id.$in
  }
  const expressions: Record<Key, () => object> = {
    a: () => eq(ref('role'), 'admin'),
    b: () => and(inArray(ref('role'), ['admin', 'moderator']), gte(ref('custom.age'), 18)),
    c: () =>
      or(
        eq(ref('banned'), true),
        inArray('ops' as unknown as object, ref('teams') as unknown as readonly unknown[]),
        ilike(ref('name'), 'rox%'),
        ilike(ref('name'), '% rox%'),
      ),
    d: () =>
      and(
        gte(ref('created_at'), '2025-01-01T00:00:00.000000Z'),
        lt(ref('created_at'), '2025-04-01T00:00:00.000000Z'),
      ),
    e: () => inArray(ref('id'), idsOf()),
    f: () =>
      and(
        or(
          eq(ref('role'), 'admin'),
          and(eq(ref('role'), 'user'), not(or(eq(ref('banned'), true), lt(ref('custom.age'), 18)))),
        ),
        not(
          or(
            eq(ref('custom.color'), 'blue'),
            inArray('red' as unknown as object, ref('teams') as unknown as readonly unknown[]),
          ),
        ),
      ),
  }
  return Object.fromEntries(
    Object.entries(expressions).map(([key, make]) => [
      key,
      () => db.compileSingleRowExpression(make()),
    ]),
  ) as Peer['predicates']
}
