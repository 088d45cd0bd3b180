/** Rows as text: a JSON array, or an object on each line (NDJSON). */

import type { Schema } from 'tamis'
import { postgres } from 'tamis/postgres'
import { sqlite } from 'tamis/sqlite'
import { rowMistakes } from '../../src/compile/row.ts'
import { LONGEST_ROWS, MOST_ROWS } from './limits.ts'
import { isObject, type Problem, problemOfJson } from './problems.ts'

export type PlayRow = Readonly<Record<string, unknown>>

export interface RowsReading {
  /** The rows that can be stored: those with a problem are left out everywhere. */
  readonly rows: readonly PlayRow[]
  readonly problems: readonly Problem[]
  /** How many rows have a problem; 0 where the text as a whole has one. */
  readonly leftOut: number
  /** Those of them that are objects, which only the schema refuses. */
  readonly misfits: number
}

/** A piece of the text that holds one row. */
interface Piece {
  readonly from: number
  readonly to: number
  /** The number of the row, if it is in an array. */
  readonly row?: number
}

/**
 * Where each row of a text is: the elements of an array, or the values that stand on lines. Rows are
 * found before they are parsed, so that a mistake in one is told with its place, and the others are
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
    if (text.slice(from, to).trim() !== '') {
      pieces.push({ from, to, ...(isArray ? { row: pieces.length + 1 } : {}) })
    }
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

/** The most digits of decimals in SQLite. */
const MOST_DIGITS = 18

/** A database that can hold all values of the fields: rows are left out for their own faults only. */
const dialectOf = ({ key }: Schema) =>
  [...key.siblings.values()].some(
    ({ type, precision }) => type.kind.name === 'decimal' && precision > MOST_DIGITS,
  )
    ? postgres
    : sqlite

/** A check of rows that are to be stored: what is wrong with one, all of it. */
function checker(schema: Schema): (row: PlayRow) => readonly string[] {
  const mistakesOf = rowMistakes(schema, { dialect: dialectOf(schema) })
  const { key } = schema
  const seen = new Set<unknown>()
  return (row) => {
    const mistakes = mistakesOf(row).map((message) => message.replace(/^tamis: /, ''))
    const value = key.type.kind.read(keyOf(row, key.path))
    if (value !== undefined && seen.has(value)) {
      return [...mistakes, `${key.name}: ${JSON.stringify(String(value))} is there already`]
    }
    if (mistakes.length === 0) seen.add(value)
    return mistakes
  }
}

/** The value at a path of a row. */
export function keyOf(row: unknown, path: readonly string[]): unknown {
  let value = row
  for (const key of path)
    value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
  return value
}

/** Whether a text is lines of as many cells each: CSV is pasted, too. */
function isCsv(text: string): boolean {
  if (/^\s*[[{]/.test(text)) return false
  const [first = '', second] = text.trim().split('\n', 2)
  return [',', ';', '\t'].some((mark) => {
    const cells = first.split(mark).length
    return cells > 1 && second !== undefined && second.split(mark).length >= cells
  })
}

/** The key under which an object has the rows, as answers of servers often do. */
function keyOfRows(value: PlayRow): string | undefined {
  return Object.keys(value).find((key) => {
    const list = value[key]
    return Array.isArray(list) && list.length > 0 && list.every(isObject)
  })
}

/** More problems would hide the first. */
const MOST_PROBLEMS = 20

/** The problems that are shown, and how many more there are. */
class Problems {
  readonly #shown: Problem[] = []
  #others = 0
  /** Where the first of the others is. */
  #next: Problem | undefined

  /** Whether another one would be shown. */
  get hasRoom(): boolean {
    return this.#shown.length < MOST_PROBLEMS
  }

  add(problem: Problem): void {
    if (this.hasRoom) this.#shown.push(problem)
    else {
      this.#next ??= problem
      this.#others++
    }
  }

  get all(): readonly Problem[] {
    if (this.#next === undefined) return this.#shown
    const message =
      this.#others === 1 ? this.#next.message : `${this.#others} more mistakes, from here on`
    return [...this.#shown, { ...this.#next, message }]
  }
}

/** Reads rows, and checks that a table of the schema can hold them, if that is wanted. */
export function readRows(text: string, schema: Schema, isChecked = true): RowsReading {
  const whole = (message: string): RowsReading => ({
    rows: [],
    problems: [{ from: 0, to: 1, message }],
    leftOut: 0,
    misfits: 0,
  })
  if (text.length > LONGEST_ROWS) {
    return whole(`Expected at most ${LONGEST_ROWS} characters, received ${text.length}`)
  }
  if (isCsv(text)) {
    return whole('This looks like CSV: paste JSON or NDJSON, or use tamis query with the file')
  }
  const pieces = piecesOf(text)
  if (pieces.length > MOST_ROWS) {
    return whole(`Expected at most ${MOST_ROWS} rows, received ${pieces.length}`)
  }
  const check = isChecked ? checker(schema) : () => []
  const rows: PlayRow[] = []
  const problems = new Problems()
  let misfits = 0
  for (const { from, to, ...place } of pieces) {
    const piece = text.slice(from, to)
    let row: unknown
    try {
      row = parse(piece)
    } catch {
      // No more than are shown are looked at closely.
      problems.add({ ...problemOfJson(problems.hasRoom ? piece : '', from), ...place })
      continue
    }
    const mistakes = isObject(row) ? check(row) : ['A row is an object: {"id": …}']
    if (isObject(row) && mistakes.length === 0) {
      rows.push(row)
      continue
    }
    const key = isObject(row) && pieces.length === 1 ? keyOfRows(row) : undefined
    if (isObject(row) && key === undefined) misfits++
    const start = from + piece.search(/\S/)
    const at = { from: start, to: from + piece.trimEnd().length, ...place }
    const said =
      key === undefined ? mistakes : [`The rows are under ${JSON.stringify(key)}: paste that list`]
    for (const message of said) problems.add({ ...at, message })
  }
  const leftOut = pieces.length - rows.length
  return { rows, problems: problems.all, leftOut, misfits }
}
