/** What tamis answers to a case. No Node built-in: `runtimes` asks the same cases elsewhere. */

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
  many,
  number,
  one,
  type Page,
  parseQuery,
  type Query,
  type QueryOptions,
  relate,
  type Schema,
  string,
  timestamp,
  uuid,
} from 'tamis'
import type { FieldSpec, RelationSpec, Row } from '../../test/conformance/suite.ts'
import type { Connection, Engine } from '../../test/support/engines/engine.ts'
import { Table } from '../../test/support/table.ts'
import type { Answer, Given, Question } from './protocol.ts'

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

const defined = ({ fields }: Given['schema']): Schema =>
  defineSchema({
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, spec]) => [name, definitionOf(name, spec)]),
    ),
    limits: { cost: Number.MAX_SAFE_INTEGER },
  } as never)

function relationOf(spec: RelationSpec) {
  const { from, to } = spec
  return 'one' in spec ? one(spec.one, { from, to }) : many(spec.many, { from, to })
}

/** The schemas of a suite: that of its rows as `rows`, and the related ones by their names. */
export type Schemas = { readonly rows: Schema } & Readonly<Record<string, Schema>>

export function schemasOf({ schema, related, relations }: Given): Schemas {
  const rows = defined(schema)
  if (related === undefined) return { rows }
  const others = Object.entries(related).map(([name, each]) => [name, defined(each.schema)])
  const specs = Object.entries(relations ?? {}).map(([name, own]) => [
    name,
    Object.fromEntries(Object.entries(own).map(([relation, spec]) => [relation, relationOf(spec)])),
  ])
  const schemas: Readonly<Record<string, Schema>> = { rows, ...Object.fromEntries(others) }
  return relate(schemas as never, Object.fromEntries(specs) as never)
}

/** The rows with those that they are related to, as ORMs load them. */
export function loadedRows(suite: Given, schema = 'rows', rows = suite.rows): readonly Row[] {
  const relations = Object.entries(suite.relations?.[schema] ?? {})
  if (relations.length === 0) return rows
  return rows.map((row) => {
    const loaded = relations.map(([relation, spec]) => {
      const name = 'one' in spec ? spec.one : spec.many
      const value = row[spec.from] ?? undefined
      const all = suite.related?.[name]?.rows ?? []
      const own = all.filter((each) => value !== undefined && each[spec.to] === value)
      const found = loadedRows(suite, name, own)
      return [relation, 'one' in spec ? (found[0] ?? null) : found]
    })
    return { ...row, ...Object.fromEntries(loaded) }
  })
}

/** A page of the rows of a suite. */
export type Pages = (query: Query) => Page<unknown> | Promise<Page<unknown>>

const idOf = (row: unknown): string => (row as Row).id

/** The rows or pages that a case selects, or the first issue of a refusal. */
export async function answer(
  schema: Schema,
  pageOf: Pages,
  question: Question,
  options?: QueryOptions,
): Promise<Answer> {
  const { filter, sort, limit = 1000 } = question
  const payload = { filter_conditions: filter, limit, ...(sort === undefined ? {} : { sort }) }
  let query: Query
  try {
    query = parseQuery(schema, payload, options)
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
    page = await pageOf(parseQuery(schema, { ...payload, next: page.next }, options))
  }
}

/** Answers pages with SQL: a table for each suite, in the place of the one before. */
export function stored(engine: Engine, connection: Connection) {
  let last: Table[] = []
  return async ({ rows, related = {} }: Given, schemas: Schemas): Promise<Pages> => {
    const previous = last
    last = []
    for (const table of previous) await table.drop()
    const table = await Table.create(engine, connection, schemas.rows)
    last.push(table)
    for (const row of rows) {
      // A decimal of too many digits is refused where it is stored, and absent in memory.
      await table.insert([row]).catch(() => table.insert([{ id: row.id }]))
    }
    for (const [name, { rows: others }] of Object.entries(related)) {
      const other = await Table.create(engine, connection, schemas[name]!, undefined, name)
      last.push(other)
      await other.insert(others)
    }
    return (query) => table.page(query)
  }
}
