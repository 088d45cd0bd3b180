import { EOF, type IToken, type TokenType } from 'chevrotain'
import { quote } from '../error/describe.ts'
import { type Locator, locatorOf } from '../error/source.ts'
import { machinery } from './machinery.ts'
import type { Node, Problem } from './node.ts'
import { NOTHING, received } from './parser.ts'
import { MOST_REPORTED, Problems, Stop } from './problems.ts'
import {
  CLOSERS,
  LParen,
  Number_,
  OPENERS,
  OpenText,
  Pattern,
  Stray,
  spanOf,
  Text,
  Word,
} from './tokens.ts'

/** How large a text may be; each is checked before anything goes through the text in depth. */
export interface TextLimits {
  /** In UTF-16 code units. */
  readonly length: number
  /** Brackets, commas, strings and all else that a text is made of. */
  readonly tokens: number
  /** The nesting limit of brackets; at most 200, for which the stack suffices. */
  readonly depth: number
}

/** Deeper nesting may overflow the stack, which holds about 900 levels. */
export const DEEPEST = 200

export interface Tree {
  readonly root: Node | undefined
  readonly problems: readonly Problem[]
}

/** The first bracket over the nesting limit. */
function tooDeep(tokens: readonly IToken[], most: number): IToken | undefined {
  let depth = 0
  for (const token of tokens) {
    if (OPENERS.has(token.tokenType) && ++depth > most) return token
    if (CLOSERS.has(token.tokenType) && depth > 0) depth--
  }
  return undefined
}

const only = (problem: Problem): Tree => ({ root: undefined, problems: [problem] })

/** What a text is to be: an object, or any value, of which a word alone may be meant as a string. */
export type Expected = 'object' | 'value'

/** Reads a text as a tree, with everything that is wrong in how it is written. */
export function readTree(
  text: string,
  relaxed: boolean,
  limits: TextLimits,
  expects: Expected,
): Tree {
  const subject = 'the text'
  if (text.length > limits.length) {
    const expected = `at most ${limits.length} characters`
    return only({ start: 0, end: 0, subject, expected, received: `${text.length}` })
  }
  const { lexer, parser } = machinery()
  const { tokens, groups, errors } = lexer.tokenize(text)
  if (tokens.length > limits.tokens) {
    const expected = `at most ${limits.tokens} words and brackets`
    const at = spanOf(tokens[limits.tokens] as IToken)
    return only({ ...at, subject, expected, received: `${tokens.length}` })
  }
  const depth = Math.min(limits.depth, DEEPEST)
  const refuseDepth = (token: IToken): Tree => {
    const expected = `at most ${depth} levels of nesting`
    return only({ ...spanOf(token), subject, expected })
  }
  const deep = tooDeep(tokens, depth)
  if (deep !== undefined) return refuseDepth(deep)

  const problems = new Problems(text, relaxed, depth)
  for (const { offset, length } of errors.slice(0, MOST_REPORTED)) {
    const received = quote(text.slice(offset, offset + length))
    problems.add({ start: offset, end: offset + length, subject, expected: 'JSON', received })
  }
  const { comments = [], spaces = [], open: openComments = [] } = groups as Record<string, IToken[]>
  for (const token of openComments) {
    const at = { start: token.startOffset, end: token.startOffset + 2 }
    problems.add({
      ...at,
      subject: 'a comment',
      expected: 'a closing */',
      received: 'the end of the text',
    })
  }
  for (const token of comments.slice(0, MOST_REPORTED))
    problems.relaxedOnly(spanOf(token), 'no comments', 'one')
  for (const token of spaces.slice(0, MOST_REPORTED)) {
    problems.relaxedOnly(
      spanOf(token),
      'no white space but spaces, tabs and ends of lines',
      'another',
    )
  }
  parser.input = tokens
  parser.problems = problems
  let root: Node | undefined
  try {
    root = parser.document()
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    if (error.deep !== undefined) return refuseDepth(error.deep)
  }
  const locator = locatorOf(text)
  for (const { token } of parser.errors) {
    addClosing(problems.all, token, tokens, text, locator)
  }
  // What comes after a string that does not end may have been meant to be in it.
  const open = openString(tokens)
  if (open === undefined) {
    const other = problems.all.length === 0 ? undefined : otherLanguage(tokens, expects)
    if (other !== undefined) return only(other)
    return { root: root === NOTHING ? undefined : root, problems: problems.all }
  }
  const at = spanOf(open)
  const expected = `a closing ${open.image.charAt(0)}`
  const before = problems.all.filter(({ start }) => start < at.start)
  return { root: undefined, problems: [...before, { ...at, subject: 'a string', expected }] }
}

const BEGINS_OTHERS: ReadonlySet<TokenType> = new Set([Word, Number_, Stray, Pattern])

/** One problem for a text of another language: `age > 3`, `db.people.find({…})`, HTML. */
function otherLanguage(tokens: readonly IToken[], expects: Expected): Problem | undefined {
  const [first, second] = tokens
  const last = tokens.at(-1)
  if (first === undefined || last === undefined) return undefined
  if (!BEGINS_OTHERS.has(first.tokenType)) return undefined
  if (expects === 'value' && second === undefined && first.tokenType === Word) return undefined
  return {
    start: first.startOffset,
    end: spanOf(last).end,
    subject: 'the text',
    expected: 'an object in braces, such as {"role": "admin"}',
    received: quote(first.image),
    hint: second?.tokenType === LParen ? 'write what is in the parentheses alone' : undefined,
  }
}

/**
 * The string that does not end, if there is one. The quote that was left out is seldom the last: what
 * was to be the next string then stands outside of quotes, right behind one.
 */
function openString(tokens: readonly IToken[]): IToken | undefined {
  if (!tokens.some(({ tokenType }) => tokenType === OpenText)) return undefined
  return tokens.find(({ tokenType }, i) => {
    if (tokenType === OpenText) return true
    const next = tokens[i + 1]
    const isBeside = next?.startOffset === spanOf(tokens[i] as IToken).end
    return (
      tokenType === Text && isBeside && (next?.tokenType === Word || next?.tokenType === Number_)
    )
  })
}

/**
 * All that the grammar itself does not take: an object, a list or a call that does not end. It goes
 * through the tokens for each error, of which there are at most {@link MOST_ERRORS}.
 */
function addClosing(
  problems: Problem[],
  token: IToken,
  tokens: readonly IToken[],
  text: string,
  locator: Locator,
): void {
  const isEnd = token.tokenType === EOF
  const end = text.trimEnd().length
  // At the end everything that is open ends at once: one problem for all of it.
  if (isEnd && problems.some((each) => each.start >= end && each.subject === 'the text')) return
  const at = isEnd ? { start: end, end } : spanOf(token)
  const open: IToken[] = []
  for (const each of tokens) {
    if (!isEnd && each.startOffset >= token.startOffset) break
    if (OPENERS.has(each.tokenType)) open.push(each)
    if (CLOSERS.has(each.tokenType)) open.pop()
  }
  const last = open.at(-1)
  const place = last === undefined ? undefined : locator(last.startOffset, last.startOffset)
  const expected =
    last === undefined || place === undefined
      ? 'no bracket'
      : `${CLOSING[last.image] as string} for the ${last.image} at line ${place.line}, column ${place.column}`
  problems.push({ ...at, subject: 'the text', expected, received: received(token) })
}

const CLOSING: Readonly<Record<string, string>> = { '{': '}', '[': ']', '(': ')' }
