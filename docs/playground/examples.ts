/** The examples that the page offers. Each shows what databases answer differently by default. */

import { schemaText } from './guess-schema.ts'
import type { State } from './share.ts'

export interface Example extends State {
  readonly title: string
}

interface Given {
  readonly title: string
  readonly schema: Readonly<Record<string, unknown>>
  readonly rows: readonly object[]
  readonly filter: string
  readonly sort: string
}

const example = ({ title, schema, rows, filter, sort }: Given): Example => ({
  title,
  schema: schemaText(schema),
  rows: rows.map((row) => JSON.stringify(row)).join('\n'),
  filter,
  sort,
  limit: '',
})

const key = { kind: 'string', required: true, sortable: true }

const people = example({
  title: 'People',
  schema: {
    fields: {
      id: key,
      name: { kind: 'string', sortable: true },
      role: { kind: 'enumeration', values: ['guest', 'member', 'editor', 'admin'], sortable: true },
      banned: { kind: 'boolean' },
      joined: { kind: 'timestamp', required: true, sortable: true },
      teams: { kind: 'string', list: true },
      'custom.*': { kind: 'dynamic', kinds: ['string', 'boolean', 'integer'] },
    },
    relativeTime: true,
  },
  rows: [
    {
      id: 'ana',
      name: 'Ana',
      role: 'admin',
      banned: false,
      joined: '2024-05-01T12:00:00Z',
      teams: ['red', 'blue'],
      custom: { age: 31 },
    },
    {
      id: 'bo',
      name: 'Bo',
      role: 'member',
      joined: '2024-05-02T01:00:00+02:00',
      teams: ['red'],
      custom: { age: '31' },
    },
    {
      id: 'chen',
      name: 'Chen',
      role: 'editor',
      banned: null,
      joined: '2023-11-12T08:30:00Z',
      custom: { age: 45, plan: 'pro' },
    },
    {
      id: 'dara',
      role: 'editor',
      banned: true,
      joined: '2024-01-20T17:45:00Z',
      teams: [],
      custom: { age: 28 },
    },
    {
      id: 'eli',
      name: 'Eli',
      role: 'admin',
      joined: '2022-02-28T23:59:59Z',
      teams: ['blue'],
      custom: { age: 17 },
    },
    {
      id: 'fay',
      name: 'Fay',
      role: 'member',
      banned: false,
      joined: '2024-05-01T23:00:00Z',
      custom: { plan: 'pro' },
    },
    {
      id: 'gus',
      name: 'Gus',
      role: 'editor',
      joined: '2021-07-04T00:00:00Z',
      custom: { age: 52.5 },
    },
    {
      id: 'hana',
      name: 'Hana',
      role: 'guest',
      joined: '2024-03-09T10:15:00Z',
      custom: { age: 60 },
    },
    {
      id: 'ivo',
      name: 'ivo',
      role: 'admin',
      banned: false,
      joined: '2020-12-31T22:00:00-05:00',
      custom: { age: 39 },
    },
    {
      id: 'jun',
      name: 'Jun',
      joined: '2024-02-29T12:00:00Z',
      teams: ['green', 'red'],
      custom: { age: 33 },
    },
  ],
  filter: `{
  role: {$in: ["admin", "editor"]},
  banned: {$ne: true}, // or absent
  "custom.age": {$gte: 18}
}`,
  sort: '-joined',
})

