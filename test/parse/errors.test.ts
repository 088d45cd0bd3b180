import {
  boolean,
  defineSchema,
  dynamic,
  FilterError,
  integer,
  list,
  parseFilter,
  safeParseFilter,
  safeParseQuery,
  string,
  timestamp,
} from 'tamis'
import { describe, expect, it } from 'vitest'

const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    role: string({ operators: ['$eq', '$in'], sortable: true }),
    title: string({ operators: ['$includes', '$endsWith', '$ieq', '$iin', '$autocomplete'] }),
    age: integer({ sortable: true }),
    active: boolean(),
    seen: timestamp(),
    teams: list(string()),
    tenant: string({ hidden: true }),
    'custom.*': dynamic(['string', 'integer']),
    'custom.note': string({ operators: ['$exists'] }),
    'deep.er.*': dynamic(['string']),
  },
  options: { include_archived: { default: false, unless: { tenant: null } } },
})

const nested = (depth: number): unknown =>
  Array.from({ length: depth }).reduce<unknown>((inner) => ({ $and: [inner] }), { role: 'a' })

/** A filter, and the code, path and (a part of) the message or hint of its first issue. */
const FILTERS: readonly (readonly [filter: unknown, code: string, path: string, says: RegExp])[] = [
  [{ rol: 'a' }, 'unknown_field', '/rol', /did you mean "role"/],
  [{ Role: 'a' }, 'unknown_field', '/Role', /did you mean "role"/],
  [{ custom: { age: 1 } }, 'unknown_field', '/custom', /with a dot/],
  [{ 'custom.': 1 }, 'unknown_field', '/custom.', /with a dot/],
  [{ 'custom.a..b': 1 }, 'unknown_field', '/custom.a..b', /with a dot/],
  [{ 'custom.\0': 1 }, 'unknown_field', '/custom.\0', /Unknown field/],
  [{ 'custom.\uD800': 1 }, 'unknown_field', '/custom.\uD800', /Unknown field/],
  [{ tenant: 'a' }, 'unknown_field', '/tenant', /Unknown field/],
  [{ '': 1 }, 'unknown_field', '/', /a name is missing/],
  [{ 'a/b~c': 1 }, 'unknown_field', '/a~1b~0c', /Unknown field/],
  [{ ['__proto__']: 1 }, 'unknown_field', '/__proto__', /Unknown field/],
  [{ constructor: 1 }, 'unknown_field', '/constructor', /Unknown field/],
  [{ role: { $eqq: 'a' } }, 'unknown_operator', '/role/$eqq', /did you mean "\$eq"/],
  [{ role: { $regex: 'a' } }, 'unknown_operator', '/role/$regex', /unknown operator/],
  [{ role: { $regex: 'a' } }, 'unknown_operator', '/role/$regex', /\$startsWith.*does not allow/],
  [
    { title: { $regex: 'a' } },
    'unknown_operator',
    '/title/$regex',
    /use \$endsWith, \$includes or \$autocomplete instead/,
  ],
  [{ title: { $ILIKE: 'a' } }, 'unknown_operator', '/title/$ILIKE', /use \$ieq instead/],
  [{ title: { $text: 'a' } }, 'unknown_operator', '/title/$text', /\$autocomplete or \$includes/],
  [{ title: { $contains: 'a' } }, 'operator_not_allowed', '/title/$contains', /use \$includes or/],
  [
    { age: { $between: [1, 2] } },
    'unknown_operator',
    '/age/$between',
    /\{"\$gte": …, "\$lte": …\}/,
  ],
  [{ role: { $between: [1, 2] } }, 'unknown_operator', '/role/$between', /does not allow/],
  [{ role: { $foo: 1 } }, 'unknown_operator', '/role/$foo', /it allows \$eq, \$in/],
  [{ age: 2n ** 64n }, 'invalid_operand', '/age', /integers have at most 64 bits/],
  [{ title: { $includes: '' } }, 'invalid_operand', '/title/$includes', /not empty/],
  [{ title: { $endsWith: null } }, 'invalid_operand', '/title/$endsWith', /not empty/],
  [{ title: { $endsWith: 'a\ud800' } }, 'invalid_operand', '/title/$endsWith', /lone surrogates/],
  [{ title: { $endsWith: 'a\0' } }, 'invalid_operand', '/title/$endsWith', /U\+0000/],
  [{ title: { $endsWith: ['a'] } }, 'invalid_operand', '/title/$endsWith', /a list/],
  [{ title: { $ieq: '' } }, 'invalid_operand', '/title/$ieq', /not empty, or null/],
  [{ title: { $ieq: 5 } }, 'invalid_operand', '/title/$ieq', /received 5|received number|a number/],
  [{ title: { $iin: ['a', ''] } }, 'invalid_operand', '/title/$iin/1', /not empty/],
  [{ title: { $iin: 'a' } }, 'invalid_operand', '/title/$iin', /a list/],
  [{ title: { $includes: 'a'.repeat(4097) } }, 'too_long', '/title/$includes', /4096/],
  [{ $gt: 5 }, 'unknown_operator', '/$gt', /under a field/],
  [{ $not: { role: 'a' } }, 'unknown_operator', '/$not', /\$nor/],
  [{ $where: '1' }, 'unknown_operator', '/$where', /\$and, \$or or \$nor/],
  [{ role: { $ne: 'a' } }, 'operator_not_allowed', '/role/$ne', /expected one of \$eq, \$in/],
  [
    { 'custom.note': 'a' },
    'operator_not_allowed',
    '/custom.note',
    /bare operand \(\$eq\).*expected one of \$exists/,
  ],
  [{ role: { $not: { $gt: 'a' } } }, 'operator_not_allowed', '/role/$not/$gt', /allowed/],
  [{ role: 5 }, 'invalid_operand', '/role', /expected a string, received 5/],
  [{ role: undefined }, 'invalid_operand', '/role', /received undefined/],
  [{ role: { $eq: undefined } }, 'invalid_operand', '/role/$eq', /received undefined/],
  [{ role: ['a', 'b'] }, 'invalid_operand', '/role', /\$in/],
  [{ role: { $in: 'a' } }, 'invalid_operand', '/role/$in', /expected a list/],
  [{ role: { $in: ['a', 5, 'b', {}] } }, 'invalid_operand', '/role/$in/1', /received 5/],
  // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
  [{ role: { $in: ['a', , 'b'] } }, 'invalid_operand', '/role/$in/1', /received undefined/],
  [{ role: 'a\0' }, 'invalid_operand', '/role', /U\+0000/],
  [{ role: '\uD800' }, 'invalid_operand', '/role', /lone surrogates/],
  [{ age: 1.5 }, 'invalid_operand', '/age', /an integer, received 1.5/],
  [{ age: '1' }, 'invalid_operand', '/age', /received "1"/],
  [{ age: 2 ** 53 }, 'invalid_operand', '/age', /bigint/],
  [{ age: 2n ** 63n }, 'invalid_operand', '/age', /an integer/],
  [{ age: Number.NaN }, 'invalid_operand', '/age', /NaN/],
  [{ age: { $gt: null } }, 'invalid_operand', '/age/$gt', /null is an operand of \$eq/],
  [{ age: { gt: 5 } }, 'invalid_operand', '/age/gt', /did you mean "\$gt"/],
  [{ age: { $gt: 1, note: 2 } }, 'invalid_operand', '/age/note', /begin with \$/],
  [{ age: new Date() }, 'invalid_operand', '/age', /an integer/],
  [{ age: new Map() }, 'invalid_operand', '/age', /not plain/],
  [{ age: Symbol('x') }, 'invalid_operand', '/age', /a symbol/],
  [{ age: () => 1 }, 'invalid_operand', '/age', /a function/],
  [{ active: 1 }, 'invalid_operand', '/active', /a boolean/],
  [{ active: { $exists: 1 } }, 'invalid_operand', '/active/$exists', /true or false/],
  [{ seen: '2024-05-01' }, 'invalid_operand', '/seen', /2024-05-01T12:00:00Z/],
  [{ seen: 1714564800 }, 'invalid_operand', '/seen', /RFC 3339/],
  [{ seen: new Date(Number.NaN) }, 'invalid_operand', '/seen', /RFC 3339/],
  [{ teams: { $all: ['a', null] } }, 'invalid_operand', '/teams/$all/1', /null/],
  [
    { teams: { $contains: ['a'] } },
    'invalid_operand',
    '/teams/$contains',
    /a string, received a list/,
  ],
  [{ teams: 5 }, 'invalid_operand', '/teams', /a string, a list of them or null/],
  [
    { title: { $autocomplete: ' -!' } },
    'invalid_operand',
    '/title/$autocomplete',
    /a letter or a digit/,
  ],
  [{ $and: { role: 'a' } }, 'invalid_operand', '/$and', /a list of filters/],
  [{ $or: ['a'] }, 'invalid_operand', '/$or/0', /a filter, an object of fields/],
  [{ $or: [null] }, 'invalid_operand', '/$or/0', /received null/],
  ['role', 'invalid_operand', '', /a filter, an object/],
  [null, 'invalid_operand', '', /received null/],
  [undefined, 'invalid_operand', '', /received undefined/],
  [[], 'invalid_operand', '', /a list of 0/],
  [new Date(), 'invalid_operand', '', /not plain/],
  [new (class Filter {})(), 'invalid_operand', '', /not plain/],
  [Object.create({ role: 'a' }), 'invalid_operand', '', /not plain/],
  [{ [Symbol('role')]: 'a' }, 'invalid_operand', '', /symbol key/],
  [
    Object.defineProperty({}, 'role', { get: () => 'a', enumerable: true }),
    'invalid_operand',
    '',
    /accessor/,
  ],
  [{ role: {} }, 'empty', '/role', /\$eq, \$in/],
  [{ role: { $not: {} } }, 'empty', '/role/$not', /an operator/],
  [{ $and: [] }, 'empty', '/$and', /at least one filter/],
  [nested(13), 'too_deep', `${'/$and/0'.repeat(12)}/$and`, /at most 12/],
  [
    { age: Array.from({ length: 13 }).reduce<object>((inner) => ({ $not: inner }), { $gt: 1 }) },
    'too_deep',
    `/age${'/$not'.repeat(13)}`,
    /at most 12/,
  ],
  [
    { $or: Array.from({ length: 200 }, () => ({ role: 'a' })) },
    'too_many',
    '/$or/199',
    /at most 200 conditions/,
  ],
  [
    { role: { $in: Array(1001).fill('a') } },
    'too_many',
    '/role/$in',
    /at most 1000 operands, received 1001/,
  ],
  [{ $or: Array(1001).fill({}) }, 'too_many', '/$or', /at most 1000 filters/],
  [{ role: 'a'.repeat(4097) }, 'too_long', '/role', /at most 4096 characters, received 4097/],
  [{ role: { $in: ['a', 'a'.repeat(5000)] } }, 'too_long', '/role/$in/1', /4096/],
  [{ 'custom.a.b.c.d.e.f.g.h.i': 'a' }, 'too_deep', '/custom.a.b.c.d.e.f.g.h.i', /8 segments/],
]

