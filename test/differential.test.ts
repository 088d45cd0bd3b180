import fc from 'fast-check'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { checkAgreement, situationArbitrary } from './support/agreement.ts'
import { budget } from './support/budget.ts'
import { available } from './support/engines/available.ts'
import type { Connection } from './support/engines/engine.ts'

// Pinned, so that a run repeats; `npm run fuzz` goes further, with a seed of its own. By this one,
// each fault of `mutation.test.ts` shows within three tables, whichever engine's dialect has it.
const SEED = 5
const FILTERS = 25

/** ClickHouse takes longest, most of all to create tables. */
const TABLES: Readonly<Record<string, number>> = {
  SQLite: budget(8, 80),
  ClickHouse: budget(3, 8),
}

describe.each(available)('in memory and in $name', (engine) => {
  let connection: Connection
  beforeAll(async () => {
    connection = await engine.connect()
  })
  afterAll(() => connection.close())

  it('any query of any schema selects the same rows in the same order, on the same pages', async () => {
    await fc.assert(
      fc.asyncProperty(situationArbitrary(engine.features, FILTERS), (situation) =>
        checkAgreement(engine, connection, situation),
      ),
      {
        seed: SEED,
        numRuns: TABLES[engine.name] ?? budget(4, 30),
        interruptAfterTimeLimit: 110_000,
      },
    )
  }, 120_000)
})
