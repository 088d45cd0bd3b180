// Longer than most files here: reading, comparing and printing share the registers that keep a row
// free of allocations.

import { type Bound, exactly, type Kind, type Position, type Test } from './kind.ts'
import { isOneOf, isString } from './string.ts'

/** The unit of a field whose rows hold timestamps as numbers since 1970-01-01T00:00:00Z. */
export type EpochUnit = 's' | 'ms' | 'us' | 'ns'

export interface TimestampOptions {
  /** Digits of the second that a stored value keeps, 0–9. */
  readonly digits: number
  readonly unit?: EpochUnit | undefined
}

const PER_SECOND = {
  s: 1n,
  ms: 1_000n,
  us: 1_000_000n,
  ns: 1_000_000_000n,
} as const

/** 0001-01-01T00:00:00Z and 10000-01-01T00:00:00Z, in seconds since 1970. */
const FIRST_SECOND = -62_135_596_800
const END_SECOND = 253_402_300_800

/** In nanoseconds. */
const SECOND = 1_000_000_000

// What the last successful scan read. Registers rather than a result, so that a row costs no
// allocation; nothing runs between a scan and the use of them.
let second = 0
let nanosecond = 0
/** Whether the scanned text was canonical, for a field of `fractionDigits`. */
let isCanonical = false
let fractionDigits = 0

/** What stands for two characters that are no digits: more than any part of a timestamp can be. */
const NONE = 100

/** Two digits at a place of the text. */
function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48
  const units = text.charCodeAt(at + 1) - 48
  return tens >= 0 && tens <= 9 && units >= 0 && units <= 9 ? tens * 10 + units : NONE
}

/** Days from 1970-01-01 to a date of the proleptic Gregorian calendar (month 1–12). */
function daysFromCivil(year: number, month: number, day: number): number {
  // Years that begin in March put the leap day last, so that no table of months is needed.
  const y = month > 2 ? year : year - 1
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const leapDays = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400)
  return y * 365 + leapDays + dayOfYear - 719_468
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Whether there is such a day, of a year from 0000 on. */
const isDate = (century: number, year: number, month: number, day: number): boolean =>
  century < NONE &&
  year < century * 100 + NONE &&
  month >= 1 &&
  month <= 12 &&
  day >= 1 &&
  (day <= 28 || day <= daysInMonth(year, month))

const COLON = 58
const HYPHEN = 45

/** Whether the marks between the digits of a date and a time are there. */
const hasMarks = (text: string): boolean =>
  text.charCodeAt(4) === HYPHEN &&
  text.charCodeAt(7) === HYPHEN &&
  text.charCodeAt(13) === COLON &&
  text.charCodeAt(16) === COLON

/**
 * Reads an RFC 3339 date-time into the registers; false where it is none, or where its instant lies
 * outside the years 0001–9999 UTC.
 */
function scan(text: string): boolean {
  if (text.length < 20) return false
  const century = two(text, 0)
  const year = century * 100 + two(text, 2)
  const month = two(text, 5)
  const day = two(text, 8)
  const hour = two(text, 11)
  const minute = two(text, 14)
  const sec = two(text, 17)
  if (!isDate(century, year, month, day)) return false
  if (hour > 23 || minute > 59 || sec > 60) return false
  const separator = text.charCodeAt(10)
  if (!hasMarks(text) || (separator | 32) !== 116) return false // T or t

  let at = 19
  let nanos = 0
  if (text.charCodeAt(at) === 46) {
    let weight = 100_000_000
    for (at = 20; ; at++) {
      const digit = text.charCodeAt(at) - 48
      if (!(digit >= 0 && digit <= 9)) break
      nanos += digit * weight
      // Past the ninth digit the weight is 0: more digits are read and do not count.
      weight = weight === 1 ? 0 : weight / 10
    }
    if (at === 20) return false
  }
  fractionDigits = at === 19 ? 0 : at - 20

  let offset = 0
  const zone = text.charCodeAt(at)
  if ((zone | 32) === 122) {
    if (text.length !== at + 1) return false
  } else if (zone === 43 || zone === HYPHEN) {
    const hours = two(text, at + 1)
    const minutes = two(text, at + 4)
    if (hours > 23 || minutes > 59) return false
    if (text.charCodeAt(at + 3) !== COLON || text.length !== at + 6) return false
    offset = (zone === 43 ? 60 : -60) * (hours * 60 + minutes)
  } else {
    return false
  }
  isCanonical = separator === 84 && zone === 90 && sec !== 60

  const midnight = daysFromCivil(year, month, day) * 86_400
  if (sec === 60) {
    // A leap second ends a day of UTC, and is the second after it.
    const utcMinute = (((hour * 60 + minute - offset / 60) % 1440) + 1440) % 1440
    if (utcMinute !== 1439) return false
  }
  second = midnight + hour * 3600 + minute * 60 + sec - offset
  nanosecond = nanos
  return second >= FIRST_SECOND && second < END_SECOND
}

