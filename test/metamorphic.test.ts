import fc from 'fast-check'
import { compilePredicate, condition, type Dialect } from 'tamis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Situation, situationArbitrary, Tally } from './support/agreement.ts'
import { budget } from './support/budget.ts'
import { available } from './support/engines/available.ts'
import type { Connection, Engine, Params } from './support/engines/engine.ts'
import { sqlite } from './support/engines/sqlite.ts'
import { randomOf } from './support/growth.ts'
import { checkMetamorphic, equivalents } from './support/metamorphic.ts'

// `npm run proof -- metamorphic` goes further, with a seed of its own.
const SEED = 11
const FILTERS = 10

const check = (engine: Engine, connection: Connection, situation: Situation): Promise<void> =>
  checkMetamorphic(engine, connection, situation, randomOf(SEED), new Tally())

describe.each(available)('a table of $name', (engine) => {
  let connection: Connection
  beforeAll(async () => {
    connection = await engine.connect()
  })
  afterAll(() => connection.close())

  it('has the same rows for a filter by every law of logic, other names, no index and literals', async () => {
    await fc.assert(
      fc.asyncProperty(situationArbitrary(engine.features, FILTERS), (situation) =>
        check(engine, connection, situation),
      ),
      { seed: SEED, numRuns: budget(2, engine.name === 'ClickHouse' ? 4 : 20) },
    )
  }, 120_000)
})

describe('the forms of a filter', () => {
  it('are true of the same rows in memory', () => {
    fc.assert(
      fc.property(situationArbitrary(sqlite.features, FILTERS), ({ plan, rows, asked }) => {
        for (const [i, { filter_conditions }] of asked.entries()) {
          const other = asked[(i + 1) % asked.length]!.filter_conditions as object
          const own = filter_conditions as Readonly<Record<string, unknown>>
          const holds = compilePredicate(condition(plan.schema, own as never))
          const forms = equivalents(own, other as never, randomOf(i))
          expect(forms.length).toBeGreaterThan(5)
          for (const [law, form] of forms) {
            const also = compilePredicate(condition(plan.schema, form as never))
            for (const row of rows) expect(also(row), law).toBe(holds(row))
          }
        }
      }),
      { seed: SEED, numRuns: budget(5, 50) },
    )
  })
})

/** SQLite with a fault in its columns. */
function broken(change: (column: ReturnType<Dialect<Params>['column']>) => object): Engine {
  const column: Dialect<Params>['column'] = (place) => {
    const own = sqlite.dialect.column(place)
    return { ...own, ...change(own) }
  }
  return { ...sqlite, dialect: { ...sqlite.dialect, column } }
}

const OPPOSITE = { '>': '<=', '>=': '<', '<': '>=', '<=': '>' } as const

/** The negation of a comparison as its opposite, which rows without a value do not pass. */
const losingNull = broken((own) => ({
  of(kind: Parameters<typeof own.of>[0]) {
    const values = own.of(kind)
    const compare: typeof values.compare = (comparison, constant, negated) =>
      negated && comparison !== '='
        ? values.compare(OPPOSITE[comparison], constant, false)
        : values.compare(comparison, constant, negated)
    return { ...values, compare }
  },
}))

/** A driver that cuts the texts that it writes. */
const cutting: Engine = {
  ...sqlite,
  async connect() {
    const connection = await sqlite.connect()
    const cut = (value: unknown) => (typeof value === 'string' ? value.slice(0, 2) : value)
    return {
      ...connection,
      allInlined: ({ text, params }) =>
        connection.all({ text, params: (params as unknown[]).map(cut) as never }),
    }
  },
}

describe('the checks', () => {
  it.each([
    ['a negation that loses rows', losingNull, /divided by another|absorbed|facet/],
    ['literals that are cut', cutting, /inlined/],
  ])('find %s', async (_, engine, law) => {
    const connection = await engine.connect()
    const result = await fc.check(
      fc.asyncProperty(situationArbitrary(engine.features, 25), (situation) =>
        check(engine, connection, situation),
      ),
      { seed: 1, numRuns: 20, endOnFailure: true },
    )
    await connection.close()
    expect(String(result.errorInstance)).toMatch(law)
  })
})
