/** The to-one relations that the foreign keys of a table say. */

import type { RelationDefinition } from '../compile/relate.ts'
import { quote } from '../error/describe.ts'
import type { ForeignKeyFacts, TableFacts } from './facts.ts'
import type { Planned } from './source.ts'

/** What `relate` takes of a schema: its relations by name. */
export type MadeRelations = Readonly<Record<string, RelationDefinition<string, 'one'>>>

/** `customer` for `customer_id`; of several columns, the name of the other table. */
function wordOf({ columns, references }: ForeignKeyFacts): string {
  const [column = '', second] = columns
  const word = column.replace(/(_id|_uuid|_key|_fk|Id|ID)$/, '')
  return second === undefined && word !== column && word !== '' ? word : references.table
}

/**
 * A name for a relation that no field has: it would conflict with a field of that name, and with one
 * whose path begins with it.
 */
function nameOf(word: string, isTaken: (name: string) => boolean): string {
  const plain = word.replace(/^\$+/, '_').replaceAll('.', '_')
  for (let n = 1; ; n++) {
    const name = n === 1 ? plain : n === 2 ? `${plain}_row` : `${plain}_row_${n - 1}`
    if (!isTaken(name)) return name
  }
}

const fieldNameOf = (fields: readonly Planned[], column: string): string | undefined =>
  fields.find(({ name, mapping }) => (mapping.column ?? name) === column)?.name

/**
 * The relations of a table's foreign keys; a key of a column that no field has is none.
 *
 * @param nameInOther The name of the field that is made of a column of the other table.
 */
export function relationsIn(
  { foreignKeys, table }: TableFacts,
  fields: readonly Planned[],
  nameInOther: (column: string) => string,
  warnings: string[],
): MadeRelations {
  const relations = new Map<string, RelationDefinition<string, 'one'>>()
  const isTaken = (name: string) =>
    relations.has(name) ||
    fields.some((field) => field.name === name || field.name.startsWith(`${name}.`))
  for (const foreignKey of foreignKeys) {
    const { columns, references } = foreignKey
    const from = columns.flatMap((column) => fieldNameOf(fields, column) ?? [])
    if (from.length < columns.length || references.columns.length < columns.length) continue
    const name = nameOf(wordOf(foreignKey), isTaken)
    const one = <T>(names: readonly T[]) => (names.length === 1 ? (names[0] as T) : names)
    relations.set(name, {
      type: 'one',
      target: references.table,
      from: one(from),
      to: one(references.columns.map(nameInOther)),
    })
    if (references.schema === undefined || references.schema === table.schema) continue
    warnings.push(
      `the rows of ${quote(name)} are in another schema: map it with { table: { schema: '${references.schema}', name: '${references.table}' } }`,
    )
  }
  return Object.fromEntries(relations)
}
