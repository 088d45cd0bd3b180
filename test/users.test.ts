import { compilePredicate, parseQuery, runQuery, safeParseFilter, safeParseQuery } from 'tamis'
import { usersSchema } from 'tamis/users'
import { describe, expect, it } from 'vitest'
import { makeUsers } from '../bench/fixtures/users.ts'

/** The table of the users documentation: a field, an operand, and the allowed operators. */
const TABLE: readonly (readonly [field: string, operand: unknown, allowed: string])[] = [
  ['id', 'john', '$eq $gt $gte $lt $lte $in $autocomplete'],
  ['role', 'admin', '$eq $gt $gte $lt $lte $in'],
  ['banned', true, '$eq'],
  ['shadow_banned', true, '$eq'],
  ['created_at', '2024-05-01T12:00:00Z', '$eq $gt $gte $lt $lte $in'],
  ['updated_at', '2024-05-01T12:00:00Z', '$eq $gt $gte $lt $lte $in'],
  ['last_active', '2024-05-01T12:00:00Z', '$eq $gt $gte $lt $lte $in $exists'],
  ['teams', 'red', '$eq $contains'],
  ['name', 'John', '$eq $autocomplete'],
  ['username', 'john', '$eq $autocomplete'],
  ['custom.color', 'red', '$eq $gt $gte $lt $lte $in'],
]

/** Those of texts. */
const OF_TEXTS = new Set(['id', 'role', 'name', 'username', 'custom.color'])

const OPERATORS = '$eq $ne $gt $gte $lt $lte $in $nin $exists $contains $all $autocomplete'.split(
  ' ',
)

function operandFor(operator: string, operand: unknown): unknown {
  if (operator === '$exists') return true
  return ['$in', '$nin', '$all'].includes(operator) ? [operand] : operand
}

describe.each(TABLE)('%s', (field, operand, allowed) => {
  it.each(OPERATORS)('%s', (operator) => {
    const filter = { [field]: { [operator]: operandFor(operator, operand) } }
    const result = safeParseFilter(usersSchema, filter)
    if (allowed.split(' ').includes(operator)) {
      expect(result).toMatchObject({ ok: true })
      return
    }
    const list = allowed.split(' ').join(', ')
    expect(result).toEqual({
      ok: false,
      issues: [
        {
          code: 'operator_not_allowed',
          path: `/${field}/${operator}`,
          message: `${field}: ${operator} is not allowed; expected one of ${list}`,
          expected: list,
          received: operator,
          // $contains is of lists; people use it for texts.
          ...(operator === '$contains' &&
            OF_TEXTS.has(field) && { hint: expect.stringContaining('$autocomplete') }),
        },
      ],
    })
  })

  it('accepts a bare operand as $eq', () => {
    expect(safeParseFilter(usersSchema, { [field]: operand })).toEqual(
      safeParseFilter(usersSchema, { [field]: { $eq: operand } }),
    )
  })
})

