/** Exact decimal numbers as text: reading, canonical form, and places on the grid of a column. */

import type { Position } from './kind.ts'

/** The numbers that a column holds: at most `precision` digits, `scale` of them after the point. */
export interface Grid {
  readonly precision: number
  readonly scale: number
}

const MOST_DIGITS = 1000
const MOST_EXPONENT = 1000
const MOST_INTEGER = 10n ** BigInt(MOST_DIGITS)
/** A sign, digits, a point, and an exponent of at most five characters after its letter. */
const LONGEST = MOST_DIGITS + 8

/** The caps, for messages. */
export const DECIMAL_CAPS = '1,000 digits and an exponent within ±1,000'

/** How decimals are written, as a regular expression for JSON Schema. */
export const DECIMAL_PATTERN = '^[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?$'

// One way to match each text, so that matching takes linear time.
const DECIMAL = /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/

const MINUS = 45
const POINT = 46
const ZERO = 48
const NINE = 57

interface Parts {
  readonly isNegative: boolean
  /** Before and after the point. */
  readonly whole: string
  readonly fraction: string
  readonly exponent: number
}

function partsOf(text: string): Parts | undefined {
  const match = DECIMAL.exec(text)
  if (match === null) return undefined
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  return { isNegative: sign === '-', whole, fraction, exponent: Number(exponent) }
}

const isWithinCaps = ({ whole, fraction, exponent }: Parts): boolean =>
  whole.length + fraction.length <= MOST_DIGITS && Math.abs(exponent) <= MOST_EXPONENT

/** Whether an operand is a decimal number over the caps. */
export function isOverCaps(input: unknown): boolean {
  if (typeof input === 'bigint') return input >= MOST_INTEGER || input <= -MOST_INTEGER
  const parts = typeof input === 'string' ? partsOf(input) : undefined
  return parts !== undefined && !isWithinCaps(parts)
}

function countZeros(text: string): number {
  let count = 0
  while (count < text.length && text.charCodeAt(count) === ZERO) count++
  return count
}

/** The text without zeros at its end, but at least so long. */
function trimZeros(text: string, least: number): string {
  let { length } = text
  while (length > least && text.charCodeAt(length - 1) === ZERO) length--
  return text.slice(0, length).padEnd(least, '0')
}

/** The digits without zeros before them, and how many of them stand before the point. */
function digitsOf({ whole, fraction, exponent }: Parts) {
  const written = whole + fraction
  const zeros = countZeros(written)
  const digits = written.slice(zeros)
  // An exponent does not count where there is nothing but zeros.
  return { digits, point: digits === '' ? 0 : whole.length - zeros + exponent }
}

/** Plain notation with at least `scale` fraction digits, without other zeros that can be left out. */
function printPlain(parts: Parts, scale: number): string {
  const { digits, point } = digitsOf(parts)
  const before = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0'
  const after = point > 0 ? digits.slice(point) : '0'.repeat(-point) + digits
  const rest = trimZeros(after, scale)
  const sign = parts.isNegative && digits !== '' ? '-' : ''
  return rest === '' ? sign + before : `${sign}${before}.${rest}`
}

/** The shortest notation with an exponent that is within the caps. */
function printShort(parts: Parts): string {
  const { digits, point } = digitsOf(parts)
  const kept = trimZeros(digits, 0)
  const least = point - kept.length
  const exponent = Math.max(-MOST_EXPONENT, Math.min(least, MOST_EXPONENT))
  const sign = parts.isNegative ? '-' : ''
  if (exponent <= least) return `${sign}${kept.padEnd(point - exponent, '0')}e${exponent}`
  const padded = kept.padStart(exponent - least, '0')
  const at = padded.length - (exponent - least)
  return `${sign}${padded.slice(0, at)}.${padded.slice(at)}e${exponent}`
}

/** Plain notation, or one with an exponent if that would be over the caps for digits. */
function print(parts: Parts, scale: number): string {
  const plain = printPlain(parts, scale)
  const others = (plain.charCodeAt(0) === MINUS ? 1 : 0) + (plain.includes('.') ? 1 : 0)
  return plain.length - others <= MOST_DIGITS ? plain : printShort(parts)
}

/** A canonical text in plain notation. */
function expand(text: string): string {
  const parts = text.includes('e') ? partsOf(text) : undefined
  return parts === undefined ? text : printPlain(parts, 0)
}