const orders = example({
  title: 'Orders',
  schema: {
    fields: {
      id: { kind: 'integer', required: true, sortable: true },
      status: {
        kind: 'enumeration',
        values: ['draft', 'paid', 'sent', 'returned'],
        sortable: true,
      },
      customer: { kind: 'string', insensitive: true, sortable: true },
      total: { kind: 'decimal', precision: 12, scale: 2, sortable: true },
      due: { kind: 'date', sortable: true },
      lines: {
        kind: 'object',
        list: true,
        fields: {
          sku: { kind: 'string' },
          count: { kind: 'integer' },
          price: { kind: 'decimal', precision: 12, scale: 2 },
        },
      },
    },
    defaultSort: [{ field: 'due', direction: 1 }],
  },
  rows: [
    {
      id: 1,
      status: 'paid',
      customer: 'Müller',
      total: '120.50',
      due: '2024-06-01',
      lines: [
        { sku: 'lamp', count: 1, price: '100.50' },
        { sku: 'bulb', count: 4, price: '5.00' },
      ],
    },
    {
      id: 2,
      status: 'draft',
      customer: 'MÜLLER',
      total: '9.99',
      due: '2024-06-15',
      lines: [{ sku: 'bulb', count: 1, price: '9.99' }],
    },
    {
      id: 3,
      status: 'sent',
      customer: 'straße 7',
      total: '1000.00',
      lines: [{ sku: 'desk', count: 2, price: '500.00' }],
    },
    { id: 4, status: 'returned', customer: 'Okafor', total: '64.00', due: '2024-02-29', lines: [] },
    {
      id: 5,
      status: 'paid',
      total: '250.00',
      due: '2024-05-20',
      lines: [
        { sku: 'lamp', count: 3, price: '80.00' },
        { sku: 'bulb', count: 2, price: '5.00' },
      ],
    },
    {
      id: 6,
      status: 'sent',
      customer: 'okafor',
      total: '20.00',
      due: '2024-06-01',
      lines: [{ sku: 'bulb', count: 4, price: '5.00' }],
    },
    { id: 7, customer: 'Sato', due: '2024-07-01' },
  ],
  filter: `{
  status: {$gte: "paid"}, // in the order of the schema
  lines: {$elemMatch: {sku: "bulb", count: {$gte: 2}}}
}`,
  sort: 'customer,-total',
})

const products = example({
  title: 'Text',
  schema: {
    fields: {
      id: key,
      title: {
        kind: 'string',
        operators: [
          '$eq',
          '$ne',
          '$in',
          '$startsWith',
          '$includes',
          '$ieq',
          '$iincludes',
          '$autocomplete',
        ],
        sortable: true,
      },
      tags: { kind: 'string', list: true },
      rating: { kind: 'number', sortable: true },
    },
  },
  rows: [
    { id: 'a1', title: 'Curiosity Rover', tags: ['space', 'mars'], rating: 4.5 },
    { id: 'a2', title: 'Rover of the Moor', tags: ['dogs'], rating: 4 },
    { id: 'a3', title: 'roving eyes', rating: 3.5 },
    { id: 'a4', title: 'Ärger im Rovaniemi-Express', tags: ['trains', 'space'], rating: 4.75 },
    { id: 'a5', title: '100% Rovers_', tags: ['space'] },
    { id: 'a6', title: 'Émile, roi', tags: [], rating: 2 },
    { id: 'a7', tags: ['mars'], rating: 5 },
    { id: 'a8', title: 'Zebra 🦓 crossing', tags: ['dogs', 'zoo'], rating: 3 },
  ],
  filter: `{
  title: {$autocomplete: "rov"},
  $nor: [{tags: {$contains: "dogs"}}]
}`,
  sort: 'title',
})

const absent = example({
  title: 'Absent values',
  schema: {
    fields: {
      id: key,
      n: { kind: 'integer', sortable: true },
      'data.*': { kind: 'dynamic', kinds: ['string', 'integer', 'boolean'] },
    },
  },
  rows: [
    { id: 'one', n: 1, data: { x: 1 } },
    { id: 'two', n: 2, data: { x: 2 } },
    { id: 'null', n: null, data: { x: null } },
    { id: 'missing' },
    { id: 'another type', data: { x: '1' } },
    { id: 'true', n: 1, data: { x: true } },
    { id: 'largest', n: 9007199254740991, data: { x: 9007199254740991 } },
  ],
  filter: `// A missing field, null and a value of another type are the same: absent.
{$nor: [{"data.x": {$gte: 2}}, {n: 2}]}`,
  sort: 'n',
})

/** The first is what the page opens with. */
export const EXAMPLES: readonly [Example, ...Example[]] = [people, orders, products, absent]
