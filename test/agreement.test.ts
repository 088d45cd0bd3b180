import fc from 'fast-check'
import { it } from 'vitest'
import { checkAgreement, situationArbitrary } from './support/agreement.ts'

// Pinned, so that a run repeats; `npm run fuzz` goes further, with a seed of its own.
const seed = 20_240_501

it('selects the same rows in the same order in memory and in SQLite, whatever the schema, the rows and the filter', () => {
  fc.assert(
    fc.property(situationArbitrary(25), (situation) => checkAgreement(situation)),
    { seed, numRuns: 80 },
  )
})
