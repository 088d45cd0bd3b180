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

/** A definition that is refused, and what the message says. */
const REFUSED: readonly (readonly [definition: object, says: RegExp])[] = [
  [{}, /fields: expected an object/],
  [{ fields: {} }, /key: there is no field "id"/],
  [{ fields: { id: string() } }, /"id" must be required/],
  [{ fields: { id }, key: 'uid' }, /there is no field "uid"/],
  [{ fields: { id: list(string(), { required: true }) } }, /"id" is not a scalar/],
  [{ fields: { 'c.id': id, 'c.*': dynamic(['string']) }, key: 'c.id' }, /inside a wildcard/],
  [
    { fields: { id, a: string({ operators: ['$eqq'] as never }) } },
    /field "a": "\$eqq" is not an operator; did you mean \$eq\?/,
  ],
  [
    { fields: { id, a: boolean({ operators: ['$autocomplete'] as never }) } },
    /a boolean field has no \$autocomplete; it can have/,
  ],
  [
    { fields: { id, a: list(string(), { operators: ['$gt'] as never }) } },
    /a list field has no \$gt/,
  ],
  [{ fields: { id, a: list(string(), { sortable: true } as never) } }, /never sortable/],
  [{ fields: { id, 'a.*': dynamic(['string'], { sortable: true } as never) } }, /never sortable/],
  [{ fields: { id, 'a.*': string({ sortable: true }) } }, /never sortable/],
  [{ fields: { id, 'a.*': string({ required: true }) } }, /a wildcard cannot be required/],
  [{ fields: { id, 'a.*': dynamic(['string', 'timestamp']) } }, /cannot be told apart/],
  [{ fields: { id, 'a.*': dynamic([]) } }, /at least one kind/],
  [{ fields: { id, 'a.*': dynamic(['text'] as never) } }, /"text" is not one of/],
  [
    { fields: { id, 'a.*': dynamic(['integer'], { operators: ['$autocomplete'] }) } },
    /needs the kind string/,
  ],
  [{ fields: { id, a: dynamic(['string']) } }, /for a wildcard/],
  [{ fields: { id, a: list(list(string()) as never) } }, /"list" is not one of string/],
  [
    { fields: { id, a: timestamp({ digits: 10 }) } },
    /digits must be an integer from 0 to 9, not 10/,
  ],
  [{ fields: { id, a: timestamp({ unit: 'm' as never }) } }, /unit must be s, ms, us or ns/],
  [{ fields: { id, a: string(), 'a.b': string() } }, /field "a\.b": "a" is a field too/],
  [
    { fields: { id, 'a.*': dynamic(['string']), 'a.b.*': dynamic(['string']) } },
    /"a\.\*" covers it already/,
  ],
  [{ fields: { id, '*': string() } }, /a wildcard is one trailing/],
  [{ fields: { id, 'a.*.b': string() } }, /a wildcard is one trailing/],
  [{ fields: { id, 'a..b': string() } }, /empty/],
  [{ fields: { id, $a: string() } }, /begins with \$/],
  [
    { fields: { id, a: { type: 'string', sortabel: true } } },
    /unknown setting "sortabel"; did you mean "sortable"\?/,
  ],
  [{ fields: { id, a: list(string({ sortable: true })) } }, /the settings of a list are its own/],
  [
    { fields: { id, a: string({ hiden: true } as never) } },
    /unknown setting "hiden"; did you mean "hidden"\?/,
  ],
  [
    { fields: { id, a: string({ hidden: 'false' } as never) } },
    /hidden must be true or false, not "false"/,
  ],
  [
    { fields: { id, a: string({ digits: 3 } as never) } },
    /digits is a setting of timestamp or dynamic/,
  ],
  [{ fields: { id, a: { ...string(), type: 'strng' } } }, /"strng" is not one of string/],
  [{ fields: { id }, options: [{ default: false, unless: {} }] }, /options: expected an object/],
  [{ fields: { id, a: 'string' } }, /expected an object, received "string"/],
  [
    { fields: { id }, defaultSort: [{ field: 'idd', direction: 1 }] },
    /defaultSort: there is no field "idd"/,
  ],
  [{ fields: { id }, defaultSort: [{ field: 'id', direction: 2 }] }, /direction is 1 or -1/],
  [
    {
      fields: { id },
      defaultSort: [
        { field: 'id', direction: 1 },
        { field: 'id', direction: 1 },
      ],
    },
    /stands twice/,
  ],
  [
    { fields: { id }, limits: { depth: 0 } },
    /limits\.depth: expected an integer of at least 1, not 0/,
  ],
  [{ fields: { id }, limits: { depth: 1000 } }, /at most 20/],
  [{ fields: { id }, limits: { dept: 5 } }, /did you mean "depth"/],
  [
    { fields: { id }, limits: { limit: { default: 50, max: 20 } } },
    /the default 50 is over the max 20/,
  ],
  [
    { fields: { id }, options: { limit: { default: false, unless: {} } } },
    /a key of this name already/,
  ],
  [
    { fields: { id }, options: { all: { default: 1, unless: {} } } },
    /default must be true or false/,
  ],
  [
    { fields: { id }, options: { all: { default: false, unless: { idd: 1 } } } },
    /option "all": unless: .*did you mean "id"/,
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
  it('takes fields with the names of Object.prototype', () => {
    const schema = defineSchema({ fields: { id, constructor: integer(), toString: string() } })
    expect(parseFilter(schema, { constructor: 1, toString: 'a' })).toMatchObject({ kind: 'and' })
  })

  it('lets a literal field win over the wildcard', () => {
    const schema = defineSchema({
      fields: {
        id,
        'custom.age': integer({ operators: ['$gt'] }),
        'custom.*': dynamic(['string']),
      },
    })
    expect(() => parseFilter(schema, { 'custom.age': { $gt: 1 } })).not.toThrow()
    expect(() => parseFilter(schema, { 'custom.age': 'x' })).toThrow(/allowed: \$gt/)
    expect(() => parseFilter(schema, { 'custom.ages': 'x' })).not.toThrow()
  })

  it('has the operators of its type where a field lists none, and none where it lists none of them', () => {
    const schema = defineSchema({ fields: { id, a: boolean(), b: string({ operators: [] }) } })
    expect(() => parseFilter(schema, { a: { $contains: true } })).toThrow(
      /allowed: \$eq, \$ne, \$gt, \$gte, \$lt, \$lte, \$in, \$nin, \$exists/,
    )
    expect(() => parseFilter(schema, { b: 'x' })).toThrow(/allowed: none/)
  })

  it('sets caps of its own', () => {
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
