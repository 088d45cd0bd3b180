/** Statements that change a table so that it keeps what a schema promises. */

import { type Fragment, sql } from '../dialect/fragment.ts'
import type { ColumnDefinition } from '../dialect/table.ts'
import { isMysqlFamily } from './engines.ts'
import type { Site } from './site.ts'

const text = (fragment: Fragment): string => fragment.texts.join('')

/** SQLite and DuckDB have no statement for a constraint of a column that is there. */
const isRigid = ({ facts: { engine } }: Site): boolean => engine === 'sqlite' || engine === 'duckdb'

/** The column as a new table would define it. */
const define = ({ dialect }: Site, definition: ColumnDefinition): string =>
  text(sql`${dialect.identifier(definition.name)} ${dialect.printColumn(definition)}`)

export const addColumn = (site: Site, definition: ColumnDefinition): string =>
  text(
    sql`ALTER TABLE ${site.name} ADD COLUMN ${site.dialect.identifier(definition.name)} ${site.dialect.printColumn({ ...definition, nullable: true, isKey: false, check: undefined })}`,
  )

export function addCheck(site: Site, definition: ColumnDefinition, check: Fragment): string {
  if (isRigid(site)) return define(site, { ...definition, check })
  const { engine } = site.facts
  if (engine !== 'clickhouse') return text(sql`ALTER TABLE ${site.name} ADD CHECK (${check})`)
  const name = site.dialect.identifier(`${definition.name} check`)
  return text(sql`ALTER TABLE ${site.name} ADD CONSTRAINT ${name} CHECK ifNull(${check}, TRUE)`)
}

/** Gives the column the type and the constraints of the definition. */
export function redefine(site: Site, definition: ColumnDefinition): string {
  const { dialect, facts, name } = site
  const column = dialect.identifier(definition.name)
  if (facts.engine === 'sqlite') return define(site, definition)
  if (isMysqlFamily(facts) || facts.engine === 'clickhouse') {
    const own = { ...definition, check: undefined, isKey: false }
    return text(sql`ALTER TABLE ${name} MODIFY COLUMN ${column} ${dialect.printColumn(own)}`)
  }
  return text(sql`ALTER TABLE ${name} ALTER COLUMN ${column} TYPE ${definition.type}`)
}

export function setRequired(site: Site, definition: ColumnDefinition): string {
  const { dialect, facts, name } = site
  const { engine } = facts
  if (engine === 'sqlite' || engine === 'clickhouse' || isMysqlFamily(facts)) {
    return redefine(site, { ...definition, nullable: false })
  }
  return text(
    sql`ALTER TABLE ${name} ALTER COLUMN ${dialect.identifier(definition.name)} SET NOT NULL`,
  )
}

export const addUnique = ({ dialect, facts, name }: Site, column: string): string =>
  text(
    sql`CREATE UNIQUE INDEX ${dialect.identifier(`${facts.table.name}_${column}_key`)} ON ${name} (${dialect.identifier(column)})`,
  )
