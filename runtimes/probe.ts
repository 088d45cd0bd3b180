/**
 * What every runtime runs: bundled without tamis, which it imports from the packed package. Nothing of
 * Node is imported here.
 */

import { FilterError, parseFilter, printFilter, runQuery, type Schema } from 'tamis'
import { sqlite } from 'tamis/sqlite'
import {
  formatFilter,
  parseFilterText,
  parseQueryString,
  safeParseFilterText,
  safeParseQueryString,
} from 'tamis/text'
import { usersSchema } from 'tamis/users'
import { judge } from '../conformance/judge.ts'
import {
  answer,
  loadedRows,
  type Pages,
  type Schemas,
  schemasOf,
  stored,
} from '../conformance/runners/answer.ts'
import type { Answer, AnyCase } from '../conformance/runners/protocol.ts'
import type { Suite } from '../test/conformance/suite.ts'
import { runSteps, showing } from '../test/support/collection.ts'
import type { Connection, Engine } from '../test/support/engines/engine.ts'
import { sqliteFeatures } from '../test/support/engines/sqlite-features.ts'
import {
  BAD_RELAXED,
  BAD_SEARCHES,
  INVALID,
  pageOfErrors,
  RELAXED,
  SEARCHES,
  searchSchema,
  VALID,
} from '../test/support/grammar-cases.ts'
import { type Count, type Given, type Report, Tally } from './report.ts'
import { sqlOf } from './statements.ts'

/** Steps of a collection, and the seed of their worlds. */
const STEPS = 5000
const SEED = 20_300

type Open = (suite: Suite, schemas: Schemas) => Pages | Promise<Pages>

const inMemory: Open = (suite) => {
  const rows = loadedRows(suite)
  return (query) => runQuery(query, rows)
}

/** Asks each case of the suites; pages also with encrypted cursors. */
async function cases(suites: readonly Suite[], open: Open): Promise<Count> {
  const tally = new Tally()
  for (const suite of suites) {
    const schemas = schemasOf(suite)
    const pageOf = await open(suite, schemas)
    for (const each of suite.cases) {
      try {
        const answers = await answersOf(each, schemas.rows, pageOf)
        const isRight = answers.every((own) => judge(each, own, 'tamis', new Set())?.passed)
        tally.add(isRight, () => `${each.id}: ${showing(answers)}`)
      } catch (error) {
        tally.add(false, () => `${each.id}: ${error}`)
      }
    }
  }
  return tally.count
}

async function answersOf(each: AnyCase, schema: Schema, pageOf: Pages): Promise<readonly Answer[]> {
  const { id, filter } = each
  if (!('pages' in each)) return [await answer(schema, pageOf, { id, filter })]
  const question = { id, filter, sort: each.sort, limit: each.limit }
  return [
    await answer(schema, pageOf, question),
    await answer(schema, pageOf, question, { cursorKey: 'k'.repeat(32) }),
  ]
}

const isSyntax = (text: string, relaxed: boolean): boolean => {
  const result = safeParseFilterText(usersSchema, text, { relaxed })
  return !result.ok && result.issues.some(({ code }) => code === 'syntax')
}

/** The cases of texts, and every filter of the suites as text, in both forms. */
function texts({ suites, errors }: Given): Count {
  const tally = new Tally()
  for (const text of VALID) {
    tally.add(!isSyntax(text, false) && !isSyntax(text, true), () => `refused: ${text}`)
  }
  for (const [text] of RELAXED) {
    tally.add(!isSyntax(text, true), () => `refused: ${text}`)
  }
  for (const text of INVALID) tally.add(isSyntax(text, false), () => `accepted: ${text}`)
  for (const text of BAD_RELAXED) tally.add(isSyntax(text, true), () => `accepted: ${text}`)
  tally.add(pageOfErrors(usersSchema) === errors, () => 'messages differ from test/text/errors.md')
  for (const [search, filter] of SEARCHES) {
    const expected = showing(printFilter(parseFilter(searchSchema, filter)))
    const actual = showing(printFilter(parseQueryString(searchSchema, search).condition))
    tally.add(actual === expected, () => `${search}: ${actual}`)
  }
  for (const [search, code] of BAD_SEARCHES) {
    const result = safeParseQueryString(searchSchema, search)
    const isRefused = !result.ok && result.issues.some((issue) => issue.code === code)
    tally.add(isRefused, () => `${search}: not ${code}`)
  }
  for (const suite of suites) {
    const { rows: schema } = schemasOf(suite)
    for (const each of suite.cases) tally.add(...asText(schema, each))
  }
  return tally.count
}

/** A filter as text means, formatted or not, what the object means; or has the same first issue. */
function asText(
  schema: Schema,
  { id, filter }: AnyCase,
): [isRight: boolean, failure: () => string] {
  const outcome = (parse: () => unknown): string => {
    try {
      return showing(parse())
    } catch (error) {
      if (error instanceof FilterError) return `${error.code} at ${error.path}`
      throw error
    }
  }
  const text = JSON.stringify(filter)
  const expected = outcome(() => printFilter(parseFilter(schema, filter)))
  const actual = [
    outcome(() => printFilter(parseFilterText(schema, text))),
    outcome(() => printFilter(parseFilterText(schema, formatFilter(text), { relaxed: true }))),
  ]
  return [actual.every((own) => own === expected), () => `${id}: ${showing(actual)}`]
}

/** Random changes and queries of a collection; each answer must be that of `runQuery`. */
function collection(): Count {
  try {
    const { steps } = runSteps(STEPS, SEED)
    return { passed: steps, failed: 0, failures: [] }
  } catch (error) {
    return { passed: 0, failed: 1, failures: [String(error)] }
  }
}

/** Runs everything that needs no database. */
export async function probe(given: Given): Promise<Report> {
  return {
    cases: await cases(given.suites, inMemory),
    texts: texts(given),
    collection: collection(),
    sql: await sqlOf(given.suites),
  }
}

/** Runs the suites in the SQLite of the runtime. */
export async function store(
  { suites }: Given,
  connection: Connection,
): Promise<NonNullable<Report['stored']>> {
  const engine: Engine = {
    name: 'SQLite',
    dialect: sqlite,
    needs: '',
    features: sqliteFeatures,
    connect: async () => connection,
    async version() {
      const [row] = await connection.all({ text: 'SELECT sqlite_version() AS v', params: [] })
      return String(row?.v)
    },
  }
  const version = await engine.version(connection)
  return { ...(await cases(suites, stored(engine, connection))), version }
}
