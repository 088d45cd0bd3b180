import type { Scalar } from '../kinds/kind.ts'
import type { OperatorName } from '../operators/names.ts'
import type { Field } from '../schema/field.ts'
import { nullsOf } from '../schema/ordering-term.ts'
import { type Condition, conjunction, disjunction, FALSE, leaf, not } from './condition.ts'
import type { Ordering } from './ordering.ts'
import { throughOf } from './relation.ts'

/** A condition on a field, or on the value of a related row. */
const onField = (field: Field, on: (field: Field) => Condition): Condition =>
  throughOf(field)?.condition(on) ?? on(field)

/** A row's values of the ordering's fields, undefined where absent. */
export type SortKey = readonly (Scalar | undefined)[]

/** The operators for the values after and before a place in the order. */
const RANGES = {
  1: { after: '$gt', notBefore: '$gte', before: '$lt', notAfter: '$lte' },
  [-1]: { after: '$lt', notBefore: '$lte', before: '$gt', notAfter: '$gte' },
} as const

/**
 * The condition for keyset pagination: true of the rows after `key` in the ordering. Of two terms it
 * is `a >= x AND (a > x OR b > y)`. The first part is redundant, but a sargable range: without it,
 * databases scan.
 */
export function keyset(ordering: Ordering, key: SortKey): Condition {
  let rest: Condition = FALSE
  for (let i = ordering.length - 1; i >= 0; i--) {
    const term = ordering[i]!
    const on = (operator: OperatorName, value: Scalar | null): Condition =>
      onField(term.field, (field) => leaf(field, operator, value))
    const isAbsentFirst = nullsOf(term) === 'first'
    const value = key[i]
    if (value === undefined) {
      // Either all present values come after, or none.
      const absent = on('$eq', null)
      const absentAndRest = conjunction([absent, rest])
      rest = isAbsentFirst ? disjunction([not(absent), absentAndRest]) : absentAndRest
      continue
    }
    const range = RANGES[term.direction]
    // If absent values come last, they come after: the complements are true of them.
    const after = isAbsentFirst ? on(range.after, value) : not(on(range.notAfter, value))
    const notBefore = isAbsentFirst ? on(range.notBefore, value) : not(on(range.before, value))
    const isLast = i === ordering.length - 1
    rest = isLast ? after : conjunction([notBefore, disjunction([after, rest])])
  }
  return rest
}
