import fc from 'fast-check'
import type { Column, Dialect } from 'tamis'
import { describe, expect, it } from 'vitest'
import { checkAgreement, situationArbitrary } from './support/agreement.ts'
import type { Engine, Params } from './support/engines/engine.ts'
import { sqlite } from './support/engines/sqlite.ts'

/**
 * Whether the differential suite can fail: operators are broken in the dialect, where nobody would
 * see it, and the suite has to find each within 1,000 filters.
 */

const FILTERS = 25
const RUNS = 1000 / FILTERS

/** SQLite, but that a column answers otherwise. */
function broken(change: (column: Column) => Partial<Column>): Engine {
  const column: Dialect<Params>['column'] = (place) => {
    const own = sqlite.dialect.column(place)
    return { ...own, ...change(own) }
  }
  return { ...sqlite, dialect: { ...sqlite.dialect, column } }
}

const compareAs = (from: string, to: '>' | '<' | '='): Engine =>
  broken((own) => ({
    of(kind) {
      const values = own.of(kind)
      return {
        ...values,
        compare: (comparison, constant, negated) =>
          values.compare(comparison === from ? to : comparison, constant, negated),
      }
    },
  }))

const BROKEN: readonly (readonly [name: string, engine: Engine])[] = [
  ['$gte compiled as >', compareAs('>=', '>')],
  ['$lte compiled as <', compareAs('<=', '<')],
  ['$all compiled as $in', broken((own) => ({ holdsAll: own.holdsAny }))],
  ['null taken for a value', broken((own) => ({ present: (negated) => own.present(!negated) }))],
]

describe('the differential suite', () => {
  it.each(BROKEN)('detects %s within 1,000 filters', async (_, engine) => {
    const connection = await engine.connect()
    const result = await fc.check(
      fc.asyncProperty(situationArbitrary(engine.features, FILTERS), (situation) =>
        checkAgreement(engine, connection, situation),
      ),
      { seed: 1, numRuns: RUNS, endOnFailure: true },
    )
    await connection.close()
    expect(result.failed).toBe(true)
    expect(String(result.errorInstance)).toMatch(/differ|complement|following|missing/)
  })
})
