/**
 * Compares the users system with its model until it is stopped:
 * `tsx test/users/fuzz.ts DATABASE [sequences] [seed] [shrink]`. Prints the seed first, so that a
 * run can be repeated.
 */

import fc from 'fast-check'
import { databases } from './databases.ts'
import { agreesWithModel } from './property.ts'

const [name = '', count = '1000', seedText, shrink] = process.argv.slice(2)
const database = databases.find((each) => each.name === name)
if (database === undefined) {
  const known = databases.map((each) => `"${each.name}"`).join(', ')
  console.error(`no database ${JSON.stringify(name)}; there are ${known}`)
  process.exit(2)
}
const seed = Number(seedText ?? Math.floor(Math.random() * 2 ** 31))
console.log(`${database.name}: ${count} sequences, seed ${seed}`)
const started = performance.now()
await fc.assert(agreesWithModel(database), {
  seed,
  numRuns: Number(count),
  endOnFailure: shrink !== 'shrink',
})
console.log(`no difference: ${Math.round((performance.now() - started) / 1000)} s`)
