/** Random changes and questions of a matcher, beside the predicates of the same filters. */

import fc from 'fast-check'
import {
  and,
  boolean,
  type Condition,
  compilePredicate,
  condition,
  date,
  decimal,
  defineSchema,
  dynamic,
  enumeration,
  integer,
  list,
  many,
  not,
  number,
  object,
  one,
  or,
  type Predicate,
  relate,
  type Schema,
  string,
  timestamp,
  uuid,
} from 'tamis'
import { createMatcher, type Matcher } from 'tamis/collection'
import { filterArbitrary, rowArbitrary } from 'tamis/fast-check'
import { planArbitrary, rowsArbitrary } from './arbitrary.ts'
import { randomOf } from './collection.ts'
import { engines } from './engines/index.ts'
import { JSON_TEXT_OPERATORS, TEXT_OPERATORS } from './text-cases.ts'

type Row = Record<string, unknown>

interface World {
  readonly schema: Schema
  readonly rows: readonly Row[]
}

const SQLITE = engines.find(({ name }) => name === 'SQLite')!

const wide = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    role: string({ operators: TEXT_OPERATORS }),
    email: string({ insensitive: true }),
    rank: integer({ as: 'bigint' }),
    score: number(),
    at: timestamp({ digits: 3, unit: 'ms' }),
    day: date(),
    price: decimal({ precision: 10, scale: 2 }),
    code: uuid(),
    level: enumeration(['low', 'middle', 'high']),
    flag: boolean(),
    teams: list(string()),
    sizes: list(integer()),
    parts: list(object({ a: string(), b: integer() })),
    'custom.*': dynamic(['string', 'boolean', 'integer', 'number'], {
      operators: JSON_TEXT_OPERATORS,
    }),
    'custom.born': timestamp(),
    'details.size': integer(),
  },
  limits: { cost: Number.MAX_SAFE_INTEGER, segments: 16 },
}) as unknown as Schema

/** Orders of customers, whose related rows stand in them. */
const related = (() => {
  const customers = defineSchema({
    fields: { id: integer({ required: true }), country: string(), rank: integer() },
  })
  const orders = defineSchema({
    fields: {
      id: integer({ required: true }),
      customer_id: integer(),
      state: string(),
      total: integer(),
    },
    limits: { cost: Number.MAX_SAFE_INTEGER },
  })
  const { orders: schema } = relate(
    { customers, orders },
    {
      customers: { orders: many('orders', { from: 'id', to: 'customer_id' }) },
      orders: { customer: one('customers', { from: 'customer_id', to: 'id' }) },
    },
  )
  return schema as unknown as Schema
})()

const sample = <V>(arbitrary: fc.Arbitrary<V>, numRuns: number, seed: number): V[] =>
  fc.sample(arbitrary, { numRuns, seed })

function choices(random: () => number) {
  const below = (n: number): number => Math.floor(random() * n)
  return { below, pick: <V>(values: readonly V[]): V => values[below(values.length)]! }
}

function plannedWorld(seed: number): World {
  const [plan] = sample(planArbitrary(SQLITE.features), 1, seed)
  const [rows] = sample(rowsArbitrary(plan!, SQLITE.features, 24), 1, seed)
  return { schema: plan!.schema, rows: rows! }
}

function relatedWorld(seed: number): World {
  const { below, pick } = choices(randomOf(seed))
  const orderOf = (id: number, customer: object | null): Row => ({
    id,
    customer_id: below(4),
    state: pick(['open', 'paid', undefined]),
    total: below(5),
    customer,
  })
  const customerOf = (): object => ({
    id: below(4),
    country: pick(['NL', 'FR', null]),
    rank: below(3),
    orders: Array.from({ length: below(3) }, (_, id) => orderOf(id, null)),
  })
  const rows = Array.from({ length: 16 }, (_, id) =>
    orderOf(id, below(4) === 0 ? null : customerOf()),
  )
  return { schema: related, rows }
}

function wideWorld(seed: number): World {
  const rows = sample(rowArbitrary(wide, { foreign: true }), 24, seed) as Row[]
  return { schema: wide, rows: rows.map((row, i) => ({ ...row, id: `k${i % 20}` })) }
}

const WORLDS = [wideWorld, plannedWorld, wideWorld, relatedWorld]

/** What was done, for the test to say that it was enough. */
export interface Tally {
  questions: number
  changes: number
  /** How many ids were found, and how many of these untested. */
  matches: number
  candidates: number
  /** How many conditions were tested for every row, in each step. */
  unindexed: number
  conditions: number
  readonly operators: Set<string>
}

