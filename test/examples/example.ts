import type { Schema } from 'tamis'

/** A row as the application answers it: what is absent is left out. */
export type ExampleRow = Readonly<Record<string, unknown>>

/** An application that runs over a table of its own. */
export interface Running {
  /** The database as `tamis introspect` takes it. */
  readonly database: string
  /** Where the application listens. */
  readonly url: string
  /** Puts the rows of a script in the place of those that are there. */
  replaceRows(script: string): Promise<void>
  close(): Promise<void>
}

/** An application of docs/examples, and what is asked of it. */
export interface Example {
  /** In docs/examples. */
  readonly folder: string
  /** The engine's name in test/support. */
  readonly engine: string
  readonly table: string
  /** The column that clients must not see. */
  readonly omitted: string
  readonly schema: Schema
  /** What `start` puts into the table. */
  readonly rows: readonly ExampleRow[]
  readonly filters: readonly object[]
  /** Query strings that are refused: the code, the path and the hint of the issue. */
  readonly refused: readonly (readonly [
    search: string,
    code: string,
    path: string,
    hint: RegExp | undefined,
  ])[]
  /** Makes the table from schema.sql, fills it, and starts the application. */
  start(schema: string): Promise<Running>
}

/** Rows without their undefined values. */
export const present = (row: ExampleRow): ExampleRow =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined))

/** An integer of more than 53 bits, which JSON has, and no number of JavaScript. */
export const SERIAL = 9007199254740993n

/** JSON with all digits of bigints. */
export const toJson = (value: unknown): string =>
  JSON.stringify(value, (_, each) =>
    typeof each === 'bigint' ? `bigint ${each}` : each,
  ).replaceAll(/"bigint (\d+)"/g, '$1')

const START = Date.UTC(2024, 0, 1)

/** An instant of row `i`, as it is read with so many digits; three rows in a row have the same. */
export const instant = (i: number, step: number, digits: 0 | 3): string => {
  const text = new Date(START + Math.floor(i / 3) * step).toISOString()
  return digits === 3 ? text : text.replace(/\.\d+/, '')
}

export const pick = <T>(values: readonly T[], i: number): T => values[i % values.length] as T
