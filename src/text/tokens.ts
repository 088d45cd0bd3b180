import {
  type CustomPatternMatcherFunc,
  createToken,
  type IToken,
  Lexer,
  type TokenType,
} from 'chevrotain'
import type { Span } from './node.ts'

// The tokens of both forms. The lexer takes more than either allows, so that what follows a mistake is
// read too.

const Space = createToken({
  name: 'Space',
  pattern: /[ \t\n\r]+/,
  group: Lexer.SKIPPED,
  line_breaks: true,
})
/** White space that JSON5 has and JSON has not. */
export const OtherSpace = createToken({
  name: 'OtherSpace',
  pattern: /[\v\f\u00a0\ufeff\u2028\u2029\u1680\u2000-\u200a\u202f\u205f\u3000]+/,
  group: 'spaces',
  line_breaks: true,
})
export const Comment = createToken({
  name: 'Comment',
  pattern: /\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?\*\//,
  group: 'comments',
  line_breaks: true,
})
/** A comment that the text ends before it does. */
export const OpenComment = createToken({
  name: 'OpenComment',
  pattern: /\/\*[\s\S]*/,
  group: 'open',
  line_breaks: true,
})
export const LCurly = createToken({ name: 'LCurly', pattern: '{' })
export const RCurly = createToken({ name: 'RCurly', pattern: '}' })
export const LSquare = createToken({ name: 'LSquare', pattern: '[' })
export const RSquare = createToken({ name: 'RSquare', pattern: ']' })
export const LParen = createToken({ name: 'LParen', pattern: '(' })
export const RParen = createToken({ name: 'RParen', pattern: ')' })
export const Comma = createToken({ name: 'Comma', pattern: ',' })
export const Colon = createToken({ name: 'Colon', pattern: ':' })
/**
 * The end of a string that begins at an offset, and whether it has its closing quote. A function,
 * because a regular expression keeps a state for each escape, and long strings overflow its stack.
 */
function stringAt(text: string, start: number) {
  const quote = text[start]
  if (quote !== '"' && quote !== "'") return undefined
  let at = start + 1
  for (; at < text.length; at++) {
    const unit = text[at]
    if (unit === quote) return { end: at + 1, isClosed: true }
    if (unit === '\n' || unit === '\r') break
    if (unit === '\\') at += text.startsWith('\r\n', at + 1) ? 2 : 1
  }
  return { end: Math.min(at, text.length), isClosed: false }
}
const stringPattern =
  (isClosed: boolean): CustomPatternMatcherFunc =>
  (text, start) => {
    const found = stringAt(text, start)
    return found?.isClosed === isClosed ? [text.slice(start, found.end)] : null
  }
/** A string in either quotes; what may not stand in it is told afterwards, at its place. */
export const Text = createToken({
  name: 'Text',
  pattern: stringPattern(true),
  start_chars_hint: ['"', "'"],
  line_breaks: true,
})
/**
 * A string that its line ends before it does. It takes all that was looked through for the closing
 * quote, escaped ends of lines too, so that no part of a text is looked through again.
 */
export const OpenText = createToken({
  name: 'OpenText',
  pattern: stringPattern(false),
  start_chars_hint: ['"', "'"],
  line_breaks: true,
})
export const Number_ = createToken({
  name: 'Number',
  pattern:
    /[+-]?(?:0[xX][\da-fA-F]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|Infinity(?![\w$])|NaN(?![\w$]))/,
})
export const Word = createToken({
  name: 'Word',
  pattern:
    /[A-Za-z_$\u00aa-\ud7ff\uf900-\ufffd][\w$\u00aa-\ud7ff\uf900-\ufffd]*(?:\.[\w$\u00aa-\ud7ff\uf900-\ufffd]+)*/,
})
/** A regular expression of JavaScript, which is refused as one. */
export const Pattern = createToken({
  name: 'Pattern',
  pattern: /\/(?![*/])(?:[^/\\\r\n]|\\.)+\/[a-z]*/,
})
/** Whatever else is written: read, so that what comes after is read too. */
export const Stray = createToken({
  name: 'Stray',
  pattern: /[^\s"'{}[\](),:\w$\u00aa-\uffff]+|[\ud800-\udbff][\udc00-\udfff]|\S/,
  line_breaks: false,
})

export const TOKENS: TokenType[] = [
  Space,
  OtherSpace,
  Comment,
  OpenComment,
  LCurly,
  RCurly,
  LSquare,
  RSquare,
  LParen,
  RParen,
  Comma,
  Colon,
  Text,
  OpenText,
  Number_,
  Word,
  Pattern,
  Stray,
]

export const spanOf = (token: IToken): Span => ({
  start: token.startOffset,
  end: token.startOffset + token.image.length,
})

export const OPENERS: ReadonlySet<TokenType> = new Set([LCurly, LSquare, LParen])
export const CLOSERS: ReadonlySet<TokenType> = new Set([RCurly, RSquare, RParen])
