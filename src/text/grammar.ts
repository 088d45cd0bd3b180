// The only file that knows Chevrotain. Longer than most: tokens, grammar and what each mistake is
// called belong together.
//
// One grammar reads both forms. It takes the relaxed form, and more: commas and colons may be missing
// or stand twice, and each such place is a problem of its own. So one text with three mistakes has
// three problems, and the rest of it is still read. What only the relaxed form allows is a problem of
// the strict one, with the same value.

import {
  createToken,
  EmbeddedActionsParser,
  EOF,
  type IToken,
  Lexer,
  type TokenType,
} from 'chevrotain'
import { printable, quote } from '../error/describe.ts'
import { sourceRange } from '../error/source.ts'
import { exactNumber, JSON_NUMBER, LONGEST_NUMBER } from '../kinds/json.ts'
import type { List, Member, Node, ObjectNode, Problem, Range, Scalar } from './node.ts'

// Tokens

const Space = createToken({
  name: 'Space',
  pattern: /[ \t\n\r]+/,
  group: Lexer.SKIPPED,
  line_breaks: true,
})
/** White space that JSON5 has and JSON has not. */
const OtherSpace = createToken({
  name: 'OtherSpace',
  pattern: /[\v\f\u00a0\ufeff\u2028\u2029\u1680\u2000-\u200a\u202f\u205f\u3000]+/,
  group: 'spaces',
  line_breaks: true,
})
const Comment = createToken({
  name: 'Comment',
  pattern: /\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?\*\//,
  group: 'comments',
  line_breaks: true,
})
/** A comment that the text ends before it does. */
const OpenComment = createToken({
  name: 'OpenComment',
  pattern: /\/\*[\s\S]*/,
  group: 'open',
  line_breaks: true,
})
const LCurly = createToken({ name: 'LCurly', pattern: '{' })
const RCurly = createToken({ name: 'RCurly', pattern: '}' })
const LSquare = createToken({ name: 'LSquare', pattern: '[' })
const RSquare = createToken({ name: 'RSquare', pattern: ']' })
const LParen = createToken({ name: 'LParen', pattern: '(' })
const RParen = createToken({ name: 'RParen', pattern: ')' })
const Comma = createToken({ name: 'Comma', pattern: ',' })
const Colon = createToken({ name: 'Colon', pattern: ':' })
/** A string in either quotes; what may not stand in it is told afterwards, at its place. */
const Text = createToken({
  name: 'Text',
  pattern: /"(?:[^"\\\n\r]|\\(?:\r\n|[\s\S]))*"|'(?:[^'\\\n\r]|\\(?:\r\n|[\s\S]))*'/,
  line_breaks: true,
})
/** A string that its line ends before it does. */
const OpenText = createToken({
  name: 'OpenText',
  pattern: /"(?:[^"\\\n\r]|\\[^\n\r])*\\?|'(?:[^'\\\n\r]|\\[^\n\r])*\\?/,
})
const Number_ = createToken({
  name: 'Number',
  pattern:
    /[+-]?(?:0[xX][\da-fA-F]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|Infinity(?![\w$])|NaN(?![\w$]))/,
})
const Word = createToken({
  name: 'Word',
  pattern:
    /[A-Za-z_$\u00aa-\ud7ff\uf900-\ufffd][\w$\u00aa-\ud7ff\uf900-\ufffd]*(?:\.[\w$\u00aa-\ud7ff\uf900-\ufffd]+)*/,
})
/** Whatever else is written: read, so that what comes after is read too. */
const Stray = createToken({
  name: 'Stray',
  pattern: /[^\s"'{}[\](),:\w$\u00aa-\uffff]+|\S/,
  line_breaks: false,
})

const TOKENS: TokenType[] = [
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
  Stray,
]

const rangeOf = (token: IToken): Range => ({
  start: token.startOffset,
  end: token.startOffset + token.image.length,
})

// Scalars

const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '0': '\0',
}

/** An escape, or what JSON forbids in a string. */
const SPECIAL = /\\(?:u([\da-fA-F]{4})|x([\da-fA-F]{2})|(\r\n|[\s\S])|$)|[\u0000-\u001f]/g