/** The text of what stands for a decimal, in whatever notation; undefined of anything else. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  // The shortest decimal; the text of NaN is no number.
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'bigint') return undefined
  // Printing a bigint takes superlinear time.
  return value < MOST_INTEGER && value > -MOST_INTEGER ? String(value) : undefined
}

/**
 * The canonical form of an operand: plain notation with at least `scale` fraction digits, and more
 * only as far as they are not zeros. Undefined if it is no decimal within the caps.
 */
export function canonicalDecimal(input: unknown, scale: number): string | undefined {
  const text = textOf(input)
  if (text === undefined || text.length > LONGEST) return undefined
  const parts = partsOf(text)
  return parts !== undefined && isWithinCaps(parts) ? print(parts, scale) : undefined
}

/** Where the digits before the point end. */
function wholeEnd(text: string): number {
  const point = text.indexOf('.')
  return point === -1 ? text.length : point
}

/** Orders canonical texts, also those that have more fraction digits than the scale. */
export const compareDecimals = (a: string, b: string): number => comparePlain(expand(a), expand(b))

function comparePlain(a: string, b: string): number {
  const isNegative = a.charCodeAt(0) === MINUS
  if (isNegative !== (b.charCodeAt(0) === MINUS)) return isNegative ? -1 : 1
  // Of numbers with as many digits before the point, the texts are in the order of magnitude.
  const order = wholeEnd(a) - wholeEnd(b) || (a < b ? -1 : a > b ? 1 : 0)
  return isNegative ? -order : order
}

/** The same of texts with the same number of fraction digits. */
export function compareOnGrid(a: string, b: string): number {
  const isNegative = a.charCodeAt(0) === MINUS
  if (isNegative !== (b.charCodeAt(0) === MINUS)) return isNegative ? -1 : 1
  const order = a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)
  return isNegative ? -order : order
}

/** Whether a text is the canonical form of a number of the grid. */
export function isOnGrid(text: string, { precision, scale }: Grid): boolean {
  const { length } = text
  const start = text.charCodeAt(0) === MINUS ? 1 : 0
  const end = scale === 0 ? length : length - scale - 1
  const most = precision - scale
  if (end <= start || end - start > (most === 0 ? 1 : most)) return false
  const first = text.charCodeAt(start)
  if (first === ZERO ? end - start > 1 : most === 0) return false
  let isZero = true
  for (let at = start; at < length; at++) {
    const unit = text.charCodeAt(at)
    if (at === end) {
      if (unit !== POINT) return false
    } else {
      if (unit < ZERO || unit > NINE) return false
      if (unit !== ZERO) isZero = false
    }
  }
  return start === 0 || !isZero
}

/** The integer of units of the scale: 1250 for 12.50. */
export const unitsOf = (text: string): bigint => BigInt(text.replace('.', ''))

/** The number of so many units. */
export function fromUnits(units: bigint, scale: number): string {
  const isNegative = units < 0n
  const digits = String(isNegative ? -units : units).padStart(scale + 1, '0')
  const at = digits.length - scale
  const text = scale === 0 ? digits : `${digits.slice(0, at)}.${digits.slice(at)}`
  return isNegative ? `-${text}` : text
}

/** The greatest number of a grid. */
export const mostOf = ({ precision, scale }: Grid): string =>
  fromUnits(10n ** BigInt(precision) - 1n, scale)

/** Where a canonical number lies among those of a grid. */
export function positionOnGrid(canonical: string, grid: Grid): Position<string> {
  const { precision, scale } = grid
  const text = expand(canonical)
  const isNegative = text.charCodeAt(0) === MINUS
  const end = wholeEnd(text)
  const whole = text.slice(isNegative ? 1 : 0, end)
  const most = precision - scale
  if (whole !== '0' && whole.length > most) {
    return isNegative ? { value: `-${mostOf(grid)}`, side: -1 } : { value: mostOf(grid), side: 1 }
  }
  const fraction = text.slice(end + 1)
  const kept = fraction.slice(0, scale).padEnd(scale, '0')
  const magnitude = BigInt(whole + kept)
  const units = isNegative ? -magnitude : magnitude
  if (countZeros(fraction.slice(scale)) === Math.max(fraction.length - scale, 0)) {
    return { value: fromUnits(units, scale), side: 0 }
  }
  if (!isNegative) return { value: fromUnits(units, scale), side: 1 }
  const below = units - 1n
  return below <= -(10n ** BigInt(precision))
    ? { value: fromUnits(units, scale), side: -1 }
    : { value: fromUnits(below, scale), side: 1 }
}
