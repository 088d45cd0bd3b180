import fc from 'fast-check'
import {
  type Condition,
  compilePredicate,
  condition,
  defineSchema,
  dynamic,
  integer,
  list,
  string,
  timestamp,
} from 'tamis'
import { createMatcher } from 'tamis/collection'
import { filterArbitrary, rowArbitrary } from 'tamis/fast-check'
import { describe, expect, it } from 'vitest'
import { budget } from '../support/budget.ts'
import { randomOf } from '../support/collection.ts'

const schema = defineSchema({
  fields: {
    id: string({ required: true }),
    role: string(),
    name: string({ operators: ['$eq', '$autocomplete', '$ieq', '$startsWith'] }),
    age: integer(),
    at: timestamp(),
    teams: list(string()),
    'custom.*': dynamic(['string', 'integer']),
  },
  limits: { cost: Number.MAX_SAFE_INTEGER },
})

describe('the memory of a matcher', () => {
  it('shrinks with the filters that are left, and finds the same ones', () => {
    const count = budget(3000, 20_000)
    const filters = fc
      .sample(filterArbitrary(schema), { numRuns: count, seed: 5 })
      .map((filter): Condition => condition(schema, filter as never))
    const tests = filters.map((each) => compilePredicate(each))
    const rows = fc.sample(rowArbitrary(schema), { numRuns: 30, seed: 6 })
    const matcher = createMatcher<never, unknown, number>(schema as never)
    const random = randomOf(8)
    const there = new Set<number>()
    const check = () => {
      for (const row of rows) {
        const expected = [...there].filter((id) => tests[id]!(row))
        expect(matcher.match(row).sort((a, b) => a - b)).toEqual(expected.sort((a, b) => a - b))
      }
    }
    let greatest = 0
    for (let round = 0; round < 4; round++) {
      for (let id = 0; id < count; id++) {
        if (random() < 0.1 * round) continue
        // Some of them twice: equal conditions are a group.
        matcher.add(id, filters[round === 2 ? id >> 1 : id] as never)
        if (round === 2) tests[id] = compilePredicate(filters[id >> 1] as Condition)
        else tests[id] = compilePredicate(filters[id] as Condition)
        there.add(id)
      }
      greatest = Math.max(greatest, matcher.stats().bytes)
      const left = [40, 3, 200, 1][round]!
      for (const id of [...there].sort(() => random() - 0.5)) {
        if (there.size <= left) break
        matcher.remove(id)
        there.delete(id)
      }
      check()
      expect(matcher.stats().bytes).toBeLessThan(greatest / 4)
    }
    const [last] = there
    matcher.remove(last!)
    expect(matcher.stats()).toEqual(createMatcher(schema).stats())
  })
})
