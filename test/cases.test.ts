import { compileFilter, compilePredicate, condition, FilterError, not, parseFilter } from 'tamis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { caseSchema, cases, customCases, type FieldCases, nestedCases } from './support/cases.ts'
import { available } from './support/engines/available.ts'
import type { Connection } from './support/engines/engine.ts'
import { Table } from './support/table.ts'

const all = [...cases, ...customCases, ...nestedCases]

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

/** The ids that a filter's case names, and those that it does not. */
function expectedOf(names: string, rows: readonly Record<string, unknown>[]) {
  const ids = rows.map(({ id }) => id as string)
  const expected = names.split(' ').filter((name) => name !== '')
  return {
    ids,
    expected: expected.sort(),
    others: ids.filter((id) => !expected.includes(id)).sort(),
  }
}

describe.each(all)('in memory, $field', (fieldCases) => {
  const { field, filters } = fieldCases
  const rows = rowsOf(fieldCases)

  it.each(filters.map(([operand, names]) => [show(operand), operand, names] as const))(
    '%s',
    (_, operand, names) => {
      const { expected, others } = expectedOf(names, rows)
      const found = (matches: (row: unknown) => boolean) =>
        rows
          .filter(matches)
          .map(({ id }) => id)
          .sort()
      const parsed = parseFilter(caseSchema, { [field]: operand })
      const complement = not(parsed)
      expect(found(compilePredicate(parsed))).toEqual(expected)
      expect(found(compilePredicate(complement)), 'negated').toEqual(others)
      expect(condition(caseSchema, { $nor: [{ [field]: operand }] } as never), '$nor').toEqual(
        complement,
      )
    },
  )
})

describe.each(available)('in $name', (engine) => {
  let connection: Connection
  beforeAll(async () => {
    connection = await engine.connect()
  })
  afterAll(() => connection.close())

  it.each(all.map((each) => [each.field, each] as const))('%s', async (field, fieldCases) => {
    const rows = rowsOf(fieldCases)
    if (engine.features.refuses?.(field)) {
      expect(() => compileFilter(parseFilter(caseSchema, { [field]: 'a' }), engine)).toThrow(
        FilterError,
      )
      return
    }
    const table = await Table.create(engine, connection, caseSchema)
    await table.insert(rows)
    for (const [operand, names] of fieldCases.filters) {
      const { expected, others } = expectedOf(names, rows)
      const parsed = parseFilter(caseSchema, { [field]: operand })
      expect((await table.matching(parsed)).sort(), show(operand)).toEqual(expected)
      expect((await table.matching(not(parsed))).sort(), `not ${show(operand)}`).toEqual(others)
    }
    await table.drop()
  })
})
