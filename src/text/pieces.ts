import type { IToken, TokenType } from 'chevrotain'
import { machinery } from './machinery.ts'
import type { Span } from './node.ts'
import { Problems } from './problems.ts'
import { stringOf } from './scalars.ts'
import {
  Colon,
  Comma,
  LCurly,
  LParen,
  LSquare,
  Number_,
  OpenText,
  RCurly,
  RParen,
  RSquare,
  Stray,
  Text,
  Word,
} from './tokens.ts'

/** A token of a text, for what reads texts without their grammar: completion and formatting. */
export interface Piece extends Span {
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

/** The pieces of any text in their order, including comments. */
export function piecesOf(text: string): readonly Piece[] {
  const { tokens, groups } = machinery().lexer.tokenize(text)
  const { comments = [], open = [] } = groups as Record<string, IToken[]>
  const pieces = tokens.map(pieceOf)
  if (comments.length === 0 && open.length === 0) return pieces
  return [...pieces, ...comments.map(pieceOf), ...open.map(pieceOf)].sort(
    (a, b) => a.start - b.start,
  )
}

function pieceOf({ tokenType, image, startOffset: start }: IToken): Piece {
  return { type: PIECES.get(tokenType) ?? 'comment', image, start, end: start + image.length }
}

/** The value of a string's or a word's token. */
export function nameOf({ type, image, start }: Piece): string {
  return type === 'string' ? stringOf({ image, start }, new Problems(image, true)) : image
}
