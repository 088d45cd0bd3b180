import fc from 'fast-check'
import { describe, it } from 'vitest'
import { budget } from '../support/budget.ts'
import { available } from '../support/engines/available.ts'
import { databases } from './databases.ts'
import { agreesWithModel } from './property.ts'

// Pinned, so that a run repeats; `tsx test/users/fuzz.ts` goes further, with a seed of its own.
const SEED = 20_240_501

const RUNS: Readonly<Record<string, number>> = { 'SQLite in memory': budget(6, 60) }

describe.each(databases.filter(({ engine }) => available.includes(engine)))('$name', (database) => {
  it('behaves like the model for any operations', async () => {
    const numRuns = RUNS[database.name] ?? budget(1, 20)
    await fc.assert(agreesWithModel(database), { seed: SEED, numRuns, endOnFailure: true })
  })
})
