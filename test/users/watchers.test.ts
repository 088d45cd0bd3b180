import fc from 'fast-check'
import { type Condition, compilePredicate, parseFilter } from 'tamis'
import { filterArbitrary } from 'tamis/fast-check'
import { usersSchema } from 'tamis/users'
import { describe, expect, it } from 'vitest'
import type { LoggedChange } from '../../src/users/storage/change.ts'
import { complete, type StoredUser, shown, toRow } from '../../src/users/user.ts'
import { Watchers } from '../../src/users/watch/watchers.ts'
import { budget } from '../support/budget.ts'
import { profileArbitrary } from './profiles.ts'

const NOW = '2024-05-01T12:00:00.000000Z'

const userArbitrary: fc.Arbitrary<StoredUser> = fc
  .tuple(fc.constantFrom('ana', 'bo', 'red'), profileArbitrary)
  .map(([id, profile]) => {
    const user = complete({ ...profile, id }, { created_at: NOW, updated_at: NOW })
    // As the log gives it.
    return JSON.parse(JSON.stringify(user)) as StoredUser
  })

const maybe = fc.option(userArbitrary, { nil: undefined })

const situationArbitrary = fc
  .array(fc.tuple(maybe, maybe), { minLength: 1, maxLength: 8 })
  .chain((pairs) => {
    const rows = pairs.flat().flatMap((user) => (user === undefined ? [] : [toRow(user)]))
    const filter = filterArbitrary(usersSchema, { rows })
    return fc.record({
      changes: fc.constant(
        pairs.map(([before, after], i): LoggedChange => ({ before, after, seq: i + 1 })),
      ),
      filters: fc.array(filter, { minLength: 1, maxLength: 12 }),
      /** Each list is closed before a change of this number. */
      ends: fc.array(fc.integer({ min: 0, max: 10 }), { minLength: 12, maxLength: 12 }),
    })
  })

/** The event of one list for a change, by its predicate only. */
function naive(condition: Condition, { before, after, seq }: LoggedChange): object[] {
  const matches = compilePredicate(condition)
  const was = before !== undefined && matches(toRow(before))
  const is = after !== undefined && matches(toRow(after))
  if (is) return [{ type: was ? 'updated' : 'added', user: shown(after), seq }]
  return was ? [{ type: 'removed', user: { id: before.id }, seq }] : []
}

const fail = (error: unknown) => {
  throw error
}

describe('open lists', () => {
  it('get the same events as from a loop over all lists', () => {
    fc.assert(
      fc.property(situationArbitrary, ({ changes, filters, ends }) => {
        const watchers = new Watchers(fail)
        const lists = filters.map((filter, i) => {
          const condition = parseFilter(usersSchema, filter)
          const told: object[] = []
          const close = watchers.add(condition, (event) => void told.push(event))
          return { condition, told, expected: [] as object[], end: ends[i] as number, close }
        })
        for (const change of changes) {
          for (const { condition, expected, end, close } of lists) {
            if (end === change.seq) close()
            if (end === 0 || change.seq < end) expected.push(...naive(condition, change))
          }
          watchers.notify(change)
        }
        for (const { told, expected } of lists) expect(told).toEqual(expected)
        for (const { close } of lists) close()
        expect(watchers.size).toBe(0)
      }),
      { seed: 20_240_501, numRuns: budget(333, 2000) },
    )
  })

  it('get no events after they are closed, even by another listener', () => {
    const watchers = new Watchers(fail)
    const told: string[] = []
    const everything = parseFilter(usersSchema, {})
    const closers: (() => void)[] = []
    for (const name of ['first', 'second']) {
      const close = watchers.add(everything, ({ type }) => {
        told.push(`${name} ${type}`)
        for (const each of closers) each()
      })
      closers.push(close)
    }
    const after = complete({ id: 'ana' }, { created_at: NOW, updated_at: NOW })
    watchers.notify({ after, seq: 1 })
    watchers.reset()
    expect(told).toEqual(['first added'])
  })

  it.each([
    ['throws', () => fail(new Error('no'))],
    ['rejects', () => Promise.reject(new Error('no'))],
  ])('are not affected by a listener that %s', async (_, listener) => {
    const errors: unknown[] = []
    const watchers = new Watchers((error) => void errors.push(error))
    const told: string[] = []
    const everything = parseFilter(usersSchema, {})
    watchers.add(everything, listener)
    watchers.add(everything, ({ type }) => void told.push(type))
    const after = complete({ id: 'ana' }, { created_at: NOW, updated_at: NOW })
    watchers.notify({ after, seq: 1 })
    watchers.reset()
    expect(told).toEqual(['added', 'reset'])
    await Promise.resolve()
    expect(errors).toEqual([new Error('no'), new Error('no')])
  })
})
