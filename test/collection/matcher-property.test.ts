import { describe, expect, it } from 'vitest'
import { operatorNames } from '../../src/operators/names.ts'
import { budget } from '../support/budget.ts'
import { runMatcherSteps } from '../support/matcher.ts'

describe('a matcher', () => {
  it('finds what the predicates do, whatever is added and removed, and ends empty', {
    timeout: 600_000,
  }, () => {
    const tally = runMatcherSteps(budget(15_000, 60_000), 20_261)
    expect(tally.questions).toBeGreaterThan(budget(2000, 8000))
    expect(tally.changes).toBeGreaterThan(budget(2000, 8000))
    const missing = operatorNames.filter((name) => !tally.operators.has(name))
    // In a condition these are the negation of `$some`.
    expect(missing.sort()).toEqual(['$every', '$none'])
  })
})
