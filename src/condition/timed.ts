/** Operands that depend on the time when a condition is compiled: `{ $now: '-7d' }`. */

import { describe } from '../error/describe.ts'
import type { Scalar } from '../kinds/kind.ts'
import type { Relative } from '../schema/relative-time.ts'
import { type Condition, type Leaf, refuseCondition } from './condition.ts'

/** An operand with shifts in it. */
export interface Timed {
  readonly operand: Relative | readonly (Scalar | null | Relative)[]
  /** Whether it is of a client's filter, whose pages keep the time of the first. */
  readonly isClients: boolean
  /** What can be done with conditions that have such operands; `relativeTime` brings it. */
  readonly conditions: TimedConditions
}

/** What is done with conditions that depend on the time (`relative.ts`). */
export interface TimedConditions {
  /**
   * A condition at a time, which no longer depends on it.
   *
   * @throws FilterError where a shift leaves the years 0001–9999.
   */
  at(condition: Condition, times: Times): Condition
  /** A condition as one of the server's, whoever wrote it. */
  asServers(condition: Condition): Condition
}

/** The times that conditions are compiled at, in milliseconds since 1970. */
export interface Times {
  /** For what clients sent. */
  readonly client: number
  /** For what the server itself says. */
  readonly server: number
}

/** The clock of a program: an instant, or milliseconds since 1970; without one, the time of the call. */
export type Now = Date | number

/** @throws TypeError for what is no instant of the years 0001–9999. */
export function millisecondsAt(now: Now = Date.now()): number {
  const time = now instanceof Date ? now.getTime() : now
  if (typeof time === 'number' && time >= FIRST && time <= LAST) return Math.floor(time)
  throw new TypeError(
    `tamis: now: expected a Date or milliseconds since 1970, received ${describe(now)}`,
  )
}

const FIRST = Date.UTC(2000, 0) - 63_082_281_600_000
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

export const isRelative = (value: unknown): value is Relative =>
  typeof value === 'object' && value !== null && '$now' in value

/** Whether a condition depends on the time. */
export const isTimed = (condition: Condition): boolean => timedIn(condition) !== undefined

/** Whether what a client sent depends on it. */
export const isClientsTimed = (condition: Condition): boolean =>
  timedIn(condition, ({ isClients }) => isClients) !== undefined

const isAnyones = (): boolean => true

/** The first operand that depends on the time, of those that are meant. */
function timedIn(
  condition: Condition,
  isMeant: (timed: Timed) => boolean = isAnyones,
): Timed | undefined {
  switch (condition.kind) {
    case 'and':
    case 'or':
      for (const each of condition.conditions) {
        const found = timedIn(each, isMeant)
        if (found !== undefined) return found
      }
      return undefined
    case 'leaf': {
      const { timed }: Leaf = condition
      return timed !== undefined && isMeant(timed) ? timed : undefined
    }
    case 'some':
      return timedIn(condition.scope, isMeant) ?? timedIn(condition.condition, isMeant)
    default:
      return refuseCondition(condition)
  }
}

/**
 * A condition at a time, which no longer depends on it.
 *
 * @throws FilterError where a shift leaves the years 0001–9999.
 */
export const atTime = (condition: Condition, times: Times): Condition =>
  timedIn(condition)?.conditions.at(condition, times) ?? condition

/** When a condition with `$now` is compiled. */
export interface Clock {
  /** An instant, or milliseconds since 1970; the time of the call where it is left out. */
  readonly now?: Now | undefined
}

/** A condition at one time, whoever wrote it. */
export function atNow(condition: Condition, now: Now | undefined): Condition {
  if (now === undefined && !isTimed(condition)) return condition
  const time = millisecondsAt(now)
  return atTime(condition, { client: time, server: time })
}

/** A condition as one of the server's, whoever wrote it. */
export const asServers = (condition: Condition): Condition =>
  timedIn(condition, ({ isClients }) => isClients)?.conditions.asServers(condition) ?? condition
