/** What is asked of a database, as a payload and as the SQL that an expert writes for the same rows. */

import type { Mapping, parseQuery, Schema } from 'tamis'
import type { Spelling, SqlDatabase } from './databases.ts'

type Scopes = NonNullable<NonNullable<Parameters<typeof parseQuery>[2]>['scopes']>

/** The table that a question is about. */
export interface Subject {
  readonly schema: Schema
  readonly table: string
  readonly selected: readonly string[]
  readonly scopes?: Scopes
  mapping(database: SqlDatabase): Mapping
}

/** The expert's statement: what stands between SELECT … FROM people and LIMIT. */
export interface Expert {
  /** The text with `?` for parameters. */
  readonly text: string
  readonly params?: readonly unknown[]
  /** What is read from, if it is not the table alone, and the name that the table has there. */
  readonly from?: string
  readonly alias?: string
}

export interface SqlQuestion {
  readonly name: string
  /** A payload of parseQuery; or a filter whose rows are counted. */
  readonly payload: Readonly<Record<string, unknown>>
  readonly isCount?: true
  /** The page is the one that follows so many rows, by a cursor. */
  readonly behind?: number
  expert(spelling: Spelling, behind: Row | undefined): Expert
}

/** A row as SELECT gives it: texts of instants, whatever a driver makes of them. */
export interface Row {
  readonly id: number
  readonly created_at: string
  readonly last_active?: string
}

/** Tables, and what is asked of them. */
export interface SqlSet {
  readonly name: string
  /** The file that the results are written to, and what it says of the tables. */
  readonly page: string
  readonly about: string
  /** The tables of so many rows: a plan that reads one of them from end to end is a fault. */
  readonly large: readonly string[]
  /** Statements that make the tables, with so many rows in the largest. */
  fill(database: SqlDatabase, rows: number): readonly string[]
  readonly questions: readonly (SqlQuestion & { readonly about: Subject })[]
}

/** Questions about one table. */
export const about = (subject: Subject, questions: readonly SqlQuestion[]): SqlSet['questions'] =>
  questions.map((question) => ({ ...question, about: subject }))
