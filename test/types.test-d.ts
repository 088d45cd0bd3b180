import { mysqlEnum, int as mysqlInt, mysqlTable } from 'drizzle-orm/mysql-core'
import {
  bigint,
  customType,
  jsonb,
  numeric,
  pgEnum,
  pgTable,
  timestamp as pgTimestamp,
  serial,
  text,
  time,
  varchar,
} from 'drizzle-orm/pg-core'
import { integer as sqliteInteger, sqliteTable, text as sqliteText } from 'drizzle-orm/sqlite-core'
import type { Arbitrary } from 'fast-check'
import {
  and,
  boolean,
  type Condition,
  clientSchema,
  compileFilter,
  compileQuery,
  condition,
  createTable,
  date,
  defineSchema,
  dynamic,
  enumeration,
  type Filter,
  type Insert,
  insertRow,
  integer,
  list,
  many,
  not,
  number,
  object,
  one,
  or,
  type Page,
  type Parameter,
  pageOf,
  parseFilter,
  parseQuery,
  type Query,
  type Row,
  type RowInput,
  readRow,
  relate,
  relativeTime,
  restrict,
  runQuery,
  type Schema,
  type Sort,
  safeParseFilter,
  string,
  timestamp,
  uuid,
} from 'tamis'
import { clickhouse } from 'tamis/clickhouse'
import { createMatcher, type Matcher, type Matches } from 'tamis/collection'
import { fromDrizzle } from 'tamis/drizzle'
import { filterArbitrary, invalidFilterArbitrary, rowArbitrary } from 'tamis/fast-check'
import { postgres } from 'tamis/postgres'
import { parseFilterText, parseQueryText } from 'tamis/text'
import { usersSchema } from 'tamis/users'
import { describe, expectTypeOf, it } from 'vitest'

