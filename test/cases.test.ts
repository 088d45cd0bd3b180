import { compilePredicate, condition, not, parseFilter } from 'tamis'
import { describe, expect, it } from 'vitest'
import { caseSchema, cases, customCases, type FieldCases, nestedCases } from './support/cases.ts'
import { SqliteTable } from './support/sqlite.ts'

/** The rows of a field's cases: one for each named value, which is also its id. */
function rowsOf({ field, values }: FieldCases): Record<string, unknown>[] {
  return Object.entries(values).map(([id, value]) => {
    const nested = field
      .split('.')
      .reduceRight<unknown>((inner, key) => Object.fromEntries([[key, inner]]), value)
    return value === undefined ? { id } : { ...(nested as object), id }
  })
}

const show = (value: unknown): string =>
  JSON.stringify(value, (_, own) => (typeof own === 'bigint' ? `${own}n` : own)) ?? 'undefined'

describe.each([...cases, ...customCases, ...nestedCases])('$field', (fieldCases) => {
  const { field, filters } = fieldCases
  const rows = rowsOf(fieldCases)
  const table = new SqliteTable(caseSchema)
  table.insert(rows)
  const ids = rows.map(({ id }) => id as string)

  it.each(filters.map(([operand, names]) => [show(operand), operand, names] as const))(
    '%s',
    (_, operand, names) => {
      const expected = names
        .split(' ')
        .filter((name) => name !== '')
        .sort()
      const others = ids.filter((id) => !expected.includes(id)).sort()
      const parsed = parseFilter(caseSchema, { [field]: operand })
      const matches = compilePredicate(parsed)
      expect(
        ids.filter((id) => matches(rows.find((row) => row.id === id))).sort(),
        'in memory',
      ).toEqual(expected)
      expect(table.matching(parsed).sort(), 'SQLite').toEqual(expected)

      const complement = not(parsed)
      const misses = compilePredicate(complement)
      expect(
        ids.filter((id) => misses(rows.find((row) => row.id === id))).sort(),
        'in memory, negated',
      ).toEqual(others)
      expect(table.matching(complement).sort(), 'SQLite, negated').toEqual(others)
      expect(condition(caseSchema, { $nor: [{ [field]: operand }] } as never), '$nor').toEqual(
        complement,
      )
    },
  )
})
