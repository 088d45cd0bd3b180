/**
 * Filters and sorts by related rows: 1,000,000 orders of 100,000 customers in 200 regions of 10 zones,
 * in tables as `createTables` makes them. Longer than most files here: a question and the SQL that an
 * expert writes for it stand together.
 */

import {
  condition,
  createTables,
  defineSchema,
  integer,
  many,
  one,
  relate,
  type Schema,
  string,
} from 'tamis'
import { about, type SqlQuestion, type SqlSet, type Subject } from './asked.ts'
import type { SqlDatabase } from './databases.ts'

const required = true
const sortable = true
const id = integer({ required, sortable })
const definitions = (scope: boolean) => ({
  zones: defineSchema({ fields: { id, name: string({ required, sortable }) } }),
  regions: defineSchema({
    fields: { id, zone_id: integer({ required }), name: string({ required, sortable }) },
  }),
  customers: defineSchema({
    fields: {
      id,
      region_id: integer({ required }),
      name: string({ required, sortable }),
      country: string({ required }),
      shop: string({ required, hidden: true }),
    },
    scope,
  }),
  orders: defineSchema({
    fields: {
      id,
      customer_id: integer({ required }),
      status: string({ required }),
      total: integer({ required }),
      placed: integer({ required, sortable }),
    },
  }),
})
const RELATIONS = {
  zones: { regions: many('regions', { from: 'id', to: 'zone_id' }) },
  regions: {
    zone: one('zones', { from: 'zone_id', to: 'id' }),
    customers: many('customers', { from: 'id', to: 'region_id' }),
  },
  customers: {
    region: one('regions', { from: 'region_id', to: 'id' }),
    orders: many('orders', { from: 'id', to: 'customer_id' }),
  },
  orders: { customer: one('customers', { from: 'customer_id', to: 'id' }) },
} as const
const open = relate(definitions(false), RELATIONS)
const scoped = relate(definitions(true), RELATIONS)

const SELECTED = {
  zones: ['id', 'name'],
  regions: ['id', 'zone_id', 'name'],
  customers: ['id', 'name', 'country'],
  orders: ['id', 'customer_id', 'status', 'total', 'placed'],
} as const
type Table = keyof typeof SELECTED

const subject = (table: Table, schema: Schema, scopes?: Subject['scopes']): Subject => ({
  schema,
  table,
  selected: SELECTED[table],
  mapping: () => ({}),
  ...(scopes && { scopes }),
})

/** So many orders for each customer, and so many customers without one for each that has some. */
const ORDERS_EACH = 10
const IDLE = 0.1

function fill(database: SqlDatabase, rows: number): readonly string[] {
  const { dialect, numbers, analyze } = database
  const customers = Math.round(rows / ORDERS_EACH)
  const buyers = Math.round(customers * (1 - IDLE))
  // Which order of its customer it is: what orders are like does not depend on whose they are.
  const turn = `(i - i % ${buyers}) / ${buyers}`
  const all: readonly (readonly [Table, number, string])[] = [
    ['zones', 10, `i, concat('Zone ', i)`],
    ['regions', 200, `i, i % 10 + 1, concat('Region ', i)`],
    [
      'customers',
      customers,
      `i, i % 200 + 1, concat('Customer ', i * 7919 % 1000003),
       CASE WHEN i % 10000 = 4242 THEN 'MT' WHEN i % 7 < 2 THEN 'FR' WHEN i % 7 < 4 THEN 'DE' ELSE 'US' END,
       CASE WHEN i % 3 = 0 THEN 'a' ELSE 'b' END`,
    ],
    [
      'orders',
      rows,
      `i, i * 7919 % ${buyers} + 1,
       CASE WHEN (i + ${turn} * 13) % 1000 = 7 THEN 'void' WHEN (i + ${turn}) % 4 = 0 THEN 'open' ELSE 'paid' END,
       i * 7 % 1000, i * 30`,
    ],
  ]
  const statements = createTables(open, { dialect, foreignKeys: false })
  const isIndex = (text: string) => text.startsWith('CREATE INDEX')
  const insert = ([table, count, values]: (typeof all)[number]) => {
    const series = numbers(count)
    return [
      ...series.before,
      `INSERT INTO ${table} ${series.with}SELECT ${values} FROM ${series.from}`,
    ]
  }
  return [
    ...statements.filter((text) => !isIndex(text)),
    ...all.flatMap(insert),
    ...statements.filter(isIndex),
    ...analyze(all.map(([table]) => table)),
  ]
}

