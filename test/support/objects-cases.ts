import {
  boolean,
  decimal,
  defineSchema,
  dynamic,
  integer,
  list,
  number,
  object,
  type Schema,
  string,
  timestamp,
} from 'tamis'

/** The table of cases of lists of objects, in a column `items` and in JSON, `custom.items`. */

export const objectFields = {
  sku: string(),
  quantity: integer(),
  price: decimal({ precision: 6, scale: 2 }),
  gift: boolean(),
  at: timestamp(),
  tags: list(string()),
  'size.width': number(),
  parts: list(object({ name: string(), count: integer() })),
}
export const objectsSchema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    items: list(object(objectFields)),
    value: list(object({ sku: string() })),
    'custom.items': list(object(objectFields)),
    'custom.*': dynamic(['string']),
  },
  limits: { cost: Number.MAX_SAFE_INTEGER },
}) as unknown as Schema

/** The values of rows by name. */
export const OBJECTS: Readonly<Record<string, unknown>> = {
  missing: undefined,
  null: null,
  text: 'pen',
  object: { sku: 'pen', quantity: 3 },
  empty: [],
  scalars: ['pen', 3, null, ['pen'], true],
  bare: [{}],
  pen: [{ sku: 'pen', quantity: 3, price: '1.50', gift: false, size: { width: 1.5 } }],
  ink: [
    { sku: 'ink', quantity: 1, tags: ['blue', 'black', 'blue'], at: '2024-05-01T02:00:00+02:00' },
  ],
  two: [
    { sku: 'pen', quantity: 1 },
    {
      sku: 'ink',
      quantity: 3,
      parts: [
        { name: 'cap', count: 2 },
        { name: 'nib', count: 1 },
      ],
    },
  ],
  nested: [[{ sku: 'pen', quantity: 3 }]],
  mixed: [null, 'x', { sku: 'pen', quantity: 9 }, 4],
  odd: [{ sku: 3, quantity: '3', tags: 'blue', gift: 1, size: 2, parts: { name: 'cap' } }],
  nulls: [{ sku: null, quantity: null }, { sku: 'a"b\\' }],
  parts: [{ parts: [{ name: 'cap', count: 1 }, 'nib'] }, { parts: [] }],
}
const PRESENT = 'empty scalars bare pen ink two nested mixed odd nulls parts'

/** Conditions on `items`, and the names of the values that they match. */
export const OBJECTS_CASES: readonly (readonly [operand: unknown, names: string])[] = [
  [{ $exists: true }, PRESENT],
  [{ $exists: false }, 'missing null text object'],
  [{ $size: 0 }, 'empty scalars nested'],
  [{ $size: 1 }, 'bare pen ink mixed odd'],
  [{ $size: 2 }, 'two nulls parts'],
  [{ $size: 1n }, 'bare pen ink mixed odd'],
  [{ $size: 2 ** 53 - 1 }, ''],
  [{ $elemMatch: {} }, 'bare pen ink two mixed odd nulls parts'],
  [{ $elemMatch: { sku: 'pen' } }, 'pen two mixed'],
  [{ $elemMatch: { sku: 'pen', quantity: { $gte: 3 } } }, 'pen mixed'],
  [{ $elemMatch: { $or: [{ sku: 'ink' }, { quantity: 9 }] } }, 'ink two mixed'],
  [{ $elemMatch: { sku: { $ne: 'pen' } } }, 'bare ink two odd nulls parts'],
  [{ $elemMatch: { sku: null } }, 'bare odd nulls parts'],
  [{ $elemMatch: { quantity: { $not: { $gte: 1 } } } }, 'bare odd nulls parts'],
  [{ $elemMatch: { $nor: [{ quantity: { $exists: false } }] } }, 'pen ink two mixed'],
  [{ $elemMatch: { sku: { $in: ['ink', 'a"b\\'] } } }, 'ink two nulls'],
  [{ $elemMatch: { sku: { $startsWith: 'pe' } } }, 'pen two mixed'],
  [{ $elemMatch: { price: 1.5 } }, 'pen'],
  [{ $elemMatch: { gift: false } }, 'pen'],
  [{ $elemMatch: { at: '2024-05-01T00:00:00Z' } }, 'ink'],
  [{ $elemMatch: { at: { $lt: '2024-05-01T00:00:01Z' } } }, 'ink'],
  [{ $elemMatch: { 'size.width': { $gt: 1 } } }, 'pen'],
  [{ $elemMatch: { tags: 'blue' } }, 'ink'],
  [{ $elemMatch: { tags: { $size: 2 } } }, 'ink'],
  [{ $elemMatch: { tags: { $all: ['black', 'blue'] } } }, 'ink'],
  [{ $elemMatch: { tags: ['black', 'blue'] } }, 'ink'],
  [{ $elemMatch: { tags: { $exists: true } } }, 'ink'],
  [{ $elemMatch: { parts: { $elemMatch: { name: 'cap', count: 2 } } } }, 'two'],
  [{ $elemMatch: { parts: { $elemMatch: { name: 'cap' } }, quantity: null } }, 'parts'],
  [{ $elemMatch: { parts: { $size: 1 } } }, 'parts'],
  [{ $elemMatch: { parts: { $not: { $elemMatch: { count: 1 } } }, sku: 'ink' } }, 'ink'],
  [{ $elemMatch: { parts: { $exists: true } } }, 'two parts'],
  [
    { $not: { $elemMatch: { sku: 'pen' } } },
    'missing null text object empty scalars bare ink nested odd nulls parts',
  ],
  [{ $elemMatch: { sku: 'pen' }, $size: 1 }, 'pen mixed'],
  [{ $elemMatch: { $nor: [{}] } }, ''],
]