/** Puts an instant of so many units since 1970 into the registers. */
function scanEpoch(value: number | bigint, perSecond: bigint): boolean {
  if (typeof value === 'number' && !Number.isFinite(value)) return false
  // Exact for fractions too: the whole units as a bigint, the fraction of a unit as a double.
  const whole = typeof value === 'bigint' ? value : BigInt(Math.floor(value))
  const fraction = typeof value === 'bigint' ? 0 : value - Math.floor(value)
  const rest = ((whole % perSecond) + perSecond) % perSecond
  second = Number((whole - rest) / perSecond)
  const perUnit = Number(1_000_000_000n / perSecond)
  // Just below a whole unit, the difference rounds up to one.
  nanosecond = Number(rest) * perUnit + Math.min(Math.floor(fraction * perUnit), perUnit - 1)
  isCanonical = false
  return second >= FIRST_SECOND && second < END_SECOND
}

/** The registers as text: UTC, with exactly so many digits, the rest cut off. */
const print = (digits: number): string =>
  withFraction(new Date(second * 1000).toISOString().slice(0, 19), digits)

/** The same of a text that was scanned last: most are in UTC, and only their fraction differs. */
function canonical(text: string, digits: number): string {
  if (!isCanonical) return print(digits)
  return fractionDigits === digits ? text : withFraction(text.slice(0, 19), digits)
}

function withFraction(whole: string, digits: number): string {
  if (digits === 0) return `${whole}Z`
  return `${whole}.${String(nanosecond).padStart(9, '0').slice(0, digits)}Z`
}

/** The lengths of timestamps in UTC: to the second, and to the nanosecond. */
const SHORTEST = 20
const LONGEST = 30

/**
 * Whether a text, if it is a timestamp at all, is in UTC, in capital letters and no leap second. Two
 * such texts of one length are in the order of their instants.
 */
const isPlain = (text: string, length: number): boolean =>
  length >= SHORTEST &&
  length <= LONGEST &&
  text.charCodeAt(length - 1) === 90 &&
  text.charCodeAt(10) === 84 &&
  text.charCodeAt(17) !== 54

/** Whether a plain text is a timestamp: what `scan` says of it, without the instant. */
function isTimestamp(text: string, length: number): boolean {
  const century = two(text, 0)
  const year = century * 100 + two(text, 2)
  if (year === 0 || !isDate(century, year, two(text, 5), two(text, 8))) return false
  if (two(text, 11) > 23 || two(text, 14) > 59 || two(text, 17) > 59) return false
  if (!hasMarks(text)) return false
  if (length === SHORTEST) return true
  if (length === SHORTEST + 1 || text.charCodeAt(19) !== 46) return false
  for (let at = 20; at < length - 1; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) return false
  }
  return true
}

/** An instant between two values of a field. */
interface Threshold {
  readonly second: number
  readonly nanosecond: number
  /** Its canonical text, where it is a value of the field. */
  readonly text?: string
}

/** Greater than any text that begins with a digit. */
const LAST = ':'

/** The first plain text of a length that is not before an instant. */
function ceiling(instant: Threshold, length: number): string {
  if (instant.text?.length === length) return instant.text
  const digits = length === SHORTEST ? 0 : length - SHORTEST - 1
  const step = 10 ** (9 - digits)
  const nanos = Math.ceil(instant.nanosecond / step) * step
  second = nanos < SECOND ? instant.second : instant.second + 1
  nanosecond = nanos % SECOND
  return second < END_SECOND ? print(digits) : LAST
}

const isEarlier = (a: Threshold, b: Threshold): boolean =>
  a.second < b.second || (a.second === b.second && a.nanosecond < b.nanosecond)

const latest = (a: Threshold | undefined, b: Threshold): Threshold =>
  a === undefined || isEarlier(a, b) ? b : a

const earliest = (a: Threshold | undefined, b: Threshold): Threshold =>
  a === undefined || isEarlier(b, a) ? b : a

/**
 * Milliseconds since 1970 of a Date of any realm (NaN for an invalid one); undefined for anything
 * else. Asks for the tag first: throwing and catching costs as much as reading a hundred filters.
 */
export function millisecondsOf(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  try {
    if (Object.prototype.toString.call(value) !== '[object Date]') return undefined
    return Date.prototype.getTime.call(value as Date)
  } catch {
    return undefined
  }
}

/**
 * Timestamps to a number of digits of the second. The canonical form is RFC 3339 text in UTC with
 * exactly that many digits, so that text order is the order of instants; an operand that is finer
 * keeps nine.
 */
