/**
 * Parses RFC 3339 date-times. The result of a scan is in variables of this module, so that reading a
 * row allocates nothing; callers use it before the next scan.
 */

import { HYPHEN, isDate, twoDigits } from './calendar.ts'

/** The unit of a field whose rows hold timestamps as numbers since 1970-01-01T00:00:00Z. */
export type EpochUnit = 's' | 'ms' | 'us' | 'ns'

export const PER_SECOND = {
  s: 1n,
  ms: 1_000n,
  us: 1_000_000n,
  ns: 1_000_000_000n,
} as const

/** 0001-01-01T00:00:00Z and 10000-01-01T00:00:00Z, in seconds since 1970. */
const FIRST_SECOND = -62_135_596_800
export const END_SECOND = 253_402_300_800

/** In nanoseconds. */
export const SECOND = 1_000_000_000

// The instant of the last successful scan.
export let second = 0
export let nanosecond = 0
/** Whether the scanned text was canonical, for a field of `fractionDigits`. */
let isCanonical = false
let fractionDigits = 0

/** Days from 1970-01-01 to a date of the proleptic Gregorian calendar (month 1–12). */
function daysFromCivil(year: number, month: number, day: number): number {
  // Years that begin in March put the leap day last, so that no table of months is needed.
  const y = month > 2 ? year : year - 1
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const leapDays = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400)
  return y * 365 + leapDays + dayOfYear - 719_468
}

const COLON = 58

/** Whether the hyphens and colons are where they must be. */
const hasSeparators = (text: string): boolean =>
  text.charCodeAt(4) === HYPHEN &&
  text.charCodeAt(7) === HYPHEN &&
  text.charCodeAt(13) === COLON &&
  text.charCodeAt(16) === COLON

/**
 * Parses an RFC 3339 date-time into `second` and `nanosecond`; false if it is not valid, or not in
 * the years 0001–9999 UTC.
 */
export function scan(text: string): boolean {
  if (text.length < 20) return false
  const century = twoDigits(text, 0)
  const year = century * 100 + twoDigits(text, 2)
  const month = twoDigits(text, 5)
  const day = twoDigits(text, 8)
  const hour = twoDigits(text, 11)
  const minute = twoDigits(text, 14)
  const sec = twoDigits(text, 17)
  if (!isDate(century, year, month, day)) return false
  if (hour > 23 || minute > 59 || sec > 60) return false
  const separator = text.charCodeAt(10)
  if (!hasSeparators(text) || (separator | 32) !== 116) return false // T or t

  let at = 19
  let nanos = 0
  if (text.charCodeAt(at) === 46) {
    let weight = 100_000_000
    for (at = 20; ; at++) {
      const digit = text.charCodeAt(at) - 48
      if (!(digit >= 0 && digit <= 9)) break
      nanos += digit * weight
      // After the ninth digit the weight is 0: further digits are cut off.
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
    const hours = twoDigits(text, at + 1)
    const minutes = twoDigits(text, at + 4)
    if (hours > 23 || minutes > 59) return false
    if (text.charCodeAt(at + 3) !== COLON || text.length !== at + 6) return false
    offset = (zone === 43 ? 60 : -60) * (hours * 60 + minutes)
  } else {
    return false
  }
  isCanonical = separator === 84 && zone === 90 && sec !== 60

  const midnight = daysFromCivil(year, month, day) * 86_400
  if (sec === 60) {
    // A leap second is allowed at the end of a UTC day only, and counts as the second after it.
    const utcMinute = (((hour * 60 + minute - offset / 60) % 1440) + 1440) % 1440
    if (utcMinute !== 1439) return false
  }
  second = midnight + hour * 3600 + minute * 60 + sec - offset
  nanosecond = nanos
  return second >= FIRST_SECOND && second < END_SECOND
}

/** The same for a number of units since 1970. */
export function scanEpoch(value: number | bigint, perSecond: bigint): boolean {
  if (typeof value === 'number' && !Number.isFinite(value)) return false
  // The whole units are a bigint and only the fraction is a double, so no digit is lost.
  const whole = typeof value === 'bigint' ? value : BigInt(Math.floor(value))
  const fraction = typeof value === 'bigint' ? 0 : value - Math.floor(value)
  const rest = ((whole % perSecond) + perSecond) % perSecond
  second = Number((whole - rest) / perSecond)
  const perUnit = Number(1_000_000_000n / perSecond)
  // A fraction just below 1 can round up to a whole unit.
  nanosecond = Number(rest) * perUnit + Math.min(Math.floor(fraction * perUnit), perUnit - 1)
  isCanonical = false
  return second >= FIRST_SECOND && second < END_SECOND
}

/** The scanned instant as text: in UTC, with this number of digits, further ones cut off. */
export const print = (digits: number): string =>
  withFraction(new Date(second * 1000).toISOString().slice(0, 19), digits)

/** The same for the text that was scanned last: if it is in UTC, only the fraction is changed. */
export function canonical(text: string, digits: number): string {
  if (!isCanonical) return print(digits)
  return fractionDigits === digits ? text : withFraction(text.slice(0, 19), digits)
}

function withFraction(whole: string, digits: number): string {
  if (digits === 0) return `${whole}Z`
  return `${whole}.${String(nanosecond).padStart(9, '0').slice(0, digits)}Z`
}

/** An instant as text. Overwrites the result of the last scan. */
export function printInstant(seconds: number, nanoseconds: number, digits: number): string {
  second = seconds
  nanosecond = nanoseconds
  return print(digits)
}

/** The lengths of timestamps in UTC without a fraction and with nine digits. */
export const SHORTEST = 20
const LONGEST = 30

/**
 * Whether a text, if it is a timestamp, is in UTC, in capital letters and not a leap second. Two such
 * texts of the same length are in the order of their instants.
 */
export const isPlain = (text: string, length: number): boolean =>
  length >= SHORTEST &&
  length <= LONGEST &&
  text.charCodeAt(length - 1) === 90 &&
  text.charCodeAt(10) === 84 &&
  text.charCodeAt(17) !== 54

/** Whether a plain text is a timestamp: as `scan`, without computing the instant. */
export function isTimestamp(text: string, length: number): boolean {
  const century = twoDigits(text, 0)
  const year = century * 100 + twoDigits(text, 2)
  if (year === 0 || !isDate(century, year, twoDigits(text, 5), twoDigits(text, 8))) return false
  if (twoDigits(text, 11) > 23 || twoDigits(text, 14) > 59 || twoDigits(text, 17) > 59) return false
  if (!hasSeparators(text)) return false
  if (length === SHORTEST) return true
  if (length === SHORTEST + 1 || text.charCodeAt(19) !== 46) return false
  for (let at = 20; at < length - 1; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) return false
  }
  return true
}

/**
 * Milliseconds since 1970 of a Date of any realm (NaN for an invalid one); undefined for anything
 * else. The tag is checked first because an exception is slow (as slow as parsing 100 filters).
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

/** Units since 1970, as a column of epoch numbers stores a canonical timestamp. */
export function toEpoch(canonical: string, unit: EpochUnit): bigint {
  scan(canonical)
  const perSecond = PER_SECOND[unit]
  return BigInt(second) * perSecond + (BigInt(nanosecond) * perSecond) / 1_000_000_000n
}

/** The inverse of {@link toEpoch}; undefined outside the years 0001–9999. */
export const fromEpoch = (ticks: bigint, unit: EpochUnit, digits: number): string | undefined =>
  scanEpoch(ticks, PER_SECOND[unit]) ? print(digits) : undefined
