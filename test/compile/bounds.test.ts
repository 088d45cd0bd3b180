import { randomBytes } from 'node:crypto'
import {
  condition,
  createTable,
  defineSchema,
  dynamic,
  type Filter,
  list,
  parseQuery,
  restrict,
  string,
} from 'tamis'
import { postgres } from 'tamis/postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { available } from '../support/engines/available.ts'
import type { Connection, Engine } from '../support/engines/engine.ts'
import { Table } from '../support/table.ts'

/** Every kind of place that a text, or a value in JSON, is stored and indexed at. */
const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    about: string(),
    role: string({ sortable: true }),
    secret: string({ hidden: true }),
    tags: list(string()),
    'custom.*': dynamic(['string', 'boolean', 'integer']),
  },
})

/** Texts that no database makes shorter by compressing them. */
const ascii = (length: number) => randomBytes(length).toString('base64').slice(0, length)
const wide = (length: number) =>
  [...randomBytes(length)].map((byte) => String.fromCodePoint(0x1f300 + byte)).join('')

const PLACES: Readonly<Record<string, (text: string) => object>> = {
  id: (text) => ({ id: text }),
  about: (text) => ({ about: text }),
  role: (text) => ({ role: text }),
  secret: (text) => ({ secret: text }),
  tags: (text) => ({ tags: ['red', text] }),
  'custom.bio': (text) => ({ custom: { bio: text } }),
  'custom.bio, in a list': (text) => ({ custom: { bio: [...text].map((each) => [each]) } }),
  'custom.bio, of numbers': (text) => ({ custom: { bio: [...text].map((_, i) => i / 7) } }),
  'custom.bio, of digits': (text) => ({ custom: { bio: [...text].map((_, i) => i % 10) } }),
  'custom.other': (text) => ({ custom: { other: text } }),
}

/** Places that hold texts of any length, in every database. */
const UNBOUNDED = ['about', 'secret', 'custom.other']

/** Of which every element takes room of its own. */
const isDivided = (place: string) => place.includes(',')

const LENGTHS = [1, 255, 256, 400, 1300, 1301, 1344, 2600, 2601, 3000, 20_000]

async function tableOf(engine: Engine, connection: Connection): Promise<Table> {
  const { sideTables, jsonIndexes } = engine.features
  return Table.create(engine, connection, schema, {
    ...(sideTables ? { tags: { sideTable: 't_tags' } } : {}),
    ...(jsonIndexes ? { custom: { index: ['bio'] } } : {}),
  })
}

/** Stores a row and returns how; errors of the database are thrown. */
async function store(table: Table, row: object): Promise<'stored' | 'refused'> {
  try {
    await table.insert([row])
    return 'stored'
  } catch (error) {
    if (!(error instanceof TypeError) || !error.message.startsWith('tamis: ')) throw error
    return 'refused'
  }
}

describe.each(available)('$name', (engine) => {
  let connection: Connection
  let table: Table
  let count = 0
  const fresh = () => ({ id: `row-${++count}` })
  const find = async (filter: Filter<typeof schema>) => {
    const query = restrict(parseQuery(schema, { limit: 1000 }), condition(schema, filter))
    return (await table.rows(query)) as { readonly id: string }[]
  }
  beforeAll(async () => {
    connection = await engine.connect()
    table = await tableOf(engine, connection)
  })
  afterAll(() => connection?.close())

  it.each(Object.entries(PLACES))(
    'stores or refuses a text of any length at %s',
    async (place, put) => {
      for (const length of LENGTHS) {
        if (isDivided(place) && length > 3000) continue
        for (const text of [ascii(length), wide(length)]) {
          const row = { ...fresh(), ...put(text) }
          const how = await store(table, row)
          const found = await find({ id: row.id })
          expect(found).toEqual(how === 'stored' ? [expect.objectContaining(row)] : [])
          // What every database holds.
          const isHeld = UNBOUNDED.includes(place) || (length <= 255 && !isDivided(place))
          if (isHeld) expect({ length, how }).toEqual({ length, how: 'stored' })
        }
      }
    },
    60_000,
  )

  it('names the field that is too long', async () => {
    for (const place of ['role', 'tags', 'custom.bio']) {
      const insert = table.insert([{ ...fresh(), ...PLACES[place]?.(ascii(20_000)) }])
      const error = await insert.then(
        () => undefined,
        (own: unknown) => own,
      )
      if (error === undefined) continue
      expect(String(error)).toMatch(`TypeError: tamis: ${place}: a text of more than `)
    }
  })

  it('distinguishes long texts that differ only in their last character', async () => {
    const about = ascii(20_000)
    const [one, other] = [
      { ...fresh(), about },
      { ...fresh(), about: `${about}.` },
    ]
    await table.insert([one, other])
    expect(await find({ about })).toEqual([expect.objectContaining(one)])
    expect(await find({ about: { $in: [`${about}.`, 'none'] } })).toEqual([
      expect.objectContaining(other),
    ])
    expect(await find({ about: { $gt: about, $lte: `${about}/` } })).toEqual([
      expect.objectContaining(other),
    ])
  })

  it('stores or refuses deeply nested JSON', async () => {
    const nested = (levels: number, isList: boolean): unknown => {
      if (levels === 0) return 'leaf'
      const inner = nested(levels - 1, isList)
      return isList ? [inner] : { a: inner }
    }
    for (const levels of [1, 29, 30, 31, 32, 98, 99, 100, 101, 499, 500, 1000]) {
      for (const isList of [true, false]) {
        // The document around it is a level too.
        const how = await store(table, { ...fresh(), custom: { other: nested(levels, isList) } })
        if (levels <= 30) expect({ levels, how }).toEqual({ levels, how: 'stored' })
        if (levels >= 500) expect({ levels, how }).toEqual({ levels, how: 'refused' })
      }
    }
    await expect(
      table.insert([{ ...fresh(), custom: { other: nested(600, false) } }]),
    ).rejects.toThrow(/^tamis: custom\.other.*deeper than \d+ levels/)
  })
})

it('the index of a text that is not sortable accepts texts of any length', () => {
  const indexes = createTable(schema, { dialect: postgres, table: 't' })
    .filter((text) => text.startsWith('CREATE INDEX'))
    .map((text) => text.replace(/^CREATE INDEX \S+ ON "t"/, ''))
  expect(indexes).toEqual([' USING spgist ("about")', ' ("role", "id")', ' USING gin ("tags")'])
})
