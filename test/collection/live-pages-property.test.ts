import { describe, expect, it } from 'vitest'
import { budget } from '../support/budget.ts'
import { runLiveSteps } from '../support/live-pages.ts'

describe('a live page', () => {
  it('is that of runQuery after each event, whatever is changed', {
    timeout: 600_000,
  }, async () => {
    const tally = await runLiveSteps(budget(400, 6000), 20_280)
    expect(tally.events).toBeGreaterThan(budget(1000, 32_000))
    expect(tally.joined).toBeGreaterThan(budget(60, 1600))
    for (const type of ['added', 'removed', 'updated', 'moved']) {
      expect(tally.changes[type], type).toBeGreaterThan(budget(10, 300))
    }
    for (const each of ['cursors', 'offsets', 'projections', 'totals'] as const) {
      expect(tally[each], each).toBeGreaterThan(budget(3, 80))
    }
  })
})
