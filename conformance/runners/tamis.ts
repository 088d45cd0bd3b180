/**
 * Answers with tamis: in memory, or with its SQL in a database that the tests know:
 * `tsx conformance/runners/tamis.ts SQLite`.
 */

import {
  boolean,
  date,
  decimal,
  defineSchema,
  dynamic,
  enumeration,
  type FieldDefinition,
  FilterError,
  integer,
  list,
  number,
  type Page,
  parseQuery,
  type Query,
  runQuery,
  type Schema,
  string,
  timestamp,
  uuid,
} from 'tamis'
import type { FieldSpec, Row } from '../../test/conformance/suite.ts'
import type { Table } from '../../test/support/table.ts'
import { type Answer, type Asked, type Given, type Question, serve } from './protocol.ts'

/** The builder of each kind. */
const SCALARS: Readonly<Record<string, (spec: FieldSpec, options: object) => FieldDefinition>> = {
  string: (_, options) => string(options),
  boolean: (_, options) => boolean(options),
  integer: (_, options) => integer(options),
  number: (_, options) => number(options),
  timestamp: ({ digits = 6, unit }, options) =>
    timestamp({ ...options, digits, ...(unit === undefined ? {} : { unit }) }),
  date: (_, options) => date(options),
  uuid: (_, options) => uuid(options),
  decimal: ({ precision = 0, scale = 0 }, options) => decimal({ ...options, precision, scale }),
  enumeration: ({ values = [] }, options) => enumeration([...values] as [string], options),
}

function definitionOf(name: string, spec: FieldSpec): FieldDefinition {
  const { kind, kinds = [], operators } = spec
  if (kind === 'dynamic') {
    const options = Object.fromEntries(
      (['values', 'precision', 'scale'] as const).flatMap((key) =>
        spec[key] === undefined ? [] : [[key, spec[key]]],
      ),
    )
    return dynamic([...kinds] as never, { ...options, operators } as never)
  }
  const builder = SCALARS[kind]
  if (builder === undefined) throw new TypeError(`no kind ${kind}`)
  if (spec.list) return list(builder(spec, {}) as never, { operators } as never)
  const isKey = name === 'id'
  return builder(spec, { operators, sortable: true, ...(isKey ? { required: true } : {}) })
}

const schemaOf = ({ schema: { fields } }: Given): Schema =>
  defineSchema({
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, spec]) => [name, definitionOf(name, spec)]),
    ),
    limits: { cost: Number.MAX_SAFE_INTEGER },
  } as never)

type Pages = (query: Query) => Page<unknown> | Promise<Page<unknown>>

const idOf = (row: unknown): string => (row as Row).id

async function answer(schema: Schema, pageOf: Pages, question: Question): Promise<Answer> {
  const { filter, sort, limit = 1000 } = question
  const payload = { filter_conditions: filter, limit, ...(sort === undefined ? {} : { sort }) }
  let query: Query
  try {
    query = parseQuery(schema, payload)
  } catch (error) {
    if (!(error instanceof FilterError)) throw error
    const [first] = error.issues
    // The suites name places in the filter.
    const path = first?.path.replace(/^\/filter_conditions/, '')
    return { refused: { code: first?.code, path } as never }
  }
  let page = await pageOf(query)
  if (sort === undefined) return { ids: page.items.map(idOf).sort() }
  const pages: string[][] = []
  for (;;) {
    if (page.items.length > 0) pages.push(page.items.map(idOf))
    if (page.next === undefined) return { pages }
    page = await pageOf(parseQuery(schema, { ...payload, next: page.next }))
  }
}

/** Pages of rows in memory, or in a database. */
async function openerOf(name: string | undefined) {
  if (name === undefined) {
    return async (_: Schema, rows: readonly Row[]): Promise<Pages> =>
      (query) =>
        runQuery(query, rows)
  }
  // The drivers take longer to load than all cases do in memory.
  const { engines } = await import('../../test/support/engines/index.ts')
  const { Table: Tables } = await import('../../test/support/table.ts')
  const engine = engines.find((each) => each.name.toLowerCase() === name.toLowerCase())
  if (engine === undefined) throw new Error(`unknown engine ${name}`)
  const connection = await engine.connect()
  let last: Table | undefined
  return async (schema: Schema, rows: readonly Row[]): Promise<Pages> => {
    const previous = last
    last = undefined
    await previous?.drop()
    const table = await Tables.create(engine, connection, schema)
    last = table
    for (const row of rows) {
      // A decimal of too many digits is refused where it is stored, and absent in memory.
      await table.insert([row]).catch(() => table.insert([{ id: row.id }]))
    }
    return (query) => table.page(query)
  }
}

const open = await openerOf(process.argv[2])
await serve(async (suite): Promise<Asked> => {
  const schema = schemaOf(suite)
  const pageOf = await open(schema, suite.rows)
  return (question) => answer(schema, pageOf, question)
})
process.exit()
