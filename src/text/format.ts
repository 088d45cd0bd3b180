import { LONGEST_NUMBER } from '../kinds/json.ts'
import { nameOf, type Piece, piecesOf } from './pieces.ts'

/** The maximal length of a line; the contents of longer brackets are split into lines. */
const WIDTH = 80
const INDENT = 2

interface Group {
  readonly open: string
  readonly close: string
  readonly entries: readonly Entry[]
  /** The group on one line; undefined where it is too long, holds comments or is not closed. */
  readonly short: string | undefined
}

/** The tokens between two commas, and the comments around them. */
interface Entry {
  readonly before: readonly string[]
  readonly parts: readonly (string | Group)[]
  readonly trailing: string[]
}

/**
 * A filter's text, printed one way: strings and keys in double quotes, two spaces a level, short
 * objects on one line, no comma at the end. Comments stay where they are. It changes how a text is
 * written and never what it says; of a broken text, every piece is kept.
 */
export function formatFilter(text: string): string {
  const pieces = piecesOf(text)
  const { entries } = new Grouping(text, pieces).group('', 0)
  const printer = new Printer()
  for (const [i, entry] of entries.entries()) {
    if (i > 0) printer.append(',')
    printer.entry(entry, 0, '')
  }
  return printer.toString()
}

class Grouping {
  readonly #text: string
  readonly #pieces: readonly Piece[]
  #at = 0

  constructor(text: string, pieces: readonly Piece[]) {
    this.#text = text
    this.#pieces = pieces
  }

  /** The entries up to the bracket that closes them; at the top, up to the end. */
  group(open: string, depth: number): Group {
    const entries: Entry[] = []
    let before: string[] = []
    let parts: (string | Group)[] = []
    let trailing: string[] = []
    const end = () => {
      if (parts.length > 0 || before.length > 0 || trailing.length > 0) {
        entries.push({ before, parts, trailing })
      }
      before = []
      parts = []
      trailing = []
    }
    for (;;) {
      const piece = this.#pieces[this.#at]
      if (piece === undefined) {
        end()
        return groupOf(open, '', entries)
      }
      this.#at++
      if (piece.type === 'comment') {
        const comment = piece.image.trimEnd()
        const last = entries.at(-1)
        // A comment after a comma on the same line belongs to the entry before the comma.
        if (parts.length > 0) trailing.push(comment)
        else if (before.length === 0 && last !== undefined && this.#isOnLine(piece)) {
          last.trailing.push(comment)
        } else before.push(comment)
      } else if (piece.type === 'comma') {
        if (parts.length > 0) end()
      } else if (piece.type === 'open' && piece.image !== '(') {
        // Deeper than any filter, brackets are kept as they come.
        parts.push(depth < DEEPEST ? this.group(piece.image, depth + 1) : piece.image)
      } else if (piece.type === 'close' && piece.image !== ')' && depth > 0) {
        end()
        return groupOf(open, piece.image, entries)
      } else parts.push(this.#written(piece, parts))
    }
  }

  /** Whether nothing but its line's beginning parts a piece from the one before. */
  #isOnLine({ start }: Piece): boolean {
    const previous = this.#pieces[this.#at - 2]
    return previous !== undefined && !/[\n\r]/.test(this.#text.slice(previous.end, start))
  }

  #written(piece: Piece, parts: readonly unknown[]): string {
    const { type, image } = piece
    if (type === 'string') {
      const isClosed = image.length > 1 && image.at(-1) === image[0]
      return isClosed ? JSON.stringify(nameOf(piece)) : image
    }
    if (type === 'number') return number(image)
    if (type === 'word') {
      const isDate = image === 'ISODate' && this.#pieces[this.#at]?.image === '('
      const next = this.#next()
      const isKey = parts.length === 0 && next?.type === 'colon'
      if (isDate) return this.#date() ?? image
      return isKey ? JSON.stringify(image) : image
    }
    return image
  }

  /** The piece that comes next, comments aside. */
  #next(): Piece | undefined {
    let at = this.#at
    while (this.#pieces[at]?.type === 'comment') at++
    return this.#pieces[at]
  }

