/**
 * The agreement property for as long as you like: `npm run fuzz -- [filters] [seed]`. Each filter is
 * asked of memory and of SQLite as a page, and with its negation over all rows. Prints the seed
 * first, so that a run can be repeated, and how many rows the filters matched.
 */

import fc from 'fast-check'
import { checkAgreement, situationArbitrary, Tally } from './support/agreement.ts'

const PER_TABLE = 50

const filters = Number(process.argv[2] ?? 100_000)
const seed = Number(process.argv[3] ?? Math.floor(Math.random() * 2 ** 31))
console.log(`${filters} filters, seed ${seed}`)

const tally = new Tally()
const started = performance.now()
let said = 0
fc.assert(
  fc.property(situationArbitrary(PER_TABLE), (situation) => {
    checkAgreement(situation, tally)
    if (tally.filters - said >= 10_000) {
      said = tally.filters
      console.log(String(tally))
    }
  }),
  { seed, numRuns: Math.ceil(filters / PER_TABLE) },
)
console.log(`no difference: ${tally}; ${Math.round((performance.now() - started) / 1000)} s`)
