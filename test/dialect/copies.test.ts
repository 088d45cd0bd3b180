import { expect, it, vi } from 'vitest'

/** The modules anew, as the CommonJS build beside the ES module has them, or a program that bundles tamis. */
async function copy() {
  vi.resetModules()
  return { ...(await import('tamis')), ...(await import('tamis/sqlite')) }
}

type Copy = Awaited<ReturnType<typeof copy>>

function schemasOf({
  defineOperator,
  defineSchema,
  integer,
  many,
  one,
  relate,
  sql,
  string,
}: Copy) {
  const $near = defineOperator({
    name: '$near',
    types: ['integer'],
    operand: Number,
    test: (operand: number) => (value: unknown) => Math.abs(Number(value) - operand) <= 1,
    sql: {
      sqlite: (value: never, operand: never) =>
        sql`${value} BETWEEN ${operand} - 1 AND ${operand} + 1`,
    },
  } as never)
  const fields = { id: integer({ required: true, sortable: true }), n: integer() }
  const numbers = defineSchema({ fields, operators: [$near] })
  const { orders } = relate(
    {
      customers: defineSchema({
        fields: { id: integer({ required: true }), name: string({ sortable: true }) },
      }),
      orders: defineSchema({ fields: { id: integer({ required: true }), customer_id: integer() } }),
    },
    {
      orders: { customer: one('customers', { from: 'customer_id', to: 'id' }) },
      customers: { orders: many('orders', { from: 'id', to: 'customer_id' }) },
    },
  )
  return { numbers, orders }
}

it('a schema of one copy of the package is compiled by another one', async () => {
  const [first, second] = [await copy(), await copy()]
  expect(second.sqlite).not.toBe(first.sqlite)
  const statementsBy = (schemas: ReturnType<typeof schemasOf>, { parseQuery, ...own }: Copy) => {
    const { orders, numbers } = schemas
    const target = { dialect: own.sqlite, table: 'orders' }
    const related = {
      filter_conditions: { 'customer.name': 'Ana' },
      sort: [{ 'customer.name': 1 }],
    }
    return [
      own.compileQuery(parseQuery(orders, related), target),
      own.compileCount(parseQuery(orders, related), target),
      own.compileQuery(parseQuery(numbers, { filter_conditions: { n: { $near: 3 } } }), target),
    ].map(({ text, params }) => [text, params])
  }
  const expected = statementsBy(schemasOf(first), first)
  expect(expected[2]?.[0]).toContain('BETWEEN')
  expect(statementsBy(schemasOf(first), second)).toEqual(expected)
  expect(statementsBy(schemasOf(first), { ...second, sqlite: first.sqlite })).toEqual(expected)
})
