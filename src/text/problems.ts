import type { IToken } from 'chevrotain'
import { quote } from '../error/describe.ts'
import type { Member, Problem, Span } from './node.ts'
import { CLOSERS, spanOf } from './tokens.ts'

/** Ends the parsing of a text; caught in `readTree`. */
export class Stop extends Error {
  /** The token that is nested too deep; undefined where there were too many problems. */
  readonly deep: IToken | undefined

  constructor(deep?: IToken) {
    super()
    this.deep = deep
  }
}

/** How many problems of a text are reported, the first of them. */
export const MOST_REPORTED = 20

/** Parsing stops after this number of problems, which are found nearly in order. */
const MOST_PROBLEMS = 10 * MOST_REPORTED

/**
 * So many errors of the grammar are recovered from. Each recovery may look through the rest of the
 * text, and some recurse, so that time and stack have a bound by this.
 */
export const MOST_ERRORS = MOST_REPORTED

/** Collects the problems of one text while its tree is made. */
export class Problems {
  readonly all: Problem[] = []
  readonly #text: string
  readonly #relaxed: boolean
  readonly #deepest: number | undefined
  #depth = 0
  #errors = 0

  /** With a greatest depth it is for parsing, and stops at that and at {@link MOST_PROBLEMS}. */
  constructor(text: string, relaxed: boolean, deepest?: number) {
    this.#text = text
    this.#relaxed = relaxed
    this.#deepest = deepest
  }

  /**
   * Counts how deep values are in each other. Brackets that were counted before do not tell it where
   * they do not match, as in `[)[)[)`.
   */
  enter(token: IToken): void {
    this.#depth++
    if (this.#deepest !== undefined && this.#depth > this.#deepest + 1) throw new Stop(token)
  }

  leave(): void {
    this.#depth--
  }

  /** Chevrotain asks for the message of each error here. None is shown: see `addClosing`. */
  grammarError(): string {
    if (++this.#errors > MOST_ERRORS) throw new Stop()
    return ''
  }

  add(problem: Problem): void {
    if (this.#deepest !== undefined && this.all.length >= MOST_PROBLEMS) throw new Stop()
    this.all.push(problem)
  }

  /** Adds a problem in the strict form; the relaxed form accepts it. */
  relaxedOnly(at: Span, expected: string, received: string, hint?: string, subject = 'JSON'): void {
    if (this.#relaxed) return
    this.add({ start: at.start, end: at.end, subject, expected, received, hint })
  }

  unexpected(token: IToken): void {
    const isBracket = CLOSERS.has(token.tokenType)
    const expected = isBracket ? 'an opening bracket before it' : 'a field, an operator or a value'
    const subject = isBracket ? 'Unmatched bracket' : 'the text'
    this.add({ ...spanOf(token), subject, expected, received: quote(token.image) })
  }

  missing(subject: string, expected: string): void {
    const end = this.#text.length
    this.add({ start: end, end, subject, expected, received: 'nothing' })
  }

  /** From one bracket to the other; to the end of the text if that is missing. */
  between(open: IToken, close: IToken): Span {
    const end = close.isInsertedInRecovery ? this.#text.length : close.startOffset + 1
    return { start: open.startOffset, end }
  }

  checkDuplicates(members: readonly Member[]): void {
    const known = new Set<string>()
    for (const { key, at } of members) {
      if (known.has(key)) {
        const hint =
          'put several operators of one field into one object, and several filters into $and'
        this.add({ ...at, subject: quote(key), expected: 'each key once', hint })
      }
      known.add(key)
    }
  }
}
