import {
  compilePredicate,
  countRows,
  defineSchema,
  dynamic,
  parseFilter,
  parseQuery,
  runQuery,
  string,
  timestamp,
} from 'tamis'
import { storedUsers } from '../fixtures/users.ts'
import { measure } from '../measure.ts'
import type { Question, Result, Run } from '../question.ts'

/** The users' fields that are asked of, with caps that let the largest of these filters through. */
const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    role: string(),
    created_at: timestamp({ sortable: true, required: true }),
    'custom.*': dynamic(['string', 'integer']),
  },
  limits: { list: 100_000, conditions: 1000, depth: 20 },
})

const one = (name: string, run: () => unknown, units: number, settings: Run): Result => ({
  name,
  measured: measure({ tamis: run }, units, settings),
  goals: [],
})

/** What a function leaves behind while its answer is held, in bytes; undefined where nobody can tell. */
function heldBy(make: () => unknown): number | undefined {
  const { gc } = globalThis
  if (gc === undefined) return undefined
  gc()
  const before = process.memoryUsage().heapUsed
  const own = make()
  gc()
  const held = process.memoryUsage().heapUsed - before
  return own === undefined ? undefined : Math.max(0, held)
}

const sized = (bytes: number | undefined): string =>
  bytes === undefined ? '' : `, ${(bytes / 1024).toFixed(0)} KiB held`

export const growth: Question = {
  title: 'Growth',
  text: 'How time and memory grow: nanoseconds per row for scans and pages, per operand for `$in`, per condition for depth and width. A column that stays level is linear growth.',
  async ask(run) {
    const results: Result[] = []
    const sizes = run.quick ? [1000, 100_000] : [1000, 10_000, 100_000, 1_000_000]
    const users = storedUsers(sizes.at(-1) as number)
    const condition = parseFilter(schema, { role: 'admin' })
    const query = parseQuery(schema, { sort: { created_at: -1 }, limit: 30 })
    for (const size of sizes) {
      const few = users.slice(0, size)
      results.push(one(`countRows, ${size} rows`, () => countRows(condition, few), size, run))
      const held = sized(heldBy(() => runQuery(query, few)))
      results.push(
        one(`a page, ${size} rows${held}`, () => runQuery(query, few).items.length, size, run),
      )
    }
    for (const size of run.quick ? [1, 1000] : [1, 10, 100, 1000, 10_000, 100_000]) {
      const filter = { id: { $in: users.slice(0, size).map(({ id }) => id) } }
      const make = () => compilePredicate(parseFilter(schema, filter))
      const held = sized(heldBy(make))
      results.push(one(`$in of ${size}${held}`, () => typeof make(), size, run))
    }
    for (const depth of run.quick ? [1, 12] : [1, 3, 6, 12]) {
      let filter: object = { role: 'admin' }
      for (let i = 0; i < depth; i++) filter = { $or: [filter, { 'custom.color': 'red' }] }
      const make = () => typeof compilePredicate(parseFilter(schema, filter))
      results.push(one(`${depth} levels`, make, 2 * depth + 1, run))
    }
    for (const width of run.quick ? [1, 200] : [1, 10, 50, 200]) {
      const filter = {
        $or: Array.from({ length: width }, (_, i) => ({ [`custom.k${i}`]: i })),
      }
      const make = () => typeof compilePredicate(parseFilter(schema, filter))
      results.push(one(`${width} conditions side by side`, make, width + 1, run))
    }
    return results
  },
}
