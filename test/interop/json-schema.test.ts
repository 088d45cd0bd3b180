import { Ajv } from 'ajv'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import fc from 'fast-check'
import {
  boolean,
  defineSchema,
  dynamic,
  type Issue,
  integer,
  list,
  type Schema,
  safeParseFilter,
  safeParseQuery,
  string,
  timestamp,
} from 'tamis'
import { filterArbitrary, invalidFilterArbitrary, queryArbitrary } from 'tamis/fast-check'
import { filterJsonSchema, payloadJsonSchema } from 'tamis/json-schema'
import { usersSchema } from 'tamis/users'
import { describe, expect, it } from 'vitest'
import { budget } from '../support/budget.ts'
import { caseSchema } from '../support/cases.ts'

/** Limits that random filters reach, names that are special in patterns and pointers, hidden fields. */
const odd = defineSchema({
  fields: {
    id: integer({ required: true, sortable: true }),
    'a/b~c %': string({ operators: ['$eq', '$in', '$autocomplete'] }),
    at: timestamp({ operators: ['$gt', '$in'], sortable: true }),
    silent: integer({ operators: [] }),
    tenant: string({ hidden: true, sortable: true }),
    tags: list(integer()),
    'cus+tom.age': integer(),
    'cus+tom.mute': string({ operators: [] }),
    'cus+tom.*': dynamic(['boolean', 'string', 'integer']),
    'x.y.*': dynamic(['date', 'decimal'], { precision: 5, scale: 2 }),
  },
  defaultSort: [{ field: 'at', direction: -1 }],
  options: { all: { default: true, unless: { tenant: null } } },
  limits: { depth: 4, conditions: 6, list: 3, string: 12, segments: 2, cost: 2000 },
})
const bare = defineSchema({ fields: { id: string({ required: true }) } })
const flags = defineSchema({
  fields: { id: string({ required: true }), on: boolean(), teams: list(string()) },
})
const times = defineSchema({ fields: { id: string({ required: true }), at: timestamp() } })
const SCHEMAS: readonly (readonly [string, Schema])[] = [
  ['the table of cases', caseSchema as unknown as Schema],
  ['users', usersSchema as unknown as Schema],
  ['odd names and low limits', odd as unknown as Schema],
  ['a key alone', bare as unknown as Schema],
  ['flags', flags as unknown as Schema],
]

/** How long a property may take. */
const TIME = budget(60_000, 300_000)

/** With the formats of most applications. */
function validator(schema: object): ValidateFunction {
  const ajv = new Ajv2020({ strict: true, strictTypes: true, allErrors: true })
  formats.default(ajv)
  return ajv.compile(schema)
}

/** What arrives of a value that is sent as JSON. */
const sent = (value: unknown): unknown => {
  const text = JSON.stringify(value, (_, own) => (typeof own === 'bigint' ? Number(own) : own))
  return text === undefined ? undefined : JSON.parse(text)
}

/** Everything in a value: its objects, lists, keys and scalars. */
function* partsOf(value: unknown): Generator<unknown> {
  yield value
  if (typeof value !== 'object' || value === null) return
  for (const [key, member] of Object.entries(value)) {
    if (!Array.isArray(value)) yield key
    yield* partsOf(member)
  }
}

/** The rules that docs/frameworks.md lists: JSON Schema cannot say them. */
const isUnsayable = ({ code, message, received = '' }: Issue, value: unknown): boolean => {
  if (['too_deep', 'too_many', 'too_long', 'too_costly'].includes(code)) return true
  // Texts that no database stores, as values or in the name of a key.
  const texts = [...partsOf(value)].filter((part) => typeof part === 'string')
  if (texts.some((text) => !text.isWellFormed() || text.includes('\0'))) return true
  // What a word is.
  if (message.includes('a letter or a digit in it')) return received !== '""'
  // A leap second at another time than 23:59:60 UTC, and offsets that lead out of the years 1–9999.
  return /^"\d{4}-\d\d-\d\d[Tt].*(:60|^"0001-01-01|9999-12-31)/.test(received)
}

