import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec'
import { Ajv, type AnySchemaObject } from 'ajv'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import fc from 'fast-check'
import {
  type Condition,
  compilePredicate,
  condition,
  defineSchema,
  dynamic,
  integer,
  parseFilter,
  parseQuery,
  printFilter,
  type Query,
  relate,
  runQuery,
  safeParseQuery,
  string,
} from 'tamis'
import { invalidFilterArbitrary, queryArbitrary } from 'tamis/fast-check'
import { standardSchema } from 'tamis/json-schema'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { caseSchema } from '../support/cases.ts'

const people = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    role: string(),
    age: integer(),
    secret: string({ hidden: true }),
    'custom.*': dynamic(['string', 'integer']),
  },
})

/** What a consumer of the standard does. */
function validated<S extends StandardSchemaV1>(
  schema: S,
  value: unknown,
): StandardSchemaV1.Result<StandardSchemaV1.InferOutput<S>> {
  const result = schema['~standard'].validate(value)
  if (result instanceof Promise) throw new TypeError('expected no promise')
  return result as StandardSchemaV1.Result<StandardSchemaV1.InferOutput<S>>
}

describe('a Standard Schema', () => {
  it('has the scopes of the server', () => {
    const { orders } = relate(
      {
        orders: defineSchema({
          scope: true,
          fields: {
            id: string({ required: true, sortable: true }),
            tenant: string({ hidden: true }),
          },
        }),
      },
      {},
    )
    const scopes = { orders: condition(orders, { tenant: 'acme' }) }
    const rows = [
      { id: 'a', tenant: 'acme' },
      { id: 'b', tenant: 'other' },
    ]
    const filter = validated(standardSchema(orders, { of: 'filter', scopes }), {})
    const payload = validated(standardSchema(orders, { scopes }), {})
    if (filter.issues || payload.issues) throw new Error('expected no issues')
    expect(rows.filter(compilePredicate(filter.value))).toEqual(rows.slice(0, 1))
    expect(runQuery(payload.value, rows).items).toEqual(rows.slice(0, 1))
  })

  it('is one in its types', () => {
    const payload = standardSchema(people)
    const filter = standardSchema(people, { of: 'filter' })
    expectTypeOf(payload).toExtend<StandardSchemaV1>()
    expectTypeOf(payload).toExtend<StandardJSONSchemaV1>()
    expectTypeOf<StandardSchemaV1.InferOutput<typeof payload>>().toExtend<Query>()
    expectTypeOf<StandardSchemaV1.InferOutput<typeof filter>>().toExtend<Condition>()
    type Sent = StandardSchemaV1.InferInput<typeof payload>
    expectTypeOf<{ filter_conditions: { role: 'admin' }; limit: 3 }>().toExtend<Sent>()
    expectTypeOf<{ filter_conditions: { role: 1 } }>().not.toExtend<Sent>()
    expectTypeOf<{ age: { $gt: 3 } }>().toExtend<StandardSchemaV1.InferInput<typeof filter>>()
    // Hidden fields are none of a client's.
    type Named = keyof StandardSchemaV1.InferInput<typeof filter>
    expectTypeOf<'role'>().toExtend<Named>()
    expectTypeOf<'secret'>().not.toExtend<Named>()
  })

  it('gives the query of a payload', () => {
    const sent = { filter_conditions: { role: 'admin' }, limit: 1 }
    const result = validated(standardSchema(people), sent)
    if (result.issues !== undefined) throw new Error('expected a query')
    const rows = [{ id: 'a', role: 'admin' }, { id: 'b' }, { id: 'c', role: 'admin' }]
    expect(runQuery(result.value, rows)).toEqual(runQuery(parseQuery(people, sent), rows))
    expect(runQuery(result.value, rows).items).toEqual([rows[0]])
  })

  it('gives the condition of a filter', () => {
    const result = validated(standardSchema(people, { of: 'filter' }), { age: { $gt: 3 } })
    if (result.issues !== undefined) throw new Error('expected a condition')
    expect(printFilter(result.value)).toEqual(printFilter(parseFilter(people, { age: { $gt: 3 } })))
  })

  it('gives every issue with its keys, its hint and its code', () => {
    const sent = {
      filter_conditions: { $or: [{ role: 'a' }, { rol: 'a' }], 'custom.a~/b': { $in: [1, true] } },
      limit: -1,
    }
    expect(validated(standardSchema(people), sent).issues).toEqual([
      {
        code: 'unknown_field',
        message: 'Unknown field "rol" (did you mean "role"?)',
        path: ['filter_conditions', '$or', 1, 'rol'],
      },
      {
        code: 'invalid_operand',
        message: '"custom.a~/b" $in: expected a string or an integer, received true',
        path: ['filter_conditions', 'custom.a~/b', '$in', 1],
      },
      {
        code: 'invalid_limit',
        message: 'limit: expected an integer from 0 to 1000, received -1',
        path: ['limit'],
      },
    ])
    const [whole] = validated(standardSchema(people, { of: 'filter' }), null).issues ?? []
    expect(whole?.path).toEqual([])
  })

  it('seals cursors with the key that it is given', () => {
    const sealed = validated(standardSchema(people, { cursorKey: 'k' }), { limit: 1 })
    if (sealed.issues !== undefined) throw new Error('expected a query')
    const { next } = runQuery(sealed.value, [{ id: 'a' }, { id: 'b' }])
    expect(safeParseQuery(people, { next, limit: 1 }).ok).toBe(false)
    expect(safeParseQuery(people, { next, limit: 1 }, { cursorKey: 'k' }).ok).toBe(true)
  })

  it('agrees with the parser on whatever is sent', () => {
    const payloads = fc.oneof(
      queryArbitrary(caseSchema),
      invalidFilterArbitrary(caseSchema).map((filter_conditions) => ({ filter_conditions })),
      fc.anything({ withBigInt: true, withNullPrototype: true }),
    )
    const schema = standardSchema(caseSchema)
    fc.assert(
      fc.property(payloads, (payload) => {
        const parsed = safeParseQuery(caseSchema, payload)
        const { issues } = validated(schema, payload)
        expect(issues?.length).toBe(parsed.ok ? undefined : parsed.issues.length)
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['draft-2020-12', () => new Ajv2020({ strict: true })],
    ['draft-2019-09', () => new Ajv2019({ strict: true })],
    ['draft-07', () => new Ajv({ strict: true })],
  ] as const)('gives JSON Schema of %s', (target, make) => {
    const ajv = make()
    formats.default(ajv)
    const { jsonSchema } = standardSchema(people)['~standard']
    const validate = ajv.compile(jsonSchema.input({ target }) as AnySchemaObject)
    expect(validate({ filter_conditions: { role: { $in: ['a'] } } })).toBe(true)
    expect(validate({ filter_conditions: { rol: 'a' } })).toBe(false)
  })

  it('refuses other targets, a JSON Schema of its output, and other settings', () => {
    const { jsonSchema } = standardSchema(people)['~standard']
    expect(() => jsonSchema.input({ target: 'openapi-3.0' })).toThrow(
      'target: expected draft-2020-12',
    )
    expect(() => jsonSchema.output({ target: 'draft-07' })).toThrow('the output is a query')
    expect(() => standardSchema(people, { of: 'row' as 'filter' })).toThrow(TypeError)
  })
})
