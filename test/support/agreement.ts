import fc from 'fast-check'
import {
  compilePredicate,
  condition,
  FilterError,
  not,
  type Page,
  parseFilter,
  parseQuery,
  type Query,
  runQuery,
} from 'tamis'
import { filterArbitrary, queryArbitrary } from 'tamis/fast-check'
import { type Plan, planArbitrary, rowsArbitrary } from './arbitrary.ts'
import type { Connection, Engine, Features } from './engines/engine.ts'
import { trueOf } from './pivot.ts'
import { Table } from './table.ts'

type Rows = readonly Record<string, unknown>[]
type Payload = Readonly<Record<string, unknown>>

/** What one run of the property is about: a table, and payloads to ask it. */
export interface Situation {
  readonly plan: Plan
  readonly rows: Rows
  readonly asked: readonly Payload[]
}

export const situationArbitrary = (
  features: Features,
  questions: number,
  plans: fc.Arbitrary<Plan> = planArbitrary(features),
): fc.Arbitrary<Situation> =>
  plans
    .chain((plan) => fc.tuple(fc.constant(plan), rowsArbitrary(plan, features)))
    .chain(([plan, rows]) => {
      const payload = fc
        .tuple(filterArbitrary(plan.schema, { rows }), queryArbitrary(plan.schema, { rows }))
        .map(([filter_conditions, own]) => ({ ...own, filter_conditions }))
      return fc.record({
        plan: fc.constant(plan),
        rows: fc.constant(rows),
        asked: fc.array(payload, { minLength: questions, maxLength: questions }),
      })
    })

/** How many rows filters matched: a run in which most match nothing proves little. */
export class Tally {
  filters = 0
  none = 0
  some = 0
  every = 0
  pages = 0
  refused = 0

  add(matched: number, rows: number): void {
    this.filters++
    if (matched === 0) this.none++
    else if (matched === rows) this.every++
    else this.some++
  }

  toString(): string {
    const share = (count: number) => `${Math.round((100 * count) / Math.max(1, this.filters))} %`
    return `${this.filters} filters; of the rows, ${share(this.some)} matched some, ${share(this.every)} all, ${share(this.none)} none; ${this.pages} pages by cursor${this.refused === 0 ? '' : `; ${this.refused} refused by the dialect`}`
  }
}

export const show = (value: unknown): string =>
  JSON.stringify(value, (_, own) =>
    typeof own === 'bigint' ? `${own}n` : own === undefined ? 'undefined' : own,
  )

function differ(what: string, asked: unknown, memory: unknown, table: unknown): never {
  throw new Error(
    `${what}\n  ${show(asked)}\n  in memory ${show(memory)}\n  in the table ${show(table)}`,
  )
}

const keysOf = ({ items }: Page<unknown>): string =>
  show(items.map((row) => String((row as { readonly id: unknown }).id)))

/** The same page, the same neighbours: a cursor of one is a cursor of the other. */
function compare(asked: unknown, memory: Page<unknown>, table: Page<unknown>): void {
  if (keysOf(memory) !== keysOf(table)) {
    differ('the pages differ', asked, keysOf(memory), keysOf(table))
  }
  const cursors = ({ next, prev }: Page<unknown>) => [next, prev]
  if (show(cursors(memory)) !== show(cursors(table))) {
    differ('the cursors differ', asked, cursors(memory), cursors(table))
  }
}

