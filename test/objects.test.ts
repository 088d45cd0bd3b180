import fc from 'fast-check'
import {
  boolean,
  clientSchema,
  compilePredicate,
  condition,
  date,
  decimal,
  defineSchema,
  dynamic,
  enumeration,
  type FieldDefinition,
  integer,
  list,
  type Mapping,
  not,
  number,
  object,
  parseFilter,
  parseQuery,
  printFilter,
  readRow,
  type Schema,
  safeParseFilter,
  string,
  timestamp,
  uuid,
} from 'tamis'
import { sqlite } from 'tamis/sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkAgreement, situationArbitrary } from './support/agreement.ts'
import type { Plan } from './support/arbitrary.ts'
import { budget } from './support/budget.ts'
import { available } from './support/engines/available.ts'
import type { Connection, Features } from './support/engines/engine.ts'
import { OBJECTS, OBJECTS_CASES, objectsSchema as schema } from './support/objects-cases.ts'
import { Table } from './support/table.ts'

/** Lists of objects: what `$elemMatch` and `$size` are true of, in memory and in every engine. */

const rowsOf = (name: string) =>
  Object.entries(OBJECTS).map(([id, value]) =>
    value === undefined
      ? { id }
      : name === 'items'
        ? { id, items: value }
        : { id, custom: { items: value } },
  )
const namesOf = (names: string) =>
  names
    .split(' ')
    .filter((each) => each !== '')
    .sort()
const complementOf = (names: string) =>
  Object.keys(OBJECTS)
    .filter((each) => !namesOf(names).includes(each))
    .sort()

const show = (value: unknown): string =>
  JSON.stringify(value, (_, own) => (typeof own === 'bigint' ? `${own}n` : own)) ?? ''

describe('in memory', () => {
  it.each(OBJECTS_CASES.map(([operand, names]) => [show(operand), operand, names] as const))(
    '%s',
    (_, operand, names) => {
      for (const field of ['items', 'custom.items']) {
        const own = parseFilter(schema, { [field]: operand })
        const found = (matches: (row: unknown) => boolean) =>
          rowsOf(field)
            .filter(matches)
            .map(({ id }) => id)
            .sort()
        expect(found(compilePredicate(own))).toEqual(namesOf(names))
        expect(found(compilePredicate(not(own)))).toEqual(complementOf(names))
        expect(parseFilter(schema, printFilter(own))).toEqual(own)
        expect(condition(schema, { $nor: [{ [field]: operand }] } as never)).toEqual(not(own))
      }
    },
  )
})

