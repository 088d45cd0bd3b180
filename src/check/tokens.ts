/** SQL text that a catalog holds, cut into tokens: the catalog itself says some things only there. */

export interface Token {
  /** A `name` is a quoted one; a `word` may be a keyword, or a name that is not quoted. */
  readonly kind: 'word' | 'name' | 'string' | 'sign'
  /** Of a quoted token what is in the quotes, else what is written. */
  readonly value: string
  readonly start: number
  readonly end: number
}

/** How a database quotes. */
export interface Quoting {
  /** SQLite: `[name]`; elsewhere brackets are of arrays. */
  readonly brackets?: true
  /** ClickHouse, MySQL: a backslash in quotes escapes what follows. */
  readonly backslash?: true
}

const WORD = /[\p{L}\p{N}\p{M}_$.]+/uy
const SPACE = /(?:\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))+/y
const CLOSING: Readonly<Record<string, string>> = { '"': '"', '`': '`', "'": "'", '[': ']' }

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

/** A text in quotes from `start` on; a quote in it is written twice. */
function quoted(text: string, start: number, closing: string, { backslash }: Quoting): Token {
  let value = ''
  let at = start + 1
  for (; at < text.length; at++) {
    const letter = text[at] as string
    if (letter === closing) {
      if (text[at + 1] !== closing || closing === ']') break
      at++
      value += closing
    } else if (backslash && letter === '\\' && at + 1 < text.length) {
      at++
      const escaped = text[at] as string
      value += ESCAPES[escaped] ?? escaped
    } else value += letter
  }
  return { kind: closing === "'" ? 'string' : 'name', value, start, end: at + 1 }
}

/** The tokens of a text, without blanks and comments. */
export function tokensOf(text: string, quoting: Quoting = {}): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    SPACE.lastIndex = at
    WORD.lastIndex = at
    const space = SPACE.exec(text)
    if (space !== null) {
      at = SPACE.lastIndex
      continue
    }
    const letter = text[at] as string
    const closing = letter === '[' && !quoting.brackets ? undefined : CLOSING[letter]
    const word = WORD.exec(text)
    if (closing !== undefined) tokens.push(quoted(text, at, closing, quoting))
    else if (word !== null) {
      tokens.push({ kind: 'word', value: word[0], start: at, end: WORD.lastIndex })
    } else tokens.push({ kind: 'sign', value: letter, start: at, end: at + 1 })
    at = (tokens.at(-1) as Token).end
  }
  return tokens
}

export const isWord = (token: Token | undefined, ...words: readonly string[]): boolean =>
  token?.kind === 'word' && words.includes(token.value.toLowerCase())

export const isSign = (token: Token | undefined, ...signs: readonly string[]): boolean =>
  token?.kind === 'sign' && signs.includes(token.value)

/** Where the bracket is closed that is opened at `open`. */
function closingOf(tokens: readonly Token[], open: number): number {
  let depth = 0
  for (let at = open; at < tokens.length; at++) {
    if (isSign(tokens[at], '(', '[', '{')) depth++
    else if (isSign(tokens[at], ')', ']', '}') && --depth === 0) return at
  }
  return tokens.length
}

/** What stands in the brackets that are opened at `open`, and what follows them. */
export function bracketed(
  tokens: readonly Token[],
  open: number,
): { readonly inside: readonly Token[]; readonly after: readonly Token[] } {
  const end = closingOf(tokens, open)
  return { inside: tokens.slice(open + 1, end), after: tokens.slice(end + 1) }
}

/** The positions of tokens that stand in no brackets of their own. */
export function outer(tokens: readonly Token[]): readonly number[] {
  const positions: number[] = []
  for (let at = 0; at < tokens.length; at++) {
    positions.push(at)
    if (isSign(tokens[at], '(', '[', '{')) at = closingOf(tokens, at)
  }
  return positions
}

/** Parts of a list, which commas are between. */
export function split(tokens: readonly Token[]): readonly (readonly Token[])[] {
  if (tokens.length === 0) return []
  const parts: (readonly Token[])[] = []
  let start = 0
  for (const at of outer(tokens)) {
    if (!isSign(tokens[at], ',')) continue
    parts.push(tokens.slice(start, at))
    start = at + 1
  }
  return [...parts, tokens.slice(start)]
}

/** The text that the tokens were made of, as it was written. */
export const written = (text: string, tokens: readonly Token[]): string =>
  text.slice(tokens[0]?.start ?? 0, tokens.at(-1)?.end ?? 0)