/** From the first page to the last and back: every row once, in order, in memory and in the table. */
async function walk(table: Table, { plan, rows }: Situation, payload: Payload, tally: Tally) {
  const { schema } = plan
  const own = { ...payload, limit: 3, offset: 0 }
  const all = runQuery(parseQuery(schema, { ...own, limit: 1000 }), rows)
  const forward: unknown[] = []
  let cursor: Payload = {}
  let last: Page<unknown> = { items: [] }
  for (;;) {
    const query = parseQuery(schema, { ...own, ...cursor })
    last = await table.page(query)
    compare([own, cursor], runQuery(query, rows), last)
    forward.push(...last.items)
    tally.pages++
    if (last.next === undefined) break
    cursor = { next: last.next }
  }
  if (keysOf({ items: forward }) !== keysOf(all)) {
    differ('following next', own, keysOf(all), keysOf({ items: forward }))
  }
  const backward: unknown[] = [...last.items]
  for (let { prev } = last; prev !== undefined; ) {
    const query = parseQuery(schema, { ...own, prev })
    const page = await table.page(query)
    compare([own, { prev }], runQuery(query, rows), page)
    backward.unshift(...page.items)
    tally.pages++
    prev = page.prev
  }
  if (keysOf({ items: backward }) !== keysOf(all)) {
    differ('following prev', own, keysOf(all), keysOf({ items: backward }))
  }
}

/** Whether the dialect refuses a query as its features say that it does; any other error is one. */
function isRefused(table: Table, query: Query): boolean {
  const { refuses, sortsJsonText } = table.engine.features
  try {
    table.compile(query)
    return false
  } catch (error) {
    const isKey = error instanceof FilterError && error.code === 'unknown_field'
    const isSort = error instanceof TypeError && /text in JSON is sorted/.test(error.message)
    if ((isKey && refuses !== undefined) || (isSort && sortsJsonText === false)) return true
    throw error
  }
}

/** One in so many queries is paged through. */
const WALKED = 8

/**
 * Asks memory and a table the same questions; throws where an answer differs. A filter is asked as a
 * page; as a condition with its complement, of which each row is in exactly one (SQLancer's ternary
 * logic partitioning); and as a value in SELECT, which WHERE must agree with (its NoREC). Some rows
 * are looked for by filters made true of them (its pivoted query synthesis).
 */
export async function ask(table: Table, situation: Situation, tally = new Tally()): Promise<void> {
  const { plan, rows, asked } = situation
  for (const [i, payload] of asked.entries()) {
    const filter = parseFilter(plan.schema, payload.filter_conditions)
    const query = parseQuery(plan.schema, payload)
    if (isRefused(table, query)) {
      tally.refused++
      continue
    }
    compare(payload, runQuery(query, rows), await table.page(query))
    const matched = rows.filter(compilePredicate(filter)).length
    const missed = rows.filter(compilePredicate(not(filter))).length
    tally.add(matched, rows.length)
    const counts = await table.counts(filter)
    const expected = [matched, matched, missed, missed]
    if (matched + missed !== rows.length || show(counts) !== show(expected)) {
      differ('the complement is not one', payload.filter_conditions, expected, counts)
    }
    if (i % WALKED === 0) await walk(table, situation, payload, tally)
  }
  await findPivots(table, situation)
}

/** So many rows of a table are looked for by filters made true of them. */
const PIVOTS = 3

async function findPivots(table: Table, { plan: { schema }, rows }: Situation): Promise<void> {
  const everything = parseQuery(schema, { limit: 1000 })
  for (const [i, row] of rows.slice(0, PIVOTS).entries()) {
    const filter = trueOf(schema, row, i)
    const query = { ...everything, condition: condition(schema, filter as never) }
    if (isRefused(table, query)) continue
    const found = keysOf({ items: await table.rows(query) })
    const own = keysOf({ items: [row] }).slice(1, -1)
    if (!found.includes(own))
      differ('a row of which the filter is true is missing', filter, own, found)
  }
}

/** Makes the table of a situation and asks it everything. */
export async function checkAgreement(
  engine: Engine,
  connection: Connection,
  situation: Situation,
  tally?: Tally,
): Promise<void> {
  const { plan, rows } = situation
  const table = await Table.create(engine, connection, plan.schema, plan.mapping)
  try {
    await table.insert(rows)
    await ask(table, situation, tally)
  } finally {
    await table.drop()
  }
}
