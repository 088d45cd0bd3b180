import type { Condition } from '../condition/condition.ts'
import type { Scalar } from '../kinds/kind.ts'
import type { Structure } from '../schema/schema.ts'
import type { Entries } from './inspect.ts'
import type { OperandPlace } from './operand.ts'

/**
 * How filters with `{ $now: … }` are read: `relativeTime` makes it, so that a program without relative
 * times does not pay for them.
 */
export interface ShiftReading {
  /** Whether an object is `{ $now: … }`, a bare operand. */
  isShift(entries: Entries): boolean
  /** Reads the shifts of one operand; `now` is in milliseconds since 1970. */
  shifts(now: number | undefined): Shifts
}

/** The shifts of one operand. */
export interface Shifts {
  /**
   * The value of `{ $now: … }` at present, undefined where an issue was reported; undefined itself for
   * anything else, and where the field has no time. `i` is the place in a list of operands.
   */
  read(
    input: unknown,
    at: OperandPlace,
    i: number,
  ): { readonly value: Scalar | undefined } | undefined
  /** What to write in place of a text such as `now-7d`; undefined of other texts. */
  hint(text: string): string | undefined
  /** The condition of the operand, with the shifts that were read. */
  timed(condition: Condition, isClients: boolean): Condition
}

/** Undefined where operands cannot depend on the time. */
export const shiftReadingOf = ({ relativeTime }: Structure): ShiftReading | undefined =>
  relativeTime?.reading as ShiftReading | undefined
