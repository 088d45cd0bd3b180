import { LONGEST_NUMBER } from '../kinds/json.ts'
import { nameOf, type Piece, piecesOf } from './grammar.ts'

/** A line may be so long before what is in brackets goes on lines of its own. */
const WIDTH = 80
const INDENT = '  '

interface Group {
  readonly open: string
  readonly close: string
  readonly entries: readonly Entry[]
}

/** What stands between two commas, and the comments around it. */
interface Entry {
  readonly before: readonly string[]
  readonly parts: readonly (string | Group)[]
  readonly behind: string[]
}

/**
 * A filter's text, printed one way: strings and keys in double quotes, two spaces a level, short
 * objects on one line, no comma at the end. Comments stay where they are. It changes how a text is
 * written and never what it says; of a broken text, every piece is kept.
 */
export function formatFilter(text: string): string {
  const pieces = piecesOf(text)
  const { entries } = new Grouping(text, pieces).group('', 0)
  const printed = entries.map((entry) => lines(entry, '', '').join('\n'))
  return printed.join(',\n')
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
    let behind: string[] = []
    const end = () => {
      if (parts.length > 0 || before.length > 0 || behind.length > 0) {
        entries.push({ before, parts, behind })
      }
      before = []
      parts = []
      behind = []
    }
    for (;;) {
      const piece = this.#pieces[this.#at]
      if (piece === undefined) {
        end()
        return { open, close: '', entries }
      }
      this.#at++
      if (piece.type === 'comment') {
        const own = piece.image.trimEnd()
        const last = entries.at(-1)
        // Behind a comma, on its line, it is about what stands before the comma.
        if (parts.length > 0) behind.push(own)
        else if (before.length === 0 && last !== undefined && this.#isOnLine(piece)) {
          last.behind.push(own)
        } else before.push(own)
      } else if (piece.type === 'comma') {
        if (parts.length > 0) end()
      } else if (piece.type === 'open' && piece.image !== '(') {
        // Deeper than any filter, brackets are kept as they come.
        parts.push(depth < DEEPEST ? this.group(piece.image, depth + 1) : piece.image)
      } else if (piece.type === 'close' && piece.image !== ')' && depth > 0) {
        end()
        return { open, close: piece.image, entries }
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

/** A number as JSON has it, with the value that it has; what no filter can hold stays as it is. */
function number(image: string): string {
  if (image.length > LONGEST_NUMBER) return image
  const sign = image.startsWith('-') ? '-' : ''
  const bare = image.replace(/^[+-]/, '')
  if (/^0[xX]/.test(bare)) return `${sign}${BigInt(bare)}`
  const whole = bare.startsWith('.') ? `0${bare}` : bare
  return `${sign}${whole.replace(/\.(?!\d)/, '')}`
}

const hasComment = (group: Group): boolean =>
  group.entries.some(
    ({ before, parts, behind }) =>
      before.length > 0 ||
      behind.length > 0 ||
      parts.some((part) => typeof part !== 'string' && hasComment(part)),
  )

/** A group on one line. */
function flat({ open, close, entries }: Group): string {
  const inside = entries.map(({ parts }) => joined(parts.map(flatPart))).join(', ')
  return open === '{' && inside !== ''
    ? `${open} ${inside} ${close}`.trimEnd()
    : `${open}${inside}${close}`
}

const flatPart = (part: string | Group): string => (typeof part === 'string' ? part : flat(part))

/** Parts of an entry beside each other: a colon stands at what is before it. */
function joined(parts: readonly string[]): string {
  const pieces: string[] = []
  let last = '('
  for (const part of parts) {
    const isBeside = part === ':' || part === ')' || part === '(' || last === '('
    pieces.push(isBeside ? part : ` ${part}`)
    last = part
  }
  return pieces.join('')
}

/** The lines of an entry, with a comma where others follow. */
function lines({ before, parts, behind }: Entry, indent: string, comma: string): string[] {
  let used = indent.length
  for (const part of parts) if (typeof part === 'string') used += part.length + 1
  const own = joined(
    parts.map((part) => (typeof part === 'string' ? part : printed(part, indent, used))),
  )
  const comments = behind.length === 0 ? '' : ` ${behind.join(' ')}`
  const all = before.map((comment) => `${indent}${comment}`)
  return own === '' ? all : [...all, `${indent}${own}${comma}${comments}`]
}

function printed(group: Group, indent: string, used: number): string {
  const short = flat(group)
  if (!hasComment(group) && group.close !== '' && used + short.length <= WIDTH) return short
  const { open, close, entries } = group
  const inner = indent + INDENT
  // What holds only comments takes no comma, and none stands before it at the end.
  const last = entries.findLastIndex(({ parts }) => parts.length > 0)
  const body = entries.flatMap((entry, i) => lines(entry, inner, i < last ? ',' : ''))
  return [open, ...body, ...(close === '' ? [] : [`${indent}${close}`])].join('\n')
}
