import fc from 'fast-check'
import {
  compilePredicate,
  createTable,
  defineSchema,
  dynamic,
  parseFilter,
  parseQuery,
  string,
  uuid,
} from 'tamis'
import { clickhouse } from 'tamis/clickhouse'
import { duckdb } from 'tamis/duckdb'
import { mariadb } from 'tamis/mariadb'
import { mysql } from 'tamis/mysql'
import { postgres } from 'tamis/postgres'
import { sqlite } from 'tamis/sqlite'
import { describe, expect, it } from 'vitest'
import { isCanonicalUuid, uuid as kind } from '../../src/kinds/uuid.ts'
import { budget } from '../support/budget.ts'

const schema = defineSchema({ fields: { id: uuid({ required: true, sortable: true }) } })

const bytesOf = (text: string) => Buffer.from(text.replaceAll('-', ''), 'hex')

/** UUIDs of any version, in either case, that often share their first bytes. */
const anyUuid = fc
  .tuple(
    fc.constantFrom('', '018f3a5c-7c1e-7', '00000000-0000-0', 'FFFFFFFF'),
    fc.uuid(),
    fc.boolean(),
  )
  .map(([start, own, upper]) => {
    const text = start + own.slice(start.length)
    return upper ? text.toUpperCase() : text
  })

describe('UUIDs', () => {
  it('are one value in either case, and in the order of their bytes', () => {
    fc.assert(
      fc.property(anyUuid, anyUuid, (a, b) => {
        const [x, y] = [kind.read(a) ?? '', kind.read(b) ?? '']
        expect(x).toBe(a.toLowerCase())
        const order = Buffer.compare(bytesOf(a), bytesOf(b))
        expect(Math.sign(kind.compare(x, y))).toBe(order)
        expect(kind.equals(y)(a)).toBe(order === 0)
        expect(kind.among([y])(a)).toBe(order === 0)
        expect(kind.range('<', y)(a)).toBe(order < 0)
        expect(kind.range('>=', y)(a)).toBe(order >= 0)
      }),
      { numRuns: budget(300, 3000) },
    )
  })

  it('are refused with a hint if they are not', () => {
    expect(() => parseFilter(schema, { id: 'nope' })).toThrow(
      /id: expected a UUID, received "nope"/,
    )
    expect(() =>
      parseFilter(schema, { id: { $in: ['{018f3a5c-7c1e-7f00-8000-000000000001}'] } }),
    ).toThrow(/expected a UUID.*write it as 018f3a5c-7c1e-7f00-8000-000000000001/s)
    expect(() => parseQuery(schema, { id_gt: '' })).toThrow(/id_gt: expected a UUID/)
  })

  it('are not made of letters whose lower case is another letter', () => {
    const kelvin = '018f3a5c-7c1e-7f00-8000-00000000000\u212A'
    expect(kind.read(kelvin)).toBeUndefined()
    const holds = compilePredicate(
      parseFilter(schema, { id: { $gte: '00000000-0000-0000-0000-000000000000' } }),
    )
    expect(holds({ id: kelvin })).toBe(false)
  })

  it('are canonical in lower case', () => {
    expect(isCanonicalUuid('018f3a5c-7c1e-7f00-8000-000000000001')).toBe(true)
    expect(isCanonicalUuid('018F3A5C-7c1e-7f00-8000-000000000001')).toBe(false)
    expect(isCanonicalUuid('018f3a5c')).toBe(false)
  })

  it('cannot be told from strings', () => {
    const fields = { id: string({ required: true }), 'custom.*': dynamic(['string', 'uuid']) }
    expect(() => defineSchema({ fields })).toThrow(
      'field "custom.*": string and uuid together cannot be told apart; choose one',
    )
  })

  it.each([
    [sqlite, '"id" TEXT NOT NULL PRIMARY KEY CHECK ("id" GLOB'],
    [postgres, '"id" uuid PRIMARY KEY'],
    [mariadb, '`id` BINARY(16) NOT NULL PRIMARY KEY'],
    [mysql, '`id` BINARY(16) NOT NULL PRIMARY KEY'],
    [duckdb, '"id" UUID PRIMARY KEY'],
    [clickhouse, '`id` FixedString(16)'],
  ])('have a column that orders as they do: %#', (dialect, column) => {
    const [create] = createTable(schema, { dialect, table: 't' })
    expect(create).toContain(column)
  })
})
