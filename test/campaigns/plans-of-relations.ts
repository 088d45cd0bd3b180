/**
 * `npm run proof -- plans-of-relations ENGINE [ORDERS]`: filters and sorts by related rows of 1,000,000
 * orders of 100,000 customers, beside the SQL that an expert writes for the same rows. Both must find
 * the same rows in the same order. It fails where a plan reads all orders and the expert's does not, but
 * for those that are known, and prints both times and, where the database counts them, the rows that both read.
 */

import { DATABASES } from '../../bench/sql/databases.ts'
import { askDatabase, type SqlResult } from '../../bench/sql/measure.ts'
import { RELATED } from '../../bench/sql/related.ts'

/** How much slower than the expert's SQL a page may be. */
const GOAL = 1.2

const [name = 'SQLite', orders = '1000000'] = process.argv.slice(2)
const database = DATABASES.find((each) => each.name.toLowerCase() === name.toLowerCase())
if (database === undefined) {
  console.error(`unknown engine ${name}; known: ${DATABASES.map((each) => each.name).join(', ')}`)
  process.exit(2)
}

/**
 * Rows without a related one are in the order, too, and the SQL by hand leaves them out: it begins at
 * the related table, which has an index of the order.
 */
const KNOWN = ['all rows, by a path, ascending', 'all rows, by a path, descending']

const times = ({ tamis, expert }: SqlResult) => `${tamis.toFixed(2)} ms, ${expert.toFixed(2)} ms`
const reads = ({ plans: { tamis, expert } }: SqlResult) =>
  tamis.read === undefined ? '' : `, ${tamis.read} and ${expert.read} rows read`

const faults: string[] = []
const { version, answered } = await askDatabase(database, [RELATED], {
  rows: Number(orders),
  rounds: 5,
  show(result) {
    const isSlower = result.ratio > GOAL
    const marks = `${isSlower ? ' SLOWER' : ''}${result.onlyOursScans ? ' SCANS' : ''}`
    console.log(
      `${result.question}: ${times(result)}, ${result.ratio.toFixed(2)} ×${reads(result)}${marks}`,
    )
    if (isSlower || result.onlyOursScans) console.log(result.plans.tamis.text)
    if (result.onlyOursScans && !KNOWN.includes(result.question)) faults.push(result.question)
  },
})
const results = answered.flatMap((each) => each.results)
const within = results.filter(({ ratio }) => ratio <= GOAL).length
console.log(
  `${database.name} ${version}: ${results.length} questions, ${within} within ${GOAL} times the expert's, ${faults.length} plans that alone read all orders beside the known ones`,
)
process.exit(faults.length === 0 ? 0 : 1)
