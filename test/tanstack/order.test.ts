import { BasicIndex, createCollection, createLiveQueryCollection } from '@tanstack/db'
import fc from 'fast-check'
import { defineSchema, parseQuery, runQuery, string } from 'tamis'
import { type RowChanges, tamisCollectionOptions } from 'tamis/tanstack'
import { describe, expect, it } from 'vitest'
import { budget } from '../support/budget.ts'

interface Row {
  readonly id: string
  readonly text: string | null
}

interface Window {
  readonly direction: 'asc' | 'desc'
  readonly nulls: 'first' | 'last'
  readonly limit: number
  readonly offset: number
}

const schema = defineSchema({
  fields: { id: string({ required: true }), text: string({ sortable: true }) },
  limits: { limit: { default: 3, max: 3 } },
})

/** A live query over rows that `remove` takes away. */
function windowOf(rows: readonly Row[], { direction, nulls, limit, offset }: Window) {
  const held = new Map(rows.map((row) => [row.id, row]))
  const streams: RowChanges<object>[] = []
  let loaded = 0
  const collection = createCollection(
    tamisCollectionOptions({
      schema,
      autoIndex: 'eager',
      defaultIndexType: BasicIndex,
      async load(payload) {
        const page = runQuery(parseQuery(schema, payload), [...held.values()])
        loaded += page.items.length
        return page
      },
      subscribe: (changes) => void streams.push(changes),
    }),
  )
  const query = createLiveQueryCollection({
    startSync: true,
    query: (q) =>
      q
        .from({ row: collection })
        .orderBy(({ row }) => row.text, { direction, nulls, stringSort: 'lexical' })
        .orderBy(({ row }) => row.id, { direction: 'asc', nulls: 'first', stringSort: 'lexical' })
        .limit(limit)
        .offset(offset),
  })
  return {
    ids: async () => (await query.toArrayWhenReady()).map(({ id }) => id),
    now: () => query.toArray.map(({ id }) => id),
    loaded: () => loaded,
    remove(id: string) {
      held.delete(id)
      for (const { signal, removed } of streams) if (!signal.aborted) removed(id)
    },
    close: () => query.cleanup().then(() => collection.cleanup()),
  }
}

const byUnit = (a: string, b: string): number => (a < b ? -1 : 1)

/** The same of all rows, sorted by code unit as TanStack DB does, or by another order of texts. */
function sorted(
  rows: readonly Row[],
  { direction, nulls, limit, offset }: Window,
  byText = byUnit,
): string[] {
  const compare = (a: Row, b: Row): number => {
    if (a.text === b.text) return a.id < b.id ? -1 : 1
    if (a.text === null) return nulls === 'first' ? -1 : 1
    if (b.text === null) return nulls === 'first' ? 1 : -1
    return direction === 'asc' ? byText(a.text, b.text) : byText(b.text, a.text)
  }
  return rows
    .toSorted(compare)
    .slice(offset, offset + limit)
    .map(({ id }) => id)
}

const rowsOf = (...texts: (string | null)[]): Row[] =>
  texts.map((text, i) => ({ id: `r${i}`, text }))

const UNITS = ['a', 'b', '\ud7ff', '\ue000', '\uffff', '\u{1f600}', '\u{10ffff}']

describe('the beginning of an order of texts', () => {
  it.each([
    ['asc', 2, ['r2', 'r0']],
    ['desc', 2, ['r1', 'r0']],
  ] as const)('%s is that by code unit', async (direction, limit, expected) => {
    const rows = rowsOf('\ue000', '\uffff', '\u{1f600}')
    const live = windowOf(rows, { direction, nulls: 'last', limit, offset: 0 })
    expect(await live.ids()).toEqual(expected)
    await live.close()
  })

  it('is that by code unit for random texts, and stays it when rows go', async () => {
    const tally = { differ: 0, removed: 0 }
    const property = fc.asyncProperty(
      fc.array(
        fc.option(fc.string({ unit: fc.constantFrom(...UNITS), maxLength: 3 }), { freq: 6 }),
        { minLength: 3, maxLength: 14 },
      ),
      fc.record<Window>({
        direction: fc.constantFrom('asc', 'desc'),
        nulls: fc.constantFrom('first', 'last'),
        limit: fc.integer({ min: 1, max: 5 }),
        offset: fc.constantFrom(0, 0, 1, 3),
      }),
      async (texts, window) => {
        const rows = rowsOf(...texts)
        const live = windowOf(rows, window)
        try {
          const expected = sorted(rows, window)
          expect(await live.ids()).toEqual(expected)
          const byPoint = sorted(rows, window, (a, b) =>
            Buffer.compare(Buffer.from(a), Buffer.from(b)),
          )
          if (byPoint.join() !== expected.join()) tally.differ++
          const [gone] = expected
          if (gone === undefined) return
          live.remove(gone)
          const left = sorted(
            rows.filter(({ id }) => id !== gone),
            window,
          )
          await expect.poll(live.now, { interval: 1 }).toEqual(left)
          tally.removed++
        } finally {
          await live.close()
        }
      },
    )
    await fc.assert(property, { numRuns: budget(200, 2000), seed: 11 })
    expect(tally.differ).toBeGreaterThan(budget(30, 300))
    expect(tally.removed).toBeGreaterThan(budget(100, 1000))
  })

  it('loads no other rows than those that could come before', async () => {
    const below = Array.from({ length: 40 }, (_, i) => `a${String(i).padStart(2, '0')}`)
    const rows = rowsOf('\u{1f600}', '\uffff', '\ue000', ...below)
    const live = windowOf(rows, { direction: 'desc', nulls: 'last', limit: 2, offset: 0 })
    expect(await live.ids()).toEqual(['r1', 'r2'])
    expect(live.loaded()).toBeLessThan(15)
    await live.close()
  })
})
