import {
  boolean,
  defineSchema,
  dynamic,
  integer,
  list,
  parseFilter,
  string,
  timestamp,
} from 'tamis'
import { describe, expect, it } from 'vitest'

const id = string({ required: true })

/** A definition that is refused, and a part of the message. */
const REFUSED: readonly (readonly [definition: object, says: RegExp])[] = [
  [{}, /fields: expected an object/],
  [{ fields: {} }, /key: unknown field "id"/],
  [{ fields: { id: string() } }, /"id" must be required/],
  [{ fields: { id }, key: 'uid' }, /unknown field "uid"/],
  [{ fields: { id: list(string(), { required: true }) } }, /"id" is not a scalar/],
  [{ fields: { 'c.id': id, 'c.*': dynamic(['string']) }, key: 'c.id' }, /is in a wildcard's JSON/],
  [
    { fields: { id, a: string({ operators: ['$eqq'] as never }) } },
    /field "a": unknown operator of a string field "\$eqq"; did you mean "\$eq"\?/,
  ],
  [
    { fields: { id, a: boolean({ operators: ['$autocomplete'] as never }) } },
    /unknown operator of a boolean field "\$autocomplete"; expected one of/,
  ],
  [
    { fields: { id, a: list(string(), { operators: ['$gt'] as never }) } },
    /unknown operator of a list field "\$gt"/,
  ],
  [{ fields: { id, a: list(string(), { sortable: true } as never) } }, /cannot be sortable/],
  [
    { fields: { id, 'a.*': dynamic(['string'], { sortable: true } as never) } },
    /cannot be sortable/,
  ],
  [{ fields: { id, 'a.*': string({ sortable: true }) } }, /cannot be sortable/],
  [{ fields: { id, 'a.*': string({ required: true }) } }, /a wildcard cannot be required/],
  [{ fields: { id, 'a.*': dynamic(['string', 'timestamp']) } }, /cannot be told apart/],
  [
    { fields: { id, 'a.*': dynamic(['date', 'string']) } },
    /string and date .* cannot be told apart/,
  ],
  [{ fields: { id, 'a.*': dynamic([]) } }, /at least one kind/],
  [{ fields: { id, 'a.*': dynamic(['text'] as never) } }, /"text" is not one of/],
  [
    { fields: { id, 'a.*': dynamic(['integer'], { operators: ['$autocomplete'] }) } },
    /needs the kind string/,
  ],
  [{ fields: { id, a: dynamic(['string']) } }, /only a wildcard, such as "custom\.\*"/],
  [
    { fields: { id, a: list(list(string()) as never) } },
    /expected an element of a scalar type, received "list"/,
  ],
  [
    { fields: { id, a: timestamp({ digits: 10 }) } },
    /digits: expected an integer from 0 to 9, received 10/,
  ],
  [
    { fields: { id, a: timestamp({ unit: 'm' as never }) } },
    /unit: expected s, ms, us or ns, received "m"/,
  ],
  [{ fields: { id, a: string(), 'a.b': string() } }, /field "a\.b": conflicts with the field "a"/],
  [
    { fields: { id, 'a.*': dynamic(['string']), 'a.b.*': dynamic(['string']) } },
    /conflicts with the wildcard "a\.\*"/,
  ],
  [{ fields: { id, '*': string() } }, /a wildcard is one trailing/],
  [{ fields: { id, 'a.*.b': string() } }, /a wildcard is one trailing/],
  [{ fields: { id, 'a..b': string() } }, /empty/],
  [{ fields: { id, $a: string() } }, /names that begin with \$ are reserved/],
  [
    { fields: { id, a: { type: 'string', sortabel: true } } },
    /unknown setting "sortabel"; did you mean "sortable"\?/,
  ],
  [{ fields: { id, a: list(string({ sortable: true })) } }, /an element has no settings/],
  [
    { fields: { id, a: string({ hiden: true } as never) } },
    /unknown setting "hiden"; did you mean "hidden"\?/,
  ],
  [
    { fields: { id, a: string({ hidden: 'false' } as never) } },
    /hidden: expected true or false, received "false"/,
  ],
  [
    { fields: { id, a: string({ digits: 3 } as never) } },
    /digits is a setting of timestamp or dynamic/,
  ],
  [
    { fields: { id, a: { ...string(), type: 'strng' } } },
    /expected a field from a builder such as string\(\), received the type "strng"/,
  ],
  [{ fields: { id }, options: [{ default: false, unless: {} }] }, /options: expected an object/],
  [{ fields: { id, a: 'string' } }, /expected an object, received "string"/],
  [
    { fields: { id }, defaultSort: [{ field: 'idd', direction: 1 }] },
    /defaultSort: unknown field "idd"$/,
  ],
  [
    { fields: { id }, defaultSort: [{ field: 'customer.name', direction: 1 }] },
    /unknown field "customer.name"; only the sort of a query takes paths/,
  ],
  [
    { fields: { id }, defaultSort: [{ field: 'id', direction: 2 }] },
    /direction: expected 1 or -1, received 2/,
  ],
  [
    { fields: { id }, defaultSort: [{ field: 'id', direction: 1, nulls: 'end' }] },
    /nulls: expected "first" or "last"/,
  ],
  [
    {
      fields: { id },
      defaultSort: [
        { field: 'id', direction: 1 },
        { field: 'id', direction: 1 },
      ],
    },
    /duplicate field "id"/,
  ],
  [
    { fields: { id }, limits: { depth: 0 } },
    /limits\.depth: expected an integer of at least 1, received 0/,
  ],
  [{ fields: { id }, limits: { depth: 1000 } }, /at most 20/],
  [{ fields: { id }, limits: { dept: 5 } }, /did you mean "depth"/],
  [
    { fields: { id }, limits: { limit: { default: 50, max: 20 } } },
    /the default 50 is greater than the max 20/,
  ],
  [
    { fields: { id }, options: { limit: { default: false, unless: {} } } },
    /conflicts with the payload key of the same name/,
  ],
  [
    { fields: { id }, options: { all: { default: 1, unless: {} } } },
    /default: expected true or false/,
  ],
  [
    { fields: { id }, options: { all: { default: false, unless: { idd: 1 } } } },
    /option "all": unknown field of unless "idd"; did you mean "id"/,
  ],
  [{ fields: { id }, option: {} }, /did you mean "options"/],
]

describe('a schema that is refused', () => {
  it.each(REFUSED.map(([definition, says]) => [String(says), definition, says] as const))(
    '%s',
    (_, definition, says) => {
      expect(() => defineSchema(definition as never)).toThrow(says)
      expect(() => defineSchema(definition as never)).toThrow(TypeError)
    },
  )
})

describe('a schema', () => {
  it('accepts fields with names of Object.prototype', () => {
    const schema = defineSchema({ fields: { id, constructor: integer(), toString: string() } })
    expect(parseFilter(schema, { constructor: 1, toString: 'a' })).toMatchObject({ kind: 'and' })
  })

  it('a literal field takes precedence over the wildcard', () => {
    const schema = defineSchema({
      fields: {
        id,
        'custom.age': integer({ operators: ['$gt'] }),
        'custom.*': dynamic(['string']),
      },
    })
    expect(() => parseFilter(schema, { 'custom.age': { $gt: 1 } })).not.toThrow()
    expect(() => parseFilter(schema, { 'custom.age': 'x' })).toThrow(/expected one of \$gt/)
    expect(() => parseFilter(schema, { 'custom.ages': 'x' })).not.toThrow()
  })

  it('a field has the default operators of its type if they are not listed, and none for an empty list', () => {
    const schema = defineSchema({ fields: { id, a: boolean(), b: string({ operators: [] }) } })
    expect(() => parseFilter(schema, { a: { $contains: true } })).toThrow(
      /expected one of \$eq, \$ne, \$gt, \$gte, \$lt, \$lte, \$in, \$nin, \$exists/,
    )
    expect(() => parseFilter(schema, { b: 'x' })).toThrow(/expected one of none/)
  })

  it('can set its limits', () => {
    const schema = defineSchema({
      fields: { id },
      limits: { list: 2, depth: 1, conditions: 3, string: 3 },
    })
    expect(() => parseFilter(schema, { id: { $in: ['a', 'b', 'c'] } })).toThrow(
      /at most 2 operands/,
    )
    expect(() => parseFilter(schema, { $and: [{ $and: [{ id: 'a' }] }] })).toThrow(/at most 1/)
    expect(() => parseFilter(schema, { id: 'abcd' })).toThrow(/at most 3 characters/)
  })
})
