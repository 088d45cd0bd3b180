import {
  compileFilter,
  compilePredicate,
  defineSchema,
  dynamic,
  list,
  number,
  parseFilter,
  string,
} from 'tamis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { show } from '../support/agreement.ts'
import { available } from '../support/engines/available.ts'
import type { Connection } from '../support/engines/engine.ts'
import { mysql } from '../support/engines/mysql.ts'
import { Table } from '../support/table.ts'

/** Values of MySQL's JSON that no text has, but SQL functions make: memory has what their text says. */

const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    'whole.*': dynamic(['string', 'boolean', 'integer']),
    'both.*': dynamic(['string', 'boolean', 'integer', 'number']),
    'real.*': dynamic(['number', 'string']),
    texts: list(string()),
    numbers: list(number()),
  },
})

const VALUES = [
  '1.50',
  'CAST(5.00 AS DECIMAL(10, 2))',
  "CAST('123456789012345678' AS DECIMAL(18, 0))",
  "CAST('9223372036854775808' AS DECIMAL(30, 0))",
  "CAST('9007199254740993.0' AS DECIMAL(20, 1))",
  "CAST('-12345678901234567890123456789012345' AS DECIMAL(65, 0))",
  'CAST(18446744073709551615 AS UNSIGNED)',
  'CAST(1.5 AS FLOAT)',
  "TIMESTAMP '2024-05-01 12:00:00.5'",
  "DATE '2024-05-01'",
  "TIME '12:00:00'",
  "x'00ff'",
  "b'101'",
  'POINT(1, 2)',
  '1 = 1',
  'NULL',
]

const OPERANDS = [
  ...[1.5, 5, 123456789012345678n, 9223372036854775807n, 2n ** 63n, 9007199254740992n, 2 ** 64],
  ...['2024-05-01', '2024-05-01 12:00:00.500000', '12:00:00.000000', 'base64:type15:AP8=', true],
]

const filters = ['whole.k', 'both.k', 'real.k'].flatMap((field) =>
  [
    ...OPERANDS.flatMap((operand) =>
      ['$eq', '$ne', '$gt', '$lte'].map((operator) => ({ [operator]: operand })),
    ),
    { $exists: true },
    { $in: [5, '12:00:00.000000'] },
  ].map((operand) => ({ [field]: operand })),
)

const isAsked = (filter: unknown): boolean => {
  try {
    parseFilter(schema, filter)
    return true
  } catch {
    return false
  }
}

describe.skipIf(!available.includes(mysql))('JSON made by functions of MySQL', () => {
  let connection: Connection
  let table: Table
  let rows: readonly unknown[]

  beforeAll(async () => {
    connection = await mysql.connect()
    table = await Table.create(mysql, connection, schema)
    for (const [i, value] of VALUES.entries()) {
      const object = `JSON_OBJECT('k', ${value})`
      const array = `JSON_ARRAY(${value})`
      await connection.exec(
        `INSERT INTO t (id, \`whole\`, \`both\`, \`real\`, texts, numbers)
         VALUES ('v${i}', ${object}, ${object}, ${object}, ${array}, ${array})`,
      )
    }
    rows = table.read(
      await connection.all({
        text: 'SELECT id, concat(`whole`) AS `whole`, concat(`both`) AS `both`, concat(`real`) AS `real`, concat(texts) AS texts, concat(numbers) AS numbers FROM t',
        params: [],
      }),
    )
  })
  afterAll(() => connection.close())

  const lists = [
    ...OPERANDS.filter((operand) => typeof operand === 'string').map((texts) => ({ texts })),
    ...[1.5, 5, 2 ** 63, 2 ** 64].map((numbers) => ({ numbers })),
    { texts: [] },
  ]

  const asked = [...filters, ...lists]
    .filter(isAsked)
    .map((filter) => [show(filter), filter] as const)

  it.each(asked)('is read like its text: %s', async (_, filter) => {
    const parsed = parseFilter(schema, filter)
    const { text, params } = compileFilter(parsed, { dialect: mysql.dialect })
    const found = await connection.all({ text: `SELECT id FROM t WHERE ${text}`, params })
    const expected = rows.filter(compilePredicate(parsed)).map((row) => (row as { id: string }).id)
    expect(found.map(({ id }) => id).sort()).toEqual(expected.sort())
  })
})
