/** What SQLite and DuckDB say in the text of CREATE TABLE and CREATE INDEX alone. */

import {
  bracketed,
  isSign,
  isWord,
  outer,
  type Quoting,
  split,
  type Token,
  tokensOf,
  written,
} from './tokens.ts'

export interface TextOfColumn {
  readonly collation: string | undefined
  readonly generated: string | undefined
  /** As it is written, without the name. */
  readonly definition: string
}

export interface TextOfTable {
  /** In the order in which they are declared. */
  readonly columns: readonly TextOfColumn[]
  readonly checks: readonly string[]
}

const NOTHING: TextOfTable = { columns: [], checks: [] }

/** What stands in the brackets behind each such word. */
function afterWord(text: string, part: readonly Token[], word: string): readonly string[] {
  return outer(part).flatMap((at) => {
    if (!isWord(part[at], word) || !isSign(part[at + 1], '(')) return []
    return [written(text, bracketed(part, at + 1).inside)]
  })
}

/** Begins a constraint of the table: as the name of a column, each of these would be quoted. */
const isConstraint = ([first]: readonly Token[]): boolean =>
  isWord(first, 'constraint', 'primary', 'unique', 'check', 'foreign')

/** The collation that a column names last, which is the one that counts. */
function collationIn(part: readonly Token[]): string | undefined {
  const at = outer(part).findLast((each) => isWord(part[each], 'collate'))
  return at === undefined ? undefined : part[at + 1]?.value
}

/** The text of CREATE TABLE; of a virtual table, nothing. */
export function readTableText(text: string, quoting: Quoting): TextOfTable {
  const tokens = tokensOf(text, quoting)
  const open = tokens.findIndex((token) => isSign(token, '('))
  if (open === -1 || isWord(tokens[1], 'virtual')) return NOTHING
  const parts = split(bracketed(tokens, open).inside)
  return {
    columns: parts
      .filter((part) => !isConstraint(part))
      .map((part) => ({
        collation: collationIn(part),
        generated: afterWord(text, part, 'as')[0],
        definition: written(text, part.slice(1)),
      })),
    checks: parts.flatMap((part) => afterWord(text, part, 'check')),
  }
}

/**
 * A condition without the table's name before columns, which drizzle-kit writes: a CHECK is of no
 * other table's columns.
 */
export function unqualified(text: string, table: string, quoting: Quoting): string {
  const tokens = tokensOf(text, quoting)
  const own = table.toLowerCase()
  const isOwn = (name: string) => name.toLowerCase() === own
  let result = ''
  let from = 0
  for (const [i, { kind, value, start, end }] of tokens.entries()) {
    // A dot belongs to the word that it stands in.
    const dot = kind === 'word' ? value.indexOf('.') : -1
    const isWhole = dot > 0 && isOwn(value.slice(0, dot))
    const next = tokens[i + 1]
    const isQuoted = kind === 'name' && isOwn(value) && next?.kind === 'word' && next.start === end
    if (!isWhole && !(isQuoted && next.value.startsWith('.'))) continue
    result += text.slice(from, start)
    from = isWhole ? start + dot + 1 : end + 1
  }
  return result + text.slice(from)
}

/** A term of an index: an expression, unless it is the name of a column. */
export interface TextOfTerm {
  readonly column: string | undefined
  readonly expression: string
}

export interface TextOfIndex {
  /** Without their directions. */
  readonly terms: readonly TextOfTerm[]
  readonly where: string | undefined
}

/** The text of CREATE INDEX. */
export function readIndexText(text: string, quoting: Quoting): TextOfIndex {
  const tokens = tokensOf(text, quoting)
  const on = tokens.findIndex((token) => isWord(token, 'on'))
  const open = tokens.findIndex((token, at) => at > on && isSign(token, '('))
  const { inside, after } = bracketed(tokens, open)
  return {
    terms: split(inside).map((part) => {
      const term = isWord(part.at(-1), 'asc', 'desc') ? part.slice(0, -1) : part
      const [only, ...rest] = term
      const isName = rest.length === 0 && (only?.kind === 'word' || only?.kind === 'name')
      return { column: isName ? only?.value : undefined, expression: written(text, term) }
    }),
    where: isWord(after[0], 'where') ? written(text, after.slice(1)) : undefined,
  }
}
