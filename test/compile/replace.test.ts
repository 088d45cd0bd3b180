import {
  condition,
  defineSchema,
  dynamic,
  type Filter,
  list,
  parseQuery,
  string,
  timestamp,
} from 'tamis'
import { describe, expect, it } from 'vitest'
import { available } from '../support/engines/available.ts'
import { Table } from '../support/table.ts'

const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    name: string({ operators: ['$eq', '$autocomplete'] }),
    seen: timestamp(),
    teams: list(string()),
    'custom.*': dynamic(['string', 'integer']),
  },
})

const old = [
  { id: 'a', name: 'Ana', seen: '2024-05-01T12:00:00.000000Z', teams: ['red', 'blue'] },
  { id: 'b', name: 'Bo', teams: ['red'], custom: { age: 3 } },
]
const fresh = [
  { id: 'a', name: 'Zoë', teams: ['green'], custom: { age: 31 } },
  { id: 'c', teams: [] },
]

const replacing = available.filter(({ dialect }) => dialect.replace !== undefined)

describe.each(replacing)('replacing a row, in $name', (engine) => {
  it('replaces its side tables and search columns, too', async () => {
    const connection = await engine.connect()
    const mapping = engine.features.sideTables ? { teams: { sideTable: 't_teams' } } : {}
    const table = await Table.create(engine, connection, schema, mapping)
    await table.insert(old)
    await table.insert(fresh, true)
    const rows = await table.rows(parseQuery(schema, { sort: [{ id: 1 }] }))
    expect(rows).toEqual([fresh[0], old[1], fresh[1]].map((row) => expect.objectContaining(row)))
    expect(rows[0]).not.toHaveProperty('seen')
    const found = (filter: Filter<typeof schema>) => table.matching(condition(schema, filter))
    expect(await found({ teams: { $contains: 'red' } })).toEqual(['b'])
    expect(await found({ teams: { $contains: 'green' } })).toEqual(['a'])
    expect(await found({ name: { $autocomplete: 'an' } })).toEqual([])
    expect(await found({ name: { $autocomplete: 'zo' } })).toEqual(['a'])
    expect(await found({ 'custom.age': 31 })).toEqual(['a'])
    await connection.close()
  })

  it('without replace, a duplicate key is refused', async () => {
    const connection = await engine.connect()
    const table = await Table.create(engine, connection, schema)
    await table.insert(old)
    await expect(table.insert([fresh[0]])).rejects.toThrow()
    await connection.close()
  })
})
