/** Programs whose sizes are bounded (`bundle.test.ts`) and divided (`bench/sizes.ts`). */

const SCHEMA = `defineSchema({
  fields: { id: string({ required: true }), n: integer(), at: timestamp() },
})`

/** A program that uses these exports of the core, and the builders of three kinds. */
export const program = (uses: string, more = ''): string => `
import { defineSchema, string, integer, timestamp, ${uses} } from './src/index.ts'
${more}
export const schema = ${SCHEMA}
export { ${uses} }`

/** A schema; with a predicate; and with SQL. */
export const STEPS: Readonly<Record<'a schema' | 'a predicate' | 'SQL for SQLite', string>> = {
  'a schema': program(''),
  'a predicate': program('parseFilter, compilePredicate'),
  'SQL for SQLite': `${program('parseFilter, compilePredicate, compileFilter')}
export { sqlite } from './src/dialect/sqlite/index.ts'`,
}
