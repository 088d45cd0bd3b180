/** What every part of a check is told, and findings before rows are counted. */

import type { Placed } from '../compile/layout.ts'
import type { Dialect } from '../dialect/dialect.ts'
import { type Fragment, flatten, sql } from '../dialect/fragment.ts'
import type { ColumnDefinition } from '../dialect/table.ts'
import type { Params } from './connection.ts'
import type { ColumnChange } from './ddl.ts'
import { isSameName } from './engines.ts'
import type { ColumnFacts, TableFacts } from './facts.ts'
import { type Finding, type FindingCode, type Remedy, severityOf } from './finding.ts'

export interface Site {
  readonly facts: TableFacts
  readonly dialect: Dialect<Params>
  /** The table, quoted, with its schema. */
  readonly name: Fragment
}

export function siteOf(dialect: Dialect<Params>, facts: TableFacts): Site {
  const { schema, name } = facts.table
  const quoted = dialect.identifier(name)
  return {
    facts,
    dialect,
    name: schema === undefined ? quoted : sql`${dialect.identifier(schema)}.${quoted}`,
  }
}

export const columnNamed = (
  { columns, engine }: TableFacts,
  name: string,
): ColumnFacts | undefined =>
  columns.find((column) => column.name === name) ??
  columns.find((column) => isSameName(engine, column.name, name))

/** A finding, and how the rows are counted that break the promise. */
export interface Draft {
  readonly finding: Finding
  /** The number of them: an aggregate over the table. */
  readonly broken?: Fragment
  /** What cures it of a column that is there; `withStatements` prints it. */
  readonly change?: ColumnChange
  /** It is a finding only if rows break the promise. */
  readonly isSilent?: true
}

interface Details {
  readonly promised: string
  readonly found: string
  readonly remedy?: Remedy
  readonly change?: ColumnChange
  /** True of a row that breaks the promise. */
  readonly breaks?: Fragment
  readonly broken?: Fragment
}

const countOf = (breaks: Fragment): Fragment => sql`sum(CASE WHEN ${breaks} THEN 1 ELSE 0 END)`

export function draft(
  code: FindingCode,
  { field, place }: Placed,
  { promised, found, remedy = {}, change, breaks, broken }: Details,
): Draft {
  const count = broken ?? (breaks && countOf(breaks))
  return {
    finding: {
      code,
      severity: severityOf(code),
      field: field.name,
      column: place.column,
      promised,
      found,
      remedy,
    },
    ...(change === undefined ? {} : { change }),
    ...(count === undefined ? {} : { broken: count }),
  }
}

/** The column of a place as createTable would define it. */
export function definitionOf({ dialect }: Site, { field, place }: Placed): ColumnDefinition {
  const plain = place.json ? place : { ...place, type: undefined, collation: undefined }
  const check = dialect.columnCheck(plain)
  return {
    name: place.column,
    field: field.name,
    holds: place.json ? 'document' : 'value',
    type: flatten(dialect.columnType(plain)),
    nullable: place.nullable,
    isKey: false,
    check,
    generatedAs: undefined,
  }
}