describe('a filter that is refused', () => {
  it.each(
    FILTERS.map(
      ([filter, code, path, says]) =>
        [
          `${code} at ${JSON.stringify(path).slice(0, 60)} ${says}`,
          filter,
          code,
          path,
          says,
        ] as const,
    ),
  )('%s', (_, filter, code, path, says) => {
    const result = safeParseFilter(schema, filter)
    if (result.ok) throw new Error('it was accepted')
    const [first] = result.issues
    expect(first.code).toBe(code)
    expect(first.path).toBe(path)
    expect(`${first.message} ${first.hint ?? ''}`).toMatch(says)
    expect(() => parseFilter(schema, filter)).toThrow(FilterError)
  })
})

/** A payload, and the code, path and (a part of) the message or hint of its first issue. */
const PAYLOADS: readonly (readonly [payload: unknown, code: string, path: string, says: RegExp])[] =
  [
    [null, 'invalid_operand', '', /an object of options/],
    [[], 'invalid_operand', '', /an object of options/],
    [{ filter: {} }, 'unknown_option', '/filter', /expected one of filter_conditions/],
    [{ limitt: 5 }, 'unknown_option', '/limitt', /did you mean "limit"/],
    [{ filter_conditions: null }, 'invalid_operand', '/filter_conditions', /received null/],
    [
      { filter_conditions: undefined },
      'invalid_operand',
      '/filter_conditions',
      /received undefined/,
    ],
    [{ filter_conditions: { role: 5 } }, 'invalid_operand', '/filter_conditions/role', /a string/],
    [{ limit: -1 }, 'invalid_limit', '/limit', /0 to 1000/],
    [{ limit: 1.5 }, 'invalid_limit', '/limit', /an integer/],
    [{ limit: '5' }, 'invalid_limit', '/limit', /received "5"/],
    [{ limit: 1001 }, 'invalid_limit', '/limit', /1001/],
    [{ limit: Number.NaN }, 'invalid_limit', '/limit', /NaN/],
    [{ offset: 1001 }, 'invalid_offset', '/offset', /0 to 1000/],
    [{ offset: {} }, 'invalid_offset', '/offset', /an object/],
    [{ id_gt: 5 }, 'invalid_operand', '/id_gt', /a string/],
    [{ id_gt: null }, 'invalid_operand', '/id_gt', /received null/],
    [{ id_lt: undefined }, 'invalid_operand', '/id_lt', /received undefined/],
    [{ include_archived: 1 }, 'invalid_operand', '/include_archived', /true or false/],
    [{ include_archived: null }, 'invalid_operand', '/include_archived', /true or false/],
    [{ sort: new Proxy([], { get: () => -1 }) }, 'invalid_sort', '/sort', /cannot be read/],
    [{ sort: [[]] }, 'invalid_sort', '/sort/0', /a list of 0/],
    [{ sort: 'role' }, 'invalid_sort', '/sort', /direction/],
    [{ sort: [5] }, 'invalid_sort', '/sort/0', /direction/],
    [{ sort: [{}] }, 'invalid_sort', '/sort/0', /direction/],
    [{ sort: [{ role: 2 }] }, 'invalid_sort', '/sort/0/role', /1 or -1/],
    [{ sort: { role: 'asc' } }, 'invalid_sort', '/sort/role', /1 or -1/],
    [{ sort: { field: 'role', direction: 1 } }, 'invalid_sort', '/sort', /in a list/],
    [{ sort: [{ field: 'role', direction: '1' }] }, 'invalid_sort', '/sort/0', /1 or -1/],
    [{ sort: [{ field: 'role', dir: 1 }] }, 'invalid_sort', '/sort/0', /"dir"/],
    [{ sort: [{ field: 'role', null: 'last' }] }, 'invalid_sort', '/sort/0', /mean "nulls"/],
    [{ sort: [{ field: 'role', nulls: 'frist' }] }, 'invalid_sort', '/sort/0/nulls', /"first"\?/],
    [{ sort: [{ field: 'role', nulls: null }] }, 'invalid_sort', '/sort/0/nulls', /or "last"/],
    [{ sort: [{ field: 'role', nulls: -1 }] }, 'invalid_sort', '/sort/0/nulls', /received -1/],
    [{ sort: [{ role: 1 }, { role: -1 }] }, 'invalid_sort', '/sort/1/role', /once/],
    [{ sort: [{ rol: 1 }] }, 'unknown_field', '/sort/0/rol', /did you mean "role"/],
    [{ sort: { tenant: 1 } }, 'unknown_field', '/sort/tenant', /Unknown field/],
    [{ sort: { zzz: 1 } }, 'unknown_field', '/sort/zzz', /fields: id, role, age/],
    [{ sort: [{ field: '' }] }, 'unknown_field', '/sort/0', /a name is missing/],
    [{ sort: { teams: 1 } }, 'not_sortable', '/sort/teams', /id, role or age/],
    [{ sort: { 'custom.x': 1 } }, 'not_sortable', '/sort/custom.x', /sortable/],
    [{ sort: { 'deep.er.x': 1 } }, 'not_sortable', '/sort/deep.er.x', /sortable/],
    [{ sort: Array(100_000).fill({ role: 1 }) }, 'too_many', '/sort', /each once/],
    [{ next: 'abc' }, 'invalid_cursor', '/next', /a cursor/],
    [{ prev: 5 }, 'invalid_cursor', '/prev', /a cursor/],
  ]