/** The text of a string's token without its quotes, and what is wrong in it. */
function textOf(image: string, offset: number, reader: Reader): string {
  const isOpen = image.length < 2 || image.at(-1) !== image[0]
  const inside = image.slice(1, isOpen ? undefined : -1)
  if (image[0] === "'") {
    reader.relaxedOnly(
      { start: offset, end: offset + image.length },
      'a string in double quotes',
      'single quotes',
    )
  }
  return inside.replace(SPECIAL, (own, unicode, hex, other: string | undefined, at: number) => {
    const place = { start: offset + 1 + at, end: offset + 1 + at + own.length }
    if (unicode !== undefined) return String.fromCharCode(Number.parseInt(unicode, 16))
    if (hex !== undefined) {
      reader.relaxedOnly(place, 'an escape that JSON has', quote(own))
      return String.fromCharCode(Number.parseInt(hex, 16))
    }
    if (other === undefined) {
      if (own.startsWith('\\')) return ''
      // JSON5 allows control characters in strings but for the ends of lines.
      reader.relaxedOnly(
        place,
        'no control character in a string',
        'one',
        'write it as \\u and four digits',
      )
      return own
    }
    if (other === 'u' || other === 'x' || (other >= '1' && other <= '9')) {
      reader.add({
        ...place,
        subject: 'an escape',
        expected: other === 'u' ? '\\u and four hexadecimal digits' : 'one that JSON has',
        received: quote(own),
      })
      return ''
    }
    if (!/["\\/bfnrt]/.test(other)) reader.relaxedOnly(place, 'an escape that JSON has', quote(own))
    if (/[\n\r\u2028\u2029]/.test(other)) return ''
    return ESCAPES[other] ?? other
  })
}

function numberOf(image: string, at: Range, reader: Reader): unknown {
  const subject = 'a number'
  const received = quote(image)
  const isHex = /^[+-]?0[xX]/.test(image)
  const bare = image.replace(/^[+-]/, '')
  const sign = image.startsWith('-') ? '-' : ''
  if (bare === 'Infinity' || bare === 'NaN' || image.length > LONGEST_NUMBER) {
    reader.add({ ...at, subject, expected: 'a finite one', received })
    return 0
  }
  if (!isHex && /^0\d/.test(bare)) {
    reader.add({ ...at, subject, expected: 'no zeros before its digits', received })
    return Number(image)
  }
  if (!JSON_NUMBER.test(image)) {
    reader.relaxedOnly(at, 'a number as JSON has it', received)
  }
  const plain = isHex ? `${sign}${BigInt(bare)}` : `${sign}${bare}`
  const value = exactNumber(plain)
  if (typeof value === 'bigint' || Number.isFinite(value)) return value
  reader.add({ ...at, subject, expected: 'a finite one', received })
  return 0
}

const WORDS = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
])

// Grammar

/** What a token is called where it was not expected; a string has quotes of its own. */
function received({ tokenType, image }: IToken): string {
  if (tokenType === EOF) return 'the end of the text'
  return tokenType === Text && image.length <= SHOWN ? printable(image) : quote(image)
}

const SHOWN = 60

class TreeParser extends EmbeddedActionsParser {
  reader: Reader = new Reader('', false)

  constructor() {
    super(TOKENS, { recoveryEnabled: true, maxLookahead: 1 })
    this.performSelfAnalysis()
  }

  // Bodies are called once while they are recorded, with tokens that are none: whatever looks at
  // one stands in an action.

  readonly document = this.RULE('document', (): Node | undefined => {
    const nodes: Node[] = []
    this.MANY(() => {
      this.OR([
        { ALT: () => nodes.push(this.SUBRULE(this.value) as Node) },
        { ALT: () => this.SUBRULE(this.stray) },
        { ALT: () => this.SUBRULE(this.closer) },
      ])
    })
    return this.ACTION(() => {
      const [first, second] = nodes
      if (second !== undefined) {
        const at = { start: second.start, end: second.end }
        this.reader.add({ ...at, subject: 'the text', expected: 'one value', received: 'another' })
      }
      if (first === undefined)
        this.reader.missing('the text', 'a filter, such as {"role": "admin"}')
      return first
    })
  })

  readonly value = this.RULE(
    'value',
    (): Node =>
      this.OR([
        { ALT: () => this.SUBRULE(this.object) },
        { ALT: () => this.SUBRULE(this.list) },
        { ALT: () => this.SUBRULE(this.text) },
        { ALT: () => this.SUBRULE(this.number) },
        { ALT: () => this.SUBRULE(this.word) },
      ]) as Node,
    { recoveryValueFunc: () => NOTHING },
  )

