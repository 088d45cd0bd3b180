/** Statements that change a table so that it keeps what a schema promises. */

import { type Fragment, join, sql } from '../dialect/fragment.ts'
import type { ColumnDefinition } from '../dialect/table.ts'
import { changeText, collated, NOT_NULL, type TextChange } from './column-text.ts'
import { isMysqlFamily, QUOTING } from './engines.ts'
import type { ColumnFacts } from './facts.ts'
import { columnNamed, type Draft, type Site } from './site.ts'

/** What is to change of a column that is there; the changes of one column are made together. */
export interface ColumnChange {
  /**
   * `type` is everything that createTable would write, `required` NOT NULL alone, `check` the
   * definition's CHECK alone, and `default` the default alone, which is found in SQLite only.
   */
  readonly kind: 'type' | 'required' | 'check' | 'default'
  readonly definition: ColumnDefinition
  /** Of the type, only the character set and the collation change: how long texts may be, stays. */
  readonly keepsLength?: boolean
  /** The default, where that of the column does not fit. */
  readonly default?: string | undefined
}

const text = (fragment: Fragment): string => fragment.texts.join('')

export const addColumn = (site: Site, definition: ColumnDefinition): string =>
  text(
    sql`ALTER TABLE ${site.name} ADD COLUMN ${site.dialect.identifier(definition.name)} ${site.dialect.printColumn({ ...definition, nullable: true, isKey: false, check: undefined })}`,
  )

/** An index of columns together. In SQLite the schema stands before the index's name. */
function addIndexOf(
  site: Site,
  what: Fragment,
  columns: readonly string[],
  suffix: string,
): string {
  const { dialect, facts, name } = site
  const own = dialect.identifier(`${[facts.table.name, ...columns].join('_')}${suffix}`)
  const of = facts.engine === 'sqlite' ? dialect.identifier(facts.table.name) : name
  return text(
    sql`CREATE ${what} ${own} ON ${of} (${join(columns.map(dialect.identifier), sql`, `)})`,
  )
}

export const addUnique = (site: Site, ...columns: readonly string[]): string =>
  addIndexOf(site, sql`UNIQUE INDEX`, columns, '_key')

export const addIndex = (site: Site, columns: readonly string[]): string =>
  addIndexOf(site, sql`INDEX`, columns, '')

/** Adds to the findings about a column the statement that makes the changes of all of them. */
export const withStatements = (
  site: Site,
  drafts: readonly Draft[],
  isWaived: (draft: Draft) => boolean,
): readonly Draft[] =>
  drafts.map((draft) => {
    const { change, finding } = draft
    if (change === undefined || site.facts.kind === 'view') return draft
    const together = drafts.flatMap((each) =>
      each === draft || (each.finding.column === finding.column && !isWaived(each))
        ? (each.change ?? [])
        : [],
    )
    const ddl = statementOf(site, change, together)
    return { ...draft, finding: { ...finding, remedy: { ...finding.remedy, ddl } } }
  })

function statementOf(site: Site, change: ColumnChange, together: readonly ColumnChange[]): string {
  const { dialect, facts, name } = site
  const { definition, kind } = change
  const { engine } = facts
  const column = dialect.identifier(definition.name)
  // SQLite has no statement for any of them, DuckDB none for a CHECK.
  if (engine === 'sqlite' || (engine === 'duckdb' && kind === 'check')) {
    return `${text(column)} ${changed(site, together)}`
  }
  if (kind === 'check') return addCheck(site, definition)
  // A type that is written anew takes everything else of the column with it.
  if (isMysqlFamily(facts) || engine === 'clickhouse') {
    const ofColumn = together.filter((each) => each.kind !== 'check')
    return `${text(sql`ALTER TABLE ${name} MODIFY COLUMN ${column}`)} ${changed(site, ofColumn)}`
  }
  const action = kind === 'required' ? sql`SET NOT NULL` : sql`TYPE ${definition.type}`
  return text(sql`ALTER TABLE ${name} ALTER COLUMN ${column} ${action}`)
}

function addCheck({ dialect, facts, name }: Site, { name: column, check }: ColumnDefinition) {
  const condition = check ?? sql`TRUE`
  if (facts.engine !== 'clickhouse') return text(sql`ALTER TABLE ${name} ADD CHECK (${condition})`)
  const constraint = dialect.identifier(`${column} check`)
  return text(
    sql`ALTER TABLE ${name} ADD CONSTRAINT ${constraint} CHECK ifNull(${condition}, TRUE)`,
  )
}

/** The definition of a column with all of the changes, without its name. */
function changed({ facts }: Site, changes: readonly ColumnChange[]): string {
  const { engine } = facts
  const [first] = changes
  const column = columnNamed(facts, first?.definition.name ?? '')
  const retyped = changes.find(({ kind }) => kind === 'type')
  const isRequired = changes.some(
    ({ kind, definition }) => kind === 'required' || (kind === 'type' && !definition.nullable),
  )
  if (engine === 'clickhouse') {
    // What is not written of a column stays; whether it may be NULL is part of its type.
    if (retyped !== undefined) return text(retyped.definition.type)
    return (column?.type.text ?? '').replace(/Nullable\(((?:[^()]|\([^()]*\))*)\)/, '$1')
  }
  // MySQL and MariaDB add a CHECK by a statement of its own.
  const checks = isMysqlFamily(facts)
    ? []
    : changes.flatMap(({ kind, definition: { check } }) =>
        kind === 'required' || kind === 'default' || check === undefined ? [] : [text(check)],
      )
  const change: TextChange = {
    type: retyped && typeTextOf(retyped, column),
    required: isRequired,
    default: changes.find((each) => each.default !== undefined)?.default,
    checks: [...new Set(checks)],
  }
  return changeText(textOf(column), change, QUOTING[engine])
}

function typeTextOf({ definition, keepsLength }: ColumnChange, column: ColumnFacts | undefined) {
  const written = text(definition.type)
  return keepsLength && column ? written.replace(/^\w+(\(\d+\))?/, column.type.text) : written
}

/** The column as its table defines it; of facts without that text, as far as they say it. */
function textOf(column: ColumnFacts | undefined): string {
  if (column === undefined) return ''
  const { definition, type, collation, nullable } = column
  return (
    definition ??
    [
      type.text,
      ...(collation === undefined ? [] : [collated(collation.name)]),
      ...(nullable ? [] : [NOT_NULL]),
      ...(column.default === undefined ? [] : [`DEFAULT (${column.default})`]),
    ].join(' ')
  )
}
