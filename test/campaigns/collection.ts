/**
 * `npm run proof -- collection [STEPS] [SEED]`: random changes and questions of collections, beside
 * arrays of the same rows. A failure prints the seed of its world.
 */

import { runSteps } from '../support/collection.ts'

const [count = '1000000', seedText] = process.argv.slice(2)
const steps = Number(count)
const seed = Number(seedText ?? Math.floor(Math.random() * 2 ** 31))
if (!Number.isSafeInteger(steps) || steps < 1 || !Number.isSafeInteger(seed)) {
  console.error('expected a number of steps and a seed')
  process.exit(2)
}
console.log(`${steps} steps, seed ${seed}`)
const started = performance.now()
let said = 0
const tally = runSteps(steps, seed, (so) => {
  if (so.steps - said < 10_000) return
  said = so.steps
  console.log(`${so.steps} steps, ${so.pages} pages of ${so.rows} rows, ${so.cursors} by cursors`)
})
console.log(
  `no difference: ${tally.steps} steps, ${tally.pages} pages of ${tally.rows} rows, ${tally.cursors} by cursors, ${tally.operators.size} operators; ${Math.round((performance.now() - started) / 1000)} s`,
)
for (const plan of [...tally.plans].sort()) console.log(`  ${plan}`)
