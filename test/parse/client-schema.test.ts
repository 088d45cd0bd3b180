import {
  clientSchema,
  compilePredicate,
  compileQuery,
  defineSchema,
  dynamic,
  integer,
  parseFilter,
  parseQuery,
  readRow,
  runQuery,
  type Schema,
  safeParseFilter,
  string,
  timestamp,
} from 'tamis'
import { sqlite } from 'tamis/sqlite'
import { completionsAt, parseFilterText } from 'tamis/text'
import { usersSchema } from 'tamis/users'
import { describe, expect, it } from 'vitest'
import { SqliteTable } from '../support/sqlite.ts'

const server = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    role: string({ operators: ['$eq'] }),
    seen: timestamp({ sortable: true }),
    tenant: string({ hidden: true }),
    weight: integer({ hidden: true, sortable: true }),
    archived_at: timestamp({ hidden: true }),
    'custom.*': dynamic(['string']),
    'secrets.*': dynamic(['string'], { hidden: true }),
  },
  defaultSort: [
    { field: 'seen', direction: -1 },
    { field: 'weight', direction: 1 },
    { field: 'id', direction: -1 },
  ],
  options: {
    include_archived: {
      default: false,
      unless: { archived_at: null, role: { $not: { $eq: 'ghost' } } },
    },
    everything: {
      default: true,
      unless: { $or: [{ role: 'a' }, { $nor: [{ 'secrets.level': 'x' }] }] },
    },
  },
})
const client = clientSchema(server)
const HIDDEN = ['tenant', 'weight', 'archived_at', 'secrets']

/** Everything that a schema holds, as JSON. */
function jsonOf(schema: Schema): string {
  const seen = new Set<unknown>()
  return JSON.stringify(schema, (_, value: unknown) => {
    if (typeof value === 'object' && value !== null) {
      if (seen.has(value)) return undefined
      seen.add(value)
    }
    if (value instanceof Map) return [...value]
    return value instanceof Set ? [...value] : value
  })
}

describe("a client's schema", () => {
  it('has no word of what is hidden', () => {
    parseFilter(client, { 'custom.color': 'red' })
    for (const name of HIDDEN) {
      expect(jsonOf(server)).toContain(name)
      expect(jsonOf(client)).not.toContain(name)
    }
    const stored = jsonOf(clientSchema(usersSchema))
    expect(stored).toContain('include_deactivated_users')
    expect(stored).not.toMatch(/deactivated_at|deleted_at/)
  })

  it('knows the visible fields, and says of hidden ones what the server says', () => {
    const filter = { role: 'admin', 'custom.color': 'red' }
    const row = { id: 'a', role: 'admin', custom: { color: 'red' } }
    expect(compilePredicate(parseFilter(client, filter))(row)).toBe(true)
    expect(compilePredicate(parseFilterText(client, JSON.stringify(filter)))(row)).toBe(true)
    for (const name of ['tenant', 'weight', 'secrets.level']) {
      expect(safeParseFilter(client, { [name]: 'x' })).toEqual(
        safeParseFilter(server, { [name]: 'x' }),
      )
    }
    expect(completionsAt(client, '{', 1)).toEqual(completionsAt(server, '{', 1))
  })

  it('sorts as the server does, up to a hidden field', () => {
    expect(client.defaultOrdering.map(({ field }) => field.name)).toEqual(['seen', 'id'])
    expect(parseQuery(client, {}).ordering.map(({ direction }) => direction)).toEqual([-1, -1])
    const byHidden = defineSchema({
      fields: { id: string({ required: true }), rank: integer({ hidden: true }) },
      defaultSort: [{ field: 'rank', direction: -1 }],
    })
    // The server needs a key for its cursors; the client does not.
    expect(() => parseQuery(byHidden, {})).toThrow(TypeError)
    expect(runQuery(parseQuery(clientSchema(byHidden), {}), [{ id: 'a' }]).items).toHaveLength(1)
  })

  it('keeps the switches, and of their conditions what asks for visible fields', () => {
    const rows = [
      { id: 'a', role: 'ghost' },
      { id: 'b', archived_at: '2024-05-01T12:00:00Z' },
    ]
    const found = (payload: object) =>
      runQuery(parseQuery(client, payload), rows).items.map(({ id }) => id)
    expect(found({})).toEqual(['b'])
    expect(found({ include_archived: true })).toEqual(['b', 'a'])
    expect(found({ include_archived: true, everything: false })).toEqual(['b', 'a'])
  })

  it('says what to select for rows that clients get', () => {
    const seen = { id: 'a', role: 'user', seen: '2024-05-01T12:00:00Z', custom: { mood: 'ok' } }
    const whole = { ...seen, tenant: 't1', weight: 3, secrets: { level: 'x' } }
    const table = new SqliteTable(server)
    table.insert([whole])
    const query = parseQuery(server, { sort: { id: 1 } })
    const target = { dialect: sqlite, table: 't' }
    const all = (own: object) => {
      const { text, params } = compileQuery(query, { ...target, ...own })
      return table.db.prepare(text).all(...(params as unknown[]))
    }
    const precise = { ...seen, seen: '2024-05-01T12:00:00.000000Z' }
    const select = [...client.fields.keys(), ...client.wildcards.keys()]
    expect(all({ select }).map(readRow(server, { ...target, select }))).toEqual([precise])
    expect(all({}).map(readRow(client, target))).toEqual([precise])
    expect(all({}).map(readRow(server, target))).toEqual([{ ...whole, seen: precise.seen }])
  })

  it('is refused if the key is hidden', () => {
    const own = defineSchema({ fields: { id: string({ required: true, hidden: true }) } })
    expect(() => clientSchema(own)).toThrow(
      'tamis: schema: clientSchema: the key "id" is hidden, and identifies every row',
    )
  })
})
