import {
  and,
  compilePredicate,
  condition,
  costOf,
  defineSchema,
  not,
  or,
  printFilter,
  relativeTime,
  string,
  timestamp,
} from 'tamis'
import { describe, expect, it } from 'vitest'
import { canonical } from '../../src/condition/canonical.ts'
import { atNow } from '../../src/condition/timed.ts'

const schema = defineSchema({
  fields: { id: string({ required: true }), at: timestamp() },
  relativeTime: relativeTime(),
})

const NONE: readonly (readonly [what: string, value: unknown])[] = [
  ['a filter', { id: 'a' }],
  ['a kind that there is not', { kind: 'xor', conditions: [] }],
  ['a text', 'id = 1'],
]

describe.each(NONE)('%s in the place of a condition', (_, value) => {
  const wrong = value as ReturnType<typeof condition>
  const timed = condition(schema, { at: { $gte: { $now: '-1d' } } })
  // An `and` of it, as untyped callers could make one.
  const inside = { kind: 'and', conditions: [timed, wrong] } as ReturnType<typeof condition>

  it.each<[string, () => unknown]>([
    ['and', () => and(wrong)],
    ['or', () => or(wrong)],
    ['not', () => not(wrong)],
    ['compilePredicate', () => compilePredicate(wrong)],
    ['costOf', () => costOf(wrong)],
    ['printFilter', () => printFilter(wrong)],
    ['the canonical text', () => canonical(wrong)],
    ['a time that is fixed', () => atNow(inside, 0)],
  ])('is refused by %s', (__, run) => {
    expect(run).toThrow(/^tamis: expected a condition from parseFilter\(\) or condition\(\)/)
  })
})
