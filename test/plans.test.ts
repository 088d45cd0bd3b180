/**
 * What indexes are for, on 100,000 rows in tables just as `createTable` makes them: the statements
 * of tamis are answered by them. What a database does otherwise stands here, as an exception: a plan
 * that becomes better fails as well. Longer than a page for its cases.
 */

import {
  compileFilter,
  compileQuery,
  decimal,
  defineSchema,
  dynamic,
  integer,
  list,
  type Mapping,
  number,
  pageOf,
  parseFilter,
  parseQuery,
  readRow,
  string,
  timestamp,
} from 'tamis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeUsers } from '../bench/fixtures/users.ts'
import { available } from './support/engines/available.ts'
import type { Connection, Engine, SomeQuery, SomeStatement } from './support/engines/engine.ts'
import {
  createLarge,
  type Explain,
  explainMysql,
  explainPostgres,
  explainSqlite,
  insertMany,
  type Plan,
} from './support/plans.ts'

const ROWS = 100_000
const LIMIT = 30

const schema = defineSchema({
  fields: {
    id: string({ operators: ['$eq', '$in'], required: true, sortable: true }),
    role: string({ operators: ['$eq'] }),
    name: string({ operators: ['$autocomplete'] }),
    nick: string({ operators: ['$eq', '$startsWith', '$includes', '$ieq', '$istartsWith'] }),
    created_at: timestamp({ required: true, sortable: true }),
    last_active: timestamp({ sortable: true }),
    seen_at: timestamp({ sortable: true }),
    score: number(),
    price: number(),
    amount: decimal({ precision: 10, scale: 2 }),
    teams: list(string()),
    'custom.rank': integer({ sortable: true }),
    'custom.*': dynamic(['string', 'boolean', 'integer']),
  },
  limits: { offset: { max: ROWS } },
})

const rows = makeUsers(ROWS).map((user, i) => ({
  ...user,
  // Each of these is rare.
  role: i % 1000 === 7 ? 'owner' : user.role,
  nick: `${['Ann', 'bob', 'Élan'][i % 3]}_${i}`,
  teams: i % 1000 === 11 ? [...(user.teams ?? []), 'night'] : user.teams,
  custom: { ...user.custom, ...(i % 500 === 3 ? { color: 'mauve' } : {}), rank: (i * 31) % ROWS },
  score: ((i * 7919) % ROWS) / 8,
  seen_at: user.last_active,
  price: ((i * 7919) % ROWS) / 100,
  amount: ((i * 7919) % ROWS) / 100,
}))

// The databases

/** How a database is filled and queried. */
interface Database {
  /** Statements to run first. */
  readonly prepare?: string
  readonly mapping: Mapping
  readonly extensions?: readonly string[]
  readonly analyze: string
  readonly dropIndex?: string
  /** Whether a statement has it sort a few rows without a value, none where there are more. */
  readonly isSorting?: true
  readonly explain: Explain
  /** Queries the collation of texts in JSON, in databases where it can differ. */
  readonly collation?: string
}

const custom = { column: 'custom', index: ['age', 'color', 'rank'] }
/** A price as people have it. */
const price = { type: 'numeric(10,2)' }
const sided: Mapping = { custom, price, teams: { sideTable: 'people_teams' } }

const databases: Readonly<Record<string, Database>> = {
  SQLite: { mapping: sided, analyze: 'ANALYZE', explain: explainSqlite, isSorting: true },
  PostgreSQL: {
    // Once for the whole database: in this run's own schema, others could not use it.
    prepare: 'CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public',
    mapping: { price, custom: { ...custom, jsonCollation: 'C' } },
    extensions: ['pg_trgm'],
    analyze: 'ANALYZE people',
    explain: explainPostgres,
    collation: 'SELECT datcollate AS name FROM pg_database WHERE datname = current_database()',
  },
  MariaDB: {
    mapping: sided,
    analyze: 'ANALYZE TABLE people, people_teams',
    dropIndex: 'DROP INDEX people_seen_at ON people',
    explain: explainMysql,
  },
  MySQL: {
    mapping: sided,
    analyze: 'ANALYZE TABLE people, people_teams',
    dropIndex: 'DROP INDEX people_seen_at ON people',
    explain: explainMysql,
  },
}

/** A filled table, and how it answers. */
class People {
  readonly connection: Connection
  readonly #database: Database
  readonly #target

