/**
 * The differential suite for as long as you like: `npm run fuzz -- ENGINE [filters] [seed] [shrink]`.
 * Prints the seed first, so that a run can be repeated, and how many rows the filters matched.
 */

import fc from 'fast-check'
import { checkAgreement, situationArbitrary, Tally } from './support/agreement.ts'
import { engines } from './support/engines/index.ts'
import { shardPlans, shards } from './support/shards.ts'

const PER_TABLE = 50

const [name = 'SQLite', count = '100000', seedText, shrink] = process.argv.slice(2)
const engine = [...engines, shards].find((each) => each.name.toLowerCase() === name.toLowerCase())
if (engine === undefined) {
  console.error(
    `no engine ${name}; there are ${[...engines, shards].map((each) => each.name).join(', ')}`,
  )
  process.exit(2)
}
const filters = Number(count)
const seed = Number(seedText ?? Math.floor(Math.random() * 2 ** 31))
const connection = await engine.connect()
console.log(`${engine.name} ${await engine.version(connection)}: ${filters} filters, seed ${seed}`)

const tally = new Tally()
const started = performance.now()
let said = 0
let failures = 0
try {
  await fc.assert(
    fc.asyncProperty(
      situationArbitrary(engine.features, PER_TABLE, engine === shards ? shardPlans : undefined),
      async (situation) => {
        try {
          await checkAgreement(engine, connection, situation, tally)
        } catch (error) {
          // Shrinking takes minutes: the first difference is shown before it.
          if (failures++ === 0) console.error(String(error))
          throw error
        }
        // Statements of drivers in the process are freed with their objects, which V8 finds small.
        if (tally.filters % (PER_TABLE * 20) === 0) globalThis.gc?.()
        if (tally.filters - said >= 10_000) {
          said = tally.filters
          console.log(String(tally))
        }
      },
    ),
    { seed, numRuns: Math.ceil(filters / PER_TABLE), endOnFailure: shrink !== 'shrink' },
  )
} finally {
  await connection.close()
}
console.log(`no difference: ${tally}; ${Math.round((performance.now() - started) / 1000)} s`)
