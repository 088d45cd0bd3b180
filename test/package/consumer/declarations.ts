/** Schemas that a module exports, as programs with `declaration: true` do: their types must have names. */

import {
  boolean,
  date,
  decimal,
  defineOperator,
  defineSchema,
  dynamic,
  enumeration,
  integer,
  list,
  many,
  number,
  object,
  one,
  relate,
  relativeTime,
  string,
  timestamp,
  uuid,
} from 'tamis'

export const even = defineOperator({
  name: '$even',
  types: ['integer'],
  operand(input: unknown) {
    if (typeof input !== 'boolean') throw new Error('expected true or false')
    return input
  },
  test: (wanted) => (value) => (BigInt(value) % 2n === 0n) === wanted,
  sql: {},
})
export const people = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    key: uuid(),
    age: integer({ operators: ['$eq', '$gt'] }),
    score: number(),
    born: date(),
    price: decimal({ precision: 10, scale: 2 }),
    level: enumeration(['low', 'high']),
    active: boolean({ hidden: true }),
    at: timestamp(),
    tags: list(string()),
    items: list(object({ sku: string({ required: true }) })),
    boss: string(),
    'custom.*': dynamic(['string', 'integer']),
  },
  relativeTime: relativeTime(),
})
export const { staff } = relate(
  { staff: people },
  {
    staff: {
      superior: one('staff', { from: 'boss', to: 'id' }),
      reports: many('staff', { from: 'id', to: 'boss' }),
    },
  },
)
export const withOperator = defineSchema({
  fields: { id: string({ required: true }), age: integer() },
  operators: [even],
})