describe('a list of objects', () => {
  const issues = (filter: unknown) => {
    const result = safeParseFilter(schema, filter)
    return result.ok
      ? []
      : result.issues.map(({ code, path, message, hint }) => [code, path, `${message} ${hint}`])
  }
  const firstOf = (filter: unknown) => issues(filter)[0]?.slice(0, 2)

  it('is asked by its own operators only, and by no path', () => {
    expect(issues({ 'items.sku': 'pen' })[0]?.[2]).toContain('{"items": {$elemMatch: {"sku": …}}}')
    expect(firstOf({ 'items.sku': 'pen' })).toEqual(['unknown_field', '/items.sku'])
    expect(firstOf({ items: 'pen' })).toEqual(['operator_not_allowed', '/items'])
    expect(firstOf({ items: { $eq: [] } })).toEqual(['operator_not_allowed', '/items/$eq'])
    expect(firstOf({ items: { $size: -1 } })).toEqual(['invalid_operand', '/items/$size'])
    expect(firstOf({ items: { $size: 1.5 } })).toEqual(['invalid_operand', '/items/$size'])
    expect(firstOf({ items: { $elemMatch: 'pen' } })).toEqual([
      'invalid_operand',
      '/items/$elemMatch',
    ])
    expect(issues({ items: { $elemMatch: { skv: 'pen' } } })[0]?.[2]).toContain('"sku"')
    expect(firstOf({ items: { $elemMatch: { id: 'a' } } })).toEqual([
      'unknown_field',
      '/items/$elemMatch/id',
    ])
  })

  it('has its hidden fields for the server alone', () => {
    const own = defineSchema({
      fields: {
        id: string({ required: true }),
        items: list(object({ sku: string(), cost: integer({ hidden: true }) })),
      },
    })
    const filter = { items: { $elemMatch: { cost: 1 } } } as const
    expect(safeParseFilter(own, filter)).toMatchObject({ issues: [{ code: 'unknown_field' }] })
    expect(compilePredicate(condition(own, filter))({ items: [{ cost: 1 }] })).toBe(true)
    const shown = clientSchema(own)
    expect([...(shown.fields.get('items')?.elements?.fields.keys() ?? [])]).toEqual(['sku'])
  })

  it('is read with them by the server alone', () => {
    const part = object({ name: string(), cost: integer({ hidden: true }) })
    const own = defineSchema({
      fields: {
        id: string({ required: true }),
        items: list(object({ sku: string(), cost: integer({ hidden: true }), 'size.w': number() })),
        boxes: list(object({ parts: list(part) })),
        'custom.parts': list(part),
        'custom.*': dynamic(['string']),
        plain: list(object({ sku: string() })),
      },
    })
    const record = {
      id: 'a',
      items: '[{"sku":"pen","cost":5,"size":{"w":1,"h":2},"note":"x"},7,null]',
      boxes: '[{"parts":[{"name":"cap","cost":1}],"note":"x"}]',
      custom: '{"parts":[{"name":"nib","cost":2}],"cost":3}',
      plain: '[{"sku":"ink","note":"x"}]',
    }
    const read = (schema: typeof own) => readRow(schema, { dialect: sqlite })(record)
    expect(read(clientSchema(own) as never)).toEqual({
      id: 'a',
      items: [{ sku: 'pen', size: { w: 1 } }],
      boxes: [{ parts: [{ name: 'cap' }], note: 'x' }],
      custom: { parts: [{ name: 'nib' }], cost: 3 },
      plain: [{ sku: 'ink', note: 'x' }],
    })
    expect(read(own)).toEqual({
      id: 'a',
      ...Object.fromEntries(
        Object.entries(record)
          .slice(1)
          .map(([name, text]) => [name, JSON.parse(text)]),
      ),
    })
  })

  it('counts towards the limits of the whole filter', () => {
    const deep = (levels: number): object =>
      levels === 0 ? { sku: 'a' } : { $and: [deep(levels - 1)] }
    expect(issues({ items: { $elemMatch: deep(11) } })).toEqual([])
    expect(issues({ items: { $elemMatch: deep(12) } })[0]?.[0]).toBe('too_deep')
    const many = (count: number) => ({ $or: Array.from({ length: count }, () => ({ sku: 'a' })) })
    expect(issues({ items: { $elemMatch: many(198) } })).toEqual([])
    expect(issues({ items: { $elemMatch: many(199) } })[0]?.[0]).toBe('too_many')
  })

  it('refuses definitions that have no effect', () => {
    const define = (definition: unknown) => () =>
      defineSchema({ fields: { id: string({ required: true }), items: definition } } as never)
    expect(define(object({ sku: string() }))).toThrow(/element of a list/)
    expect(define(list(object({ sku: string({ sortable: true }) })))).toThrow(/sortable/)
    expect(define(list(object({ sku: string({ operators: ['$autocomplete'] }) })))).toThrow(
      /\$autocomplete needs a column/,
    )
    expect(define(list(object({ 'a.*': dynamic(['string']) })))).toThrow(/no wildcards/)
  })
})

const NAMES = ['a', 'b', 'key', 'value', 'x"y', 'a b', 'element_0', 'j']