describe.each(SCHEMAS)('the JSON Schema of filters of %s', (_, schema) => {
  const validate = validator(filterJsonSchema(schema))

  it(
    'accepts every filter that parseFilter accepts',
    () => {
      let count = 0
      fc.assert(
        fc.property(filterArbitrary(schema), (filter) => {
          const own = sent(filter)
          if (!safeParseFilter(schema, own).ok) return
          count++
          if (!validate(own)) expect({ own, errors: validate.errors }).toBe('valid')
        }),
        { numRuns: budget(500, 20_000) },
      )
      expect(count).toBeGreaterThan(budget(250, 10_000))
    },
    TIME,
  )

  it(
    'refuses every filter that parseFilter refuses, but for what it cannot say',
    () => {
      let count = 0
      fc.assert(
        fc.property(invalidFilterArbitrary(schema), (filter) => {
          const own = sent(filter)
          const result = safeParseFilter(schema, own)
          if (result.ok || own === undefined) return
          if (result.issues.some((each) => isUnsayable(each, own))) return
          count++
          if (validate(own)) expect({ own, issues: result.issues }).toBe('refused')
        }),
        { numRuns: budget(500, 20_000) },
      )
      expect(count).toBeGreaterThan(budget(200, 8000))
    },
    TIME,
  )
})

describe.each(SCHEMAS)('the JSON Schema of payloads of %s', (_, schema) => {
  const validate = validator(payloadJsonSchema(schema))
  const names = [...schema.payload.keys()]
  const sortable = schema.sortable.map(({ name }) => name)
  const name = fc.constantFrom(...sortable, 'id', 'tenant', 'nope', 'field')
  const odds = fc.constantFrom<unknown[]>(
    0,
    1,
    -1,
    1.5,
    1e9,
    null,
    '',
    'x',
    true,
    [],
    {},
    [{}],
    [[]],
  )
  const direction = fc.constantFrom<unknown[]>(1, -1, 1, -1, 0, '1', null)
  const term = fc.record(
    { field: name, direction, nulls: fc.constantFrom<unknown[]>('first', 'last', 'no', null) },
    { requiredKeys: [] },
  )
  const named = fc.dictionary(name, direction, { maxKeys: 2 })
  const sort = fc.oneof(fc.array(fc.oneof(term, named), { maxLength: 3 }), named, term, odds)
  const payloads = fc
    .tuple(
      queryArbitrary(schema),
      fc.option(sort, { nil: undefined, freq: 2 }),
      fc.option(fc.tuple(fc.constantFrom(...names, 'limt', '__proto__'), odds), {
        nil: undefined,
        freq: 2,
      }),
    )
    .map(([payload, sort, extra]) => ({
      ...payload,
      ...(sort === undefined ? {} : { sort }),
      ...(extra === undefined ? {} : Object.fromEntries([extra])),
    }))

  it(
    'accepts what parseQuery accepts, and refuses what it refuses',
    () => {
      const counts = { accepted: 0, refused: 0 }
      fc.assert(
        fc.property(payloads, (payload) => {
          const own = sent(payload) as Record<string, unknown>
          const result = safeParseQuery(schema, own)
          const isValid = validate(own)
          if (result.ok) {
            counts.accepted++
            if (!isValid) expect({ own, errors: validate.errors }).toBe('valid')
            return
          }
          // Whether a cursor is one, and that a sort has each field once, cannot be said.
          const isOfCursor = ({ code, expected }: Issue) =>
            (code === 'invalid_cursor' && expected?.startsWith('a cursor from')) ||
            expected === 'each field once'
          if (result.issues.some((each) => isOfCursor(each) || isUnsayable(each, own))) return
          counts.refused++
          if (isValid) expect({ own, issues: result.issues }).toBe('refused')
        }),
        { numRuns: budget(500, 20_000) },
      )
      expect(counts.accepted).toBeGreaterThan(budget(75, 3000))
      expect(counts.refused).toBeGreaterThan(budget(75, 3000))
    },
    TIME,
  )
})