export function timestamp({ digits, unit }: TimestampOptions): Kind<string> {
  const perSecond = unit === undefined ? undefined : PER_SECOND[unit]
  const step = 10 ** (9 - digits)

  function scanValue(value: unknown): boolean {
    if (typeof value === 'string') return scan(value)
    if (typeof value === 'number' || typeof value === 'bigint') {
      return perSecond !== undefined && scanEpoch(value, perSecond)
    }
    const ms = millisecondsOf(value)
    return ms !== undefined && scanEpoch(ms, 1000n)
  }

  function read(value: unknown): string | undefined {
    if (typeof value === 'string') return scan(value) ? canonical(value, digits) : undefined
    return scanValue(value) ? print(digits) : undefined
  }

  /** Whether a value that is a timestamp is its own canonical form. */
  const canonicalLength = digits === 0 ? SHORTEST : SHORTEST + 1 + digits
  const isCanonicalText = (value: unknown): value is string =>
    typeof value === 'string' && value.length === canonicalLength && isPlain(value, canonicalLength)

  /** The instant that a range begins at, or ends before. */
  function threshold({ comparison, constant }: Bound<string>): Threshold {
    scan(constant)
    // Rows' values are cut to the field's digits: what is greater is a step greater at least.
    const isStepped = comparison === '>' || comparison === '<='
    const nanos = Math.floor(nanosecond / step) * step + (isStepped ? step : 0)
    const own = { second: nanos < SECOND ? second : second + 1, nanosecond: nanos % SECOND }
    return isStepped ? own : { ...own, text: constant }
  }

  /** Whether what was scanned last, cut to the field's digits, lies before. */
  const isBefore = (end: Threshold): boolean =>
    second < end.second ||
    (second === end.second && Math.floor(nanosecond / step) * step < end.nanosecond)

  /**
   * Texts in UTC of one length are in the order of their instants, so that most rows are told by one
   * comparison with each end; only those that pass have to be timestamps at all, and only what is
   * written in another way is read in full.
   */
  function within(bounds: readonly Bound<string>[]): Test {
    let from: Threshold | undefined
    let to: Threshold | undefined
    for (const bound of bounds) {
      const own = threshold(bound)
      if (bound.comparison === '>' || bound.comparison === '>=') from = latest(from, own)
      else to = earliest(to, own)
    }
    const least = from === undefined ? '' : ceiling(from, canonicalLength)
    const beyond = to === undefined ? LAST : ceiling(to, canonicalLength)
    // Rows are written alike: one other length than the field's own is all that is kept.
    let otherLength = 0
    let otherLeast = ''
    let otherBeyond = LAST
    return (value) => {
      if (typeof value === 'string') {
        const { length } = value
        if (isPlain(value, length)) {
          if (length === canonicalLength)
            return value >= least && value < beyond && isTimestamp(value, length)
          if (length !== otherLength) {
            otherLeast = from === undefined ? '' : ceiling(from, length)
            otherBeyond = to === undefined ? LAST : ceiling(to, length)
            otherLength = length
          }
          return value >= otherLeast && value < otherBeyond && isTimestamp(value, length)
        }
      }
      if (!scanValue(value)) return false
      return (from === undefined || !isBefore(from)) && (to === undefined || isBefore(to))
    }
  }

  return {
    name: 'timestamp',
    expects: 'an RFC 3339 date-time',
    operand(input) {
      if (typeof input === 'string') {
        if (!scan(input)) return undefined
        return canonical(input, nanosecond % step === 0 ? digits : 9)
      }
      const ms = millisecondsOf(input)
      if (ms === undefined || !scanEpoch(ms, 1000n)) return undefined
      return print(nanosecond % step === 0 ? digits : 9)
    },
    read,
    // Canonical forms are ASCII of one length.
    compare: (a, b) => (a < b ? -1 : a > b ? 1 : 0),
    position(operand): Position<string> {
      if (operand.length === canonicalLength) return exactly(operand)
      // Finer than the field: the value that it is cut down to lies before it.
      scan(operand)
      return { value: canonical(operand, digits), side: 1 }
    },
    range: (comparison, constant) => within([{ comparison, constant }]),
    within,
    equals(constant) {
      const isThat = isString(constant)
      return (value) => isThat(value) || (!isCanonicalText(value) && isThat(read(value)))
    },
    among(constants) {
      const isOne = isOneOf(constants)
      return (value) => isOne(value) || (!isCanonicalText(value) && isOne(read(value)))
    },
  }
}

/** Ticks of a unit since 1970 of canonical text: how a column of epoch numbers stores it. */
export function toEpoch(canonical: string, unit: EpochUnit): bigint {
  scan(canonical)
  const perSecond = PER_SECOND[unit]
  return BigInt(second) * perSecond + (BigInt(nanosecond) * perSecond) / 1_000_000_000n
}

/** The canonical text of ticks since 1970; undefined outside the years 0001–9999. */
export const fromEpoch = (ticks: bigint, unit: EpochUnit, digits: number): string | undefined =>
  scanEpoch(ticks, PER_SECOND[unit]) ? print(digits) : undefined