/** The scalars that the objects of generated lists have. */
const SCALARS: readonly (() => FieldDefinition)[] = [
  string,
  boolean,
  integer,
  number,
  () => timestamp({ digits: 3 }),
  date,
  uuid,
  () => decimal({ precision: 10, scale: 2 }),
  () => enumeration(['ab', 'a', 'ss', 'A', 'x']),
]

const objectArbitrary = (depth: number): fc.Arbitrary<FieldDefinition> =>
  fc
    .uniqueArray(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 })
    .chain((names) =>
      fc.tuple(
        ...names.map((name) =>
          fc
            .oneof(
              { weight: 5, arbitrary: fc.constantFrom(...SCALARS).map((make) => make()) },
              {
                weight: 1,
                arbitrary: fc.constantFrom(...SCALARS).map((make) => list(make() as never)),
              },
              ...(depth > 0 ? [{ weight: 1, arbitrary: objectArbitrary(depth - 1) }] : []),
            )
            .map((definition) => [name, definition] as const),
        ),
      ),
    )
    .map((entries) => list(object(Object.fromEntries(entries)) as never) as FieldDefinition)

/** Schemas with lists of objects, in columns of their own and in JSON. */
const planArbitrary = ({ anyName }: Features): fc.Arbitrary<Plan> =>
  fc
    .tuple(
      objectArbitrary(1),
      objectArbitrary(1),
      fc.constantFrom('items', 'value', 'element_0', 'it"s'),
    )
    .map(([own, inside, name]) => {
      const column = anyName ? {} : { [name]: 'items' }
      const made = defineSchema({
        fields: {
          id: string({ required: true, sortable: true }),
          rank: integer({ sortable: true, as: 'bigint' }),
          [name]: own,
          'custom.items': inside,
          'custom.*': dynamic(['string', 'integer']),
        },
        limits: { cost: Number.MAX_SAFE_INTEGER },
      }) as unknown as Schema
      return { schema: made, mapping: column as Mapping, [fc.toStringMethod]: () => 'a plan' }
    })

describe.each(available)('in $name', (engine) => {
  let connection: Connection
  beforeAll(async () => {
    connection = await engine.connect()
  })
  afterAll(() => connection.close())

  it.each(['items', 'custom.items'])('%s', async (field) => {
    const table = await Table.create(engine, connection, schema)
    try {
      await table.insert(rowsOf(field))
      const conditions = OBJECTS_CASES.map(([operand]) => parseFilter(schema, { [field]: operand }))
      const found = await table.matchingEach(conditions)
      const complements = await table.matchingEach(conditions.map(not))
      for (const [i, [operand, names]] of OBJECTS_CASES.entries()) {
        expect(found[i], show(operand)).toEqual(namesOf(names))
        expect(complements[i], `not ${show(operand)}`).toEqual(complementOf(names))
      }
    } finally {
      await table.drop()
    }
  })

  it('reads the rows that were written', async () => {
    const table = await Table.create(engine, connection, schema)
    try {
      await table.insert([
        { id: 'a', items: OBJECTS.two, value: [] },
        { id: 'b', items: OBJECTS.mixed },
      ])
      expect(await table.rows(parseQuery(schema, {}))).toEqual([
        { id: 'a', items: OBJECTS.two, value: [] },
        { id: 'b', items: [{ sku: 'pen', quantity: 9 }] },
      ])
    } finally {
      await table.drop()
    }
  })

  it('any filter over lists of objects selects the same rows', async () => {
    await fc.assert(
      fc.asyncProperty(
        situationArbitrary(engine.features, 25, planArbitrary(engine.features)),
        (situation) => checkAgreement(engine, connection, situation),
      ),
      {
        seed: 23,
        endOnFailure: true,
        numRuns: engine.name === 'ClickHouse' ? budget(2, 8) : budget(3, 40),
        interruptAfterTimeLimit: 100_000,
      },
    )
  }, 120_000)
})