const people = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    role: string({ operators: ['$eq', '$in'] }),
    age: integer(),
    score: number(),
    active: boolean(),
    ref: uuid(),
    level: enumeration(['low', 'high']),
    levels: list(enumeration(['low', 'high'])),
    seen: timestamp({ sortable: true }),
    teams: list(string(), { operators: ['$eq', '$contains'] }),
    ranks: list(integer()),
    tenant: string({ hidden: true }),
    'address.city': string({ required: true }),
    'custom.age': integer({ operators: ['$gte', '$exists'] }),
    'custom.*': dynamic(['string', 'boolean'], { operators: ['$eq', '$in'] }),
    'state.*': dynamic(['enumeration', 'integer'], { values: ['on', 'off'] }),
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
      { level: { $in: ['low', null], $gt: 'high' }, levels: { $all: ['low'] } },
      { 'state.a': { $in: ['on', 5, null] } },
      { ref: { $in: ['018f3a5c-7c1e-7f00-8000-000000000001', null] } },
      { 'address.city': { $autocomplete: 'par' } },
      { 'custom.color': 'red', 'custom.flag': { $in: [true, 'x', null] } },
      { 'custom.age': { $gte: 18 } },
      { $or: [{ role: 'a' }, { $and: [{ age: 1 }, { $nor: [{ active: true }] }] }] },
    ] satisfies Filter<People>[]
    expectTypeOf(filters).toBeArray()
  })

  it('takes a shift from now where a time is expected, and nowhere else', () => {
    const times = defineSchema({
      fields: { id: string(), at: timestamp() },
      relativeTime: relativeTime(),
    })
    const filters = [
      { at: { $gte: { $now: '-7d' } } },
      { at: { $now: '+0d/d' } },
      { at: { $in: [{ $now: '-1M/M' }, '2024-01-01T00:00:00Z', null] } },
    ] satisfies Filter<typeof times>[]
    expectTypeOf(filters).toBeArray()
    // @ts-expect-error: no time
    const other = { id: { $gte: { $now: '-7d' } } } satisfies Filter<typeof times>
    expectTypeOf(other).toBeObject()
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
    // @ts-expect-error: no value of the enumeration
    const level = { level: 'middle' } satisfies Filter<People>
    // @ts-expect-error: nor in a list of operands
    const some = { level: { $in: ['low', 'middle'] } } satisfies Filter<People>
    // @ts-expect-error: nor in a list
    const levels = { levels: { $contains: 'middle' } } satisfies Filter<People>
    // @ts-expect-error: nor in a document
    const state = { 'state.a': 'neither' } satisfies Filter<People>
    expectTypeOf([level, some, levels, state]).toBeArray()
    // @ts-expect-error: a UUID is a string
    const ref = { ref: 1n } satisfies Filter<People>
    expectTypeOf([filter, age, range, members, all, exists, seen, custom, ref]).toBeArray()
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
  type Person = Row<People>

  it('is nested as the paths are, and required where the schema says so', () => {
    expectTypeOf<Person['id']>().toEqualTypeOf<string>()
    expectTypeOf<Person['address']['city']>().toEqualTypeOf<string>()
    const row: Person = {
      id: 'a',
      address: { city: 'Paris' },
      custom: { age: 5, color: 'red', deep: { er: 1 } },
    }
    expectTypeOf(row.custom?.age).toEqualTypeOf<number | undefined>()
    // @ts-expect-error: id is required
    const nobody: Person = { address: { city: 'Paris' } }
    expectTypeOf(nobody).toExtend<Person>()
  })

  it('has what readRow gives, and JSON holds', () => {
    expectTypeOf<Person['role']>().toEqualTypeOf<string | undefined>()
    expectTypeOf<Person['age']>().toEqualTypeOf<number | undefined>()
    expectTypeOf<Person['score']>().toEqualTypeOf<number | undefined>()
    expectTypeOf<Person['active']>().toEqualTypeOf<boolean | undefined>()
    expectTypeOf<Person['seen']>().toEqualTypeOf<string | undefined>()
    expectTypeOf<Person['teams']>().toEqualTypeOf<readonly string[] | undefined>()
    expectTypeOf<Person['level']>().toEqualTypeOf<'low' | 'high' | undefined>()
    expectTypeOf<Person['levels']>().toEqualTypeOf<readonly ('low' | 'high')[] | undefined>()
    expectTypeOf<Person['ranks']>().toEqualTypeOf<readonly number[] | undefined>()
    const read = readRow(people, { dialect: postgres })
    expectTypeOf(read({})).toEqualTypeOf<Person>()
    const { items } = pageOf(parseQuery(people, {}), [{}].map(read))
    expectTypeOf(items).toEqualTypeOf<readonly Person[]>()
    expectTypeOf(items[0]!.seen?.slice(0, 10)).toEqualTypeOf<string | undefined>()
  })

  it('has bigints where the field says so', () => {
    const schema = defineSchema({
      fields: {
        id: integer({ required: true, as: 'bigint' }),
        n: integer({ as: 'number' }),
        ns: list(integer({ as: 'bigint' })),
        days: list(date()),
        'custom.any': dynamic(['string', 'integer']),
        'custom.at': dynamic(['boolean', 'timestamp']),
        'custom.*': dynamic(['string']),
      },
    })
    type Own = Row<typeof schema>
    expectTypeOf<Own['id']>().toEqualTypeOf<bigint>()
    expectTypeOf<Own['n']>().toEqualTypeOf<number | undefined>()
    expectTypeOf<Own['ns']>().toEqualTypeOf<readonly bigint[] | undefined>()
    expectTypeOf<Own['days']>().toEqualTypeOf<readonly string[] | undefined>()
    type Custom = NonNullable<Own['custom']>
    expectTypeOf<Custom['any']>().toEqualTypeOf<string | number | bigint | undefined>()
    expectTypeOf<Custom['at']>().toEqualTypeOf<boolean | string | undefined>()
    // @ts-expect-error: neither number nor bigint
    integer({ as: 'string' })
    // Operands and rows in memory take both.
    expectTypeOf<RowInput<typeof schema>['id']>().toEqualTypeOf<number | bigint>()
    condition(schema, { id: 1, n: 1n, ns: [1, 2n] })
  })
})

