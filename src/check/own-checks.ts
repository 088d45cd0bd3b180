/** The kinds of columns in SQLite's tables of createTable, whose types are TEXT and INTEGER only. */

import { layoutOf } from '../compile/layout.ts'
import { flatten } from '../dialect/fragment.ts'
import { sqlite } from '../dialect/sqlite/index.ts'
import type { FieldDefinition } from '../schema/definition.ts'
import { boolean, date, string, uuid } from '../schema/scalars.ts'
import { buildStructure } from '../schema/schema.ts'
import { timestamp } from '../schema/timestamp.ts'
import { isEnforced, membersIn } from './constraints.ts'
import type { ColumnFacts, TableFacts } from './facts.ts'
import type { Shape } from './kinds-of-types.ts'

interface Candidate {
  readonly definition: FieldDefinition
  readonly shape: Shape
}

const TEXTS: readonly Candidate[] = [
  { definition: uuid(), shape: { of: 'uuid' } },
  { definition: date(), shape: { of: 'date' } },
  ...Array.from({ length: 10 }, (_, digits): Candidate => {
    return { definition: timestamp({ digits }), shape: { of: 'timestamp', digits } }
  }),
]

const INTEGERS: readonly Candidate[] = [{ definition: boolean(), shape: { of: 'boolean' } }]

/** The CHECK that createTable writes of a field in the column. */
function checkOf(column: string, definition: FieldDefinition): string | undefined {
  const structure = buildStructure({
    fields: { key: string({ required: true }), field: definition },
    key: 'key',
  })
  const mapping = { key: { column: `${column}_key` }, field: { column } }
  const placed = layoutOf(sqlite, structure, mapping).typed.find(
    ({ field }) => field.name === 'field',
  )
  const check = placed && sqlite.columnCheck(placed.place)
  return check && flatten(check).strings.join('')
}

/** The field whose CHECK the column has; a decimal's does not say its scale. */
export function shapeOfCheck(column: ColumnFacts, facts: TableFacts): Shape | undefined {
  const { affinity } = column.type
  const values = affinity === 'text' ? membersIn(column.name, facts) : undefined
  if (values !== undefined) return { of: 'enumeration', values }
  const candidates = affinity === 'text' ? TEXTS : affinity === 'integer' ? INTEGERS : []
  return candidates.find(({ definition }) => {
    const check = checkOf(column.name, definition)
    return check !== undefined && isEnforced(check, column, facts)
  })?.shape
}