  constructor(engine: Engine, database: Database, connection: Connection) {
    const { mapping, extensions } = database
    this.connection = connection
    this.#database = database
    this.#target = {
      dialect: engine.dialect,
      table: 'people',
      mapping,
      ...(extensions && { extensions }),
    }
  }

  async fill(): Promise<void> {
    const { prepare, mapping, analyze } = this.#database
    if (prepare !== undefined) await this.connection.exec(prepare)
    await createLarge(this.connection, schema, this.#target, rows)
    if (mapping.teams !== undefined) {
      const insert = 'INSERT INTO people_teams (owner, value) VALUES (?, ?)'
      const pairs = rows.flatMap(({ id, teams }) => (teams ?? []).map((team) => [id, team]))
      await insertMany(this.connection, insert, pairs)
    }
    // What people have who wrote their table themselves: an index of the column, and no more.
    const { dropIndex = 'DROP INDEX people_seen_at' } = this.#database
    await this.connection.exec(dropIndex)
    await this.connection.exec('CREATE INDEX people_seen_at ON people (seen_at)')
    await this.connection.exec(analyze)
  }

  async count(): Promise<number> {
    const [row] = await this.connection.all({
      text: 'SELECT count(*) AS n FROM people',
      params: [],
    })
    return Number(row?.n)
  }

  /** Whether it is ordered by a column in which many rows have no value. */
  readonly isApart?: boolean
  /** Whether texts in JSON are compared by code point: in PostgreSQL, if the whole database does so. */
  async isByCodePoint(): Promise<boolean> {
    if (this.#database.collation === undefined) return true
    const [row] = await this.connection.all({ text: this.#database.collation, params: [] })
    return /^(C|C\.utf-?8|POSIX)$/i.test(String(row?.name))
  }

  where(filter: unknown): SomeStatement {
    const { text, params } = compileFilter(parseFilter(schema, filter), this.#target)
    return { text: `SELECT * FROM people WHERE ${text}`, params }
  }

  query(payload: unknown): SomeQuery {
    return compileQuery(parseQuery(schema, payload), { ...this.#target, lookAhead: true })
  }

  /** The page after, or before, the one at an offset: by its cursor, as a client turns to it. */
  async beside(name: 'next' | 'prev', sort: unknown, offset: number): Promise<SomeQuery> {
    const payload = { sort, limit: LIMIT, offset }
    const records = await this.connection.all(this.query(payload))
    const page = pageOf(parseQuery(schema, payload), records.map(readRow(schema, this.#target)))
    return this.query({ sort, limit: LIMIT, [name]: page[name] })
  }

  explain(statement: SomeStatement): Promise<readonly Plan[]> {
    return this.#database.explain(this.connection, statement)
  }
}

// The queries

/** What a plan does that its index should spare it. */
type Fault = `${'scans' | 'walks' | 'sorts'} ${string}` | 'misses its index' | 'reads more'

/** How many rows may be read: so many for each that is found, or a few. */
const FOR_EACH = 10
const FEW = 400

/** What a plan is held to. */
interface Expected {
  readonly index: string
  readonly isFollowed?: true
  readonly isApart?: boolean
  /** Whether the statement has the database sort fewer rows without a value than are worth a walk. */
  readonly isSorting?: boolean
}

function faultsOf(plan: Plan, { index, isFollowed, isApart, isSorting }: Expected): Fault[] {
  const { scanned, walked, entered, sorted, found, read = 0 } = plan
  // Rows without a value are found along the key, where that takes fewer reads.
  const ways = isApart ? [index, 'people_pkey'] : [index]
  const isMissed = !ways.some((own) => entered.includes(own) || walked.includes(own))
  const followed = [...(isFollowed ? [index] : []), ...(isApart ? ['people_pkey'] : [])]
  const sorts = sorted.filter((table) => table !== 'page' && !(isApart && isSorting))
  return [
    ...scanned.map((table) => `scans ${table}` as const),
    ...walked.filter((own) => !followed.includes(own)).map((own) => `walks ${own}` as const),
    ...sorts.map((table) => `sorts ${table}` as const),
    ...(isMissed ? (['misses its index'] as const) : []),
    ...(read > Math.max(FOR_EACH * found, FEW) ? (['reads more'] as const) : []),
  ]
}

/** By the name of the database. */
type Each<T> = Readonly<Record<string, T>>

type Exceptions = Each<readonly Fault[]>

interface Case {
  readonly asks: string
  statement(table: People): SomeStatement | Promise<SomeStatement>
  /** The index that serves it, by database if they differ. */
  readonly index: string | Each<string>
  /** The known faults. */
  readonly except: Exceptions
  /** Whether it is followed from its end, as a first page is. */
  readonly isFollowed?: true
  /** Whether it is ordered by a column in which many rows have no value. */
  readonly isApart?: boolean
  /** Whether texts in JSON are compared by code point there, as it must be. */
  readonly isByCodePoint?: true
}

const filter = (
  asks: string,
  own: Each<unknown>,
  index: Case['index'],
  except: Exceptions = {},
): Case => ({ asks, statement: (table) => table.where(own), index, except })

/** A key of JSON has one index in PostgreSQL, elsewhere one for each kind. */
const ofKey = (key: string, kind: string): Each<string> => ({
  SQLite: `people_custom_${key}_${kind}`,
  PostgreSQL: `people_custom_${key}`,
  MariaDB: `people_custom_${key}_${kind}`,
  MySQL: `people_custom_${key}_${kind}`,
})

/** The index of an order: in PostgreSQL, of a key of JSON, another than the one that finds it. */
function indexOf(field: string): Case['index'] {
  if (field === 'id') return 'people_pkey'
  if (field !== 'custom.rank') return `people_${field}`
  return { ...ofKey('rank', 'integer'), PostgreSQL: 'people_custom_rank_order' }
}

const order = (direction: 1 | -1) => (direction === 1 ? 'ascending' : 'descending')

const isNullable = (field: string): boolean => field === 'last_active' || field === 'seen_at'

type Nulls = 'first' | 'last'

/** A page from the beginning. */
const first = (field: string, direction: 1 | -1, nulls?: Nulls): Case => ({
  asks: `the first page by ${field} ${order(direction)}${nulls ? ` nulls ${nulls}` : ''}`,
  statement: (table) => table.query({ sort: [term(field, direction, nulls)], limit: LIMIT }),
  index: indexOf(field),
  except: {},
  isFollowed: true,
  isApart: isNullable(field),
})

const term = (field: string, direction: 1 | -1, nulls?: Nulls) =>
  nulls === undefined ? { field, direction } : { field, direction, nulls }

/** A page from a cursor, at which it enters the index. */
const turn = (
  name: 'next' | 'prev',
  field: string,
  direction: 1 | -1,
  offset: number,
  nulls?: Nulls,
): Case => ({
  asks: `the ${name} page by ${field} ${order(direction)}${nulls ? ` nulls ${nulls}` : ''}, from ${offset} on`,
  statement: (table) => table.beside(name, [term(field, direction, nulls)], offset),
  index: indexOf(field),
  except: {},
  isApart: isNullable(field),
})

/** The elements of a list have an index in PostgreSQL, elsewhere the key of the side table. */
const OF_TEAMS: Each<string> = {
  SQLite: 'people_teams_pkey',
  PostgreSQL: 'people_teams',
  MariaDB: 'people_teams_pkey',
  MySQL: 'people_teams_pkey',
}

/** In PostgreSQL, a text that is not sorted by may be longer than a B-tree takes. */
const byBeginning = (index: string): Each<string> => ({
  SQLite: index,
  PostgreSQL: `${index}_prefix`,
  MariaDB: index,
  MySQL: index,
})
const OF_NICKS = byBeginning('people_nick')
const OF_FOLDED = byBeginning('people_nick_folded')
const OF_PARTS = 'people_nick_trigrams'

/** Only PostgreSQL has an index of words; other databases scan the words of every row. */
const OF_WORDS = 'people_name_words_trigrams'
const WITHOUT_WORDS: Exceptions = {
  SQLite: ['scans people', 'misses its index'],
  MariaDB: ['scans people', 'misses its index', 'reads more'],
  MySQL: ['scans people', 'misses its index', 'reads more'],
}

const ids = rows.filter((_, i) => i % 100 === 5).map(({ id }) => id)
const scores = ids.map((_, i) => i / 8)
const prices = ids.map((_, i) => i / 4)
const days = { $gte: '2024-05-01T00:00:00Z', $lt: '2024-05-03T00:00:00Z' }

const cases: readonly Case[] = [
  filter('a key', { id: ids[500] }, 'people_pkey'),
  filter('1,000 keys', { id: { $in: ids } }, 'people_pkey'),
  filter('a text', { role: 'owner' }, 'people_role'),
  filter('a number', { score: 12.5 }, 'people_score'),
  filter('1,000 numbers', { score: { $in: scores } }, 'people_score'),
  filter('a range of numbers', { score: { $gte: 12_490 } }, 'people_score'),
  filter('a price', { price: 12.5 }, 'people_price'),
  filter('two prices', { price: { $in: [5, 6] } }, 'people_price'),
  filter('1,000 prices', { price: { $in: prices } }, 'people_price'),
  filter('a range of prices', { price: { $gte: 999.5 } }, 'people_price'),
  filter('a decimal', { amount: '12.50' }, 'people_amount'),
  filter('1,000 decimals', { amount: { $in: prices } }, 'people_amount'),
  filter('a range of decimals', { amount: { $gt: '999.505' } }, 'people_amount'),
  filter('a range of instants', { created_at: days }, 'people_created_at'),
  filter('lists that hold a value', { teams: { $contains: 'night' } }, OF_TEAMS),
  filter('lists that hold two', { teams: { $all: ['night', 'red'] } }, OF_TEAMS),
  filter('a range of integers in JSON', { 'custom.age': { $gte: 82 } }, ofKey('age', 'integer')),
  filter('two integers in JSON', { 'custom.age': { $in: [81, 82] } }, ofKey('age', 'integer')),
  filter('a text in JSON', { 'custom.color': 'mauve' }, ofKey('color', 'string')),
  {
    ...filter(
      'a range of texts in JSON',
      { 'custom.color': { $gte: 'mauv', $lt: 'mauw' } },
      ofKey('color', 'string'),
    ),
    isByCodePoint: true,
  },
  filter('a text with an index of its beginnings', { nick: 'Ann_4242' }, OF_NICKS),
  filter('texts with a beginning', { nick: { $startsWith: 'Ann_424' } }, OF_NICKS),
  filter('a text without regard to case', { nick: { $ieq: 'éLAN_1001' } }, OF_FOLDED),
  filter('texts with a beginning in any case', { nick: { $istartsWith: 'ÉLAN_10' } }, OF_FOLDED),
  filter('texts with a part', { nick: { $includes: '_4242' } }, OF_PARTS, WITHOUT_WORDS),
  filter('words begun', { name: { $autocomplete: 'Rox' } }, OF_WORDS, WITHOUT_WORDS),
  filter('rare words begun', { name: { $autocomplete: 'Doe' } }, OF_WORDS, WITHOUT_WORDS),

  ...['id', 'created_at', 'last_active', 'seen_at', 'custom.rank'].flatMap((field) => [
    first(field, 1),
    first(field, -1),
  ]),

  turn('next', 'id', 1, 50_000),
  turn('prev', 'id', 1, 50_000),
  turn('next', 'created_at', -1, 50_000),
  turn('prev', 'created_at', -1, 50_000),
  // Some 15,000 have never been active: their last_active is absent, and the smallest.
  ...['last_active', 'seen_at'].flatMap((field) => [
    turn('next', field, -1, 50_000),
    turn('prev', field, -1, 50_000),
    turn('next', field, -1, 92_500),
    turn('prev', field, -1, 92_500),
    turn('next', field, 1, 7_500),
    turn('prev', field, 1, 7_500),
    turn('next', field, 1, 50_000),
    turn('prev', field, 1, 50_000),
  ]),
  first('seen_at', 1, 'last'),
  first('seen_at', -1, 'first'),
  turn('next', 'seen_at', 1, 50_000, 'last'),
  turn('prev', 'seen_at', 1, 50_000, 'last'),
  turn('next', 'seen_at', 1, 92_500, 'last'),
  turn('prev', 'seen_at', 1, 92_500, 'last'),
  turn('next', 'seen_at', -1, 7_500, 'first'),
  turn('prev', 'seen_at', -1, 7_500, 'first'),
  turn('next', 'seen_at', -1, 50_000, 'first'),
  turn('prev', 'seen_at', -1, 50_000, 'first'),
]

const asked = available.flatMap((engine) => {
  const database = databases[engine.name]
  return database === undefined ? [] : [{ name: engine.name, engine, database }]
})

describe.each(asked)('among 100,000 rows $name finds', ({ name, engine, database }) => {
  let table: People
  beforeAll(async () => {
    table = new People(engine, database, await engine.connect())
    await table.fill()
  }, 180_000)
  afterAll(() => table?.connection.close())

  it('all of them', async () => {
    expect(await table.count()).toBe(ROWS)
  })

  const titled = cases.map((own) => {
    const index = typeof own.index === 'string' ? own.index : (own.index[name] as string)
    const faults = own.except[name] ?? []
    const how = faults.length === 0 ? `by ${index}` : `but ${faults.join(', ')}`
    return [`${own.asks}, ${how}`, { ...own, index, faults }] as const
  })

  it.for(titled)('%s', async ([, own], { skip }) => {
    if (own.isByCodePoint && !(await table.isByCodePoint()))
      skip('texts in JSON are not so ordered')
    for (const plan of await table.explain(await own.statement(table))) {
      expect(plan.found, plan.text).toBeGreaterThan(0)
      expect(faultsOf(plan, { ...own, ...database }), plan.text).toEqual(own.faults)
    }
  })
})
