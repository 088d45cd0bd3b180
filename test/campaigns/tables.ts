/**
 * `npm run proof -- tables ENGINE [COUNT] [SEED] [QUERIES]`: random tables as others make them, introspected,
 * checked with their rows counted, and asked so many random queries each in memory and in SQL.
 */

import fc from 'fast-check'
import { Tally } from '../support/agreement.ts'
import { engines } from '../support/engines/index.ts'
import { foreignTableArbitrary } from '../support/foreign-tables.ts'
import { keepsPromise, Outcomes } from '../support/promise.ts'

/** Tables are sampled in parts, so that memory holds few. */
const PART = 100

const [name = 'SQLite', countText = '1000', seedText, questions = '15'] = process.argv.slice(2)
const engine = engines.find((each) => each.name.toLowerCase() === name.toLowerCase())
if (engine === undefined) {
  console.error(`unknown engine ${name}; expected ${engines.map((each) => each.name).join(', ')}`)
  process.exit(2)
}
const count = Number(countText)
const seed = seedText === undefined ? Date.now() % 2 ** 31 : Number(seedText)
const connection = await engine.connect()
const outcomes = new Outcomes()
const tally = new Tally()
const arbitrary = foreignTableArbitrary(engine)
const start = performance.now()
let failures = 0
for (let done = 0; done < count; done += PART) {
  const numRuns = Math.min(PART, count - done)
  for (const [i, table] of fc.sample(arbitrary, { seed: seed + done, numRuns }).entries()) {
    const own = { seed: seed + done + i, questions: Number(questions) }
    await keepsPromise(engine, connection, table, own, outcomes, tally).catch((error: unknown) => {
      failures++
      console.error(fc.stringify(table), error)
    })
  }
}
await connection.close()
const seconds = Math.round((performance.now() - start) / 1000)
console.log(`${engine.name}, seed ${seed}: ${count} tables in ${seconds} s, ${failures} failures`)
console.log(`  ${outcomes.asked} asked, ${outcomes.broken} had rows that break a promise; ${tally}`)
process.exit(failures === 0 ? 0 : 1)
