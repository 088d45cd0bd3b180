import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { budget } from '../support/budget.ts'
import { available } from '../support/engines/available.ts'
import type { Connection } from '../support/engines/engine.ts'
import { foreignTableArbitrary } from '../support/foreign-tables.ts'
import { keepsPromise, Outcomes } from '../support/promise.ts'

// Pinned, so that a run repeats; `npm run proof -- tables` goes further, with a seed of its own.
const SEED = 20_240_501

const TABLES: Readonly<Record<string, number>> = {
  SQLite: budget(15, 600),
  ClickHouse: budget(4, 20),
}

describe.each(available)('a table that others made, in $name', (engine) => {
  let connection: Connection
  beforeAll(async () => {
    connection = await engine.connect()
  })
  afterAll(() => connection?.close())

  it('is introspected without an error, and queried as in memory', async () => {
    const outcomes = new Outcomes()
    await fc.assert(
      fc.asyncProperty(foreignTableArbitrary(engine), fc.nat(), (table, seed) =>
        keepsPromise(engine, connection, table, { seed, questions: 12 }, outcomes),
      ),
      {
        seed: SEED,
        numRuns: TABLES[engine.name] ?? budget(5, 150),
        interruptAfterTimeLimit: 300_000,
      },
    )
    expect(outcomes.asked).toBeGreaterThan(outcomes.broken)
  }, 320_000)
})
