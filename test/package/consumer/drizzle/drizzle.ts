/** What a program with tables of Drizzle sees of the built package. Drizzle's own declarations are not checked. */

import { integer, pgEnum, pgTable, text } from 'drizzle-orm/pg-core'
import { compileQuery, defineSchema, type Filter, parseQuery, type Row } from 'tamis'
import { fromDrizzle } from 'tamis/drizzle'

const level = pgEnum('level', ['low', 'high'])
const tasks = pgTable('tasks', {
  id: integer().primaryKey(),
  level: level(),
  title: text().notNull(),
})
const { schema, ...target } = fromDrizzle(tasks, { columns: ['id', 'level', 'title'] })
const own = defineSchema(schema)

export const filter = { level: 'low', title: { $gt: 'a' } } satisfies Filter<typeof own>
export const { text: statement } = compileQuery(
  parseQuery(own, { filter_conditions: filter }),
  target,
)
export const titleOf = (row: Row<typeof own>): string => row.title

// @ts-expect-error: not one of the enum
export const wrong: Filter<typeof own> = { level: 'medium' }