describe('JSON Schema', () => {
  it.each<[unknown, boolean]>([
    [{ 'cus+tom.age': 1 }, true],
    [{ 'cus+tom.age': 'x' }, false],
    [{ 'cus+tom.ages': 'x' }, true],
    [{ 'cus+tom.a.b': 'x' }, true],
    [{ 'cus+tom.a.b.c': 'x' }, false],
    [{ 'cus+tom.mute': 'x' }, false],
    [{ 'cussstom.age': 1 }, false],
    [{ 'x.y.z': '1.5' }, true],
    [{ 'xqy.z': '1.5' }, false],
    [{ 'x.y.z': '2024-02-29' }, true],
    [{ 'x.y.z': '2023-02-29' }, false],
    [{ 'a/b~c %': 'x' }, true],
    [{ 'a/b~c %': 'twelve chars!' }, false],
    [{ 'a/b~c %': { $in: ['a', 'b', 'c', 'd'] } }, false],
    [{ 'a/b~c %': { $not: { $not: { $eq: null } } } }, true],
    [{ 'a/b~c %': { $not: {} } }, false],
    [{ at: { $eq: '2024-05-01T12:00:00Z' } }, false],
    [{ $and: [{ $or: [{ id: 1 }] }] }, true],
    [{ $and: [] }, false],
    [{ tenant: 'x' }, false],
  ])('says of %j: %j', (filter, expected) => {
    expect(validator(filterJsonSchema(odd as unknown as Schema))(filter)).toBe(expected)
  })

  it.each<[string, boolean]>([
    ['2024-05-01T12:00:00Z', true],
    ['2024-05-01t12:00:00.123456789012z', true],
    ['2000-02-29T23:59:59+23:59', true],
    ['2016-12-31T18:59:60.25-05:00', true],
    ['1900-02-29T00:00:00Z', false],
    ['2023-04-31T00:00:00Z', false],
    ['2023-13-01T00:00:00Z', false],
    ['0000-01-01T00:00:00Z', false],
    ['2024-05-01 12:00:00Z', false],
    ['2024-05-01T24:00:00Z', false],
    ['2024-05-01T12:00Z', false],
    ['2024-05-01T12:00:00', false],
    ['2024-05-01T12:00:00+24:00', false],
  ])(
    'says of the timestamp %s what the parser says, with formats and without',
    (text, expected) => {
      const own = { at: { $gt: text } }
      const withoutFormats = new Ajv2020({ strict: true, validateFormats: false })
      const schema = filterJsonSchema(times as unknown as Schema)
      expect(safeParseFilter(times, own).ok).toBe(expected)
      expect(withoutFormats.compile(schema)(own)).toBe(expected)
      expect(validator(schema)(own)).toBe(expected)
    },
  )

  it('says every day of the calendar', () => {
    const { pattern } = JSON.parse(
      JSON.stringify(filterJsonSchema(caseSchema as unknown as Schema)),
    ).$defs['Value.date']
    const isDay = new RegExp(pattern, 'u')
    for (let year = 0; year <= 9999; year += year < 420 ? 1 : 7) {
      for (const day of ['02-28', '02-29', '02-30', '04-30', '04-31', '12-31', '12-32', '00-01']) {
        const text = `${String(year).padStart(4, '0')}-${day}`
        const { ok } = safeParseFilter(caseSchema, { day: text })
        if (isDay.test(text) !== ok) expect(text).toBe(ok ? 'a day' : 'no day')
      }
    }
  })

  it('tells nothing of what is hidden', () => {
    const secret = defineSchema({
      fields: {
        id: string({ required: true }),
        xsecretx: string({ hidden: true, sortable: true }),
        'custom.xsecretx': string({ hidden: true }),
        'custom.*': dynamic(['string']),
      },
      options: { all: { default: false, unless: { xsecretx: null } } },
    }) as unknown as Schema
    expect(JSON.stringify(payloadJsonSchema(secret))).not.toContain('xsecretx')
  })

  it('is not made wider by a validator that removes additional properties', () => {
    // As Fastify's is by default.
    const ajv = new Ajv({ removeAdditional: true, useDefaults: true, strict: true })
    formats.default(ajv)
    const { $schema: _, ...schema } = payloadJsonSchema(usersSchema as unknown as Schema)
    const validate = ajv.compile(schema)
    for (const filter of [
      { rol: 'admin' },
      { role: { $ne: 'x' } },
      { $or: [{ role: 'a', rol: 'b' }] },
    ]) {
      expect(validate({ filter_conditions: filter })).toBe(false)
    }
    expect(validate({ filtre_conditions: {} })).toBe(false)
    const payload = { filter_conditions: { role: 'admin' } }
    expect(validate(payload)).toBe(true)
    expect(payload.filter_conditions).toEqual({ role: 'admin' })
  })

  it('has its definitions where it is told to', () => {
    const definitionsAt = '#/components/schemas/'
    const document = filterJsonSchema(flags as unknown as Schema, { definitionsAt })
    expect(document.$ref).toBe('#/components/schemas/Filter')
    expect(JSON.stringify(document)).not.toContain('#/$defs/')
  })
})
