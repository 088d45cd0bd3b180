import {
  type Condition,
  compilePredicate,
  condition,
  defineSchema,
  integer,
  list,
  many,
  object,
  one,
  relate,
  type Schema,
  string,
} from 'tamis'

/** Orders, their customers and the regions of these: rows of three schemas that relations join. */

const limits = { cost: Number.MAX_SAFE_INTEGER }
const base = {
  regions: defineSchema({
    fields: {
      id: integer({ required: true }),
      name: string({ sortable: true }),
      secret: string({ hidden: true, sortable: true }),
    },
    limits,
  }),
  customers: defineSchema({
    fields: {
      id: integer({ required: true, sortable: true }),
      region_id: integer(),
      shop: string(),
      code: string(),
      country: string({ sortable: true }),
      secret: string({ hidden: true, sortable: true }),
      archived: string(),
    },
    scope: true,
    limits,
    options: { include_archived: { default: false, unless: { archived: null } } },
  }),
  orders: defineSchema({
    fields: {
      id: integer({ required: true, sortable: true }),
      customer_id: integer(),
      shop: string(),
      code: string(),
      status: string({ sortable: true }),
      tags: list(string()),
      items: list(object({ sku: string() })),
    },
    limits,
  }),
}
export const { regions, customers, orders } = relate(base, {
  orders: {
    customer: one('customers', { from: 'customer_id', to: 'id' }),
    account: one('customers', { from: ['shop', 'code'], to: ['shop', 'code'] }),
  },
  customers: {
    region: one('regions', { from: 'region_id', to: 'id' }),
    orders: many('orders', { from: 'id', to: 'customer_id' }),
  },
  regions: { customers: many('customers', { from: 'id', to: 'region_id' }) },
})
export const SCHEMAS = { regions, customers, orders } as unknown as Readonly<Record<string, Schema>>
export type Name = 'regions' | 'customers' | 'orders'
export type Row = Record<string, unknown>
export type Data = Readonly<Record<Name, readonly Row[]>>

export const all = { scopes: { customers: condition(customers, {}) } }

/** The rows of a table with their related rows, as an ORM returns them, so many levels deep. */
export function loaded(data: Data, name: Name, depth: number): readonly Row[] {
  const equal = (a: unknown, b: unknown) => a !== undefined && a !== null && a === b
  const load = (of: Name, row: Row, left: number): Row => {
    if (left === 0) return row
    const into = (to: Name, matches: (other: Row) => boolean) =>
      data[to].filter(matches).map((each) => load(to, each, left - 1))
    switch (of) {
      case 'orders':
        return {
          ...row,
          customer: into('customers', ({ id }) => equal(id, row.customer_id))[0] ?? null,
          account:
            into('customers', (o) => equal(o.shop, row.shop) && equal(o.code, row.code))[0] ?? null,
        }
      case 'customers':
        return {
          ...row,
          region: into('regions', ({ id }) => equal(id, row.region_id))[0] ?? null,
          orders: into('orders', ({ customer_id }) => equal(customer_id, row.id)),
        }
      case 'regions':
        return { ...row, customers: into('customers', ({ region_id }) => equal(region_id, row.id)) }
      default:
        return of satisfies never
    }
  }
  return data[name].map((row) => load(name, row, depth))
}

export const DATA: Data = {
  regions: [{ id: 1, name: 'north' }, { id: 2, name: 'south', secret: 's' }, { id: 3 }],
  customers: [
    { id: 1, region_id: 1, shop: 'a', code: 'x', country: 'FR' },
    { id: 2, region_id: 2, shop: 'a', code: 'y', country: 'DE', secret: 'vip' },
    { id: 3, shop: 'b', code: 'x' },
    { id: 4, region_id: 9, country: 'FR', archived: 'yes', shop: 'c', code: 'c' },
    { id: 5, region_id: 1, shop: 'd' },
  ],
  orders: [
    {
      id: 1,
      customer_id: 1,
      shop: 'a',
      code: 'y',
      status: 'open',
      tags: ['gift'],
      items: [{ sku: 'pen' }],
    },
    { id: 2, customer_id: 1, shop: 'a', status: 'paid', tags: ['rush'] },
    { id: 3, customer_id: 2, shop: 'b', code: 'x', status: 'open' },
    { id: 4, customer_id: 3, status: 'open', items: [{ sku: 'ink' }] },
    { id: 5, customer_id: 4, status: 'paid' },
    { id: 6, customer_id: 9, shop: 'z', code: 'z' },
    { id: 7, status: 'open' },
  ],
}

