import { FilterError, parseFilter, parseQuery, printFilter } from 'tamis'
import { parseQueryString, safeParseQueryString } from 'tamis/text'
import { describe, expect, it } from 'vitest'
import { BAD_SEARCHES, SEARCHES, searchSchema } from '../support/grammar-cases.ts'

describe('a query string', () => {
  /** The filter that each means. */
  it.each(SEARCHES)('%s', (search, filter) => {
    const expected = printFilter(parseFilter(searchSchema, filter))
    expect(printFilter(parseQueryString(searchSchema, search).condition)).toEqual(expected)
  })

  /** What is usual elsewhere, or lost on the way, and what the hint says. */
  it.each<[string, string, string]>([
    ['page=2', '/page', 'use limit and offset, or next with the cursor of the page before'],
    ['page[number]=2', '/page', 'use limit and offset'],
    ['per_page=10', '/per_page', 'use limit'],
    ['skip=10', '/skip', 'use offset'],
    ['orderBy=role', '/orderBy', 'use sort'],
    ['q=ann', '/q', 'name the field'],
    ['select=id', '/select', 'use fields'],
    ['filters={}', '/filters', 'use filter'],
    ['fliter={}', '/fliter', 'did you mean "filter"?'],
    ['limt=3', '/limt', 'did you mean "limit"?'],
    ['count=true', '/count', 'the schema has no counts'],
    // A field that is near is meant rather than an option.
    ['rol=admin', '/filter_conditions/rol', 'did you mean "role"?'],
    [
      'created_at[$gte]=2024-05-01T12:00:00+02:00',
      '/filter_conditions/created_at/$gte',
      'a + in a URL is a space: write it as %2B',
    ],
    ['age[gte]=18', '/filter_conditions/age/gte', 'did you mean "$gte"?'],
    ['sort=role desc', '/sort', 'in a query string: sort=-name,id'],
    ['sort=id,role:ASC', '/sort', 'in a query string: sort=-name,id'],
    ['sort={role:-1}', '/sort', 'in a query string: sort=-name,id'],
    ['created_at=2024-05-01', '/filter_conditions/created_at', 'write it as 2024-05-01T12:00:00Z'],
  ])('%s: the issue is at %s, with a hint', (search, path, hint) => {
    const result = safeParseQueryString(searchSchema, search)
    expect(result.ok ? [] : result.issues.map((each) => each.path)).toEqual([path])
    expect(result.ok ? '' : result.issues[0].hint).toContain(hint)
  })

  it('takes a sort in several parameters', () => {
    const sorts = [
      'sort=-created_at,id',
      'sort=-created_at&sort=id',
      'sort[]=-created_at&sort[]=id',
      'sort[created_at]=-1&sort[id]=1',
    ]
    const [first, ...others] = sorts.map((sort) => parseQueryString(searchSchema, sort).ordering)
    expect(first?.map(({ field, direction }) => [field.name, direction])).toEqual([
      ['created_at', -1],
      ['id', 1],
    ])
    for (const each of others) expect(each).toEqual(first)
  })

  it('contains the other parts of the payload', () => {
    const query = parseQueryString(
      searchSchema,
      'role=a&sort=-created_at,id&limit=10&offset=20&id_gt=u1&include_banned=false',
    )
    const same = parseQuery(searchSchema, {
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
    const query = parseQueryString(
      searchSchema,
      `payload=${encodeURIComponent(JSON.stringify(payload))}`,
    )
    expect(query.limit).toBe(3)
    const relaxed = '{filter_conditions: {role: "a"}, limit: 3}'
    const search = `payload=${encodeURIComponent(relaxed)}`
    expect(() => parseQueryString(searchSchema, search)).toThrow(FilterError)
    expect(parseQueryString(searchSchema, search, { relaxed: true }).limit).toBe(3)
  })

  /** What is refused, and with which code. */
  it.each(BAD_SEARCHES)('refuses %s', (search, code) => {
    const result = safeParseQueryString(searchSchema, search)
    expect(result.ok ? [] : result.issues.map((each) => each.code)).toContain(code)
    expect(() => parseQueryString(searchSchema, search)).toThrow(FilterError)
  })

  it.each([
    ['too_deep', `role${'[$not]'.repeat(100)}=a`],
    ['too_many', Array.from({ length: 3000 }, (_, i) => `custom.k${i}=1`).join('&')],
    ['too_many', Array.from({ length: 1500 }, () => 'role[$in]=a').join('&')],
    ['too_long', `role=${'a'.repeat(200_000)}`],
  ])('that is %s is refused', (code, search) => {
    const result = safeParseQueryString(searchSchema, search)
    expect(result.ok ? [] : result.issues.map((each) => each.code)).toEqual([code])
  })

  it('places the issues of a filter in its text, and no others', () => {
    const filter = '{role: 1, age: {$gt: 1, $gte: "x"}, name: 2}'
    const search = new URLSearchParams({ filter, sort: 'role', limit: 'ten' }).toString()
    const result = safeParseQueryString(searchSchema, search, { relaxed: true })
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
    const result = safeParseQueryString(searchSchema, 'filter={"role":&sort=role')
    expect(result.ok ? [] : result.issues.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['syntax', 'not_sortable']),
    )
  })

  it('does not change Object.prototype', () => {
    safeParseQueryString(searchSchema, '__proto__[polluted]=1&constructor.prototype.polluted=1')
    expect('polluted' in {}).toBe(false)
  })
})
