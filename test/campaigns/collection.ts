/**
 * `npm run proof -- collection [STEPS] [SEED]`: random changes and questions of collections, beside
 * arrays of the same rows; then a tenth as many changes beside pages that are watched. A failure prints
 * the seed of its world.
 */

import { runSteps } from '../support/collection.ts'
import { runLiveSteps } from '../support/live-pages.ts'

const [count = '1000000', seedText] = process.argv.slice(2)
const steps = Number(count)
const seed = Number(seedText ?? Math.floor(Math.random() * 2 ** 31))
if (!Number.isSafeInteger(steps) || steps < 1 || !Number.isSafeInteger(seed)) {
  console.error('expected a number of steps and a seed')
  process.exit(2)
}
console.log(`${steps} steps, seed ${seed}`)
const started = performance.now()
const seconds = () => Math.round((performance.now() - started) / 1000)
let said = 0
const tally = runSteps(steps, seed, (so) => {
  if (so.steps - said < 10_000) return
  said = so.steps
  console.log(`${so.steps} steps, ${so.pages} pages of ${so.rows} rows, ${so.cursors} by cursors`)
})
console.log(
  `no difference: ${tally.steps} steps, ${tally.pages} pages of ${tally.rows} rows, ${tally.cursors} by cursors, ${tally.operators.size} operators; ${seconds()} s`,
)
for (const plan of [...tally.plans].sort()) console.log(`  ${plan}`)

said = 0
const live = await runLiveSteps(Math.ceil(steps / 10), seed, (so) => {
  if (so.steps - said < 10_000) return
  said = so.steps
  console.log(`${so.steps} changes, ${so.events} events, ${so.pages} pages compared`)
})
console.log(
  `no difference: ${live.steps} changes, ${live.events} events, ${live.pages} live pages compared; ${seconds()} s`,
)
