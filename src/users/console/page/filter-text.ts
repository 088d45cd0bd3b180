/** A filter as text, without the page: what it says, and what is wrong where. */

import { clientSchema, printFilter } from '../../../index.ts'
import { describeFilter } from '../../../interop/index.ts'
import { type Completion, completionsAt, safeParseFilterText } from '../../../text/index.ts'
import type { UsersFilter } from '../../client/index.ts'
import { usersSchema } from '../../schema.ts'

const schema = clientSchema(usersSchema)

/** More than the server takes; a longer text would only make typing slow. */
const LONGEST = 100_000

/** A mistake, and where it is in the text. */
export interface Mistake {
  readonly start: number
  readonly end: number
  /** The line and the column, from 1. */
  readonly place: string
  readonly message: string
}

export type Reading =
  | { readonly filter: UsersFilter; readonly words: string }
  | { readonly mistakes: readonly Mistake[] }

/** What a text says. No text is the filter that everybody matches. */
export function readFilter(text: string): Reading {
  if (text.trim() === '') return { filter: {}, words: 'all users' }
  const options = { relaxed: true, limits: { length: LONGEST } }
  const result = safeParseFilterText(schema, text, options)
  if (result.ok) {
    const filter = printFilter(result.value) as UsersFilter
    if (holdsBigint(filter)) return { mistakes: [beyondNumbers(text)] }
    return { filter, words: describeFilter(result.value) }
  }
  const mistakes = result.issues.map(({ message, hint, range }) => {
    const { start, end, line, column } = range ?? { start: 0, end: 0, line: 1, column: 1 }
    const advice = hint === undefined ? '' : ` (${hint})`
    return { start, end, place: `${line}:${column}`, message: message + advice }
  })
  return { mistakes }
}

/** Integers of more than 53 bits are read exactly, but no JSON has them. */
const holdsBigint = (value: unknown): boolean =>
  typeof value === 'bigint' ||
  (typeof value === 'object' && value !== null && Object.values(value).some(holdsBigint))

const LONG_INTEGER = /0x[\da-f]{14,}|\d{16,}/i

function beyondNumbers(text: string): Mistake {
  const { 0: found, index: start } = LONG_INTEGER.exec(text) ?? { 0: text, index: 0 }
  const lines = text.slice(0, start).split(/\r\n|[\n\r]/)
  return {
    start,
    end: start + found.length,
    place: `${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`,
    message: 'The server takes no integer beyond 9007199254740991',
  }
}

export const completions = (text: string, offset: number): readonly Completion[] =>
  completionsAt(schema, text, offset, { relaxed: true })

/** What accepting a completion does to a text: what is replaced by what, and where the caret goes. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
  readonly caret: number
}

export function editOf({ kind, label, text, range }: Completion, whole: string): Edit {
  const { start, end } = range
  const edit = (written: string, caret: number): Edit => ({
    ...{ start, end, text: written },
    caret: start + caret,
  })
  // The rest of the name is typed: before the closing quote if there is one.
  if (label.endsWith('.')) return edit(text, text.lastIndexOf('.') + 1)
  if (kind === 'value' || /^\s*:/.test(whole.slice(end))) return edit(text, text.length)
  return edit(`${text}: `, text.length + 2)
}
