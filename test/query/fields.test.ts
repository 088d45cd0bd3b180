import fc from 'fast-check'
import {
  clientSchema,
  compileQuery,
  date,
  defineSchema,
  dynamic,
  integer,
  list,
  object,
  pageOf,
  parseQuery,
  readRow,
  runQuery,
  safeParseQuery,
  string,
  timestamp,
} from 'tamis'
import { rowArbitrary } from 'tamis/fast-check'
import { sqlite } from 'tamis/sqlite'
import { parseQueryString } from 'tamis/text'
import { usersSchema } from 'tamis/users'
import { describe, expect, it } from 'vitest'
import { budget } from '../support/budget.ts'
import { available } from '../support/engines/available.ts'
import { Table } from '../support/table.ts'

const schema = defineSchema({
  fields: {
    id: integer({ required: true, sortable: true }),
    name: string({ sortable: true }),
    seen: timestamp({ sortable: true }),
    born: date(),
    teams: list(string()),
    tenant: string({ hidden: true }),
    'address.city': string(),
    'custom.age': integer({ sortable: true }),
    'custom.level': integer(),
    'custom.secret': string({ hidden: true }),
    'custom.deep.secret': string({ hidden: true }),
    'custom.*': dynamic(['string', 'integer']),
    'private.*': dynamic(['string'], { hidden: true }),
  },
})

const row = {
  id: 1,
  name: 'Ana',
  seen: '2024-05-01T12:00:00.000000Z',
  teams: ['a', 'b'],
  tenant: 't',
  address: { city: 'Paris' },
  custom: { age: 3, color: 'red', flag: true, secret: 's', deep: { secret: 's', open: 'o' } },
  private: { a: 'x' },
}

const itemOf = (fields: readonly string[], own: unknown = row) =>
  runQuery(parseQuery(schema, { fields }), [own]).items[0]

describe('fields of a payload', () => {
  it.each<[string[], unknown]>([
    [['id'], { id: 1 }],
    [['name', 'born'], { name: 'Ana' }],
    [
      ['teams', 'address.city', 'seen'],
      { teams: ['a', 'b'], address: { city: 'Paris' }, seen: '2024-05-01T12:00:00.000000Z' },
    ],
    [['custom.age', 'custom.color'], { custom: { age: 3, color: 'red' } }],
    // Of another kind, and an object.
    [['custom.flag', 'custom.deep'], {}],
    [['custom.deep.open'], { custom: { deep: { open: 'o' } } }],
    [['custom'], { custom: { age: 3, color: 'red', flag: true, deep: { open: 'o' } } }],
    [
      ['custom.age', 'custom', 'id'],
      { id: 1, custom: { age: 3, color: 'red', flag: true, deep: { open: 'o' } } },
    ],
    [['id', 'id'], { id: 1 }],
  ])('%j are what an item has', (fields, expected) => {
    const before = structuredClone(row)
    expect(itemOf(fields)).toEqual(expected)
    expect(row).toEqual(before)
  })

  it('are all of a row by default, and where they are null', () => {
    for (const fields of [undefined, null]) {
      expect(runQuery(parseQuery(schema, { fields }), [row]).items[0]).toBe(row)
    }
  })

  it.each<[unknown, object]>([
    [['tenant'], { code: 'unknown_field', path: '/fields/0' }],
    [['id', 'private.a'], { code: 'unknown_field', path: '/fields/1' }],
    [['private'], { code: 'unknown_field' }],
    [['custom.secret'], { code: 'unknown_field' }],
    [['nam'], { code: 'unknown_field', hint: 'did you mean "name"?' }],
    [['custom.a.b.c.d.e.f.g.h.i'], { code: 'unknown_field' }],
    [['custom.'], { code: 'unknown_field' }],
    [[1], { code: 'invalid_operand', path: '/fields/0' }],
    ['id', { code: 'invalid_operand', path: '/fields' }],
    [{ id: 1 }, { code: 'invalid_operand' }],
    [[], { code: 'empty', path: '/fields' }],
    [Array(1001).fill('id'), { code: 'too_many' }],
    [['x'.repeat(5000)], { code: 'too_long' }],
    [
      new Proxy([], {
        get: () => {
          throw new Error('no')
        },
      }),
      { code: 'invalid_operand' },
    ],
  ])('are refused where they are no list of names: case %#', (fields, issue) => {
    expect(safeParseQuery(schema, { fields })).toMatchObject({ ok: false, issues: [issue] })
  })

  it('do not say which names are hidden', () => {
    const [hidden, unknown] = ['tenant', 'tenacity'].map((name) => {
      const result = safeParseQuery(schema, { fields: [name] })
      return JSON.stringify(result).replaceAll(name, '')
    })
    expect(hidden).toBe(unknown)
  })

  it('have of the objects of a list what clients see', () => {
    const items = { sku: string(), cost: integer({ hidden: true }) }
    const orders = defineSchema({
      fields: {
        id: integer({ required: true }),
        items: list(object(items)),
        'custom.*': dynamic(['string']),
        'custom.lines': list(object(items)),
      },
    })
    const lines = [{ sku: 'a', cost: 5, internal: true }, 7]
    const rows = [{ id: 1, items: lines, custom: { color: 'red', lines } }]
    const itemsOf = (...fields: string[]) => runQuery(parseQuery(orders, { fields }), rows).items
    const shown = [{ sku: 'a' }]
    expect(itemsOf('items')).toEqual([{ items: shown }])
    expect(itemsOf('custom.lines')).toEqual([{ custom: { lines: shown } }])
    expect(itemsOf('custom')).toEqual([{ custom: { color: 'red', lines: shown } }])
  })

  it('leave cursors as they are', () => {
    const rows = [1, 2, 3, 4, 5].map((id) => ({ ...row, id, name: `n${id % 2}` }))
    const payload = { sort: { name: -1 }, limit: 2 }
    const whole = runQuery(parseQuery(schema, payload), rows)
    const some = runQuery(parseQuery(schema, { ...payload, fields: ['born'] }), rows)
    expect(some).toEqual({ ...whole, items: [{}, {}] })
    const next = runQuery(parseQuery(schema, { ...payload, next: some.next, fields: ['id'] }), rows)
    expect(next.items).toEqual([{ id: 1 }, { id: 4 }])
  })

  it('are read from a query string', () => {
    const fields = (text: string) => parseQueryString(schema, text).fields?.map(({ name }) => name)
    expect(fields('?fields=id,custom.age')).toEqual(['id', 'custom.age'])
    expect(fields('?fields=["id","custom.a,b"]')).toEqual(['id', 'custom.a,b'])
    expect(fields('?fields[0]=id&fields[1]=name')).toEqual(['id', 'name'])
    expect(() => fields('?fields=[id')).toThrow(/a list of names/)
  })

  it('are a key of the payload that no switch can have', () => {
    const options = { fields: { default: true, unless: { name: 'a' } } }
    expect(() =>
      defineSchema({ fields: { id: integer({ required: true }), name: string() }, options }),
    ).toThrow(/option "fields": conflicts/)
    expect(parseQuery(clientSchema(schema), { fields: ['id'] }).fields).toHaveLength(1)
  })

  it('are no option of the users schema', () => {
    const refused = { issues: [{ code: 'unknown_option', path: '/fields' }] }
    expect(safeParseQuery(usersSchema, { fields: ['id'] })).toMatchObject(refused)
    expect(safeParseQuery(usersSchema, { count: true })).toMatchObject({ ok: false })
    expect(JSON.stringify(safeParseQuery(usersSchema, { x: 1 }))).not.toContain('fields')
  })
})

