import {
  type Condition,
  compileFilter,
  compileQuery,
  createTable,
  FilterError,
  insertRow,
  not,
  parseFilter,
  parseQuery,
  runQuery,
} from 'tamis'
import { describe, expect, it } from 'vitest'
import { show } from '../support/agreement.ts'
import { caseSchema, cases, customCases, nestedCases } from '../support/cases.ts'
import type { Params, SomeStatement } from '../support/engines/engine.ts'
import { engines } from '../support/engines/index.ts'
import { textCases } from '../support/text-cases.ts'

/**
 * The statements of the tables of cases in every dialect, without a database: they can be compiled,
 * and have a placeholder for each parameter. `cases.test.ts` runs them.
 */

const all = [...cases, ...customCases, ...nestedCases, ...textCases]

/** The places of parameters in a text, which are not in its literals; a name may stand in several. */
function placeholdersOf(statement: string, params: Params): readonly string[] {
  const text = statement.replaceAll(/'(?:[^']|'')*'/g, '')
  if (!Array.isArray(params)) {
    return [...new Set(Array.from(text.matchAll(/\{(p\d+):/g), ([, name]) => name as string))]
  }
  const numbered = new Set(Array.from(text.matchAll(/\$\d+/g), ([name]) => name))
  return numbered.size > 0 ? [...numbered] : Array.from(text.matchAll(/\?/g), ([name]) => name)
}

const namesOf = (params: Params): readonly string[] => Object.keys(params)

function check({ text, params }: SomeStatement): void {
  expect([text, placeholdersOf(text, params).length]).toEqual([text, namesOf(params).length])
}

const rowOf = (field: string, id: string, value: unknown): Record<string, unknown> => {
  const nested = field
    .split('.')
    .reduceRight<unknown>((inner, key) => Object.fromEntries([[key, inner]]), value)
  return { ...(nested as object), id }
}

// PGlite has the dialect of PostgreSQL.
describe.each(engines.filter(({ name }) => name !== 'PGlite'))('the dialect of $name', (engine) => {
  const { dialect, features } = engine
  const compile = (condition: Condition) => compileFilter(condition, { dialect })

  it.each(all.map((each) => [each.field, each] as const))('filters by %s', (field, { filters }) => {
    if (features.refuses?.(field)) {
      expect(() => compile(parseFilter(caseSchema, { [field]: 'a' }))).toThrow(FilterError)
      return
    }
    for (const [operand] of filters) {
      const condition = parseFilter(caseSchema, { [field]: operand })
      const [own, negated] = [compile(condition), compile(not(condition))]
      check(own)
      check(negated)
      expect([show(operand), own.text]).not.toEqual([show(operand), negated.text])
    }
  })

  it.each(all.map((each) => [each.field, each] as const))('stores %s', (field, { values }) => {
    const insert = insertRow(caseSchema, { dialect, table: 't' })
    for (const [id, value] of Object.entries(values)) {
      for (const statement of [insert(rowOf(field, id, value))].flat()) check(statement)
    }
  })

  it.each(
    all
      .filter(({ field }) => caseSchema.fields.get(field)?.sortable)
      .map((each) => [each.field, each] as const),
  )('sorts by %s', (field, { values }) => {
    const rows = Object.entries(values).map(([id, value]) => rowOf(field, id, value))
    for (const direction of [1, -1]) {
      const payload = { sort: { [field]: direction }, limit: 2 }
      const { next } = runQuery(parseQuery(caseSchema, payload), rows)
      for (const own of [payload, { ...payload, next }]) {
        const query = parseQuery(caseSchema, own)
        const statement = () => compileQuery(query, { dialect, table: 't', lookAhead: true })
        if (features.sortsJsonText === false && field.startsWith('custom.')) {
          try {
            check(statement())
          } catch (error) {
            expect(String(error)).toMatch(/text in JSON is sorted/)
          }
        } else check(statement())
      }
    }
  })

  it('makes the table', () => {
    const statements = createTable(caseSchema, { dialect, table: 't' })
    expect(statements[0]).toMatch(/^CREATE TABLE/)
    expect(new Set(statements).size).toBe(statements.length)
  })
})