  readonly object = this.RULE(
    'object',
    (): ObjectNode => {
      const open = this.CONSUME(LCurly)
      const members: Member[] = []
      const commas = new Commas('a member')
      this.MANY(() => {
        this.OR([
          {
            ALT: () => {
              const member = this.SUBRULE(this.member)
              this.ACTION(() => {
                if (member === undefined) return
                commas.item(member.at, this.reader)
                members.push(member)
              })
            },
          },
          {
            ALT: () => {
              const comma = this.CONSUME(Comma)
              this.ACTION(() => commas.comma(rangeOf(comma), this.reader))
            },
          },
          { ALT: () => this.SUBRULE(this.stray) },
        ])
      })
      const close = this.CONSUME(RCurly)
      return this.ACTION(() => {
        commas.end(this.reader)
        this.reader.checkTwice(members)
        return { kind: 'object', ...this.reader.between(open, close), members }
      })
    },
    { recoveryValueFunc: () => NO_OBJECT },
  )

  readonly member = this.RULE(
    'member',
    (): Member | undefined => {
      const key = this.OR([
        { ALT: () => this.CONSUME(Text) },
        { ALT: () => this.CONSUME(OpenText) },
        { ALT: () => this.CONSUME(Word) },
        { ALT: () => this.CONSUME(Number_) },
      ])
      const at = this.ACTION(() => rangeOf(key))
      const name = this.ACTION(() => this.reader.keyOf(key))
      let colon: IToken | undefined
      this.OPTION(() => {
        colon = this.CONSUME(Colon)
      })
      let value: Node | undefined
      this.OPTION1({
        // Without a colon, what follows may as well be the next key.
        GATE: () => colon !== undefined || this.isValueAhead(),
        DEF: () => {
          value = this.SUBRULE(this.value)
        },
      })
      return this.ACTION(() => {
        const subject = `the key ${quote(name)}`
        if (colon === undefined) {
          this.reader.add({
            ...at,
            subject,
            expected: 'a colon after it',
            received: received(this.LA(value === undefined ? 1 : 0)),
          })
        } else if (value === undefined) {
          const place = rangeOf(colon)
          this.reader.add({
            start: at.start,
            end: place.end,
            subject,
            expected: 'a value',
            received: received(this.LA(1)),
          })
        }
        // What is not there stands at its key, where the problem is.
        return { key: name, at, value: value ?? { kind: 'scalar', ...at, value: undefined } }
      })
    },
    { recoveryValueFunc: () => undefined },
  )

  readonly list = this.RULE(
    'list',
    (): List => {
      const open = this.CONSUME(LSquare)
      const elements: Node[] = []
      const commas = new Commas('an element')
      this.MANY(() => {
        this.OR([
          {
            ALT: () => {
              const element = this.SUBRULE(this.value)
              this.ACTION(() => {
                if (element === NOTHING) return
                commas.item(element, this.reader)
                elements.push(element)
              })
            },
          },
          {
            ALT: () => {
              const comma = this.CONSUME(Comma)
              this.ACTION(() => commas.comma(rangeOf(comma), this.reader))
            },
          },
          { ALT: () => this.SUBRULE(this.stray) },
        ])
      })
      const close = this.CONSUME(RSquare)
      return this.ACTION(() => {
        commas.end(this.reader)
        return { kind: 'list', ...this.reader.between(open, close), elements }
      })
    },
    { recoveryValueFunc: () => NO_LIST },
  )

  readonly text = this.RULE(
    'text',
    (): Scalar => {
      const token = this.OR([
        { ALT: () => this.CONSUME(Text) },
        { ALT: () => this.CONSUME(OpenText) },
      ])
      return this.ACTION(() => ({
        kind: 'scalar',
        ...rangeOf(token),
        value: this.reader.stringOf(token),
      }))
    },
    { recoveryValueFunc: () => NOTHING },
  )

  readonly number = this.RULE(
    'number',
    (): Scalar => {
      const token = this.CONSUME(Number_)
      return this.ACTION(() => {
        const at = rangeOf(token)
        return { kind: 'scalar', ...at, value: numberOf(token.image, at, this.reader) }
      })
    },
    { recoveryValueFunc: () => NOTHING },
  )

