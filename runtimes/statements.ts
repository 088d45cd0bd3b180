import {
  compileFilter,
  compileQuery,
  createTable,
  type Dialect,
  FilterError,
  insertRow,
  not,
  parseFilter,
  parseQuery,
  type Schema,
} from 'tamis'
import { clickhouse } from 'tamis/clickhouse'
import { duckdb } from 'tamis/duckdb'
import { mariadb } from 'tamis/mariadb'
import { mysql } from 'tamis/mysql'
import { postgres } from 'tamis/postgres'
import { sqlite } from 'tamis/sqlite'
import { schemasOf } from '../conformance/runners/answer.ts'
import type { Suite } from '../test/conformance/suite.ts'
import { caseSchema, cases, customCases, nestedCases } from '../test/support/cases.ts'
import type { Params } from '../test/support/engines/engine.ts'
import { textCases } from '../test/support/text-cases.ts'
import type { Sql } from './report.ts'

const DIALECTS: readonly Dialect<Params>[] = [sqlite, postgres, mariadb, mysql, duckdb, clickhouse]

/** A filter, with the sort of a page if the case has one. */
interface Asked {
  readonly filter: unknown
  readonly sort?: unknown
}

/** The statements of all filters in all dialects: tables, rows, conditions and their negations. */
export async function sqlOf(suites: readonly Suite[]): Promise<Sql> {
  const digests: Record<string, string> = {}
  let statements = 0
  const add = async (
    name: string,
    schema: Schema,
    rows: readonly object[],
    all: readonly Asked[],
  ) => {
    for (const dialect of DIALECTS) {
      const lines = linesOf(dialect, schema, rows, all)
      statements += lines.length
      digests[`${dialect.name}, ${name}`] = await digestOf(lines)
    }
  }
  for (const suite of suites) await add(suite.name, schemasOf(suite).rows, suite.rows, suite.cases)
  const tables = [...cases, ...customCases, ...nestedCases, ...textCases]
  const filters = tables.flatMap((each) =>
    each.filters.map(([operand]) => ({ filter: { [each.field]: operand } })),
  )
  await add('the table of cases', caseSchema, [], filters)
  return { statements, digests }
}

function linesOf(
  dialect: Dialect<Params>,
  schema: Schema,
  rows: readonly object[],
  all: readonly Asked[],
): string[] {
  const target = { dialect, table: 't' }
  const lines: string[] = createTable(schema, target)
  const insert = insertRow(schema, target)
  for (const row of rows) lines.push(outcome(() => insert(row)))
  for (const { filter, sort } of all) {
    lines.push(
      outcome(() => compileFilter(parseFilter(schema, filter), target)),
      outcome(() => compileFilter(not(parseFilter(schema, filter)), target)),
    )
    if (sort === undefined) continue
    lines.push(
      outcome(() => compileQuery(parseQuery(schema, { filter_conditions: filter, sort }), target)),
    )
  }
  return lines
}

/** A statement as text, or the issue for which there is none. */
function outcome(compile: () => unknown): string {
  try {
    return JSON.stringify(compile(), exact)
  } catch (error) {
    if (error instanceof FilterError || error instanceof TypeError) return String(error)
    throw error
  }
}

/** Keeps the types of parameters and the digits that JSON loses. */
const exact = (_: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return `bigint ${value}`
  if (typeof value === 'number') return `number ${Object.is(value, -0) ? '-0' : value}`
  return value
}

async function digestOf(lines: readonly string[]): Promise<string> {
  const bytes = new TextEncoder().encode(lines.join('\n'))
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
