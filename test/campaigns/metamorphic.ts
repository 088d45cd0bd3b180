/**
 * `npm run proof -- metamorphic [ENGINE] [FILTERS] [SEED]`: random filters over random schemas and rows, each
 * in many forms that must select the same rows of a table (`test/support/metamorphic.ts`).
 */

import fc from 'fast-check'
import { situationArbitrary, Tally } from '../support/agreement.ts'
import { engines } from '../support/engines/index.ts'
import { randomOf } from '../support/growth.ts'
import { checkMetamorphic } from '../support/metamorphic.ts'

const PER_TABLE = 50
/** Tables are sampled in parts, so that memory holds few. */
const PART = 20

const [name = 'SQLite', countText = '10000', seedText] = process.argv.slice(2)
const engine = engines.find((each) => each.name.toLowerCase() === name.toLowerCase())
if (engine === undefined) {
  console.error(`unknown engine ${name}; expected ${engines.map((each) => each.name).join(', ')}`)
  process.exit(2)
}
const count = Number(countText)
const seed = seedText === undefined ? Date.now() % 2 ** 31 : Number(seedText)
const random = randomOf(seed)
const connection = await engine.connect()
const tally = new Tally()
const arbitrary = situationArbitrary(engine.features, PER_TABLE)
console.log(`${engine.name} ${await engine.version(connection)}: ${count} filters, seed ${seed}`)
const start = performance.now()
let failures = 0
for (let part = 0; tally.filters + tally.refused < count; part++) {
  for (const situation of fc.sample(arbitrary, { seed: seed + part, numRuns: PART })) {
    await checkMetamorphic(engine, connection, situation, random, tally).catch((error) => {
      failures++
      console.error(fc.stringify(situation.plan), fc.stringify(situation.rows), error)
    })
  }
  // Statements of drivers in the process are freed with their objects.
  globalThis.gc?.()
}
await connection.close()
const seconds = Math.round((performance.now() - start) / 1000)
console.log(`${engine.name}, seed ${seed}: ${failures} failures in ${seconds} s; ${tally}`)
process.exit(failures === 0 ? 0 : 1)
