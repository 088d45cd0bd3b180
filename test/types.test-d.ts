import type { Arbitrary } from 'fast-check'
import {
  boolean,
  compileQuery,
  condition,
  createTable,
  defineSchema,
  dynamic,
  type Filter,
  type Insert,
  insertRow,
  integer,
  list,
  number,
  type Page,
  type Parameter,
  pageOf,
  parseFilter,
  parseQuery,
  type Row,
  runQuery,
  string,
  timestamp,
} from 'tamis'
import { clickhouse } from 'tamis/clickhouse'
import { filterArbitrary, invalidFilterArbitrary, rowArbitrary } from 'tamis/fast-check'
import { postgres } from 'tamis/postgres'
import type { usersSchema } from 'tamis/users'
import { describe, expectTypeOf, it } from 'vitest'

const people = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    role: string({ operators: ['$eq', '$in'] }),
    age: integer(),
    score: number(),
    active: boolean(),
    seen: timestamp({ sortable: true }),
    teams: list(string(), { operators: ['$eq', '$contains'] }),
    ranks: list(integer()),
    tenant: string({ hidden: true }),
    'address.city': string({ required: true }),
    'custom.age': integer({ operators: ['$gte', '$exists'] }),
    'custom.*': dynamic(['string', 'boolean'], { operators: ['$eq', '$in'] }),
  },
  defaultSort: [{ field: 'seen', direction: -1 }],
  options: { include_others: { default: false, unless: { tenant: 't1' } } },
})
type People = typeof people

describe('Filter', () => {
  it('takes what the schema allows', () => {
    const filters = [
      {},
      { role: 'admin' },
      { role: null },
      { role: { $in: ['admin', null] } },
      { role: { $not: { $eq: 'admin' } } },
      { age: 1n, score: { $gt: 1.5, $lte: 2n }, active: { $ne: true } },
      { seen: { $gte: '2024-05-01T12:00:00Z', $lt: new Date() } },
      { teams: 'red' },
      { teams: ['red', 'blue'] },
      { teams: { $contains: 'red' } },
      { ranks: { $all: [1, 2n], $exists: true } },
      { tenant: 't1' },
      { 'address.city': { $autocomplete: 'par' } },
      { 'custom.color': 'red', 'custom.flag': { $in: [true, 'x', null] } },
      { 'custom.age': { $gte: 18 } },
      { $or: [{ role: 'a' }, { $and: [{ age: 1 }, { $nor: [{ active: true }] }] }] },
    ] satisfies Filter<People>[]
    expectTypeOf(filters).toBeArray()
  })

  it('refuses a misspelt field', () => {
    // @ts-expect-error: role
    const filter = { rol: 'admin' } satisfies Filter<People>
    // @ts-expect-error: role, further in
    const inner = { $or: [{ rol: 'admin' }] } satisfies Filter<People>
    // @ts-expect-error: customs is not the wildcard's prefix
    const wild = { 'customs.color': 'red' } satisfies Filter<People>
    expectTypeOf([filter, inner, wild]).toBeArray()
  })

  it('refuses an operator outside the list', () => {
    // @ts-expect-error: $gt
    const filter = { role: { $gt: 'a' } } satisfies Filter<People>
    // @ts-expect-error: $regex is none
    const unknown = { id: { $regex: 'a' } } satisfies Filter<People>
    // @ts-expect-error: $gt inside $not
    const negated = { role: { $not: { $gt: 'a' } } } satisfies Filter<People>
    // @ts-expect-error: a list has no $gt
    const ranked = { ranks: { $gt: 1 } } satisfies Filter<People>
    expectTypeOf([filter, unknown, negated, ranked]).toBeArray()
  })

  it('refuses an operand of the wrong kind', () => {
    // @ts-expect-error: a number for a string
    const filter = { role: 5 } satisfies Filter<People>
    // @ts-expect-error: a string for an integer
    const age = { age: { $gt: '18' } } satisfies Filter<People>
    // @ts-expect-error: null is never in order
    const range = { age: { $gt: null } } satisfies Filter<People>
    // @ts-expect-error: one value where $in takes a list
    const members = { role: { $in: 'admin' } } satisfies Filter<People>
    // @ts-expect-error: $all takes no null
    const all = { ranks: { $all: [null] } } satisfies Filter<People>
    // @ts-expect-error: $exists takes a boolean
    const exists = { age: { $exists: 1 } } satisfies Filter<People>
    // @ts-expect-error: a number is no instant
    const seen = { seen: 1714564800 } satisfies Filter<People>
    // @ts-expect-error: no integers in custom.*
    const custom = { 'custom.color': { $eq: 5 } } satisfies Filter<People>
    expectTypeOf([filter, age, range, members, all, exists, seen, custom]).toBeArray()
  })

  it('lets a literal field win over the wildcard', () => {
    // @ts-expect-error: custom.age has no $eq, though custom.* has
    const bare = { 'custom.age': 'x' } satisfies Filter<People>
    // @ts-expect-error: custom.age is an integer
    const operand = { 'custom.age': { $gte: 'x' } } satisfies Filter<People>
    expectTypeOf([bare, operand]).toBeArray()
  })
})