describe('a payload that is refused', () => {
  it.each(
    PAYLOADS.map(
      ([payload, code, path, says]) =>
        [`${code} at ${path} ${says}`, payload, code, path, says] as const,
    ),
  )('%s', (_, payload, code, path, says) => {
    const result = safeParseQuery(schema, payload)
    if (result.ok) throw new Error('it was accepted')
    const [first] = result.issues
    expect(first.code).toBe(code)
    expect(first.path).toBe(path)
    expect(`${first.message} ${first.hint ?? ''}`).toMatch(says)
  })

  it.each([
    [
      { sort: [{ field: 'role' }] },
      [
        ['role', 1],
        ['id', 1],
      ],
    ],
    [
      { sort: [{ field: 'role', direction: -1 }] },
      [
        ['role', -1],
        ['id', -1],
      ],
    ],
    [
      { sort: [{ role: -1 }, { age: 1 }] },
      [
        ['role', -1],
        ['age', 1],
        ['id', 1],
      ],
    ],
    [
      { sort: { role: -1, id: 1 } },
      [
        ['role', -1],
        ['id', 1],
      ],
    ],
    [
      { sort: [{ id: -1 }, { role: 1 }] },
      [
        ['id', -1],
        ['role', 1],
      ],
    ],
    [{ sort: [] }, [['id', 1]]],
    [{ sort: {} }, [['id', 1]]],
    [{ sort: null, limit: null, offset: undefined, next: null, prev: undefined }, [['id', 1]]],
  ])('takes %j', (payload, ordering) => {
    const result = safeParseQuery(schema, payload)
    if (!result.ok) throw new Error(JSON.stringify(result.issues))
    expect(result.value.ordering.map(({ field, direction }) => [field.name, direction])).toEqual(
      ordering,
    )
  })
})

