import fc from 'fast-check'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { checkAgreement, situationArbitrary } from './support/agreement.ts'
import { available } from './support/engines/available.ts'
import type { Connection } from './support/engines/engine.ts'

// Pinned, so that a run repeats; `npm run fuzz` goes further, with a seed of its own.
const SEED = 20_240_501
const FILTERS = 25

/** ClickHouse takes some 20 ms a statement, whatever it says. */
const TABLES: Readonly<Record<string, number>> = { SQLite: 80, ClickHouse: 8 }

describe.each(available)('in memory and in $name', (engine) => {
  let connection: Connection
  beforeAll(async () => {
    connection = await engine.connect()
  })
  afterAll(() => connection.close())

  it('selects the same rows in the same order, on the same pages, whatever the schema, the rows and the query', async () => {
    await fc.assert(
      fc.asyncProperty(situationArbitrary(engine.features, FILTERS), (situation) =>
        checkAgreement(engine, connection, situation),
      ),
      { seed: SEED, numRuns: TABLES[engine.name] ?? 30, interruptAfterTimeLimit: 110_000 },
    )
  }, 120_000)
})
