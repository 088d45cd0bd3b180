// Longer than most files here: the rules of one grammar, which is a class of Chevrotain.
//
// One grammar reads both forms. It takes the relaxed form, and more: commas and colons may be missing
// or stand twice, and each such place is a problem. So one text with three mistakes has three problems,
// and the rest of it is still read. What only the relaxed form allows is a problem of the strict one,
// with the same value. Longer than most files: the rules of a grammar are one class.

import { EmbeddedActionsParser, EOF, type IToken } from 'chevrotain'
import { printable, quote } from '../error/describe.ts'
import { Commas } from './commas.ts'
import type { ListNode, Member, Node, ObjectNode, ScalarNode } from './node.ts'
import { Problems } from './problems.ts'
import { keyOf, numberOf, stringOf, wordOf } from './scalars.ts'
import {
  Colon,
  Comma,
  LCurly,
  LParen,
  LSquare,
  Number_,
  OpenText,
  Pattern,
  RCurly,
  RParen,
  RSquare,
  Stray,
  spanOf,
  Text,
  TOKENS,
  Word,
} from './tokens.ts'

/** The name of an unexpected token in messages; a string already has quotes. */
export function received({ tokenType, image }: IToken): string {
  if (tokenType === EOF) return 'the end of the text'
  return tokenType === Text && image.length <= SHOWN ? printable(image) : quote(image)
}

const SHOWN = 60

export class TreeParser extends EmbeddedActionsParser {
  problems: Problems = new Problems('', false)