function operatorsIn(of: Condition, found: Set<string>): void {
  if (of.kind === 'leaf' || of.kind === 'some') found.add(of.operator)
  if (of.kind === 'some') operatorsIn(of.condition, found)
  if (of.kind === 'and' || of.kind === 'or')
    for (const each of of.conditions) operatorsIn(each, found)
}

const sorted = (ids: readonly (string | number)[]): string[] =>
  ids.map((id) => JSON.stringify(id)).sort()

class Difference extends Error {}

function same(what: string, own: readonly unknown[], expected: readonly unknown[]): void {
  const [a, b] = [sorted(own as string[]), sorted(expected as string[])]
  if (JSON.stringify(a) === JSON.stringify(b)) return
  throw new Difference(`${what}: found ${a.join()}, expected ${b.join()}`)
}

/** One sequence of steps, from no filters to none. */
function runWorld(seed: number, steps: number, tally: Tally): void {
  const random = randomOf(seed)
  const { below, pick } = choices(random)
  const { schema, rows } = pick(WORLDS)(seed)
  const pool = sample(filterArbitrary(schema, { rows: rows as never }), 30, seed).map((filter) =>
    condition(schema, filter as never),
  )
  for (const each of pool) operatorsIn(each, tally.operators)
  const conditionOf = (depth: number): Condition => {
    const roll = depth === 0 ? 0 : random()
    if (roll < 0.5) return pick(pool)
    const parts = Array.from({ length: 1 + below(3) }, () => conditionOf(depth - 1))
    return roll < 0.75 ? and(...parts) : roll < 0.9 ? or(...parts) : not(and(...parts))
  }
  const ids: readonly (string | number)[] = Array.from({ length: 40 }, (_, i) =>
    i % 2 === 0 ? i : String(i - 1),
  )
  const model = new Map<string | number, Predicate>()
  const matcher: Matcher<Row> = createMatcher(schema)
  const fitting = (row: Row | undefined) =>
    row === undefined ? [] : [...model].filter(([, fits]) => fits(row)).map(([id]) => id)
  const step = () => {
    const roll = random()
    if (roll < 0.4) {
      const id = pick(ids)
      const own = conditionOf(2)
      matcher.add(id, own)
      model.set(id, compilePredicate(own))
    } else if (roll < 0.6) {
      const id = pick(ids)
      if (matcher.remove(id) !== model.delete(id)) throw new Difference(`remove(${id})`)
    } else if (roll < 0.8) {
      const row = pick(rows)
      const expected = fitting(row)
      same('match', matcher.match(row), expected)
      const candidates = matcher.candidates(row)
      if (new Set(candidates).size < candidates.length) throw new Difference('an id twice')
      same(
        'candidates',
        expected.filter((id) => !candidates.includes(id)),
        [],
      )
      tally.questions++
      tally.matches += expected.length
      tally.candidates += candidates.length
    } else {
      const [before, after] = [pick([...rows, undefined]), pick([...rows, undefined])]
      const [was, is] = [fitting(before), fitting(after)]
      const found = matcher.match(before, after)
      same(
        'added',
        found.added,
        is.filter((id) => !was.includes(id)),
      )
      same(
        'updated',
        found.updated,
        is.filter((id) => was.includes(id)),
      )
      same(
        'removed',
        found.removed,
        was.filter((id) => !is.includes(id)),
      )
      tally.changes++
    }
    if (matcher.size !== model.size) throw new Difference('size')
    const { unindexed, conditions } = matcher.stats()
    tally.unindexed += unindexed
    tally.conditions += conditions
  }
  const empty = JSON.stringify(matcher.stats())
  for (let i = 0; i < steps; i++) step()
  for (const id of model.keys()) matcher.remove(id)
  const left = JSON.stringify(matcher.stats())
  if (left !== empty) throw new Difference(`after the last filter: ${left}`)
}

/** Runs sequences of 150 steps each until so many were done. @throws Error with the seed to repeat. */
export function runMatcherSteps(steps: number, seed: number): Tally {
  const tally: Tally = {
    questions: 0,
    changes: 0,
    matches: 0,
    candidates: 0,
    unindexed: 0,
    conditions: 0,
    operators: new Set(),
  }
  for (let done = 0, own = seed; done < steps; done += 150, own++) {
    try {
      runWorld(own, 150, tally)
    } catch (error) {
      throw new Error(`seed ${own}: ${(error as Error).message}`, { cause: error })
    }
  }
  return tally
}
