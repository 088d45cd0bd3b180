/** What the page and the workers of the engines say to each other. */

import type { Payload } from '../query-text.ts'
import type { PlayRow } from '../rows-text.ts'

export interface Filling {
  /** The schema as JSON, checked already. */
  readonly schema: unknown
  readonly rows: readonly PlayRow[]
}

export interface Asking {
  readonly payload: Payload
  readonly now: number
}

export type Request =
  | { readonly id: number; readonly fill: Filling }
  | { readonly id: number; readonly ask: Asking }

/** What an engine found, and how. */
export interface Found {
  /** The keys of the rows, in their order, as texts. */
  readonly keys: readonly string[]
  readonly rows: readonly PlayRow[]
  /** How many rows match on all pages; only memory counts them. */
  readonly total?: number
  /** Milliseconds of the query alone, without its compilation: the fastest run. */
  readonly time: number
  /** Undefined for memory. */
  readonly statement: Told | undefined
}

export interface Told {
  readonly text: string
  readonly params: readonly unknown[]
  readonly plan: string
}

export interface Filled {
  readonly version: string
  readonly rows: number
  /** Milliseconds to make the table and to write the rows. */
  readonly time: number
  /** The statements that made the table. */
  readonly table: readonly string[]
}

/** What of an engine's files was read, in bytes as they are unpacked. */
export interface Progress {
  readonly loaded: number
  /** Undefined where a server sends a file packed: then its size unpacked is not known. */
  readonly total: number | undefined
  readonly isDone: boolean
}

export type Answer =
  | { readonly id: number; readonly filled: Filled }
  | { readonly id: number; readonly found: Found }
  | { readonly id: number; readonly error: string }