describe('queries', () => {
  const users = makeUsers(2000)
  const idsOf = (payload: unknown) =>
    runQuery(parseQuery(usersSchema, payload), users).items.map(({ id }) => id)

  it.each([
    [
      {
        filter_conditions: { role: 'admin' },
        sort: [{ field: 'created_at', direction: -1 }],
        limit: 10,
        offset: 0,
      },
    ],
    [{ filter_conditions: { 'custom.color': 'red' } }],
    [{ filter_conditions: { role: { $in: ['admin', 'moderator'] }, 'custom.age': { $gte: 18 } } }],
    [{ filter_conditions: { name: { $autocomplete: 'john' } } }],
    [{ filter_conditions: { id: { $in: ['john', 'jack', 'jessie'] } }, sort: { last_active: -1 } }],
  ])('accepts the example %j', (payload) => {
    expect(idsOf(payload).length).toBeGreaterThan(0)
  })

  it('finds Roxy, Roxanne and Curiosity Rover by "Ro"', () => {
    const ids = idsOf({ filter_conditions: { name: { $autocomplete: 'Ro' } }, sort: [{ id: 1 }] })
    expect(ids.slice(0, 3)).toEqual(['curiosity', 'roxanne', 'roxy'])
  })

  it('sorts by created_at and id, both descending, by default', () => {
    const { ordering } = parseQuery(usersSchema, {})
    expect(ordering.map(({ field, direction }) => [field.name, direction])).toEqual([
      ['created_at', -1],
      ['id', -1],
    ])
  })

  it('sorts by id, descending, if a range over id is given', () => {
    const orderOf = (payload: unknown) =>
      parseQuery(usersSchema, payload).ordering.map(({ field, direction }) => [
        field.name,
        direction,
      ])
    expect(orderOf({ id_gt: 'a' })).toEqual([['id', -1]])
    expect(orderOf({ id_lte: 'a', sort: [] })).toEqual([['id', -1]])
    expect(orderOf({ id_gt: '' })).toEqual([
      ['created_at', -1],
      ['id', -1],
    ])
    expect(orderOf({ id_gt: 'a', sort: [{ role: 1 }] })).toEqual([
      ['role', 1],
      ['id', 1],
    ])
  })

  it('excludes deactivated users unless include_deactivated_users is set', () => {
    const isDeactivated = (id: string) =>
      users.some((user) => user.id === id && typeof user.deactivated_at === 'string')
    const all = { limit: 1000 }
    expect(idsOf(all).some(isDeactivated)).toBe(false)
    expect(idsOf({ ...all, include_deactivated_users: false }).some(isDeactivated)).toBe(false)
    expect(idsOf({ ...all, include_deactivated_users: true }).some(isDeactivated)).toBe(true)
  })

  it.each([
    ['id', true],
    ['created_at', true],
    ['updated_at', true],
    ['last_active', true],
    ['role', true],
    ['name', false],
    ['teams', false],
    ['custom.age', false],
  ])('sorts by %s: %s', (field, sortable) => {
    const result = safeParseQuery(usersSchema, { sort: [{ field, direction: 1 }] })
    expect(result.ok).toBe(sortable)
    if (!result.ok) {
      expect(result.issues).toMatchObject([
        {
          code: 'not_sortable',
          path: '/sort/0',
          expected: 'id, role, created_at, updated_at or last_active',
        },
      ])
    }
  })

  it('rejects hidden fields', () => {
    for (const field of ['deactivated_at', 'deleted_at']) {
      const filtered = safeParseFilter(usersSchema, { [field]: null })
      const sorted = safeParseQuery(usersSchema, { sort: { [field]: 1 } })
      for (const result of [filtered, sorted]) {
        expect(result).toMatchObject({ ok: false, issues: [{ code: 'unknown_field' }] })
        expect(
          JSON.stringify(result).replaceAll(`"\\"${field}\\"`, '').replaceAll(`/${field}`, ''),
        ).not.toContain(`, ${field}`)
      }
    }
    const near = safeParseFilter(usersSchema, { deleted_ar: null })
    expect(JSON.stringify(near)).not.toContain('deleted_at')
  })

  it('defaults to a page of 30 from 0, and takes at most 1000 of each', () => {
    expect(parseQuery(usersSchema, {})).toMatchObject({ limit: 30, offset: 0 })
    expect(parseQuery(usersSchema, { limit: 1000, offset: 1000 })).toMatchObject({
      limit: 1000,
      offset: 1000,
    })
    expect(safeParseQuery(usersSchema, { limit: 1001, offset: 1001 })).toMatchObject({
      ok: false,
      issues: [
        { code: 'invalid_limit', path: '/limit' },
        { code: 'invalid_offset', path: '/offset' },
      ],
    })
  })

  it('distinguishes users who were active from users who never were', () => {
    const ever = compilePredicate(
      parseQuery(usersSchema, { filter_conditions: { last_active: { $exists: true } } }).condition,
    )
    expect(ever({ id: 'a', last_active: '2024-01-01T00:00:00Z' })).toBe(true)
    expect(ever({ id: 'a', last_active: null })).toBe(false)
  })
})
