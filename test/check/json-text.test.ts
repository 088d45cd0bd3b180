import { decimal, defineSchema, dynamic, list, object, string, timestamp, uuid } from 'tamis'
import { checkTable, readFacts } from 'tamis/check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { available } from '../support/engines/available.ts'
import type { Connection } from '../support/engines/engine.ts'
import { askingOf } from '../support/promise.ts'
import { Table } from '../support/table.ts'

/** JSON in which SQL finds something else than memory does: `checkTable` counts its rows. */

const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    'forms.*': dynamic(['timestamp', 'uuid', 'integer']),
    'forms.price': decimal({ precision: 6, scale: 2 }),
    'numbers.*': dynamic(['integer', 'string']),
    items: list(object({ at: timestamp({ digits: 3 }), parts: list(object({ ref: uuid() })) })),
  },
})
const COLUMNS = ['forms', 'numbers', 'items'] as const
type Column = (typeof COLUMNS)[number]

const UPPER = '018F3A5C-7C1E-7F00-8000-000000000001'
const FORMS: readonly string[] = [
  '{"k":"2024-05-01T12:00:00Z"}',
  '{"a":{"k":"2024-05-01T14:00:00.000000+02:00"}}',
  `{"k":"${UPPER}"}`,
  '{"price":1.5}',
  '{"price":"1.5"}',
  '{"price":"01.50"}',
]
const ITEMS: readonly string[] = [
  '[{},{"at":"2024-05-01T12:00:00Z"}]',
  `[{"parts":[{"ref":"${UPPER}"}]}]`,
]
const KEYS = ['{"k":1,"k":2}', '{"a":[{"k":1,"\\u006b":2}]}', '{"k":"\\":","k":1}'] as const
const WHOLE = ['{"k":1.00000000000000000001}', '{"k":9007199254740993.0}'] as const

/** Other writers' documents in which both find the same. */
const SAME: Readonly<Record<Column, readonly string[]>> = {
  forms: [
    '{"k":"2024-05-01T12:00:00.000000Z","n":1,"t":"2024-05-01 12:00:00Z","l":["2024-05-01T12:00:00Z"]}',
    `{"k":"${UPPER.toLowerCase()}","price":"1.50"}`,
    '{"price":"1.555","o":{"price":1.5}}',
    '{"k":true,"price":null}',
  ],
  numbers: ['{"k":1.0,"a":"\\":","b":{"k":1.5}}', '{"k":"1.00000000000000000001"}', '{"k":12}'],
  items: ['[{"at":"2024-05-01T12:00:00.000Z","parts":[{"ref":7}]},"2024-05-01T12:00:00Z"]'],
}

describe.each(available)('$name', (engine) => {
  let connection: Connection
  beforeAll(async () => {
    connection = await engine.connect()
    await Table.create(engine, connection, schema)
  })
  afterAll(() => connection?.close())

  const isPostgres = engine.dialect.name === 'postgres'
  const quoted = (name: string) => engine.dialect.identifier(name).texts.join('')
  let stored = 0
  async function insert(column: Column, text: string) {
    const values = [`r${stored++}`, text]
    const marks = values.map((value, i) => engine.dialect.placeholder(i + 1, value))
    await connection.run({
      text: `INSERT INTO t (${quoted('id')}, ${quoted(column)}) VALUES (${marks.join(', ')}${isPostgres ? '::jsonb' : ''})`,
      params: engine.dialect.params(values, 1),
    })
  }
  async function found() {
    const ask = askingOf(connection)
    const facts = await readFacts(ask, { table: 't' })
    const findings = await checkTable(schema, { dialect: engine.dialect, table: 't' }, facts, {
      rows: ask,
    })
    return findings
      .filter(({ severity }) => severity !== 'warning')
      .map(({ code, severity, field, rows }) => [code, severity, field, rows])
      .sort()
  }

  it('has no finding for what both find', async () => {
    for (const column of COLUMNS) for (const text of SAME[column]) await insert(column, text)
    expect(await found()).toEqual([])
  })

  it('says how many rows have other forms and equal keys', async () => {
    for (const text of FORMS) await insert('forms', text)
    for (const text of ITEMS) await insert('items', text)
    for (const text of KEYS) {
      // MariaDB's constraint refuses a key that no path reaches.
      const isRefused = engine.name === 'MariaDB' && text.includes('u006b')
      if (isRefused) await expect(insert('numbers', text)).rejects.toThrow()
      else await insert('numbers', text)
    }
    for (const text of WHOLE) await insert('numbers', text)
    // The others read such a number as a double, and these two keep one value of each key.
    const keys = engine.name === 'MariaDB' ? 2 : 3
    const own = isPostgres
      ? [['json_values', 'error', 'numbers.*', WHOLE.length]]
      : engine.name === 'MySQL'
        ? []
        : [['json_keys', 'error', 'numbers.*', keys]]
    expect(await found()).toEqual(
      [
        ...own,
        ['json_values', 'error', 'forms.*', FORMS.length],
        ['json_values', 'error', 'items', ITEMS.length],
      ].sort(),
    )
  })
})