  constructor() {
    super(TOKENS, {
      recoveryEnabled: true,
      maxLookahead: 1,
      errorMessageProvider: {
        buildMismatchTokenMessage: () => this.problems.grammarError(),
        buildNoViableAltMessage: () => this.problems.grammarError(),
        buildNotAllInputParsedMessage: () => this.problems.grammarError(),
        buildEarlyExitMessage: () => this.problems.grammarError(),
      },
    })
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
        this.problems.add({
          ...at,
          subject: 'the text',
          expected: 'one value',
          received: 'another',
        })
      }
      if (first === undefined)
        this.problems.missing('the text', 'a filter, such as {"role": "admin"}')
      return first
    })
  })

  readonly value = this.RULE(
    'value',
    (): Node => {
      this.ACTION(() => this.problems.enter(this.LA(1)))
      try {
        return this.OR([
          { ALT: () => this.SUBRULE(this.object) },
          { ALT: () => this.SUBRULE(this.list) },
          { ALT: () => this.SUBRULE(this.text) },
          { ALT: () => this.SUBRULE(this.number) },
          { ALT: () => this.SUBRULE(this.word) },
          { ALT: () => this.SUBRULE(this.pattern) },
        ]) as Node
      } finally {
        this.problems.leave()
      }
    },
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
                commas.item(member.at, this.problems)
                members.push(member)
              })
            },
          },
          {
            ALT: () => {
              const comma = this.CONSUME(Comma)
              this.ACTION(() => commas.comma(spanOf(comma), this.problems))
            },
          },
          { ALT: () => this.SUBRULE(this.stray) },
        ])
      })
      const close = this.CONSUME(RCurly)
      return this.ACTION(() => {
        commas.end(this.problems)
        this.problems.checkDuplicates(members)
        return { kind: 'object', ...this.problems.between(open, close), members }
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
      const at = this.ACTION(() => spanOf(key))
      const name = this.ACTION(() => keyOf(key, this.problems))
      let colon: IToken | undefined
      this.OPTION(() => {
        colon = this.CONSUME(Colon)
      })
      this.OPTION2({
        // What other languages have in the place of a colon.
        GATE: () => colon === undefined && /^=+$/.test(this.LA(1).image),
        DEF: () => {
          colon = this.CONSUME(Stray)
        },
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
        // The place of a missing value is after the colon or, without one, after the key.
        let place = at
        if (colon?.tokenType === Stray) {
          const received = quote(colon.image)
          const hint = `write ${quote(name)}: …`
          const expected = 'a colon after it'
          this.problems.add({ ...spanOf(colon), subject, expected, received, hint })
        }
        if (colon === undefined) {
          this.problems.add({
            ...at,
            subject,
            expected: 'a colon after it',
            received: received(this.LA(value === undefined ? 1 : 0)),
          })
        } else if (value === undefined) {
          const { end } = spanOf(colon)
          place = { start: end, end }
          this.problems.add({
            ...place,
            subject,
            expected: 'a value',
            received: received(this.LA(1)),
          })
        }
        return { key: name, at, value: value ?? { kind: 'scalar', ...place, value: undefined } }
      })
    },
    { recoveryValueFunc: () => undefined },
  )

  readonly list = this.RULE(
    'list',
    (): ListNode => {
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
                commas.item(element, this.problems)
                elements.push(element)
              })
            },
          },
          {
            ALT: () => {
              const comma = this.CONSUME(Comma)
              this.ACTION(() => commas.comma(spanOf(comma), this.problems))
            },
          },
          { ALT: () => this.SUBRULE(this.stray) },
        ])
      })
      const close = this.CONSUME(RSquare)
      return this.ACTION(() => {
        commas.end(this.problems)
        return { kind: 'list', ...this.problems.between(open, close), elements }
      })
    },
    { recoveryValueFunc: () => NO_LIST },
  )

  readonly text = this.RULE(
    'text',
    (): ScalarNode => {
      const token = this.OR([
        { ALT: () => this.CONSUME(Text) },
        { ALT: () => this.CONSUME(OpenText) },
      ])
      return this.ACTION(() => ({
        kind: 'scalar',
        ...spanOf(token),
        value: stringOf({ image: token.image, start: token.startOffset }, this.problems),
      }))
    },
    { recoveryValueFunc: () => NOTHING },
  )

  readonly number = this.RULE(
    'number',
    (): ScalarNode => {
      const token = this.CONSUME(Number_)
      return this.ACTION(() => {
        const at = spanOf(token)
        return { kind: 'scalar', ...at, value: numberOf(token.image, at, this.problems) }
      })
    },
    { recoveryValueFunc: () => NOTHING },
  )

  readonly pattern = this.RULE(
    'pattern',
    (): ScalarNode => {
      const token = this.CONSUME(Pattern)
      return this.ACTION(() => {
        const at = spanOf(token)
        this.problems.add({
          ...at,
          subject: 'a value',
          expected: 'no regular expression',
          received: quote(token.image),
          hint: 'use $startsWith, $endsWith or $includes where the field allows them, or $istartsWith and so on to ignore case',
        })
        return { kind: 'scalar', ...at, value: undefined }
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
      return this.ACTION(() => wordOf(token, argument, close, this.problems))
    },
    { recoveryValueFunc: () => NOTHING },
  )

  /** Tokens that are not allowed at this place. */
  readonly stray = this.RULE('stray', (): void => {
    const token = this.OR([
      { ALT: () => this.CONSUME(Stray) },
      { ALT: () => this.CONSUME(Colon) },
      { ALT: () => this.CONSUME(LParen) },
      { ALT: () => this.CONSUME(RParen) },
    ])
    this.ACTION(() => this.problems.unexpected(token))
  })

  /** What ends nothing. */
  readonly closer = this.RULE('closer', (): void => {
    const token = this.OR([
      { ALT: () => this.CONSUME(RCurly) },
      { ALT: () => this.CONSUME(RSquare) },
      { ALT: () => this.CONSUME(Comma) },
    ])
    this.ACTION(() => this.problems.unexpected(token))
  })

  private isValueAhead(): boolean {
    const { tokenType } = this.LA(1)
    // A string before a colon is the next key.
    return tokenType !== Comma && tokenType !== RCurly && this.LA(2).tokenType !== Colon
  }
}

export const NOTHING: ScalarNode = { kind: 'scalar', start: 0, end: 0, value: undefined }
const NO_OBJECT: ObjectNode = { kind: 'object', start: 0, end: 0, members: [] }
const NO_LIST: ListNode = { kind: 'list', start: 0, end: 0, elements: [] }