describe('RowInput', () => {
  it('has what memory and insertRow take', () => {
    type Person = RowInput<People>
    expectTypeOf<Person['id']>().toEqualTypeOf<string>()
    expectTypeOf<Person['role']>().toEqualTypeOf<string | null | undefined>()
    expectTypeOf<Person['age']>().toEqualTypeOf<number | bigint | null | undefined>()
    expectTypeOf<Person['score']>().toEqualTypeOf<number | bigint | null | undefined>()
    expectTypeOf<Person['seen']>().toEqualTypeOf<
      string | number | bigint | Date | null | undefined
    >()
    expectTypeOf<Person['teams']>().toEqualTypeOf<readonly string[] | null | undefined>()
    expectTypeOf<Row<People>>().toExtend<Person>()
  })
})

describe('defineSchema', () => {
  it('checks what names fields', () => {
    const fields = { id: string({ required: true }) }
    // @ts-expect-error: there is no field name
    defineSchema({ fields, defaultSort: [{ field: 'name', direction: 1 }] })
    defineSchema({ fields, defaultSort: [{ field: 'id', direction: 1, nulls: 'last' }] })
    // @ts-expect-error: neither first nor last
    defineSchema({ fields, defaultSort: [{ field: 'id', direction: 1, nulls: 'end' }] })
    // @ts-expect-error: there is no field uid
    defineSchema({ fields, key: 'uid' })
    const uid = { uid: string({ required: true }), 'custom.*': dynamic(['string']) }
    // @ts-expect-error: without a key, there must be a field id
    defineSchema({ fields: uid })
    defineSchema({ fields: uid, key: 'uid' })
    // @ts-expect-error: a wildcard is no key
    defineSchema({ fields: uid, key: 'custom.*' })
    // @ts-expect-error: misspelt in the option's condition
    defineSchema({ fields, options: { all: { default: false, unless: { idd: 'x' } } } })
    // @ts-expect-error: booleans have no $autocomplete
    boolean({ operators: ['$autocomplete'] })
    string({ insensitive: true, sortable: true, operators: ['$eq'] })
    // @ts-expect-error: a switch
    string({ insensitive: 'yes' })
    // @ts-expect-error: numbers have no case
    integer({ insensitive: true })
    // @ts-expect-error: lists are never sortable
    list(string(), { sortable: true })
  })
})

