import { OUTSIDE, timedConditions, timeKindOf, valueAt } from '../condition/relative.ts'
import type { Timed } from '../condition/timed.ts'
import { describe } from '../error/describe.ts'
import type { Scalar } from '../kinds/kind.ts'
import { onlyKeys, refuse } from '../schema/refuse.ts'
import { type Relative, type RelativeTime, shiftReader } from '../schema/relative-time.ts'
import { entriesOf, Unreadable } from './inspect.ts'
import { subjectOf } from './operand.ts'
import type { ShiftReading, Shifts } from './shifts.ts'

export interface RelativeTimeOptions {
  /** The zone of days, weeks, months and years, by its IANA name; UTC where it is left out. */
  readonly zone?: string
  /** How long a cursor keeps the time of its first page, in hours; 24 where it is left out. */
  readonly cursorHours?: number
}

const HOUR = 3_600_000

/**
 * Allows `{ $now: '-7d' }` in the place of a timestamp or a date: a sign, an integer of at most eight
 * digits and a unit of `s m h d w M y` (`m` is minutes, `M` months), and after a slash the unit to whose
 * start the result is cut: `'-1M/M'` is the start of last month. Days, weeks, months and years are those
 * of the zone's calendar: the end of a month clamps, weeks begin on Monday, a local time that a change
 * of clocks leaves out is as much later, one that there is twice is the earlier.
 *
 * @throws TypeError where there is no such zone.
 * @example
 * defineSchema({ fields, relativeTime: relativeTime({ zone: 'Europe/Paris' }) })
 */
export function relativeTime(options: RelativeTimeOptions = {}): RelativeTime {
  onlyKeys('relativeTime', options, ['zone', 'cursorHours'])
  const { zone = 'UTC', cursorHours = 24 } = options
  if (typeof cursorHours !== 'number' || !(cursorHours > 0 && cursorHours <= 1_000_000)) {
    const received = describe(cursorHours)
    refuse('relativeTime.cursorHours', `expected a number of hours above 0, received ${received}`)
  }
  const read = shiftReader(zone)
  const reading: ShiftReading = {
    isShift: ({ keys }) => keys.length === 1 && keys[0] === '$now',
    shifts: (now = Date.now()) => shiftsAt(now, read),
  }
  return { read, cursorAge: cursorHours * HOUR, reading }
}

/** Reads the shifts of one operand. */
function shiftsAt(now: number, read: RelativeTime['read']): Shifts {
  /** Those that were read: of a list by their places, of a scalar at 0. */
  const found = new Map<number, Relative>()
  return {
    read(input, at, i) {
      const { report, field } = at
      if (typeof input !== 'object' || input === null) return undefined
      if (timeKindOf(field.type.kind) === undefined) return undefined
      const entries = entriesOf(input, 1)
      if (typeof entries === 'number' || entries instanceof Unreadable) return undefined
      if (entries.keys[0] !== '$now') return undefined
      const [text] = entries.values
      const subject = subjectOf(at)
      report.enter('$now')
      const relative = typeof text === 'string' ? read(text) : undefined
      const value: Scalar | undefined = relative && valueAt(relative, field.type.kind, now)
      if (relative === undefined) {
        const expected = 'a shift such as -7d, -1M/M or +0d/d'
        const hint = 'a sign, an integer of at most 8 digits and one of s m h d w M y'
        report.unexpected('invalid_operand', subject, expected, text, hint)
      } else if (value === undefined) {
        report.add('invalid_operand', { subject, ...OUTSIDE, received: relative.$now })
      } else found.set(i, relative)
      report.leave()
      return { value }
    },
    hint: (text) => (/^now\b/.test(text) ? 'a time from now is {"$now": "-7d"}' : undefined),
    timed(condition, isClients) {
      if (found.size === 0 || condition.kind !== 'leaf') return condition
      const { operand } = condition
      const whole = Array.isArray(operand)
        ? operand.map((each, i) => found.get(i) ?? each)
        : found.get(0)
      return {
        ...condition,
        timed: { operand: whole as Timed['operand'], isClients, conditions: timedConditions },
      }
    },
  }
}