const NEWEST = 'ORDER BY o.placed DESC, o.id DESC'
const newest = { sort: { placed: -1 } }
const joined = (...tables: readonly string[]) => ({
  from: ['orders AS o', ...tables].join(' JOIN '),
  alias: 'o',
})
const CUSTOMER = 'customers AS c ON c.id = o.customer_id'
const REGION = 'regions AS r ON r.id = c.region_id'
const ZONE = 'zones AS z ON z.id = r.zone_id'

const ORDERS: readonly SqlQuestion[] = [
  {
    name: '$is of a common value, newest first',
    payload: { filter_conditions: { customer: { $is: { country: 'FR' } } }, ...newest },
    expert: () => ({ ...joined(CUSTOMER), text: `WHERE c.country = ? ${NEWEST}`, params: ['FR'] }),
  },
  {
    name: '$is of a rare value, newest first',
    payload: { filter_conditions: { customer: { $is: { country: 'MT' } } }, ...newest },
    expert: () => ({ ...joined(CUSTOMER), text: `WHERE c.country = ? ${NEWEST}`, params: ['MT'] }),
  },
  {
    name: 'a path to a unique value, newest first',
    payload: { filter_conditions: { 'customer.name': 'Customer 39595' }, ...newest },
    expert: () => ({
      ...joined(CUSTOMER),
      text: `WHERE c.name = ? ${NEWEST}`,
      params: ['Customer 39595'],
    }),
  },
  {
    name: 'a path that is not a value, newest first',
    payload: { filter_conditions: { 'customer.country': { $ne: 'FR' } }, ...newest },
    expert: () => ({
      ...joined(CUSTOMER),
      text: `WHERE c.country <> ? ${NEWEST}`,
      params: ['FR'],
    }),
  },
  {
    name: 'a path of two relations, newest first',
    payload: { filter_conditions: { 'customer.region.name': 'Region 17' }, ...newest },
    expert: () => ({
      ...joined(CUSTOMER, REGION),
      text: `WHERE r.name = ? ${NEWEST}`,
      params: ['Region 17'],
    }),
  },
  {
    name: 'a path of three relations, newest first',
    payload: { filter_conditions: { 'customer.region.zone.name': 'Zone 3' }, ...newest },
    expert: () => ({
      ...joined(CUSTOMER, REGION, ZONE),
      text: `WHERE z.name = ? ${NEWEST}`,
      params: ['Zone 3'],
    }),
  },
  {
    name: 'a rare value, and a path, newest first',
    payload: { filter_conditions: { status: 'void', 'customer.country': 'FR' }, ...newest },
    expert: () => ({
      ...joined(CUSTOMER),
      text: `WHERE o.status = ? AND c.country = ? ${NEWEST}`,
      params: ['void', 'FR'],
    }),
  },
  {
    name: 'the number of rows of a rare path',
    payload: { 'customer.country': 'MT' },
    isCount: true,
    expert: () => ({ ...joined(CUSTOMER), text: 'WHERE c.country = ?', params: ['MT'] }),
  },
  {
    name: 'some 1,000 rows, by a path',
    payload: { filter_conditions: { status: 'void' }, sort: { 'customer.name': 1 } },
    expert: () => ({
      ...joined(CUSTOMER),
      text: 'WHERE o.status = ? ORDER BY c.name, o.id',
      params: ['void'],
    }),
  },
  {
    name: 'the rows of a rare path, by a path of two relations',
    payload: {
      filter_conditions: { 'customer.country': 'MT' },
      sort: { 'customer.region.name': 1 },
    },
    expert: () => ({
      ...joined(CUSTOMER, REGION),
      text: 'WHERE c.country = ? ORDER BY r.name, o.id',
      params: ['MT'],
    }),
  },
  {
    name: 'all rows, by a path, ascending',
    payload: { sort: { 'customer.name': 1 } },
    expert: () => ({ ...joined(CUSTOMER), text: 'ORDER BY c.name, o.id' }),
  },
  {
    name: 'all rows, by a path, descending',
    payload: { sort: { 'customer.name': -1 } },
    expert: () => ({ ...joined(CUSTOMER), text: 'ORDER BY c.name DESC, o.id DESC' }),
  },
]

/** Orders of a row of customers. */
const own = (more = '') =>
  `EXISTS (SELECT 1 FROM orders AS o WHERE o.customer_id = customers.id${more})`

