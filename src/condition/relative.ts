/** What `relativeTime` brings: the values of shifts, and conditions at a time. */

import { label } from '../error/describe.ts'
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
import { isRelative, type Timed, type TimedConditions } from './timed.ts'

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

export const OUTSIDE = { expected: 'a time within the years 0001 to 9999' } as const

export const timedConditions: TimedConditions = {
  at: (condition, times) =>
    mapTimed(condition, (each, { operand, isClients }) => {
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
    }),
  asServers: (condition) =>
    mapTimed(condition, (each, timed) => ({ ...each, timed: { ...timed, isClients: false } })),
}

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