  /** true, false, null, and ISODate("…"). */
  readonly word = this.RULE(
    'word',
    (): Node => {
      let token = this.CONSUME(Word)
      this.OPTION2({
        GATE: () => token.image === 'new',
        DEF: () => {
          token = this.CONSUME1(Word)
        },
      })
      let argument: Node | undefined
      let close: IToken | undefined
      this.OPTION(() => {
        this.CONSUME(LParen)
        this.OPTION1(() => {
          argument = this.SUBRULE(this.value)
        })
        close = this.CONSUME(RParen)
      })
      return this.ACTION(() => this.reader.wordOf(token, argument, close))
    },
    { recoveryValueFunc: () => NOTHING },
  )

  /** What has no business where it stands. */
  readonly stray = this.RULE('stray', (): void => {
    const token = this.OR([
      { ALT: () => this.CONSUME(Stray) },
      { ALT: () => this.CONSUME(Colon) },
      { ALT: () => this.CONSUME(LParen) },
      { ALT: () => this.CONSUME(RParen) },
    ])
    this.ACTION(() => this.reader.unexpected(token))
  })

  /** What ends nothing. */
  readonly closer = this.RULE('closer', (): void => {
    const token = this.OR([
      { ALT: () => this.CONSUME(RCurly) },
      { ALT: () => this.CONSUME(RSquare) },
      { ALT: () => this.CONSUME(Comma) },
    ])
    this.ACTION(() => this.reader.unexpected(token))
  })

  private isValueAhead(): boolean {
    const { tokenType } = this.LA(1)
    // A string before a colon is the next key.
    return tokenType !== Comma && tokenType !== RCurly && this.LA(2).tokenType !== Colon
  }
}

const NOTHING: Scalar = { kind: 'scalar', start: 0, end: 0, value: undefined }
const NO_OBJECT: ObjectNode = { kind: 'object', start: 0, end: 0, members: [] }
const NO_LIST: List = { kind: 'list', start: 0, end: 0, elements: [] }

/** Watches over the commas of an object or a list. */
class Commas {
  readonly #item: string
  /** A comma that was one too many has been said to be so. */
  #last: 'nothing' | 'item' | 'comma' | 'said' = 'nothing'
  #at: Range = { start: 0, end: 0 }

  constructor(item: string) {
    this.#item = item
  }

  item(at: Range, reader: Reader): void {
    if (this.#last === 'item') {
      reader.add({
        start: at.start,
        end: at.end,
        subject: this.#item,
        expected: 'a comma before it',
      })
    }
    this.#last = 'item'
  }

  comma(at: Range, reader: Reader): void {
    if (this.#last !== 'item') {
      reader.add({ ...at, subject: 'a comma', expected: `${this.#item} before it` })
    }
    this.#last = this.#last === 'item' ? 'comma' : 'said'
    this.#at = at
  }