describe('clientSchema', () => {
  const client = clientSchema(people)

  it('has no hidden field', () => {
    const filter = {
      role: 'a',
      'custom.color': 'red',
      'custom.age': { $gte: 18 },
    } satisfies Filter<typeof client>
    // @ts-expect-error: tenant is hidden
    const hidden = { tenant: 't1' } satisfies Filter<typeof client>
    expectTypeOf([filter, hidden]).toBeArray()
    // @ts-expect-error: tenant is hidden
    condition(client, { tenant: 't1' })
    expectTypeOf<Row<typeof client>['seen']>().toEqualTypeOf<string | undefined>()
    expectTypeOf<Row<typeof client>>().not.toHaveProperty('tenant')
    expectTypeOf<Row<People>>().toHaveProperty('tenant')
  })

  it('has none of any kind', () => {
    const options = { hidden: true } as const
    const hidden = clientSchema(
      defineSchema({
        fields: {
          id: string({ required: true }),
          shown: boolean({ hidden: false }),
          b: boolean(options),
          i: integer(options),
          n: number(options),
          d: date(options),
          t: timestamp(options),
          l: list(string(), options),
          'w.*': dynamic(['string'], options),
        },
      }),
    )
    expectTypeOf<keyof Row<typeof hidden>>().toEqualTypeOf<'id' | 'shown'>()
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

describe('a mapping', () => {
  const target = { dialect: postgres, table: 't' } as const
  const good = {
    role: 'the_role',
    teams: { sideTable: 'teams' },
    custom: { index: ['age'] },
  } as const
  const wrong = { rol: 'the_role' } as const

  it('is of the fields of the condition', () => {
    const parsed = parseFilter(people, {})
    const conditions = [
      parsed,
      condition(people, { role: 'a' }),
      and(parsed, condition(people, { tenant: 't1' })),
      or(parsed, not(parsed)),
      parseFilterText(people, '{}'),
    ]
    for (const own of conditions) {
      compileFilter(own, { ...target, mapping: good })
      // @ts-expect-error: there is no field rol
      compileFilter(own, { ...target, mapping: { rol: 'the_role' } })
      // @ts-expect-error: there is no field rol
      compileFilter(own, { ...target, mapping: wrong })
    }
    const safe = safeParseFilter(people, {})
    // @ts-expect-error: there is no field rol
    if (safe.ok) compileFilter(safe.value, { ...target, mapping: wrong })
  })

  it('is of the fields of the query', () => {
    const parsed = parseQuery(people, {})
    for (const query of [
      parsed,
      restrict(parsed, condition(people, {})),
      parseQueryText(people, '{}'),
    ]) {
      compileQuery(query, { ...target, mapping: good })
      // @ts-expect-error: there is no field rol
      compileQuery(query, { ...target, mapping: wrong })
    }
  })

  it('is any mapping where the schema is not known', () => {
    const own: Condition = parseFilter(people, {})
    compileFilter(own, { ...target, mapping: wrong })
    const query: Query = parseQuery(people, {})
    compileQuery(query, { ...target, mapping: wrong })
    expectTypeOf(compileFilter(own, target).params).toEqualTypeOf<readonly Parameter[]>()
    const one = (schema: Schema) =>
      compileFilter(parseFilter(schema, {}), { ...target, mapping: wrong })
    expectTypeOf(one(people).text).toBeString()
  })

  it('is of one of several schemas', () => {
    for (const schema of [people, usersSchema])
      expectTypeOf(parseFilter(schema, {})).toExtend<Condition>()
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
    expectTypeOf(rowArbitrary(people)).toEqualTypeOf<Arbitrary<RowInput<People>>>()
    expectTypeOf(filterArbitrary(people)).toEqualTypeOf<Arbitrary<Filter<People>>>()
    expectTypeOf(invalidFilterArbitrary(people)).toEqualTypeOf<Arbitrary<unknown>>()
  })
})

describe('a Drizzle table', () => {
  const level = pgEnum('level', ['low', 'high'])
  const citext = customType<{ data: string }>({ dataType: () => 'citext' })
  const table = pgTable('t', {
    id: serial().primaryKey(),
    role: text({ enum: ['user', 'admin'] }).notNull(),
    level: level(),
    levels: level().array(),
    name: varchar('full_name'),
    createdAt: pgTimestamp('created_at').notNull(),
    price: numeric({ precision: 10, scale: 2 }),
    big: bigint({ mode: 'bigint' }).notNull(),
    custom: jsonb(),
    email: citext(),
    at: time(),
    stamps: pgTimestamp().array(),
    'a.b': text(),
  })
  const { schema, ...target } = fromDrizzle(table)
  const own = defineSchema(schema)
  type Own = typeof own

  it('has the fields of the columns that a field can hold', () => {
    expectTypeOf<keyof typeof schema.fields>().toEqualTypeOf<
      | ('id' | 'role' | 'level' | 'levels' | 'name' | 'createdAt' | 'price' | 'big' | 'email')
      | 'custom.*'
    >()
    type RowOf = Row<Own>
    expectTypeOf<RowOf['role']>().toEqualTypeOf<'user' | 'admin'>()
    expectTypeOf<RowOf['level']>().toEqualTypeOf<'low' | 'high' | undefined>()
    expectTypeOf<RowOf['id']>().toEqualTypeOf<number>()
    expectTypeOf<RowOf['big']>().toEqualTypeOf<bigint>()
    expectTypeOf<RowOf['createdAt']>().toEqualTypeOf<string>()
    expectTypeOf(target.rowOf({})).toEqualTypeOf<RowOf>()
    const filter: Filter<Own> = {
      role: 'user',
      level: { $in: ['low', null] },
      levels: 'high',
      name: { $gt: 'a' },
      createdAt: { $lt: new Date() },
      price: '1.50',
      'custom.k': 1,
      email: 'a',
    }
    compileFilter(condition(own, filter), { dialect: target.dialect, mapping: target.mapping })
  })

  it('refuses other operands, operators and properties', () => {
    const refused: Filter<Own>[] = [
      // @ts-expect-error: not one of the enum
      { role: 'root' },
      // @ts-expect-error: texts have no search column
      { name: { $autocomplete: 'a' } },
      // @ts-expect-error: no field holds a time of the day
      { at: '12:00:00' },
      // @ts-expect-error: the property is named otherwise
      { created_at: null },
    ]
    // @ts-expect-error: no such property
    fromDrizzle(table, { columns: ['id', 'rol'] })
    const few = fromDrizzle(table, { columns: ['id', 'role'] }).schema.fields
    expectTypeOf<keyof typeof few>().toEqualTypeOf<'id' | 'role'>()
    // @ts-expect-error: no such property
    fromDrizzle(table, { omit: ['rol'] })
    const others = fromDrizzle(table, { omit: ['role', 'level', 'levels', 'custom'] }).schema.fields
    expectTypeOf<keyof typeof others>().toEqualTypeOf<
      'id' | 'name' | 'createdAt' | 'price' | 'big' | 'email'
    >()
    expectTypeOf(refused).toBeArray()
  })

  it('of SQLite and MySQL has their modes', () => {
    const lite = sqliteTable('t', {
      id: sqliteInteger().primaryKey(),
      active: sqliteInteger({ mode: 'boolean' }).notNull(),
      at: sqliteInteger({ mode: 'timestamp' }).notNull(),
      custom: sqliteText({ mode: 'json' }),
    })
    const ofLite = defineSchema(fromDrizzle(lite).schema)
    expectTypeOf<Row<typeof ofLite>['active']>().toEqualTypeOf<boolean>()
    expectTypeOf<Row<typeof ofLite>['at']>().toEqualTypeOf<string>()
    expectTypeOf<Filter<typeof ofLite>>().toHaveProperty('custom.k')
    const my = mysqlTable('t', {
      id: mysqlInt().primaryKey(),
      level: mysqlEnum(['low', 'high']).notNull(),
    })
    const ofMy = defineSchema(fromDrizzle(my).schema)
    expectTypeOf<Row<typeof ofMy>['level']>().toEqualTypeOf<'low' | 'high'>()
  })
})

describe('lists of objects and relations', () => {
  const { customers, orders } = relate(
    {
      customers: defineSchema({
        fields: { id: integer({ required: true }), country: string({ sortable: true }) },
      }),
      orders: defineSchema({
        fields: {
          id: integer({ required: true, sortable: true }),
          customer_id: integer({ sortable: true }),
          items: list(object({ sku: string({ required: true }), quantity: integer() })),
        },
      }),
    },
    {
      orders: { customer: one('customers', { from: 'customer_id', to: 'id' }) },
      customers: { orders: many('orders', { from: 'id', to: 'customer_id' }) },
    },
  )

  it('type the filters of objects', () => {
    const filter = {
      items: { $elemMatch: { sku: 'pen', quantity: { $gte: 3 } }, $size: 2 },
    } satisfies Filter<typeof orders>
    expectTypeOf(condition(orders, filter)).toExtend<Condition>()
    // @ts-expect-error: not a field of the objects
    condition(orders, { items: { $elemMatch: { price: 1 } } })
    // @ts-expect-error: an operand of another kind
    condition(orders, { items: { $elemMatch: { sku: 1 } } })
    // @ts-expect-error: lists of objects have no $contains
    condition(orders, { items: { $contains: 'pen' } })
    type Item = NonNullable<Row<typeof orders>['items']>[number]
    expectTypeOf<Item['sku']>().toEqualTypeOf<string>()
    expectTypeOf<Item['quantity']>().toEqualTypeOf<number | undefined>()
  })

  it('type sorts by fields of rows and of related rows', () => {
    const sorts = [
      { 'customer.country': -1, id: 1 },
      [{ 'customer.country': 1 }, { field: 'customer_id', nulls: 'last' }],
    ] satisfies Sort<typeof orders>[]
    expectTypeOf(sorts).not.toBeAny()
    // @ts-expect-error: lists have no order
    void ({ items: 1 } satisfies Sort<typeof orders>)
    // @ts-expect-error: nor has a row
    void ({ customer: 1 } satisfies Sort<typeof orders>)
    const people = defineSchema({
      fields: { id: string({ required: true }), age: integer({ sortable: true }), name: string() },
    })
    void ([{ age: -1 }, { field: 'age' }] satisfies Sort<typeof people>)
    // @ts-expect-error: not sortable
    void ({ name: 1 } satisfies Sort<typeof people>)
    // @ts-expect-error: nor is the key, unless it says so
    void ([{ field: 'id' }] satisfies Sort<typeof people>)
    const none = defineSchema({ fields: { id: string({ required: true }) } })
    void ({} satisfies Sort<typeof none>)
    // @ts-expect-error: nothing is sortable
    void ({ id: 1 } satisfies Sort<typeof none>)
    // What is only known at run time may be.
    const some = defineSchema({
      fields: { id: string({ required: true, sortable: Math.random() < 0.5 }) },
    })
    void ({ id: 1 } satisfies Sort<typeof some>)
    // @ts-expect-error: no path leads through a list of rows
    void ({ 'orders.id': 1 } satisfies Sort<typeof customers>)
    // @ts-expect-error: a direction is 1 or -1
    void ({ id: 2 } satisfies Sort<typeof orders>)
  })

  it('type the filters of related rows', () => {
    condition(orders, { customer: { $is: { country: 'FR' } }, 'customer.country': 'FR' })
    condition(orders, {
      customer: { $is: { orders: { $some: { customer: { $is: { id: 1 } } } } } },
    })
    condition(customers, { orders: { $every: { customer_id: 1 }, $none: { id: 2 } } })
    // @ts-expect-error: not a field of customers
    condition(orders, { customer: { $is: { land: 'FR' } } })
    // @ts-expect-error: not an operator of a to-one relation
    condition(orders, { customer: { $some: { country: 'FR' } } })
    // @ts-expect-error: an operand of another kind
    condition(customers, { orders: { $some: { id: 'a' } } })
    compileQuery(parseQuery(orders, {}), {
      dialect: postgres,
      table: 'orders',
      mapping: { customer: { table: 'people', mapping: { country: 'land' } } },
    })
    // @ts-expect-error: not a schema
    relate({ customers }, { customers: { other: one('others', { from: 'id', to: 'id' }) } })
    // @ts-expect-error: not a field of the schema
    relate({ customers }, { customers: { self: one('customers', { from: 'idd', to: 'id' }) } })
    // @ts-expect-error: not a field of the related schema
    relate({ customers }, { customers: { self: many('customers', { from: 'id', to: ['idd'] }) } })
    relate({ customers }, { customers: { self: many('customers', { from: ['id'], to: ['id'] }) } })
    const made: Schema = customers
    relate({ made }, { made: { self: one('made', { from: String(Math.random()), to: 'any' }) } })
  })
})

describe('paths through relations', () => {
  const id = integer({ required: true })
  const parent = integer()
  const { a } = relate(
    {
      a: defineSchema({ fields: { id, parent } }),
      b: defineSchema({
        fields: {
          id,
          parent,
          name: string({ operators: ['$eq', '$in'] }),
          at: timestamp({ sortable: true }),
          tags: list(string()),
          'custom.age': integer(),
          'custom.*': dynamic(['string', 'boolean']),
        },
      }),
    },
    {
      a: {
        b: one('b', { from: 'parent', to: 'id' }),
        all: many('b', { from: 'id', to: 'parent' }),
      },
      b: {
        next: one('b', { from: 'parent', to: 'id' }),
        a: many('a', { from: 'id', to: 'parent' }),
      },
    },
  )
  type OfA = Filter<typeof a>

  it('have the operands of the field at their end', () => {
    const filter = {
      'b.name': { $in: ['x', null] },
      'b.at': { $gt: new Date(0) },
      'b.tags': { $contains: 'x' },
      'b.custom.age': { $gte: 18 },
      'b.custom.color': 'red',
      'b.next.name': 'x',
      'b.next.next.custom.age': 3,
      'b.a': { $some: { id: 1 } },
      'b.next': { $is: { name: 'x' } },
      $or: [{ 'b.id': 3 }],
    } satisfies OfA
    expectTypeOf(condition(a, filter)).toExtend<Condition>()
    expectTypeOf<OfA['b.next.next.custom.age']>().not.toBeAny()
    expectTypeOf<3>().toExtend<OfA['b.next.next.custom.age']>()
    expectTypeOf<'x'>().not.toExtend<OfA['b.next.next.custom.age']>()
    // @ts-expect-error: an operand of another kind
    void ({ 'b.name': 3 } satisfies OfA)
    // @ts-expect-error: not among its operators
    void ({ 'b.name': { $gt: 'x' } } satisfies OfA)
    // @ts-expect-error: a declared key is what it is declared as
    void ({ 'b.custom.age': 'old' } satisfies OfA)
    // @ts-expect-error: not a field of the related rows
    void ({ 'b.nam': 'x' } satisfies OfA)
    // @ts-expect-error: nor of those behind them
    void ({ 'b.next.nam': 'x' } satisfies OfA)
    // @ts-expect-error: no path leads through a list of rows
    void ({ 'all.name': 'x' } satisfies OfA)
  })

  it('beyond a depth of 3 have any', () => {
    void ({ 'b.next.next.next.name': 'x' } satisfies OfA)
  })

  it('are no fields of rows and mappings', () => {
    expectTypeOf<Row<typeof a>>().toHaveProperty('parent')
    expectTypeOf<Row<typeof a>>().not.toHaveProperty('b.name')
    expectTypeOf<RowInput<typeof a>>().toHaveProperty('b')
    expectTypeOf<RowInput<typeof a>>().not.toHaveProperty('b.name')
    compileQuery(parseQuery(a, {}), {
      dialect: postgres,
      table: 'a',
      // @ts-expect-error: the mapping of a related table stands under the relation
      mapping: { 'b.name': 'x' },
    })
  })

  it('type sorts', () => {
    void ({ 'b.next.at': 1 } satisfies Sort<typeof a>)
    // @ts-expect-error: lists have no order
    void ({ 'b.tags': 1 } satisfies Sort<typeof a>)
    // @ts-expect-error: not a field of the related rows
    void ({ 'b.nam': 1 } satisfies Sort<typeof a>)
  })
})

describe('matchers', () => {
  const jobs = defineSchema({ fields: { id: string({ required: true }), salary: integer() } })
  const other = defineSchema({ fields: { id: integer({ required: true }), name: string() } })

  it('take conditions and rows of their schema', () => {
    const matcher = createMatcher(jobs)
    matcher.add(1, parseFilter(jobs, {}))
    expectTypeOf(matcher.match({ id: 'a', salary: 3n })).toEqualTypeOf<(string | number)[]>()
    expectTypeOf(matcher.match(undefined, { id: 'a' })).toEqualTypeOf<Matches<string | number>>()
    // @ts-expect-error: a condition of another schema
    matcher.add(1, condition(other, { name: 'x' }))
    // @ts-expect-error: not a value of the field
    matcher.match({ id: 'a', salary: 'much' })
  })

  it('have ids and rows of the types that are asked for', () => {
    const matcher: Matcher<{ readonly id: string }, number> = createMatcher(jobs)
    expectTypeOf(matcher.candidates({ id: 'a' })).toEqualTypeOf<number[]>()
    // @ts-expect-error: ids are numbers
    matcher.remove('a')
  })
})
