import { type Bound, exactly, type Kind, type Position, type Test } from './kind.ts'
import {
  canonical,
  END_SECOND,
  type EpochUnit,
  isPlain,
  isTimestamp,
  millisecondsOf,
  nanosecond,
  PER_SECOND,
  print,
  printInstant,
  SECOND,
  SHORTEST,
  scan,
  scanEpoch,
  second,
} from './rfc3339.ts'
import { compareUnits, isOneOf, isString } from './string.ts'

export { type EpochUnit, fromEpoch, millisecondsOf, toEpoch } from './rfc3339.ts'

export interface TimestampOptions {
  /** Digits of the second that a stored value keeps, 0–9. */
  readonly digits: number
  readonly unit?: EpochUnit | undefined
}

/** An end of a range: an instant, not necessarily one that the field's digits can express. */
interface Threshold {
  readonly second: number
  readonly nanosecond: number
  /** Its canonical text, if it is known. */
  readonly text?: string
}

/** Greater than any text that begins with a digit. */
const LAST = ':'

/** The least plain text of this length that is not before the instant. */
function ceiling(instant: Threshold, length: number): string {
  if (instant.text?.length === length) return instant.text
  const digits = length === SHORTEST ? 0 : length - SHORTEST - 1
  const step = 10 ** (9 - digits)
  const nanos = Math.ceil(instant.nanosecond / step) * step
  const seconds = nanos < SECOND ? instant.second : instant.second + 1
  return seconds < END_SECOND ? printInstant(seconds, nanos % SECOND, digits) : LAST
}

const isEarlier = (a: Threshold, b: Threshold): boolean =>
  a.second < b.second || (a.second === b.second && a.nanosecond < b.nanosecond)

const latest = (a: Threshold | undefined, b: Threshold): Threshold =>
  a === undefined || isEarlier(a, b) ? b : a

const earliest = (a: Threshold | undefined, b: Threshold): Threshold =>
  a === undefined || isEarlier(b, a) ? b : a

/**
 * Timestamps with a number of fractional digits. The canonical form is RFC 3339 text in UTC with
 * exactly that many digits, so that text order is the order of instants. Operands with more digits
 * keep nine.
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

  /** Whether a value, if it is a timestamp, is canonical. */
  const canonicalLength = digits === 0 ? SHORTEST : SHORTEST + 1 + digits
  const isCanonicalText = (value: unknown): value is string =>
    typeof value === 'string' && value.length === canonicalLength && isPlain(value, canonicalLength)

  /** A bound as an inclusive start (>=) or an exclusive end (<). */
  function threshold({ comparison, constant }: Bound<string>): Threshold {
    scan(constant)
    // Rows' values are cut to the field's digits, so `> x` is `>= x + step`.
    const isStepped = comparison === '>' || comparison === '<='
    const nanos = Math.floor(nanosecond / step) * step + (isStepped ? step : 0)
    const instant = { second: nanos < SECOND ? second : second + 1, nanosecond: nanos % SECOND }
    return isStepped ? instant : { ...instant, text: constant }
  }

  /** Whether the instant that was scanned last, cut to the field's digits, is before the end. */
  const isBefore = (end: Threshold): boolean =>
    second < end.second ||
    (second === end.second && Math.floor(nanosecond / step) * step < end.nanosecond)

  /**
   * Plain texts of the same length are in the order of their instants, so most rows need one string
   * comparison with each end. `isTimestamp` is called only for those in the range, and other forms
   * are parsed.
   */
  function within(bounds: readonly Bound<string>[]): Test {
    let from: Threshold | undefined
    let to: Threshold | undefined
    for (const bound of bounds) {
      const end = threshold(bound)
      if (bound.comparison === '>' || bound.comparison === '>=') from = latest(from, end)
      else to = earliest(to, end)
    }
    const least = from === undefined ? '' : ceiling(from, canonicalLength)
    const beyond = to === undefined ? LAST : ceiling(to, canonicalLength)
    // Cache of one entry for rows of another length: usually all rows have the same.
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
    family: 'text',
    expects: 'an RFC 3339 date-time',
    hint: 'write it as 2024-05-01T12:00:00Z, within the years 0001 to 9999',
    isRewritten: true,
    format: 'date-time',
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
    compare: compareUnits,
    position(operand): Position<string> {
      if (operand.length === canonicalLength) return exactly(operand)
      // More digits than the field's: it lies after the value that it is cut to.
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
