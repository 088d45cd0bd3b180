/** What is wrong with a text, and where. */

import { defineSchema, type Issue, string } from 'tamis'
import { safeParseFilterText } from 'tamis/text'
import { LONGEST_SCHEMA } from './limits.ts'

export interface Problem {
  /** Offsets into the text. */
  readonly from: number
  readonly to: number
  readonly message: string
  /** The row that it is in, from 1, where lines do not number the rows: in an array. */
  readonly row?: number
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The line of an offset, from 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++
  return line
}

/** Where a problem is, for people: rows of an array are often all on one line. */
export const placeName = (text: string, { row, from }: Problem): string =>
  row === undefined ? `Line ${lineAt(text, from)}` : `Row ${row}`

export const sentence = ({ message, hint }: Issue): string =>
  hint === undefined ? message : `${message} (${hint})`

/** Any schema: only the syntax of a text is looked at. */
const ANY = /* @__PURE__ */ defineSchema({ fields: { id: string({ required: true }) } })

/**
 * The problem of a text that `JSON.parse` refuses, whose messages often name no place: the parser of
 * filters finds it. `at` is where the text begins in a longer one.
 */
export function problemOfJson(text: string, at = 0): Problem {
  const limits = { length: LONGEST_SCHEMA, tokens: LONGEST_SCHEMA, depth: 100 }
  const read = safeParseFilterText(ANY, text, { limits })
  const issue = read.ok ? undefined : read.issues.find(({ code }) => code === 'syntax')
  const { start, end } = issue?.range ?? { start: Math.max(0, text.search(/\S/)), end: 0 }
  // The message counts lines from where the row begins; the line in the text is shown beside it.
  const said =
    issue === undefined ? '' : `: ${sentence(issue).replace(/ at line \d+, column \d+/, '')}`
  return { from: at + start, to: at + Math.max(end, start + 1), message: `This is not JSON${said}` }
}