describe('FilterError', () => {
  it('lists every issue of one input, in its order', () => {
    const result = safeParseFilter(schema, {
      rol: 1,
      age: 'x',
      $or: [{ role: { $ne: 1 } }, { seen: 5 }],
    })
    if (result.ok) throw new Error('it was accepted')
    expect(result.issues.map(({ code, path }) => `${code} ${path}`)).toEqual([
      'unknown_field /rol',
      'invalid_operand /age',
      'operator_not_allowed /$or/0/role/$ne',
      'invalid_operand /$or/1/seen',
    ])
  })

  it('lists at most twenty', () => {
    const result = safeParseFilter(schema, { role: { $in: Array(100).fill(5) } })
    expect(result).toMatchObject({ ok: false })
    expect(result.ok ? [] : result.issues).toHaveLength(20)
  })

  it('has the first issue and its hint as message, counts the others, and serialises to JSON', () => {
    const error = new FilterError([
      {
        code: 'unknown_field',
        path: '/rol',
        message: 'Unknown field "rol"',
        hint: 'did you mean "role"?',
      },
      { code: 'empty', path: '/role', message: 'role: expected an operator' },
    ])
    expect(error).toMatchObject({
      code: 'unknown_field',
      path: '/rol',
      hint: 'did you mean "role"?',
    })
    expect(error.message).toBe('/rol: Unknown field "rol" (did you mean "role"?) [and 1 more]')
    expect(error.toString().split('\n')).toHaveLength(2)
    expect(JSON.parse(JSON.stringify(error))).toEqual({ name: 'FilterError', issues: error.issues })
  })

  it('does not repeat megabytes of input', () => {
    const result = safeParseFilter(schema, {
      ['x'.repeat(2_000_000)]: 1,
      role: { $in: ['y'.repeat(2_000_000)] },
      age: 10n ** 200_000n,
    })
    expect(JSON.stringify(result).length).toBeLessThan(3000)
  })
})
