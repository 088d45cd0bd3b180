/** Statements on catalogs, and what drivers give for their values, read in one way. */

import type { Dialect } from '../dialect/dialect.ts'
import type { Fragment } from '../dialect/fragment.ts'
import { render } from '../dialect/render.ts'
import { describe, quote } from '../error/describe.ts'
import type { Ask, Params } from './connection.ts'
import type { TableName } from './facts.ts'

/** A row of a catalog. */
export class Fact {
  readonly #row: Readonly<Record<string, unknown>>

  constructor(row: Readonly<Record<string, unknown>>) {
    this.#row = row
  }

  /** A text, or what is printed as one; undefined for NULL. */
  maybe(name: string): string | undefined {
    const value = this.#row[name]
    if (value === null || value === undefined) return undefined
    if (typeof value === 'object') {
      throw new TypeError(`tamis/check: ${name}: expected text, received ${describe(value)}`)
    }
    return String(value)
  }

  text(name: string): string {
    const value = this.maybe(name)
    if (value === undefined) throw new TypeError(`tamis/check: the database gave no ${name}`)
    return value
  }

  /** A number; drivers give text for one of 64 bits, or a bigint. */
  number(name: string): number {
    return Number(this.text(name))
  }

  /** Databases say it as true, 1, t or YES. */
  is(name: string): boolean {
    return ['true', '1', 't', 'yes'].includes((this.maybe(name) ?? '').toLowerCase())
  }

  /** A list that the statement made JSON text of: drivers differ in what they make of arrays. */
  list(name: string): readonly string[] {
    const value: unknown = JSON.parse(this.maybe(name) ?? '[]')
    return Array.isArray(value) ? value.map(String) : []
  }
}

/** Asks one database, in its dialect. */
export type Question = (statement: Fragment) => Promise<readonly Fact[]>

export const questionOf =
  (ask: Ask, dialect: Dialect<Params>): Question =>
  async (statement) => {
    const { text, params } = render(statement, dialect)
    return (await ask(text, params)).map((row) => new Fact(row))
  }

/** The only row of a statement that has one. */
export async function one(question: Question, statement: Fragment): Promise<Fact> {
  const [row] = await question(statement)
  if (row === undefined) throw new TypeError('tamis/check: the database gave no row')
  return row
}

/** Rows by what they belong to, in their order. */
export function groupBy(rows: readonly Fact[], name: string): ReadonlyMap<string, readonly Fact[]> {
  const groups = new Map<string, Fact[]>()
  for (const row of rows) {
    const key = row.text(name)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [row])
    else group.push(row)
  }
  return groups
}

/** The settings that are there, by their names. */
export const settingsOf = (
  rows: readonly Fact[],
  name = 'name',
  value = 'value',
): Readonly<Record<string, string>> =>
  Object.fromEntries(rows.map((row) => [row.text(name), row.maybe(value) ?? '']))

/** Only those properties that have a value. */
export function present<T extends object>(
  facts: {
    [Name in keyof T]: T[Name] | undefined
  },
): T {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as T
}

/** The error for a table that does not exist. */
export class MissingTable extends TypeError {
  /** The table of that name in another schema, if there is one. */
  readonly elsewhere: Required<TableName> | undefined

  constructor(message: string, elsewhere?: Required<TableName>) {
    super(message)
    this.elsewhere = elsewhere
  }
}

export function noTable({ schema, name }: TableName): never {
  const place = schema === undefined ? '' : ` in ${quote(schema)}`
  throw new MissingTable(`tamis/check: unknown table ${quote(name)}${place}`)
}
