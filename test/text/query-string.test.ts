import {
  boolean,
  defineSchema,
  dynamic,
  FilterError,
  integer,
  list,
  parseFilter,
  parseQuery,
  printFilter,
  string,
  timestamp,
} from 'tamis'
import { parseQueryString, safeParseQueryString } from 'tamis/text'
import { describe, expect, it } from 'vitest'

const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    role: string({
      operators: [
        '$eq',
        '$gt',
        '$in',
        '$nin',
        '$exists',
        '$autocomplete',
        '$startsWith',
        '$iin',
        '$ieq',
      ],
    }),
    only: string({ operators: ['$eq'] }),
    banned: boolean(),
    age: integer(),
    created_at: timestamp({ sortable: true }),
    teams: list(string()),
    tenant: string({ hidden: true }),
    'custom.*': dynamic(['string', 'boolean', 'integer'], {
      operators: ['$eq', '$gte', '$in', '$startsWith'],
    }),
  },
  options: { include_banned: { default: true, unless: { banned: { $ne: true } } } },
})

describe('a query string', () => {
  /** The filter that each means. */
  it.each<[string, object]>([
    ['role=admin', { role: 'admin' }],
    ['?role=admin&custom.age[$gte]=18', { role: 'admin', 'custom.age': { $gte: 18 } }],
    ['age=18', { age: 18 }],
    ['age[$in][]=1&age[$in][]=2', { age: { $in: [1, 2] } }],
    ['age[$in]=1&age[$in]=2', { age: { $in: [1, 2] } }],
    ['age[$in]=1', { age: { $in: [1] } }],
    ['age[$gt]=9007199254740993', { age: { $gt: 9007199254740993n } }],
    ['age=null', { age: null }],
    ['role=null', { role: 'null' }],
    ['role=18', { role: '18' }],
    ['role=', { role: '' }],
    ['banned=true', { banned: true }],
    ['banned[$exists]=false', { banned: { $exists: false } }],
    ['custom.a=18', { 'custom.a': 18 }],
    ['custom.a="18"', { 'custom.a': '18' }],
    ['custom.a=x', { 'custom.a': 'x' }],
    ['custom.a=true', { 'custom.a': true }],
    ['teams=a', { teams: 'a' }],
    ['teams=a&teams=b', { teams: ['a', 'b'] }],
    ['teams[$all][]=a', { teams: { $all: ['a'] } }],
    ['role[$autocomplete]=ro%20x', { role: { $autocomplete: 'ro x' } }],
    ['role[$startsWith]=18', { role: { $startsWith: '18' } }],
    ['role[$ieq]=null', { role: { $ieq: 'null' } }],
    ['role[$iin]=a,b', { role: { $iin: ['a', 'b'] } }],
    ['role[$iin]=a', { role: { $iin: ['a'] } }],
    ['role[$iin]=a&role[$iin]=b', { role: { $iin: ['a', 'b'] } }],
    ['custom.a[$startsWith]=18', { 'custom.a': { $startsWith: '18' } }],
    ['role[$not][$eq]=a', { role: { $not: { $eq: 'a' } } }],
    ['$or[0][role]=a&$or[1][age][$lt]=5', { $or: [{ role: 'a' }, { age: { $lt: 5 } }] }],
    [
      'created_at[$gte]=2024-05-01T12:00:00%2B02:00',
      { created_at: { $gte: '2024-05-01T10:00:00.000000Z' } },
    ],
    [`filter=${encodeURIComponent('{"role": {"$in": ["a"]}}')}`, { role: { $in: ['a'] } }],
    ['', {}],
    ['?', {}],
    // As people write them.
    ['role[$in]=a,b', { role: { $in: ['a', 'b'] } }],
    ['role[$nin]=a,,b ', { role: { $nin: ['a', '', 'b '] } }],
    ['role[$in][]=a,b', { role: { $in: ['a,b'] } }],
    ['role[$in]=a,b&role[$in]=c', { role: { $in: ['a,b', 'c'] } }],
    ['role=a,b', { role: 'a,b' }],
    ['age[$in]=1,2', { age: { $in: [1, 2] } }],
    ['age[$in]=1,null', { age: { $in: [1, null] } }],
    ['teams[$all]=a,b', { teams: { $all: ['a', 'b'] } }],
    ['custom.a[$in]="1,2",3,x', { 'custom.a': { $in: ['1,2', 3, 'x'] } }],
    ['custom.a[$in]="a\\"b",c"d', { 'custom.a': { $in: ['a"b', 'c"d'] } }],
    ['role=a&role=b', { role: { $in: ['a', 'b'] } }],
    ['role[]=a', { role: 'a' }],
    ['role[]=a&role[]=b', { role: { $in: ['a', 'b'] } }],
    ['age=1&age=2', { age: { $in: [1, 2] } }],
    ['id=a&id=b&role=c', { id: { $in: ['a', 'b'] }, role: 'c' }],
    ['filter[role]=paid&filter[age][$gt]=3', { role: 'paid', age: { $gt: 3 } }],
    ['filter[custom.a]=1', { 'custom.a': 1 }],
    ['filter[$or][0][role]=a&filter[$or][1][age]=1', { $or: [{ role: 'a' }, { age: 1 }] }],
    ['role[$exists]=false', { role: { $exists: false } }],
  ])('%s', (search, filter) => {
    const expected = printFilter(parseFilter(schema, filter))
    expect(printFilter(parseQueryString(schema, search).condition)).toEqual(expected)
  })

  /** What is usual elsewhere, or lost on the way, and what the hint says. */
  it.each<[string, string, string]>([
    ['page=2', '/page', 'use limit and offset, or next with the cursor of the page before'],
    ['page[number]=2', '/page', 'use limit and offset'],
    ['per_page=10', '/per_page', 'use limit'],
    ['skip=10', '/skip', 'use offset'],
    ['orderBy=role', '/orderBy', 'use sort'],
    ['q=ann', '/q', 'name the field'],
    [
      'created_at[$gte]=2024-05-01T12:00:00+02:00',
      '/filter_conditions/created_at/$gte',
      'a + in a URL is a space: write it as %2B',
    ],
    ['age[gte]=18', '/filter_conditions/age/gte', 'did you mean "$gte"?'],
    ['created_at=2024-05-01', '/filter_conditions/created_at', 'write it as 2024-05-01T12:00:00Z'],
  ])('%s: the issue is at %s, with a hint', (search, path, hint) => {
    const result = safeParseQueryString(schema, search)
    expect(result.ok ? [] : result.issues.map((each) => each.path)).toEqual([path])
    expect(result.ok ? '' : result.issues[0].hint).toContain(hint)
  })

  it('takes a sort in several parameters', () => {
    const sorts = [
      'sort=-created_at,id',
      'sort=-created_at&sort=id',
      'sort[]=-created_at&sort[]=id',
    ]
    const [first, ...others] = sorts.map((sort) => parseQueryString(schema, sort).ordering)
    expect(first?.map(({ field, direction }) => [field.name, direction])).toEqual([
      ['created_at', -1],
      ['id', 1],
    ])
    for (const each of others) expect(each).toEqual(first)
  })

  it('contains the other parts of the payload', () => {
    const query = parseQueryString(
      schema,
      'role=a&sort=-created_at,id&limit=10&offset=20&id_gt=u1&include_banned=false',
    )
    const same = parseQuery(schema, {
      filter_conditions: { role: 'a' },
      sort: [{ created_at: -1 }, { id: 1 }],
      limit: 10,
      offset: 20,
      id_gt: 'u1',
      include_banned: false,
    })
    const { seal: _, ...own } = query
    const { seal: __, ...expected } = same
    expect(own).toEqual(expected)
  })

  it('may contain the payload as JSON', () => {
    const payload = { filter_conditions: { role: 'a' }, limit: 3 }
    const query = parseQueryString(schema, `payload=${encodeURIComponent(JSON.stringify(payload))}`)
    expect(query.limit).toBe(3)
    const relaxed = '{filter_conditions: {role: "a"}, limit: 3}'
    const search = `payload=${encodeURIComponent(relaxed)}`
    expect(() => parseQueryString(schema, search)).toThrow(FilterError)
    expect(parseQueryString(schema, search, { relaxed: true }).limit).toBe(3)
  })

  /** What is refused, and with which code. */
  it.each<[string, string]>([
    ['rol=admin', 'unknown_field'],
    ['tenant=t1', 'unknown_field'],
    ['filter_conditions=1', 'unknown_field'],
    ['__proto__[role]=a', 'unknown_field'],
    ['constructor[prototype][role]=a', 'unknown_field'],
    ['role[__proto__]=a', 'unknown_field'],
    ['role=a&%5F_proto__=b', 'unknown_field'],
    ['=a', 'unknown_field'],
    ['role=a&=b', 'unknown_field'],
    ['role[$gt=a', 'invalid_operand'],
    ['only=a&only=b', 'operator_not_allowed'],
    ['role[$eq]=a&role[$eq]=b', 'invalid_operand'],
    ['role=a&role[$gt]=b', 'invalid_operand'],
    ['filter[role]=a&age=1', 'invalid_operand'],
    ['filter[role]=a&filter={}', 'invalid_operand'],
    ['filter[custom][a]=1', 'unknown_field'],
    ['age[$in]=1,,2', 'invalid_operand'],
    ['page=2', 'unknown_option'],
    ['filter[page]=2', 'unknown_option'],
    ['role[$eq][x]=a', 'invalid_operand'],
    ['role[$eq]=a&role[x]=b', 'invalid_operand'],
    ['age=18x', 'invalid_operand'],
    ['age=0x12', 'invalid_operand'],
    [`age=${'9'.repeat(1000)}`, 'invalid_operand'],
    ['banned=1', 'invalid_operand'],
    ['created_at[$gte]=2024-05-01T12:00:00+02:00', 'invalid_operand'],
    ['limit=ten', 'invalid_limit'],
    ['limit=1&limit=2', 'invalid_limit'],
    ['limit=-1', 'invalid_limit'],
    ['sort=role', 'not_sortable'],
    ['sort={', 'invalid_sort'],
    ['sort[created_at]=-1', 'invalid_sort'],
    ['include_banned=yes', 'invalid_operand'],
    ['next=x', 'invalid_cursor'],
    ['payload={}&limit=3', 'invalid_operand'],
    ['payload={', 'syntax'],
    ['filter={}&role=a', 'invalid_operand'],
    ['filter={"role":1}', 'invalid_operand'],
    ['role=%00', 'invalid_operand'],
    ['$where=1', 'unknown_operator'],
  ])('refuses %s', (search, code) => {
    const result = safeParseQueryString(schema, search)
    expect(result.ok ? [] : result.issues.map((each) => each.code)).toContain(code)
    expect(() => parseQueryString(schema, search)).toThrow(FilterError)
  })

  it.each([
    ['too_deep', `role${'[$not]'.repeat(100)}=a`],
    ['too_many', Array.from({ length: 3000 }, (_, i) => `custom.k${i}=1`).join('&')],
    ['too_many', Array.from({ length: 1500 }, () => 'role[$in]=a').join('&')],
    ['too_long', `role=${'a'.repeat(200_000)}`],
  ])('that is %s is refused', (code, search) => {
    const result = safeParseQueryString(schema, search)
    expect(result.ok ? [] : result.issues.map((each) => each.code)).toEqual([code])
  })

  it('places the issues of a filter in its text, and no others', () => {
    const filter = '{role: 1, age: {$gt: 1, $gte: "x"}, name: 2}'
    const search = new URLSearchParams({ filter, sort: 'role', limit: 'ten' }).toString()
    const result = safeParseQueryString(schema, search, { relaxed: true })
    const issues = result.ok ? [] : result.issues
    expect(
      issues.map(({ path, range }) => [path, range && filter.slice(range.start, range.end)]),
    ).toEqual(
      expect.arrayContaining([
        ['/filter_conditions/role', '1'],
        ['/filter_conditions/age/$gte', '"x"'],
        ['/filter_conditions/name', 'name'],
        ['/sort/0', undefined],
        ['/limit', undefined],
      ]),
    )
    expect(issues.length).toBe(5)
  })

  it('reports a sort beside a filter with a syntax error', () => {
    const result = safeParseQueryString(schema, 'filter={"role":&sort=role')
    expect(result.ok ? [] : result.issues.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['syntax', 'not_sortable']),
    )
  })

  it('does not change Object.prototype', () => {
    safeParseQueryString(schema, '__proto__[polluted]=1&constructor.prototype.polluted=1')
    expect('polluted' in {}).toBe(false)
  })
})