describe('a key of a wildcard that has literal fields too', () => {
  it('is also taken with what one of those allows: the checker cannot tell them apart', () => {
    // Parsing can, and refuses it: a template literal type has no "all but these".
    const filter = { 'custom.color': { $gte: 18 } } satisfies Filter<People>
    expectTypeOf(filter).toBeObject()
  })
})

describe('condition', () => {
  it('checks its filter in the same way', () => {
    condition(people, { role: 'admin', tenant: 't1' })
    condition(people, { 'custom.age': { $exists: true } })
    // @ts-expect-error: misspelt
    condition(people, { rol: 'admin' })
    // @ts-expect-error: not allowed
    condition(people, { role: { $gt: 'a' } })
    // @ts-expect-error: wrong kind
    condition(people, { age: '5' })
    // @ts-expect-error: the literal field wins
    condition(people, { 'custom.age': 'x' })
  })
})

describe('parseFilter', () => {
  it('takes unknown, as a server must', () => {
    expectTypeOf(parseFilter).parameter(1).toBeUnknown()
  })
})

describe('Row', () => {
  it('is nested as the paths are, and required where the schema says so', () => {
    type Person = Row<People>
    expectTypeOf<Person['id']>().toEqualTypeOf<string>()
    expectTypeOf<Person['role']>().toEqualTypeOf<string | null | undefined>()
    expectTypeOf<Person['age']>().toEqualTypeOf<number | bigint | null | undefined>()
    expectTypeOf<Person['teams']>().toEqualTypeOf<readonly string[] | null | undefined>()
    expectTypeOf<Person['address']['city']>().toEqualTypeOf<string>()
    const row: Person = {
      id: 'a',
      address: { city: 'Paris' },
      custom: { age: 5, color: 'red', deep: { er: 1 } },
    }
    expectTypeOf(row.custom?.age).toEqualTypeOf<number | bigint | null | undefined>()
    // @ts-expect-error: id is required
    const nobody: Person = { address: { city: 'Paris' } }
    expectTypeOf(nobody).toExtend<Person>()
  })
})

describe('defineSchema', () => {
  it('checks what names fields', () => {
    const fields = { id: string({ required: true }) }
    // @ts-expect-error: there is no field name
    defineSchema({ fields, defaultSort: [{ field: 'name', direction: 1 }] })
    // @ts-expect-error: there is no field uid
    defineSchema({ fields, key: 'uid' })
    // @ts-expect-error: misspelt in the option's condition
    defineSchema({ fields, options: { all: { default: false, unless: { idd: 'x' } } } })
    // @ts-expect-error: booleans have no $autocomplete
    boolean({ operators: ['$autocomplete'] })
    // @ts-expect-error: lists are never sortable
    list(string(), { sortable: true })
  })
})

describe('usersSchema', () => {
  it('types the filters of its table', () => {
    const filter = {
      role: { $in: ['admin'] },
      'custom.age': { $gte: 18 },
      last_active: { $exists: false },
    } satisfies Filter<typeof usersSchema>
    // @ts-expect-error: name has no $in
    const wrong = { name: { $in: ['a'] } } satisfies Filter<typeof usersSchema>
    expectTypeOf([filter, wrong]).toBeArray()
  })
})

describe('a dialect', () => {
  const query = parseQuery(people, {})
  it('says what its driver takes for parameters', () => {
    const mapping = {}
    expectTypeOf(compileQuery(query, { dialect: postgres, table: 't' }).params).toEqualTypeOf<
      readonly Parameter[]
    >()
    expectTypeOf(
      compileQuery(query, { dialect: clickhouse, table: 't' }).where.params,
    ).toEqualTypeOf<Readonly<Record<string, Parameter>>>()
    expectTypeOf(insertRow(people, { dialect: clickhouse, table: 't' })({}).params).toEqualTypeOf<
      Readonly<Record<string, Parameter>>
    >()
    expectTypeOf(insertRow(people, { dialect: postgres, table: 't', mapping })({})).toEqualTypeOf<
      Insert<readonly Parameter[]>
    >()
  })

  it('takes the storages that there are', () => {
    const target = { dialect: postgres, table: 't' }
    createTable(people, { ...target, mapping: { seen: { storage: 'timestamp' } } })
    // @ts-expect-error: a type that no database has
    createTable(people, { ...target, mapping: { seen: { storage: 'instant' } } })
  })
})

describe('pages', () => {
  it('are of the rows that they were given', () => {
    const query = parseQuery(people, {})
    const row = { id: 'a', mine: true }
    expectTypeOf(runQuery(query, [row])).toEqualTypeOf<Page<{ id: string; mine: boolean }>>()
    expectTypeOf(pageOf(query, [row]).next).toEqualTypeOf<string | undefined>()
  })
})

describe('arbitraries', () => {
  it('are of the rows and filters of the schema', () => {
    expectTypeOf(rowArbitrary(people)).toEqualTypeOf<Arbitrary<Row<People>>>()
    expectTypeOf(filterArbitrary(people)).toEqualTypeOf<Arbitrary<Filter<People>>>()
    expectTypeOf(invalidFilterArbitrary(people)).toEqualTypeOf<Arbitrary<unknown>>()
  })
})