  /** The timestamp in `ISODate("…")`, if it is all there. */
  #date(): string | undefined {
    const [, text, close] = this.#pieces.slice(this.#at, this.#at + 3)
    if (text?.type !== 'string' || close?.image !== ')') return undefined
    this.#at += 3
    return JSON.stringify(nameOf(text))
  }
}

const DEEPEST = 64

/** A slice of one string is flat; one put together level by level would be walked for each line. */
const BLANKS = ' '.repeat(INDENT * (DEEPEST + 1))
const indentOf = (depth: number): string => BLANKS.slice(0, INDENT * depth)

/** A number as JSON has it, with the value that it has; what no filter can hold stays as it is. */
function number(image: string): string {
  if (image.length > LONGEST_NUMBER) return image
  const sign = image.startsWith('-') ? '-' : ''
  const bare = image.replace(/^[+-]/, '')
  if (/^0[xX]/.test(bare)) return `${sign}${BigInt(bare)}`
  const whole = bare.startsWith('.') ? `0${bare}` : bare
  return `${sign}${whole.replace(/\.(?!\d)/, '')}`
}

/** A group whose inner groups are there: each is printed on one line from what they are on one. */
const groupOf = (open: string, close: string, entries: readonly Entry[]): Group => ({
  open,
  close,
  entries,
  short: close === '' ? undefined : shortOf(open, close, entries),
})

/** Stops as soon as it is too long, so that the total time is linear. */
function shortOf(open: string, close: string, entries: readonly Entry[]): string | undefined {
  let length = 0
  const texts: string[] = []
  for (const { before, parts, trailing } of entries) {
    if (before.length > 0 || trailing.length > 0) return undefined
    const shorts: string[] = []
    for (const part of parts) {
      const short = typeof part === 'string' ? part : part.short
      if (short === undefined) return undefined
      length += short.length
      if (length > WIDTH) return undefined
      shorts.push(short)
    }
    texts.push(joined(shorts))
  }
  const inside = texts.join(', ')
  return open === '{' && inside !== ''
    ? `${open} ${inside} ${close}`.trimEnd()
    : `${open}${inside}${close}`
}

/** Whether a part follows the one before it without a space: a colon, a bracket of a call. */
const isBeside = (part: string, last: string): boolean =>
  part === ':' || part === ')' || part === '(' || last === '('

/** Joins the parts of an entry on one line. */
function joined(parts: readonly string[]): string {
  let line = ''
  let last = '('
  for (const part of parts) {
    line += isBeside(part, last) ? part : ` ${part}`
    last = part
  }
  return line
}

/** Prints line by line, so that nested text is not copied for each level. */
class Printer {
  readonly #lines: string[] = []

  toString(): string {
    return this.#lines.join('\n')
  }

  /** Continues the last line. */
  append(text: string): void {
    const last = this.#lines.length - 1
    if (last < 0) this.#lines.push(text)
    else this.#lines[last] += text
  }

  /** Prints an entry, with a comma where others follow. */
  entry({ before, parts, trailing }: Entry, depth: number, comma: string): void {
    const indent = indentOf(depth)
    for (const comment of before) this.#lines.push(`${indent}${comment}`)
    if (parts.length === 0) return
    let used = indent.length
    for (const part of parts) if (typeof part === 'string') used += part.length + 1
    this.#lines.push(indent)
    let last = '('
    for (const part of parts) {
      const text = typeof part === 'string' ? part : part.open
      if (!isBeside(text, last)) this.append(' ')
      if (typeof part === 'string') this.append(part)
      else this.#group(part, depth, used)
      last = text
    }
    this.append(trailing.length === 0 ? comma : `${comma} ${trailing.join(' ')}`)
  }

  #group({ open, close, entries, short }: Group, depth: number, used: number): void {
    if (short !== undefined && used + short.length <= WIDTH) {
      this.append(short)
      return
    }
    this.append(open)
    // An entry of comments only has no comma, nor has the one before it at the end.
    const last = entries.findLastIndex(({ parts }) => parts.length > 0)
    for (const [i, entry] of entries.entries()) {
      this.entry(entry, depth + 1, i < last ? ',' : '')
    }
    if (close !== '') this.#lines.push(`${indentOf(depth)}${close}`)
  }
}
