/** What the page shows of a query's result. */

import { compileQuery, type Query, type Schema } from 'tamis'
import { clickhouse } from 'tamis/clickhouse'
import { duckdb } from 'tamis/duckdb'
import { mariadb } from 'tamis/mariadb'
import { mysql } from 'tamis/mysql'
import { postgres } from 'tamis/postgres'
import { sqlite } from 'tamis/sqlite'
import type { DialectName } from './code.ts'
import { element } from './dom.ts'
import { keyOf, type PlayRow } from './rows-text.ts'
import { sqlLines } from './sql-lines.ts'
import { type Branch, jsonText } from './tree.ts'

const DIALECTS = { sqlite, postgres, mariadb, mysql, duckdb, clickhouse } as const

export const DATABASES: readonly (readonly [DialectName, string])[] = [
  ['sqlite', 'SQLite'],
  ['postgres', 'PostgreSQL'],
  ['mariadb', 'MariaDB'],
  ['mysql', 'MySQL'],
  ['duckdb', 'DuckDB'],
  ['clickhouse', 'ClickHouse'],
]

/** More rows would make a page that is slow to scroll. */
const SHOWN = 100
const WIDE = 120

const cellText = (value: unknown): string => {
  if (value === undefined || value === null) return '–'
  const text = typeof value === 'string' ? value : jsonText(value)
  return text.length > WIDE ? `${text.slice(0, WIDE)}…` : text
}

/** The rows as a table with a column for each field. */
export function rowsTable(schema: Schema, rows: readonly PlayRow[]): HTMLElement {
  const names = [...schema.fields.keys(), ...schema.wildcards.keys()]
  const columns = [schema.key.name, ...names.filter((name) => name !== schema.key.name)]
  const head = columns.map((name) => element('th', { scope: 'col' }, name))
  const body = rows.slice(0, SHOWN).map((row) =>
    element(
      'tr',
      {},
      ...columns.map((name, i) => {
        const text = cellText(keyOf(row, name.split('.')))
        if (i === 0) return element('th', { scope: 'row' }, text)
        return element('td', text === '–' ? { class: 'tp-absent' } : {}, text)
      }),
    ),
  )
  const table = element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...body),
  )
  const scroll = element('div', { class: 'tp-scroll', tabindex: '0', role: 'region' }, table)
  scroll.setAttribute('aria-label', 'Rows that match')
  if (rows.length === 0) return note('No row matches.')
  if (rows.length <= SHOWN) return scroll
  return element('div', {}, scroll, note(`The first ${SHOWN} of ${rows.length} rows of the page.`))
}

export const note = (text: string): HTMLElement => element('p', { class: 'tp-note' }, text)

/** What is above a part of a panel; no heading, for panels have none above it. */
export const subtitle = (text: string): HTMLElement => element('p', { class: 'tp-subtitle' }, text)

/** Text that keeps its lines, which the keyboard can scroll. */
export const block = (label: string, text: string): HTMLElement =>
  element('pre', { tabindex: '0', role: 'region', 'aria-label': label }, text)

/** A condition as nested lists; groups can be closed. */
export function treeView({ label, operand, note: type, branches }: Branch): HTMLElement {
  const line = [
    element('span', { class: 'tp-label' }, label),
    ...(operand === undefined ? [] : [' ', element('code', {}, short(operand))]),
    ...(type === undefined ? [] : [' ', element('span', { class: 'tp-type' }, type)]),
  ]
  if (branches.length === 0) return element('div', { class: 'tp-leaf' }, ...line)
  return element(
    'details',
    { open: true },
    element('summary', {}, ...line),
    element('ul', {}, ...branches.map((each) => element('li', {}, treeView(each)))),
  )
}

const short = (text: string): string => (text.length > WIDE ? `${text.slice(0, WIDE)}…` : text)

export interface Sql {
  readonly text: string
  readonly params: readonly (readonly [name: string, value: unknown])[]
}

/** The statement of a dialect, for databases that do not run here. @throws TypeError if it refuses. */
export function sqlOf(query: Query, name: DialectName): Sql {
  const dialect = DIALECTS[name]
  const { text, params } = compileQuery<never, unknown>(query, { dialect, table: 'items' })
  const named = name === 'clickhouse'
  return {
    text,
    params: Object.entries(params ?? {}).map(([key, value]) => [
      named
        ? `{${key}}`
        : name === 'sqlite' || name === 'mariadb' || name === 'mysql'
          ? `?${Number(key) + 1}`
          : `$${Number(key) + 1}`,
      value,
    ]),
  }
}

/** A statement and its parameters. */
export function sqlView({ text, params }: Sql): HTMLElement {
  const list = params.map(([name, value]) =>
    element(
      'div',
      {},
      element('dt', {}, name),
      element('dd', {}, element('code', {}, short(jsonText(value)))),
    ),
  )
  return element(
    'div',
    {},
    block('SQL', sqlLines(text)),
    ...(list.length > 0
      ? [subtitle('Parameters'), element('dl', { class: 'tp-params' }, ...list)]
      : []),
  )
}
