/** Operands that depend on the time when a condition is compiled: `{ $now: '-7d' }`. */

import { describe, label } from '../error/describe.ts'
import { FilterError } from '../error/filter-error.ts'
import { issue } from '../error/issue.ts'
import { type AnyKind, membersOf } from '../kinds/dynamic.ts'
import type { Kind, Scalar } from '../kinds/kind.ts'
import type { Operand } from '../operators/operator.ts'
import type { Relative } from '../schema/relative-time.ts'
import {
  type Condition,
  conjunction,
  disjunction,
  type Leaf,
  leaf,
  not,
  refuseCondition,
  some,
} from './condition.ts'

/** An operand with shifts in it. */
export interface Timed {
  readonly operand: Relative | readonly (Scalar | null | Relative)[]
  /** Whether it is of a client's filter, whose pages keep the time of the first. */
  readonly isClients: boolean
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

/** The kind of time that a field's values can be: instants before days. */
export const timeKindOf = (kind: AnyKind): Kind | undefined => {
  const members = membersOf(kind)
  const find = (name: string) => members.find((each) => each.name === name)
  return find('timestamp') ?? find('date')
}

/** The canonical value of a shift; undefined where it is outside of the years that a kind has. */
export function valueAt(relative: Relative, kind: AnyKind, now: number): Scalar | undefined {
  const time = timeKindOf(kind)
  const text = time && relative.at(now, time.name === 'date' ? 'date' : 'timestamp')
  return text === undefined ? undefined : time?.operand(text)
}

export const isRelative = (value: unknown): value is Relative =>
  typeof value === 'object' && value !== null && '$now' in value

/** Whether a condition depends on the time. */
export const isTimed = (condition: Condition): boolean => hasLeaf(condition, isAnyones)

const isAnyones = ({ timed }: Leaf): boolean => timed !== undefined
const isAClients = ({ timed }: Leaf): boolean => timed?.isClients === true

function hasLeaf(condition: Condition, is: (leaf: Leaf) => boolean): boolean {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.conditions.some((each) => hasLeaf(each, is))
    case 'leaf':
      return is(condition)
    case 'some':
      return hasLeaf(condition.scope, is) || hasLeaf(condition.condition, is)
    default:
      return refuseCondition(condition)
  }
}

/** Whether what a client sent depends on it. */
export const isClientsTimed = (condition: Condition): boolean => hasLeaf(condition, isAClients)

/**
 * A condition at a time, which no longer depends on it.
 *
 * @throws FilterError where a shift leaves the years 0001–9999.
 */
export function atTime(condition: Condition, times: Times): Condition {
  if (!isTimed(condition)) return condition
  return mapTimed(condition, (each, { operand, isClients }) => {
    const { field, operator, negated } = each
    const now = isClients ? times.client : times.server
    const read = (value: Scalar | null | Relative): Scalar | null => {
      if (!isRelative(value)) return value
      const found = valueAt(value, field.type.kind, now)
      if (found !== undefined) return found
      const particulars = { subject: label(field.name), ...OUTSIDE, received: value.$now }
      throw new FilterError([issue('invalid_operand', '', particulars)])
    }
    const fixed = leaf(
      field,
      operator,
      (isRelative(operand) ? read(operand) : operand.map(read)) as Operand,
    )
    return negated ? not(fixed) : fixed
  })
}

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

export const OUTSIDE = { expected: 'a time within the years 0001 to 9999' } as const

/** A condition as one of the server's, whoever wrote it. */
export const asServers = (condition: Condition): Condition =>
  isClientsTimed(condition)
    ? mapTimed(condition, (each, { operand }) => ({
        ...each,
        timed: { operand, isClients: false },
      }))
    : condition

function mapTimed(condition: Condition, map: (leaf: Leaf, timed: Timed) => Condition): Condition {
  switch (condition.kind) {
    case 'and':
      return conjunction(condition.conditions.map((each) => mapTimed(each, map)))
    case 'or':
      return disjunction(condition.conditions.map((each) => mapTimed(each, map)))
    case 'leaf':
      return condition.timed === undefined ? condition : map(condition, condition.timed)
    case 'some': {
      const { field, operator, scope, condition: inner, negated } = condition
      const mapped = some(field, operator, mapTimed(inner, map), mapTimed(scope, map))
      return negated ? not(mapped) : mapped
    }
    default:
      return refuseCondition(condition)
  }
}
