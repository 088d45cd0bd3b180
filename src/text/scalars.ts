import type { IToken } from 'chevrotain'
import { quote } from '../error/describe.ts'
import { nearest } from '../error/nearest.ts'
import { exactNumber, JSON_NUMBER, LONGEST_NUMBER } from '../kinds/json.ts'
import type { Node, Span } from './node.ts'
import type { Problems } from './problems.ts'
import { OpenText, spanOf, Text, Word } from './tokens.ts'

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

/** The text of a string's token without its quotes, and its problems. */
export function stringOf(
  { image, start }: { readonly image: string; readonly start: number },
  problems: Problems,
): string {
  const isOpen = image.length < 2 || image.at(-1) !== image[0]
  const inside = image.slice(1, isOpen ? undefined : -1)
  if (image[0] === "'") {
    problems.relaxedOnly(
      { start, end: start + image.length },
      'a string in double quotes',
      'single quotes',
    )
  }
  return inside.replace(SPECIAL, (written, unicode, hex, other: string | undefined, at: number) => {
    const place = { start: start + 1 + at, end: start + 1 + at + written.length }
    if (unicode !== undefined) return String.fromCharCode(Number.parseInt(unicode, 16))
    if (hex !== undefined) {
      problems.relaxedOnly(place, 'an escape that JSON has', quote(written))
      return String.fromCharCode(Number.parseInt(hex, 16))
    }
    if (other === undefined) {
      if (written.startsWith('\\')) return ''
      // JSON5 allows control characters in strings but for the ends of lines.
      problems.relaxedOnly(
        place,
        'no control character in a string',
        'one',
        'write it as \\u and four digits',
      )
      return written
    }
    if (other === 'u' || other === 'x' || (other >= '1' && other <= '9')) {
      problems.add({
        ...place,
        subject: 'an escape',
        expected: other === 'u' ? '\\u and four hexadecimal digits' : 'one that JSON has',
        received: quote(written),
      })
      return ''
    }
    if (!/["\\/bfnrt]/.test(other))
      problems.relaxedOnly(place, 'an escape that JSON has', quote(written))
    if (/[\n\r\u2028\u2029]/.test(other)) return ''
    return ESCAPES[other] ?? other
  })
}

export function numberOf(image: string, at: Span, problems: Problems): unknown {
  const subject = 'a number'
  const received = quote(image)
  const isHex = /^[+-]?0[xX]/.test(image)
  const bare = image.replace(/^[+-]/, '')
  const sign = image.startsWith('-') ? '-' : ''
  if (bare === 'Infinity' || bare === 'NaN' || image.length > LONGEST_NUMBER) {
    problems.add({ ...at, subject, expected: 'a finite number', received })
    return 0
  }
  if (!isHex && /^0\d/.test(bare)) {
    problems.add({ ...at, subject, expected: 'no leading zeros', received })
    return Number(image)
  }
  if (!JSON_NUMBER.test(image)) {
    problems.relaxedOnly(at, 'a number as JSON has it', received)
  }
  const plain = isHex ? `${sign}${BigInt(bare)}` : `${sign}${bare}`
  const value = exactNumber(plain)
  if (typeof value === 'bigint' || Number.isFinite(value)) return value
  problems.add({ ...at, subject, expected: 'a finite number', received })
  return 0
}

const LITERALS = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
])

/** The name of a key's token. */
export function keyOf(token: IToken, problems: Problems): string {
  if (token.tokenType === Text || token.tokenType === OpenText)
    return stringOf({ image: token.image, start: token.startOffset }, problems)
  const at = spanOf(token)
  const hint = `write "${token.image}"`
  if (token.tokenType === Word)
    problems.relaxedOnly(at, 'a key in double quotes', quote(token.image), hint)
  else {
    const received = quote(token.image)
    problems.add({ ...at, subject: 'a key', expected: 'a name', received, hint })
  }
  return token.image
}

/** true, false, null, and ISODate("…"); of any other word, what was probably meant. */
export function wordOf(
  token: IToken,
  argument: Node | undefined,
  close: IToken | undefined,
  problems: Problems,
): Node {
  const at = spanOf(token)
  const { image } = token
  if (close !== undefined) {
    const end = close.isInsertedInRecovery ? (argument?.end ?? at.end) : close.startOffset + 1
    const whole = { start: at.start, end }
    if (image === 'ISODate' && argument?.kind === 'scalar' && typeof argument.value === 'string') {
      const hint = `write "${argument.value}"`
      problems.relaxedOnly(whole, 'a timestamp as a string', 'ISODate(…)', hint)
      return { kind: 'scalar', ...whole, value: argument.value }
    }
    const expected = 'ISODate("2024-05-01T12:00:00Z"), the only function'
    problems.add({ ...whole, subject: 'a value', expected, received: quote(`${image}(…)`) })
    return { kind: 'scalar', ...whole, value: undefined }
  }
  if (LITERALS.has(image)) return { kind: 'scalar', ...at, value: LITERALS.get(image) }
  const lower = image.toLowerCase()
  const near = LITERALS.has(lower) ? lower : nearest(image, LITERALS.keys(), 1)
  const hint = near === undefined ? `write a string in quotes: "${image}"` : `did you mean ${near}?`
  problems.add({
    ...at,
    subject: 'a value',
    expected: 'a string, a number, true, false, null, a list or an object',
    received: quote(image),
    hint,
  })
  return { kind: 'scalar', ...at, value: LITERALS.get(lower) ?? image }
}
