import { compileFilter, compilePredicate, condition, FilterError, not, parseFilter } from 'tamis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { caseSchema, cases, customCases, type FieldCases, nestedCases } from './support/cases.ts'
import { available } from './support/engines/available.ts'
import type { Connection } from './support/engines/engine.ts'
import { Table } from './support/table.ts'
import { textCases } from './support/text-cases.ts'

const all = [...cases, ...customCases, ...nestedCases, ...textCases]

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
  let table: Table
  beforeAll(async () => {
    connection = await engine.connect()
    table = await Table.create(engine, connection, caseSchema)
  })
  afterAll(() => connection.close())

  it.each(all.map((each) => [each.field, each] as const))('%s', async (field, fieldCases) => {
    const rows = rowsOf(fieldCases)
    if (engine.features.refuses?.(field)) {
      expect(() =>
        compileFilter(parseFilter(caseSchema, { [field]: 'a' }), { dialect: engine.dialect }),
      ).toThrow(FilterError)
      return
    }
    await table.clear()
    await table.insert(rows)
    const parsed = fieldCases.filters.map(([operand]) =>
      parseFilter(caseSchema, { [field]: operand }),
    )
    const found = await table.matchingEach(parsed)
    const complements = await table.matchingEach(parsed.map(not))
    for (const [i, [operand, names]] of fieldCases.filters.entries()) {
      const { expected, others } = expectedOf(names, rows)
      expect(found[i], show(operand)).toEqual(expected)
      expect(complements[i], `not ${show(operand)}`).toEqual(others)
    }
  })
})