const CUSTOMERS: readonly SqlQuestion[] = [
  {
    name: '$some of a common value, by key',
    payload: { filter_conditions: { orders: { $some: { status: 'open' } } } },
    expert: () => ({ text: `WHERE ${own(' AND o.status = ?')} ORDER BY id`, params: ['open'] }),
  },
  {
    name: '$some of a rare value, by key',
    payload: { filter_conditions: { orders: { $some: { status: 'void' } } } },
    expert: () => ({
      text: 'WHERE id IN (SELECT customer_id FROM orders WHERE status = ?) ORDER BY id',
      params: ['void'],
    }),
  },
  {
    name: '$every, by name',
    payload: {
      filter_conditions: { orders: { $every: { status: { $ne: 'void' } } } },
      sort: { name: 1 },
    },
    expert: () => ({
      text: `WHERE NOT ${own(' AND o.status = ?')} ORDER BY name, id`,
      params: ['void'],
    }),
  },
  {
    name: '$none of a common value, by key',
    payload: { filter_conditions: { orders: { $none: { status: 'open' } } } },
    expert: () => ({ text: `WHERE NOT ${own(' AND o.status = ?')} ORDER BY id`, params: ['open'] }),
  },
  {
    name: '$none at all, by key',
    payload: { filter_conditions: { orders: { $none: {} } } },
    expert: () => ({ text: `WHERE NOT ${own()} ORDER BY id` }),
  },
  {
    name: 'a rare value, and $some',
    payload: { filter_conditions: { country: 'MT', orders: { $some: { total: { $gte: 900 } } } } },
    expert: () => ({
      text: `WHERE country = ? AND ${own(' AND o.total >= ?')} ORDER BY id`,
      params: ['MT', 900],
    }),
  },
  {
    name: 'the number of rows with $some of a common value',
    payload: { orders: { $some: { status: 'open' } } },
    isCount: true,
    expert: () => ({ text: `WHERE ${own(' AND o.status = ?')}`, params: ['open'] }),
  },
]

const REGIONS: readonly SqlQuestion[] = [
  {
    name: '$some of $some, of a rare value',
    payload: {
      filter_conditions: { customers: { $some: { orders: { $some: { status: 'void' } } } } },
    },
    expert: () => ({
      text: `WHERE EXISTS (SELECT 1 FROM customers WHERE region_id = regions.id AND ${own(' AND o.status = ?')}) ORDER BY id`,
      params: ['void'],
    }),
  },
]

const ZONES: readonly SqlQuestion[] = [
  {
    name: '$some of $some of $some, of a rare value',
    payload: {
      filter_conditions: {
        regions: { $some: { customers: { $some: { orders: { $some: { status: 'void' } } } } } },
      },
    },
    expert: () => ({
      text: `WHERE EXISTS (SELECT 1 FROM regions JOIN customers ON region_id = regions.id WHERE zone_id = zones.id AND ${own(' AND o.status = ?')}) ORDER BY id`,
      params: ['void'],
    }),
  },
]

const SCOPES = { customers: condition(scoped.customers, { shop: 'a' }) }

const SCOPED_ORDERS: readonly SqlQuestion[] = [
  {
    name: 'a path in a scope, newest first',
    payload: { filter_conditions: { 'customer.country': 'FR' }, ...newest },
    expert: () => ({
      ...joined(CUSTOMER),
      text: `WHERE c.shop = ? AND c.country = ? ${NEWEST}`,
      params: ['a', 'FR'],
    }),
  },
  {
    name: 'some 1,000 rows, by a path in a scope, rows without one last',
    payload: {
      filter_conditions: { status: 'void' },
      sort: [{ field: 'customer.name', direction: 1, nulls: 'last' }],
    },
    // More than enough rows have one.
    expert: () => ({
      ...joined(CUSTOMER),
      text: 'WHERE o.status = ? AND c.shop = ? ORDER BY c.name, o.id',
      params: ['void', 'a'],
    }),
  },
]

const SCOPED_REGIONS: readonly SqlQuestion[] = [
  {
    name: '$every in a scope',
    payload: { filter_conditions: { customers: { $every: { country: { $ne: 'MT' } } } } },
    expert: () => ({
      text: 'WHERE NOT EXISTS (SELECT 1 FROM customers AS c WHERE c.region_id = regions.id AND c.shop = ? AND c.country = ?) ORDER BY id',
      params: ['a', 'MT'],
    }),
  },
]

export const RELATED: SqlSet = {
  name: 'related',
  page: 'SQL-RELATED.md',
  about:
    'The tables are those that `createTables` makes: 1,000,000 `orders` of 100,000 `customers` in 200 `regions` of 10 `zones`; a tenth of the customers have no order (bench/sql/related.ts).',
  large: ['orders'],
  fill,
  questions: [
    ...about(subject('orders', open.orders), ORDERS),
    ...about(subject('customers', open.customers), CUSTOMERS),
    ...about(subject('regions', open.regions), REGIONS),
    ...about(subject('zones', open.zones), ZONES),
    ...about(subject('orders', scoped.orders, SCOPES), SCOPED_ORDERS),
    ...about(subject('regions', scoped.regions, SCOPES), SCOPED_REGIONS),
  ],
}
