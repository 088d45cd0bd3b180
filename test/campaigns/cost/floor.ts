/**
 * What the cheapest filters take, and none at all, in the table of the search: what no limit of the cost
 * can go below. `tsx test/campaigns/cost/floor.ts ENGINE` prints the median of seven runs, in ms of the
 * processor.
 */

import { compileQuery, costOf, parseQuery } from 'tamis'
import type { SomeStatement } from '../../support/engines/engine.ts'
import { engines } from '../../support/engines/index.ts'
import { openStanding } from './standing.ts'
import { createCostTable, mappingFor, schema } from './table.ts'

const [name = 'SQLite'] = process.argv.slice(2)
const engine = engines.find((each) => each.name === name)
if (engine === undefined) {
  const known = engines.map((each) => each.name).join(', ')
  process.stderr.write(`unknown engine ${name}; known: ${known}\n`)
  process.exit(2)
}

/** Nothing matches, so that every row is tested. */
const ABSENT = 'no such value'
const SORT = [{ age: -1 }, { created_at: 1 }]
const QUERIES: readonly (readonly [what: string, payload: object])[] = [
  ['no filter, in the order of an index', { sort: [{ created_at: 1 }] }],
  ['no filter, another order', { sort: SORT }],
  ['no filter, another order, 1,000 rows after 1,000', { sort: SORT, offset: 1000, limit: 1000 }],
  ['a column', { filter_conditions: { role: { $gte: ABSENT, $lt: `${ABSENT} ` } }, sort: SORT }],
  ['a key of a document', { filter_conditions: { 'custom.plan': ABSENT }, sort: SORT }],
  [
    'not a key of a document',
    { filter_conditions: { 'custom.plan': { $ne: ABSENT } }, sort: SORT },
  ],
  ['two keys', { filter_conditions: { 'custom.plan': ABSENT, 'custom.note': ABSENT }, sort: SORT }],
]

const connection = await openStanding(engine, createCostTable)
const target = { dialect: engine.dialect, table: 'cost', mapping: mappingFor(engine) }
const asked = schema({})
for (const [what, payload] of QUERIES) {
  const query = parseQuery(asked as never, payload)
  const statement = compileQuery(query, target as never) as SomeStatement
  const times: number[] = []
  for (let i = 0; i < 7; i++) {
    const busy = connection.busy()
    await connection.all(statement)
    times.push(connection.busy() - busy)
  }
  times.sort((a, b) => a - b)
  console.log(
    `${name}: ${Math.round(times[3] as number)} ms, cost ${costOf(query.condition)}: ${what}`,
  )
}
await connection.close()
