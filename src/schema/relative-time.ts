import { describe } from '../error/describe.ts'
import { refuse } from './refuse.ts'

/** A shift from now: what `{ $now: … }` holds, read by `relativeTime`. */
export interface Relative {
  /** Its canonical text. */
  readonly $now: string
  /**
   * The instant as RFC 3339 text, or the day of the zone; undefined outside of the years 0001–9999.
   * `now` is in milliseconds since 1970.
   */
  at(now: number, kind: 'timestamp' | 'date'): string | undefined
}

/** What `relativeTime` makes, for `defineSchema`. */
export interface RelativeTime {
  /** The shift that a text says; undefined where it says none. */
  readonly read: (text: string) => Relative | undefined
  /** How long a cursor keeps the time of its first page, in milliseconds. */
  readonly cursorAge: number
  /** How filters with shifts are read; `shiftReadingOf` (`parse/shifts.ts`) knows its type. */
  readonly reading: object
}

/** Milliseconds of the units that have the same length always; their cuts are in the zone's clock. */
const FIXED = { s: 1000, m: 60_000, h: 3_600_000 } as const
const DAY = 86_400_000
const FIRST = -62_135_596_800_000
const BEYOND = 253_402_300_800_000

const SHIFT = /^([+-])(\d{1,8})([smhdwMy])(?:\/([smhdwMy]))?$/

/**
 * Reads shifts in the calendar of a zone.
 *
 * @throws TypeError where there is no such zone.
 */
export function shiftReader(zone: string): RelativeTime['read'] {
  const clock = zone === 'UTC' ? UTC : zoneClock(zone)
  return (text) => {
    const [, sign, digits, unit, cut] = SHIFT.exec(text) ?? []
    if (digits === undefined) return undefined
    const count = Number(digits)
    const shift = sign === '-' ? -count : count
    const $now = `${count === 0 ? '+' : sign}${count}${unit}${cut === undefined ? '' : `/${cut}`}`
    return {
      $now,
      at(now, kind) {
        const shifted = shiftedBy(clock, now, shift, unit as Unit)
        const time = shifted === undefined ? undefined : cutTo(clock, shifted, cut as Unit)
        if (time === undefined || time < FIRST || time >= BEYOND) return undefined
        if (kind === 'timestamp') return new Date(time).toISOString()
        const local = time + clock.offset(time)
        return local < FIRST || local >= BEYOND
          ? undefined
          : new Date(local).toISOString().slice(0, 10)
      },
    }
  }
}

type Unit = 's' | 'm' | 'h' | 'd' | 'w' | 'M' | 'y'

/** A zone's clocks. Local times are milliseconds as if they were of UTC. */
interface Clock {
  /** What local time is ahead of UTC at an instant. */
  offset(instant: number): number
  /** The instant of a local time. */
  instant(local: number): number
}

const UTC: Clock = { offset: () => 0, instant: (local) => local }

function zoneClock(zone: string): Clock {
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch {
    return refuse('relativeTime.zone', `unknown time zone ${describe(zone)}`)
  }
  function offset(instant: number): number {
    const second = Math.floor(instant / 1000) * 1000
    const parts: Record<string, string> = {}
    for (const { type, value } of format.formatToParts(second)) parts[type] = value
    const { era, year, month, day, hour, minute, second: seconds } = parts
    const years = era?.startsWith('B') ? 1 - Number(year) : Number(year)
    const days = daysOf(years, Number(month) - 1) + Number(day) - 1
    const time = Number(hour) * FIXED.h + Number(minute) * FIXED.m + Number(seconds) * FIXED.s
    return days * DAY + time - second
  }
  return {
    offset,
    instant(local) {
      // No two changes of one zone's clocks are nearer to each other than a day.
      const before = local - offset(local - DAY)
      const after = local - offset(local + DAY)
      const found = [before, after].filter((each) => each + offset(each) === local)
      return found.length > 0 ? Math.min(...found) : before
    },
  }
}

/** The days from 1970-01-01 to the first of a month, which is counted from 0. */
function daysOf(year: number, month: number): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month, 1)
  return Math.round(date.getTime() / DAY)
}

function shiftedBy(clock: Clock, now: number, shift: number, unit: Unit): number | undefined {
  if (unit === 's' || unit === 'm' || unit === 'h') return inYears(now + shift * FIXED[unit])
  // What is not shifted keeps its instant, the second of two that are one local time also.
  if (shift === 0) return now
  const local = now + clock.offset(now)
  const days = unit === 'd' ? shift : unit === 'w' ? 7 * shift : undefined
  const shifted =
    days === undefined ? byMonths(local, unit === 'y' ? 12 * shift : shift) : local + days * DAY
  return inYears(shifted) === undefined ? undefined : clock.instant(shifted as number)
}

/** Undefined beyond the years by more than zones are ahead of UTC, where no calendar is asked. */
const inYears = (time: number | undefined): number | undefined =>
  time !== undefined && time >= FIRST - DAY && time < BEYOND + DAY ? time : undefined

function byMonths(local: number, months: number): number | undefined {
  const date = new Date(local)
  const month = date.getUTCFullYear() * 12 + date.getUTCMonth() + months
  if (month < 0 || month > 120_000) return undefined
  const year = Math.floor(month / 12)
  const first = daysOf(year, month % 12)
  const length = daysOf(year, (month % 12) + 1) - first
  const day = Math.min(date.getUTCDate(), length) - 1
  return (first + day) * DAY + mod(local, DAY)
}

const mod = (value: number, by: number): number => ((value % by) + by) % by

function cutTo(clock: Clock, instant: number, unit: Unit | undefined): number | undefined {
  if (unit === undefined) return instant
  if (inYears(instant) === undefined) return undefined
  const local = instant + clock.offset(instant)
  if (unit === 's' || unit === 'm' || unit === 'h') return instant - mod(local, FIXED[unit])
  const midnight = local - mod(local, DAY)
  const date = new Date(midnight)
  switch (unit) {
    case 'd':
      return clock.instant(midnight)
    case 'w':
      return clock.instant(midnight - mod(date.getUTCDay() - 1, 7) * DAY)
    case 'M':
      return clock.instant(daysOf(date.getUTCFullYear(), date.getUTCMonth()) * DAY)
    case 'y':
      return clock.instant(daysOf(date.getUTCFullYear(), 0) * DAY)
    default:
      return unit satisfies never
  }
}
