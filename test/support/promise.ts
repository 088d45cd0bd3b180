/** What `introspect` makes of tables that others made, held against memory. */

import fc from 'fast-check'
import { defineSchema, type FieldDefinition, type Mapping, parseQuery, type Schema } from 'tamis'
import { type Ask, checkTable, introspect } from 'tamis/check'
import { filterArbitrary, queryArbitrary } from 'tamis/fast-check'
import { ask, type Tally } from './agreement.ts'
import type { Connection, Engine, Params } from './engines/engine.ts'
import { type ForeignTable, makeForeignTable } from './foreign-tables.ts'
import { Table } from './table.ts'

/** A list of integers, read as bigints. */
const asBigints = (field: FieldDefinition): FieldDefinition =>
  field.element?.type === 'integer'
    ? { ...field, element: { ...field.element, as: 'bigint' } }
    : field

export const askingOf =
  (connection: Connection): Ask =>
  (text, params) =>
    connection.all({ text, params: params as Params })

/** How many tables had rows that break a promise, and what was found of the others. */
export class Outcomes {
  broken = 0
  asked = 0
  readonly unproven = new Set<string>()
}

/**
 * Makes the table, a schema of it, and asks it questions, unless rows break a promise: then the check
 * has to say so.
 */
export async function keepsPromise(
  engine: Engine,
  connection: Connection,
  own: ForeignTable,
  { seed, questions }: { readonly seed: number; readonly questions: number },
  outcomes = new Outcomes(),
  tally?: Tally,
): Promise<void> {
  const { dialect } = engine
  try {
    await makeForeignTable(engine, connection, own)
    const rows = askingOf(connection)
    const { schema: made, mapping, facts } = await introspect(rows, { table: 't' })
    const schema = defineSchema({
      ...made,
      // Tables of others hold integers that are no JavaScript numbers.
      fields: Object.fromEntries(
        Object.entries(made.fields).map(([name, field]) => [
          name,
          field.type === 'integer' ? { ...field, as: 'bigint' as const } : asBigints(field),
        ]),
      ),
      limits: { cost: Number.MAX_SAFE_INTEGER },
    }) as unknown as Schema
    const target = { dialect, table: 't', mapping: mapping as Mapping }
    const errors = checkTable(schema, target, facts).filter((each) => each.severity === 'error')
    // SQLite's primary keys may be NULL.
    const curable = errors.filter(({ code, field }) => code !== 'nullable' || field !== 'id')
    if (curable.length > 0) throw new Error(`introspected: ${JSON.stringify(curable)}`)
    const counted = await checkTable(schema, target, facts, { rows })
    for (const { code } of counted) outcomes.unproven.add(code)
    if (counted.some(({ severity }) => severity === 'error')) {
      if (!own.isBroken) throw new Error(`no row is broken: ${JSON.stringify(counted)}`)
      outcomes.broken++
      return
    }
    outcomes.asked++
    const table = Table.existing(engine, connection, schema, target.mapping)
    const read = (await table.rows(parseQuery(schema, { limit: 1000 }))) as Record<
      string,
      unknown
    >[]
    const payload = fc
      .tuple(filterArbitrary(schema, { rows: read }), queryArbitrary(schema, { rows: read }))
      .map(([filter_conditions, query]) => ({ ...query, filter_conditions }))
    const asked = fc.sample(payload, { seed, numRuns: questions })
    await ask(table, { plan: { schema, mapping: target.mapping }, rows: read, asked }, tally)
  } finally {
    await connection.exec('DROP TABLE IF EXISTS t')
  }
}