export const idsOf = (rows: readonly unknown[]) =>
  rows.map((row) => Number((row as { id: unknown }).id)).sort((a, b) => a - b)
export const inMemory = (data: Data, name: Name, own: Condition) =>
  idsOf(loaded(data, name, 4).filter(compilePredicate(own)))

/** Filters of the rows of a schema, and the ids that they select. */
export const RELATED_CASES: readonly (readonly [Name, unknown, readonly number[]])[] = [
  ['orders', { customer: { $is: {} } }, [1, 2, 3, 4]],
  ['orders', { customer: { $is: { country: 'FR' } } }, [1, 2]],
  ['orders', { customer: { $not: { $is: { country: 'FR' } } } }, [3, 4, 5, 6, 7]],
  ['orders', { customer: { $is: { country: { $ne: 'FR' } } } }, [3, 4]],
  ['orders', { 'customer.country': 'FR' }, [1, 2]],
  ['orders', { 'customer.country': { $ne: 'FR' } }, [3, 4, 5, 6, 7]],
  ['orders', { 'customer.country': null }, [4, 5, 6, 7]],
  ['orders', { 'customer.country': { $exists: true } }, [1, 2, 3]],
  ['orders', { 'customer.country': { $not: { $exists: true } } }, [4, 5, 6, 7]],
  ['orders', { 'customer.country': { $in: ['DE', null] } }, [3, 4, 5, 6, 7]],
  ['orders', { 'customer.country': { $gt: 'A', $ne: 'DE' } }, [1, 2]],
  ['orders', { $nor: [{ 'customer.country': 'FR' }] }, [3, 4, 5, 6, 7]],
  ['orders', { 'customer.region.name': 'north' }, [1, 2]],
  ['orders', { 'customer.region.name': { $ne: 'north' } }, [3, 4, 5, 6, 7]],
  ['orders', { account: { $is: { country: 'DE' } } }, [1]],
  ['orders', { account: { $is: {} } }, [1, 3]],
  ['orders', { 'account.country': null }, [2, 3, 4, 5, 6, 7]],
  [
    'orders',
    { $or: [{ 'customer.country': 'DE' }, { items: { $elemMatch: { sku: 'ink' } } }] },
    [3, 4],
  ],
  ['orders', { customer: { $is: { orders: { $some: { status: 'paid' } } } } }, [1, 2]],
  ['customers', { orders: { $some: {} } }, [1, 2, 3]],
  ['customers', { orders: { $some: { status: 'open' } } }, [1, 2, 3]],
  ['customers', { orders: { $every: { status: 'open' } } }, [2, 3, 5]],
  ['customers', { orders: { $none: { status: 'open' } } }, [5]],
  ['customers', { orders: { $none: {} } }, [5]],
  ['customers', { orders: { $every: {} } }, [1, 2, 3, 5]],
  ['customers', { orders: { $not: { $every: { status: 'open' } } } }, [1]],
  ['customers', { orders: { $some: { tags: 'rush', status: 'paid' } } }, [1]],
  ['customers', { orders: { $some: { items: { $elemMatch: { sku: 'pen' } } } } }, [1]],
  ['customers', { orders: { $some: { status: 'open' }, $none: { status: 'paid' } } }, [2, 3]],
  ['regions', { customers: { $some: { orders: { $some: { status: 'open' } } } } }, [1, 2]],
  ['regions', { customers: { $every: { orders: { $some: {} } } } }, [2, 3]],
  ['regions', { customers: { $some: { orders: { $none: {} } } } }, [1]],
  ['regions', { customers: { $some: { orders: { $some: { 'account.country': 'DE' } } } } }, [1]],
]
