import fc from 'fast-check'
import { compilePredicate, not, parseFilter, parseQuery, runQuery } from 'tamis'
import {
  filterArbitrary,
  type Plan,
  payloadArbitrary,
  planArbitrary,
  rowsArbitrary,
} from './arbitrary.ts'
import { SqliteTable } from './sqlite.ts'

type Keyed = { readonly id: unknown }

/** What one run of the property is about: a table, and filters and payloads to ask it. */
export interface Situation {
  readonly plan: Plan
  readonly rows: readonly Record<string, unknown>[]
  readonly asked: readonly (readonly [filter: unknown, payload: Record<string, unknown>])[]
}

export const situationArbitrary = (questions: number): fc.Arbitrary<Situation> =>
  planArbitrary.chain((plan) =>
    fc.record({
      plan: fc.constant(plan),
      rows: rowsArbitrary(plan),
      asked: fc.array(fc.tuple(filterArbitrary(plan), payloadArbitrary(plan)), {
        minLength: questions,
        maxLength: questions,
      }),
    }),
  )

/** How many rows filters matched: a run in which most match nothing proves little. */
export class Tally {
  filters = 0
  none = 0
  some = 0
  every = 0

  add(matched: number, rows: number): void {
    this.filters++
    if (matched === 0) this.none++
    else if (matched === rows) this.every++
    else this.some++
  }

  toString(): string {
    const share = (count: number) => `${Math.round((100 * count) / Math.max(1, this.filters))} %`
    return `${this.filters} filters; of the rows, ${share(this.some)} matched some, ${share(this.every)} all, ${share(this.none)} none`
  }
}

const differ = (what: string, filter: unknown, memory: unknown, table: unknown): never => {
  const show = (value: unknown) =>
    JSON.stringify(value, (_, own) => (typeof own === 'bigint' ? `${own}n` : own))
  throw new Error(
    `${what}\n  ${show(filter)}\n  in memory ${show(memory)}\n  in SQLite ${show(table)}`,
  )
}

const same = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((each, i) => each === b[i] || String(each) === String(b[i]))

/** Asks memory and SQLite the same questions; throws where an answer differs. */
export function checkAgreement({ plan, rows, asked }: Situation, tally?: Tally): void {
  const { schema, mapping } = plan
  const table = new SqliteTable(schema, mapping)
  try {
    table.insert(rows)
    for (const [filter, payload] of asked) {
      const query = parseQuery(schema, { ...payload, filter_conditions: filter })
      const memory = runQuery(query, rows as Keyed[]).items.map(keyIn(plan))
      const sql = table.rows(query).map((row) => keyIn(plan)(row as Keyed))
      if (!same(memory, sql)) differ('the pages differ', [filter, payload], memory, sql)

      const condition = parseFilter(schema, filter)
      const everything = parseQuery(schema, { limit: 1000 })
      const matches = compilePredicate(condition)
      const misses = compilePredicate(not(condition))
      const matched = rows.filter(matches).length
      tally?.add(matched, rows.length)
      if (rows.some((row) => matches(row) === misses(row)))
        differ('a row is in both or neither', filter, [], [])
      const hit = table.keys({ ...everything, condition }).length
      const missed = table.keys({ ...everything, condition: not(condition) }).length
      if (hit !== matched || hit + missed !== rows.length) {
        differ('the complement is not one', filter, [matched, rows.length], [hit, missed])
      }
    }
  } finally {
    table.db.close()
  }
}

/** Keys as SQLite gives them back: canonical. */
function keyIn({ fields }: Plan): (row: Keyed) => unknown {
  const isTime = fields[0]?.kinds[0] === 'timestamp'
  return ({ id }) => (isTime && typeof id === 'string' ? id : id)
}
