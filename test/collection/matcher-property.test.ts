import { describe, expect, it } from 'vitest'
import { operatorNames } from '../../src/operators/names.ts'
import { budget } from '../support/budget.ts'
import { runMatcherSteps } from '../support/matcher.ts'

describe('a matcher', () => {
  it('finds what the predicates do, whatever is added and removed, and ends empty', {
    timeout: 600_000,
  }, () => {
    const tally = runMatcherSteps(budget(15_000, 150_000), 20_261)
    console.log(tally)
    expect(tally.questions).toBeGreaterThan(budget(2000, 20_000))
    expect(tally.changes).toBeGreaterThan(budget(2000, 20_000))
    expect(operatorNames.filter((name) => !tally.operators.has(name))).toEqual([])
  })
})
