import { describe, expect, it } from 'vitest'
import { operatorNames } from '../../src/operators/names.ts'
import { budget } from '../support/budget.ts'
import { runSteps } from '../support/collection.ts'

/** Related rows are no part of these rows. */
const OF_RELATIONS = new Set(['$is', '$some', '$every', '$none'])

describe('a collection', () => {
  it('answers as an array does, whatever is changed and asked', { timeout: 600_000 }, () => {
    const tally = runSteps(budget(5000, 60_000), 20_260)
    expect(tally.pages).toBeGreaterThan(budget(2000, 8000))
    expect(tally.cursors).toBeGreaterThan(budget(100, 400))
    expect(tally.rows).toBeGreaterThan(budget(25_000, 100_000))
    const missing = operatorNames.filter(
      (name) => !OF_RELATIONS.has(name) && !tally.operators.has(name),
    )
    expect(missing).toEqual([])
    // Every way to find a page was taken.
    expect([...tally.plans].sort()).toEqual([
      'after … rows, all … are scanned, and what is found is put in order',
      'counted by reading … rows at most',
      'counted in indexes, without a row read',
      'indexes select … rows at most, which are put in order',
      'no index has the order or selects rows: all … are read',
      'no index has the order: … rows at most, which indexes select, are read',
      'the order starts and ends where the filter says',
      '… rows are read along the order',
      '… rows are read along the order, which ends early',
      '… rows by … are read and sorted',
      '… rows of … are found in the first … of the order',
    ])
  })
})