  end(reader: Reader): void {
    if (this.#last === 'comma')
      reader.relaxedOnly(this.#at, `${this.#item} after it`, 'nothing', undefined, 'a comma')
  }
}

/** What a tree is made with: the problems of one text. */
class Reader {
  readonly problems: Problem[] = []
  readonly #text: string
  readonly #relaxed: boolean

  constructor(text: string, relaxed: boolean) {
    this.#text = text
    this.#relaxed = relaxed
  }

  add(problem: Problem): void {
    this.problems.push(problem)
  }

  /** A problem of the strict form alone. */
  relaxedOnly(at: Range, expected: string, own: string, hint?: string, subject = 'JSON'): void {
    if (this.#relaxed) return
    this.add({ start: at.start, end: at.end, subject, expected, received: own, hint })
  }

  unexpected(token: IToken): void {
    const expected =
      PIECES.get(token.tokenType) === 'close'
        ? 'no more brackets than were opened'
        : 'a field, an operator or a value'
    this.add({ ...rangeOf(token), subject: 'the text', expected, received: quote(token.image) })
  }

  missing(subject: string, expected: string): void {
    const end = this.#text.length
    this.add({ start: end, end, subject, expected, received: 'nothing' })
  }

  /** From one bracket to the other; to the end of what was read, where that is not there. */
  between(open: IToken, close: IToken): Range {
    const end = close.isInsertedInRecovery ? this.#text.length : close.startOffset + 1
    return { start: open.startOffset, end }
  }

  stringOf(token: IToken): string {
    return textOf(token.image, token.startOffset, this)
  }

  keyOf(token: IToken): string {
    if (token.tokenType === Text || token.tokenType === OpenText) return this.stringOf(token)
    const at = rangeOf(token)
    const hint = `write "${token.image}"`
    if (token.tokenType === Word)
      this.relaxedOnly(at, 'a key in double quotes', quote(token.image), hint)
    else {
      const own = quote(token.image)
      this.add({ ...at, subject: 'a key', expected: 'a name', received: own, hint })
    }
    return token.image
  }

  wordOf(token: IToken, argument: Node | undefined, close: IToken | undefined): Node {
    const at = rangeOf(token)
    const { image } = token
    if (close !== undefined) {
      const end = close.isInsertedInRecovery ? (argument?.end ?? at.end) : close.startOffset + 1
      const whole = { start: at.start, end }
      if (
        image === 'ISODate' &&
        argument?.kind === 'scalar' &&
        typeof argument.value === 'string'
      ) {
        const hint = `write "${argument.value}"`
        this.relaxedOnly(whole, 'a timestamp as a string', 'ISODate(…)', hint)
        return { kind: 'scalar', ...whole, value: argument.value }
      }
      const expected = 'ISODate("2024-05-01T12:00:00Z"), which is all that can be called'
      this.add({ ...whole, subject: 'a value', expected, received: quote(`${image}(…)`) })
      return { kind: 'scalar', ...whole, value: undefined }
    }
    if (WORDS.has(image)) return { kind: 'scalar', ...at, value: WORDS.get(image) }
    const lower = image.toLowerCase()
    const hint = WORDS.has(lower) ? `write ${lower}` : `a string stands in quotes: "${image}"`
    this.add({
      ...at,
      subject: 'a value',
      expected: 'a string, a number, true, false, null, a list or an object',
      received: quote(image),
      hint,
    })
    return { kind: 'scalar', ...at, value: WORDS.get(lower) ?? image }
  }

  checkTwice(members: readonly Member[]): void {
    const known = new Set<string>()
    for (const { key, at } of members) {
      if (known.has(key)) {
        const hint = 'several operators of one field stand in one object; several filters, in $and'
        this.add({ ...at, subject: quote(key), expected: 'each key once', hint })
      }
      known.add(key)
    }
  }
}

// Reading

/** How large a text may be; each is checked before anything goes through the text in depth. */
export interface TextLimits {
  /** In UTF-16 code units. */
  readonly length: number
  /** Brackets, commas, strings and all else that a text is made of. */
  readonly tokens: number
  /** How deep brackets may stand in each other. */
  readonly depth: number
}

export interface Tree {
  readonly root: Node | undefined
  readonly problems: readonly Problem[]
}

export interface Piece extends Range {
  readonly type:
    | 'open'
    | 'close'
    | 'comma'
    | 'colon'
    | 'string'
    | 'number'
    | 'word'
    | 'comment'
    | 'stray'
  readonly image: string
}

const PIECES = new Map<TokenType, Piece['type']>([
  [LCurly, 'open'],
  [LSquare, 'open'],
  [LParen, 'open'],
  [RCurly, 'close'],
  [RSquare, 'close'],
  [RParen, 'close'],
  [Comma, 'comma'],
  [Colon, 'colon'],
  [Text, 'string'],
  [OpenText, 'string'],
  [Number_, 'number'],
  [Word, 'word'],
  [Stray, 'stray'],
])

/** Made when a text first needs it: most are read by JSON.parse. */
let machine: { readonly lexer: Lexer; readonly parser: TreeParser } | undefined

function machinery() {
  machine ??= {
    lexer: new Lexer(TOKENS, { positionTracking: 'onlyOffset', ensureOptimizations: false }),
    parser: new TreeParser(),
  }
  return machine
}

/** The pieces of a text in their order, comments among them; whatever the text is. */
export function piecesOf(text: string): readonly Piece[] {
  const { tokens, groups } = machinery().lexer.tokenize(text)
  const { comments = [], open = [] } = groups as Record<string, IToken[]>
  const all = [...tokens, ...comments, ...open]
  return all
    .map((token): Piece => {
      const type = PIECES.get(token.tokenType) ?? 'comment'
      return { type, image: token.image, ...rangeOf(token) }
    })
    .sort((a, b) => a.start - b.start)
}

/** A string's or a word's token as the text that it stands for. */
export function nameOf({ type, image, start }: Piece): string {
  return type === 'string' ? textOf(image, start, new Reader(image, true)) : image
}

const OPENERS = new Set<TokenType>([LCurly, LSquare, LParen])
const CLOSERS = new Set<TokenType>([RCurly, RSquare, RParen])

/** The first bracket that stands deeper than is allowed. */
function tooDeep(tokens: readonly IToken[], most: number): IToken | undefined {
  let depth = 0
  for (const token of tokens) {
    if (OPENERS.has(token.tokenType) && ++depth > most) return token
    if (CLOSERS.has(token.tokenType)) depth--
  }
  return undefined
}

const only = (problem: Problem): Tree => ({ root: undefined, problems: [problem] })

/** Reads a text as a tree, with everything that is wrong in how it is written. */
export function readTree(text: string, relaxed: boolean, limits: TextLimits): Tree {
  const subject = 'the text'
  if (text.length > limits.length) {
    const expected = `at most ${limits.length} characters`
    return only({ start: 0, end: 0, subject, expected, received: `${text.length}` })
  }
  const { lexer, parser } = machinery()
  const { tokens, groups, errors } = lexer.tokenize(text)
  if (tokens.length > limits.tokens) {
    const expected = `at most ${limits.tokens} words and brackets`
    const at = rangeOf(tokens[limits.tokens] as IToken)
    return only({ ...at, subject, expected, received: `${tokens.length}` })
  }
  const deep = tooDeep(tokens, limits.depth)
  if (deep !== undefined) {
    const expected = `brackets in each other ${limits.depth} deep at most`
    return only({ ...rangeOf(deep), subject, expected })
  }

  const reader = new Reader(text, relaxed)
  for (const { offset, length } of errors) {
    const own = quote(text.slice(offset, offset + length))
    reader.add({ start: offset, end: offset + length, subject, expected: 'JSON', received: own })
  }
  const { comments = [], spaces = [], open: openComments = [] } = groups as Record<string, IToken[]>
  for (const token of openComments) {
    const at = { start: token.startOffset, end: token.startOffset + 2 }
    reader.add({
      ...at,
      subject: 'a comment',
      expected: '*/ at its end',
      received: 'the end of the text',
    })
  }
  for (const token of comments) reader.relaxedOnly(rangeOf(token), 'no comments', 'one')
  for (const token of spaces) {
    reader.relaxedOnly(
      rangeOf(token),
      'no white space but spaces, tabs and ends of lines',
      'another',
    )
  }
  parser.input = tokens
  parser.reader = reader
  const root = parser.document()
  for (const { token } of parser.errors) {
    addClosing(reader, token, tokens, text)
  }
  // What comes after a string that does not end may have been meant to be in it.
  const open = openString(tokens)
  if (open === undefined)
    return { root: root === NOTHING ? undefined : root, problems: reader.problems }
  const at = rangeOf(open)
  const expected = `${open.image[0] as string} at its end`
  const problems = reader.problems.filter(({ start }) => start < at.start)
  return { root: undefined, problems: [...problems, { ...at, subject: 'a string', expected }] }
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
    const isBeside = next?.startOffset === rangeOf(tokens[i] as IToken).end
    return (
      tokenType === Text && isBeside && (next?.tokenType === Word || next?.tokenType === Number_)
    )
  })
}

/** All that the grammar itself does not take: an object, a list or a call that does not end. */
function addClosing(reader: Reader, token: IToken, tokens: readonly IToken[], text: string): void {
  const isEnd = token.tokenType === EOF
  const end = text.trimEnd().length
  // At the end everything that is open ends at once: said once.
  if (isEnd && reader.problems.some(({ start }) => start >= end)) return
  const at = isEnd ? { start: end, end } : rangeOf(token)
  const open: IToken[] = []
  for (const each of tokens) {
    if (!isEnd && each.startOffset >= token.startOffset) break
    if (OPENERS.has(each.tokenType)) open.push(each)
    if (CLOSERS.has(each.tokenType)) open.pop()
  }
  const last = open.at(-1)
  const place =
    last === undefined ? undefined : sourceRange(text, last.startOffset, last.startOffset)
  const expected =
    last === undefined || place === undefined
      ? 'no bracket'
      : `${CLOSING[last.image] as string} for the ${last.image} at line ${place.line}, column ${place.column}`
  reader.add({ ...at, subject: 'the text', expected, received: received(token) })
}

const CLOSING: Readonly<Record<string, string>> = { '{': '}', '[': ']', '(': ')' }
