import fc from 'fast-check'
import { describe, it } from 'vitest'
import { available } from '../support/engines/available.ts'
import { databases } from './databases.ts'
import { agreesWithModel } from './property.ts'

// Pinned, so that a run repeats; `tsx test/users/fuzz.ts` goes further, with a seed of its own.
const SEED = 20_240_501

const RUNS: Readonly<Record<string, number>> = { 'SQLite in memory': 60 }

describe.each(databases.filter(({ engine }) => available.includes(engine)))('$name', (database) => {
  it('does what the model does, whatever is done', async () => {
    const numRuns = RUNS[database.name] ?? 20
    await fc.assert(agreesWithModel(database), { seed: SEED, numRuns, endOnFailure: true })
  })
})
