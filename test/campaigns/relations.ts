/**
 * `npm run proof -- relations ENGINE [FILTERS] [SEED]`: random filters of related rows, three relations
 * deep, each with its negation, on random rows of three tables: in memory and on an engine.
 */

import fc from 'fast-check'
import { engines } from '../support/engines/index.ts'
import { askedOfRelated, checkRelated } from '../support/related-filters.ts'
import { rowsArbitrary } from '../support/related-tables.ts'

/** So many filters are asked of the same rows. */
const PER_DATA = 50

const [name = 'SQLite', count = '100000', seedText] = process.argv.slice(2)
const engine = engines.find((each) => each.name.toLowerCase() === name.toLowerCase())
if (engine === undefined) {
  console.error(`unknown engine ${name}; expected ${engines.map((each) => each.name).join(', ')}`)
  process.exit(2)
}
const filters = Number(count)
const seed = Number(seedText ?? Math.floor(Math.random() * 2 ** 31))
const connection = await engine.connect()
console.log(`${engine.name} ${await engine.version(connection)}: ${filters} filters, seed ${seed}`)

const started = performance.now()
let asked = 0
try {
  await fc.assert(
    fc.asyncProperty(
      rowsArbitrary,
      fc.array(askedOfRelated, { minLength: PER_DATA, maxLength: PER_DATA }),
      async (data, own) => {
        await checkRelated(engine, connection, data, own)
        asked += own.length
        if (asked % 1000 === 0) globalThis.gc?.()
        if (asked % 10_000 === 0) console.log(`${asked} filters`)
      },
    ),
    { seed, numRuns: Math.ceil(filters / PER_DATA), endOnFailure: true },
  )
} finally {
  await connection.close()
}
const seconds = Math.round((performance.now() - started) / 1000)
console.log(`no difference: ${asked} filters and as many negations; ${seconds} s`)
