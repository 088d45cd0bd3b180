/** The triggers of docs/search-columns.md, which forget the words of texts that others change. */

import { readFileSync } from 'node:fs'
import { compileFilter, condition, defineSchema, integer, type Schema, string } from 'tamis'
import { type Ask, backfill } from 'tamis/check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { available } from '../support/engines/available.ts'
import type { Connection } from '../support/engines/engine.ts'
import { askingOf } from '../support/promise.ts'
import { Table } from '../support/table.ts'

const page = readFileSync(new URL('../../docs/search-columns.md', import.meta.url), 'utf8')

/** The statements for each engine, whose names are the first line of the block. */
const triggers = new Map(
  [...page.matchAll(/^```sql\n-- (.*)\n([^`]*)^```/gm)].flatMap(([, names = '', text = '']) =>
    names.split(', ').map((name) => [name, text] as const),
  ),
)
const triggerOf = (name: string) => triggers.get(name === 'PGlite' ? 'PostgreSQL' : name)

const people = defineSchema({
  fields: {
    id: integer({ required: true }),
    name: string({ operators: ['$eq', '$autocomplete'] }),
  },
}) as unknown as Schema

it('are documented for the engines that have triggers', () => {
  expect([...triggers.keys()]).toEqual(['PostgreSQL', 'SQLite', 'MariaDB', 'MySQL'])
})

const engines = available.filter(({ name }) => triggerOf(name) !== undefined)

describe.each(engines)('the trigger of the documentation in $name', (engine) => {
  let connection: Connection
  let table: Table
  beforeAll(async () => {
    connection = await engine.connect()
    table = await Table.create(engine, connection, people, undefined, 'people')
    await connection.exec(triggerOf(engine.name) as string)
    await table.insert([
      { id: 1, name: 'Ana' },
      { id: 2, name: 'Bo' },
    ])
  })
  afterAll(async () => {
    await table?.drop()
    await connection?.close()
  })

  const ask: Ask = async (text, params) => {
    if (!text.startsWith('UPDATE')) return askingOf(connection)(text, params)
    await connection.run({ text, params })
    return []
  }
  const target = { dialect: engine.dialect, table: 'people' }
  const words = async (): Promise<unknown[]> =>
    (await connection.all({ text: 'SELECT name_words FROM people ORDER BY id', params: [] })).map(
      (row) => row.name_words,
    )

  it('forgets the words of a text that others change, and backfill finds it', async () => {
    await connection.exec("UPDATE people SET name = 'Ána-Lú' WHERE id = 1")
    expect(await words()).toEqual([null, ' bo '])
    const result = await backfill(ask, { ...target, schema: people, missing: true })
    expect(result).toMatchObject({ scanned: 1, updated: 1, remaining: 0 })
    const { text, params } = compileFilter(
      condition(people, { name: { $autocomplete: 'lu' } }),
      target,
    )
    const found = await connection.all({ text: `SELECT id FROM people WHERE ${text}`, params })
    expect(found.map(({ id }) => Number(id))).toEqual([1])
  })

  it('keeps words that come with their text, and those of a text that stays', async () => {
    await table.insert([{ id: 2, name: 'Cleo' }], true)
    await connection.exec('UPDATE people SET name = name')
    expect((await words())[1]).toBe(' cleo ')
    // What the documentation warns of: the words are those that were there.
    await table.insert([{ id: 2, name: 'CLEO' }], true)
    expect((await words())[1]).toBeNull()
    expect(await backfill(ask, { ...target, schema: people })).toMatchObject({ updated: 1 })
  })
})
