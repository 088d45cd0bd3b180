/** Rows as text: a JSON array, or an object on each line (NDJSON). */

import { insertRow, type Schema } from 'tamis'
import { sqlite } from 'tamis/sqlite'
import { LONGEST_ROWS, MOST_ROWS } from './limits.ts'
import { isObject, type Problem, problemOfJson } from './problems.ts'

export type PlayRow = Readonly<Record<string, unknown>>

export interface RowsReading {
  /** The rows that can be stored: those with a problem are left out everywhere. */
  readonly rows: readonly PlayRow[]
  readonly problems: readonly Problem[]
}

/** A piece of the text that holds one row. */
interface Piece {
  readonly from: number
  readonly to: number
}

/**
 * Where each row of a text is: the elements of an array, or the values that stand on lines. Rows are
 * found before they are parsed, so that a mistake in one is told with its line, and the others are
 * read.
 */
function piecesOf(text: string): readonly Piece[] {
  const first = text.search(/\S/)
  // Lines inside of an object begin with a key or a closing bracket. Where there are none, each line is
  // a row, and one that is not closed does not take those that follow.
  const isLines = !/^[^\S\n]*["}\]]/m.test(text)
  const isArray = text[first] === '['
  const pieces: Piece[] = []
  let depth = 0
  let from = isArray ? first + 1 : 0
  let isString = false
  const end = (to: number) => {
    if (text.slice(from, to).trim() !== '') pieces.push({ from, to })
    from = to + 1
  }
  for (let at = from; at < text.length; at++) {
    const char = text[at]
    // A text on one line ends with it: an unclosed one must not take the lines that follow.
    if (isString) {
      if (char === '\\') at++
      else if (char === '"' || char === '\n') isString = false
      if (char !== '\n') continue
    }
    if (char === '"') isString = true
    else if (char === '{' || char === '[') depth++
    else if (char === '}' || char === ']') {
      if (isArray && depth === 0) {
        end(at)
        from = at + 1
        break
      }
      depth--
    } else if (isArray ? char === ',' && depth === 0 : char === '\n' && (isLines || depth <= 0)) {
      end(at)
      depth = 0
    }
  }
  end(text.length)
  return pieces
}

const LONG_INTEGER = /^-?\d{16,}$/

/** Keeps the digits of integers beyond 2^53 where the engine says how they were written. */
function exact(this: unknown, _: string, value: unknown, context?: { readonly source?: string }) {
  const source = context?.source
  if (typeof value !== 'number' || source === undefined || !LONG_INTEGER.test(source)) return value
  return Number.isSafeInteger(value) ? value : BigInt(source)
}

function parse(text: string): unknown {
  return /\d{16}/.test(text) ? JSON.parse(text, exact) : JSON.parse(text)
}

/** A check of rows that are to be stored: what is wrong with one, if anything. */
function checker(schema: Schema): (row: PlayRow) => string | undefined {
  const insert = insertRow(schema, { dialect: sqlite, table: 'items' })
  const { key } = schema
  const seen = new Set<unknown>()
  return (row) => {
    try {
      insert(row)
    } catch (error) {
      return error instanceof Error ? error.message.replace(/^tamis: /, '') : String(error)
    }
    const value = key.type.kind.read(keyOf(row, key.path))
    if (seen.has(value)) return `${key.name}: ${JSON.stringify(String(value))} is there already`
    seen.add(value)
    return undefined
  }
}

/** The value at a path of a row. */
export function keyOf(row: unknown, path: readonly string[]): unknown {
  let value = row
  for (const key of path)
    value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
  return value
}

/** More problems would hide the first. */
const MOST_PROBLEMS = 20

/** Reads rows, and checks that a table of the schema can hold them, if that is wanted. */
export function readRows(text: string, schema: Schema, isChecked = true): RowsReading {
  const whole = (message: string) => ({ rows: [], problems: [{ from: 0, to: 1, message }] })
  if (text.length > LONGEST_ROWS) {
    return whole(`Expected at most ${LONGEST_ROWS} characters, received ${text.length}`)
  }
  const pieces = piecesOf(text)
  if (pieces.length > MOST_ROWS) {
    return whole(`Expected at most ${MOST_ROWS} rows, received ${pieces.length}`)
  }
  const check = isChecked ? checker(schema) : () => undefined
  const rows: PlayRow[] = []
  const problems: Problem[] = []
  for (const { from, to } of pieces) {
    const piece = text.slice(from, to)
    const start = from + piece.search(/\S/)
    let row: unknown
    try {
      row = parse(piece)
    } catch {
      // No more than are shown are looked at closely.
      const isShown = problems.length < MOST_PROBLEMS
      problems.push(problemOfJson(isShown ? piece : '', from))
      continue
    }
    const problem = isObject(row) ? check(row) : 'A row is an object: {"id": …}'
    if (isObject(row) && problem === undefined) rows.push(row)
    else problems.push({ from: start, to: from + piece.trimEnd().length, message: problem ?? '' })
  }
  if (problems.length <= MOST_PROBLEMS) return { rows, problems }
  const last = problems[MOST_PROBLEMS - 1]
  const others = problems.length - MOST_PROBLEMS
  const more = { ...(last ?? { from: 0, to: 1 }), message: `${others} more rows have mistakes` }
  return { rows, problems: [...problems.slice(0, MOST_PROBLEMS), more] }
}