describe('the SELECT', () => {
  const target = { dialect: sqlite, table: 't', lookAhead: true }
  const selected = (payload: object, more: object = {}) =>
    compileQuery(parseQuery(schema, payload), { ...target, ...more }).text.replace(/ FROM .*/, '')

  it('has the columns of the fields and of the sort', () => {
    expect(selected({ fields: ['name'] })).toBe('SELECT "id" AS "id", "name" AS "name"')
    expect(selected({ fields: ['born'], sort: { id: -1 } })).toBe(
      'SELECT "id" AS "id", "born" AS "born"',
    )
    const { text } = compileQuery(
      parseQuery(schema, { fields: ['born'], sort: { seen: 1 } }),
      target,
    )
    expect(text).toContain('"seen" AS "seen", "born" AS "born"')
    expect(text).not.toContain('"name"')
    expect(selected({ fields: ['custom.color'] })).toBe('SELECT "id" AS "id", "custom" AS "custom"')
    // A document's field with a column of its own, alone and with the document.
    const mapping = { 'custom.age': { column: 'age' } }
    expect(selected({ fields: ['custom'] }, { mapping })).toContain('"age" AS "custom.age"')
    expect(selected({ fields: ['custom.age'] }, { mapping })).toContain('"age" AS "custom.age"')
  })

  it('has no more than the server selects', () => {
    expect(selected({ fields: ['name', 'born'] }, { select: ['id', 'born', 'teams'] })).toBe(
      'SELECT "id" AS "id", "born" AS "born"',
    )
  })
})

// ClickHouse has no dots in the names of columns.
const mapping = { 'address.city': 'city', 'custom.age': { column: 'age' } }

describe.each(available)('$name', (engine) => {
  it('finds the pages that memory does', { timeout: 120_000 }, async () => {
    const connection = await engine.connect()
    try {
      const table = await Table.create(engine, connection, schema, mapping)
      const rows = fc.sample(rowArbitrary(schema), { numRuns: 20, seed: 5 }).map((each, id) => ({
        ...each,
        id,
        custom: { color: 'red', x: id, ...(id % 2 ? { age: id } : {}) },
      }))
      await table.insert(rows)
      const read = readRow(schema, { dialect: engine.dialect, mapping })
      // As they are stored.
      const stored = runQuery(parseQuery(schema, { limit: 100 }), rows).items
      const whole = await table.rows(parseQuery(schema, { limit: 100 }))
      expect(whole).toHaveLength(stored.length)
      const names = ['id', 'name', 'seen', 'born', 'teams', 'address.city', 'custom.age']
      const all = fc.subarray([...names, 'custom.color', 'custom.x', 'custom'], { minLength: 1 })
      for (const fields of fc.sample(all, { numRuns: budget(6, 30), seed: 7 })) {
        let next: string | undefined
        do {
          const payload = { fields, sort: { seen: -1 }, limit: 7, ...(next && { next }) }
          const query = parseQuery(schema, payload)
          const statement = compileQuery(query, {
            dialect: engine.dialect,
            table: 't',
            mapping,
            lookAhead: true,
          })
          const page = pageOf(query, (await connection.all(statement)).map(read))
          expect(page).toEqual(runQuery(query, whole))
          next = page.next
        } while (next !== undefined)
      }
    } finally {
      await connection.close()
    }
  })
})
