import fc from 'fast-check'
import {
  compilePredicate,
  compileQuery,
  condition,
  not,
  parseFilter,
  parseQuery,
  safeParseFilter,
} from 'tamis'
import { filterArbitrary, rowArbitrary } from 'tamis/fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { budget } from './support/budget.ts'
import type { FieldCases } from './support/cases.ts'
import { available } from './support/engines/available.ts'
import type { Connection } from './support/engines/engine.ts'
import { ownCases, ownSchema as schema } from './support/own-operators.ts'
import { Table } from './support/table.ts'

/** The rows of a field's cases: one for each named value, which is also its id. */
const rowsOf = ({ field, values }: FieldCases): Record<string, unknown>[] =>
  Object.entries(values).map(([id, value]) => {
    const nested = field
      .split('.')
      .reduceRight<unknown>((inner, key) => Object.fromEntries([[key, inner]]), value)
    return { needed: [], ...(value === undefined ? {} : (nested as object)), id }
  })

const show = (value: unknown): string =>
  JSON.stringify(value, (_, own) => (typeof own === 'bigint' ? `${own}n` : own)) ?? 'undefined'

function expectedOf(names: string, rows: readonly Record<string, unknown>[]) {
  const ids = rows.map(({ id }) => String(id))
  const expected = names.split(' ').filter((name) => name !== '')
  return { expected: expected.sort(), others: ids.filter((id) => !expected.includes(id)).sort() }
}

describe.each(ownCases)('in memory, $field', (fieldCases) => {
  const { field, filters } = fieldCases
  const rows = rowsOf(fieldCases)
  it.each(filters.map(([operand, names]) => [show(operand), operand, names] as const))(
    '%s',
    (_, operand, names) => {
      const { expected, others } = expectedOf(names, rows)
      const parsed = parseFilter(schema, { [field]: operand })
      const found = (matches: (row: unknown) => boolean) =>
        rows.filter(matches).map(({ id }) => String(id))
      expect(found(compilePredicate(parsed)).sort()).toEqual(expected)
      expect(found(compilePredicate(not(parsed))).sort(), 'negated').toEqual(others)
      expect(condition(schema, { $nor: [{ [field]: operand }] } as never)).toEqual(not(parsed))
    },
  )
})

describe.each(available)('in $name', (engine) => {
  let connection: Connection
  let table: Table
  beforeAll(async () => {
    connection = await engine.connect()
    table = await Table.create(engine, connection, schema)
  })
  afterAll(() => connection?.close())

  it.each(ownCases.map((each) => [each.field, each] as const))('%s', async (field, fieldCases) => {
    const rows = rowsOf(fieldCases)
    await table.clear()
    await table.insert(rows)
    const parsed = fieldCases.filters.map(([operand]) => parseFilter(schema, { [field]: operand }))
    const found = await table.matchingEach([...parsed, ...parsed.map((each) => not(each))])
    for (const [i, [operand, names]] of fieldCases.filters.entries()) {
      const { expected, others } = expectedOf(names, rows)
      expect(found[i], show(operand)).toEqual(expected)
      expect(found[parsed.length + i], `not ${show(operand)}`).toEqual(others)
    }
  })

  it('any filter finds the rows that it finds in memory', { timeout: 240_000 }, async () => {
    const samples = fc.sample(fc.array(rowArbitrary(schema), { minLength: 12, maxLength: 12 }), {
      numRuns: budget(3, 30),
      seed: 7,
    })
    for (const [i, sample] of samples.entries()) {
      const rows = sample.map((row, id) => ({ ...(row as object), id: `r${id}` }))
      await table.clear()
      await table.insert(rows)
      const filters = fc
        .sample(filterArbitrary(schema, { rows }), { numRuns: 60, seed: i })
        // An operand between two values of a field is refused.
        .flatMap((filter) => {
          const parsed = safeParseFilter(schema, filter)
          return parsed.ok ? [parsed.value] : []
        })
        .filter((each) => {
          try {
            compileQuery(
              { ...parseQuery(schema, {}), condition: each },
              {
                dialect: engine.dialect,
                table: 't',
              },
            )
            return true
          } catch {
            return engine.features.refuses === undefined
          }
        })
      const all = [...filters, ...filters.map((each) => not(each))]
      const found = await table.matchingEach(all)
      for (const [n, each] of all.entries()) {
        const expected = rows.filter(compilePredicate(each)).map(({ id }) => id)
        expect(found[n], show(each)).toEqual(expected.sort())
      }
    }
  })
})
