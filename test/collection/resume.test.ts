import fc from 'fast-check'
import { defineSchema, integer, parseQuery, type Query, runQuery, string } from 'tamis'
import { applyChanges, type Collection, createCollection, type PageEvent } from 'tamis/collection'
import { describe, expect, it } from 'vitest'
import { budget } from '../support/budget.ts'

const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    team: string(),
    points: integer({ sortable: true }),
  },
  counts: {},
})

interface Row {
  readonly id: string
  readonly team?: string
  readonly points?: number
}

const query = (payload: object = {}): Query => parseQuery(schema, { limit: 3, ...payload })

/** The event of a watch that goes on after a version; undefined where nothing has changed. */
function eventAfter(
  collection: Collection<Row>,
  asked: Query,
  after: number,
): PageEvent<Row> | undefined {
  const events: PageEvent<Row>[] = []
  collection.watch(asked, (event) => events.push(event), { after }).stop()
  expect(events.length).toBeLessThan(2)
  return events[0]
}

const rowArbitrary: fc.Arbitrary<Row> = fc.record(
  {
    id: fc.constantFrom(...'abcdefghij'),
    team: fc.constantFrom('red', 'blue'),
    points: fc.integer({ min: 0, max: 4 }),
  },
  { requiredKeys: ['id'] },
)

const stepArbitrary = fc.oneof(
  { weight: 4, arbitrary: rowArbitrary.map((row) => ({ type: 'upsert', row }) as const) },
  { weight: 2, arbitrary: rowArbitrary.map(({ id }) => ({ type: 'remove', id }) as const) },
  {
    weight: 1,
    arbitrary: fc
      .uniqueArray(rowArbitrary, { selector: ({ id }) => id, maxLength: 4 })
      .map((rows) => ({ type: 'load', rows }) as const),
  },
  { weight: 2, arbitrary: fc.constant({ type: 'note' } as const) },
)

const payloadArbitrary = fc.record(
  {
    filter_conditions: fc.constantFrom({ team: 'red' }, { points: { $gte: 2 } }, {}),
    sort: fc.constantFrom([{ points: -1 }], [{ points: 1 }], [{ id: -1 }]),
    limit: fc.integer({ min: 0, max: 4 }),
    offset: fc.integer({ min: 0, max: 3 }),
    fields: fc.constantFrom(['id'], ['team', 'points']),
    count: fc.boolean(),
  },
  { requiredKeys: [] },
)

describe('a watch that goes on after a version', () => {
  it('gets what leads to the page now, whatever was changed since', () => {
    const tally = { resumed: 0, changed: 0, reset: 0, cursors: 0 }
    const property = fc.property(
      payloadArbitrary,
      fc.constantFrom('next', 'prev', undefined),
      fc.array(rowArbitrary, { maxLength: 12 }),
      fc.array(stepArbitrary, { minLength: 5, maxLength: 30 }),
      fc.boolean(),
      (payload, cursor, rows, steps, isIndexed) => {
        const first = new Map(rows.map((row) => [row.id, row]))
        const collection = createCollection(schema, {
          rows: first.values(),
          changes: 5,
          ...(isIndexed ? { indexes: ['points', 'team', 'id'] } : {}),
        })
        let asked = query(payload)
        const from = runQuery(query({ ...payload, offset: 2, limit: 1 }), [...first.values()])
        const place = cursor && from[cursor]
        if (place !== undefined) {
          asked = query({ ...payload, offset: 0, [cursor!]: place })
          tally.cursors++
        }
        const notes: { version: number; items: readonly Row[] }[] = []
        for (const step of [...steps, { type: 'note' } as const]) {
          if (step.type === 'upsert') collection.upsert(step.row)
          else if (step.type === 'remove') collection.remove(step.id)
          else if (step.type === 'load') {
            collection.load(step.rows.filter(({ id }) => collection.get(id) === undefined))
          } else {
            const watch = collection.watch(asked, () => {})
            const { items } = watch.page
            for (const note of notes) {
              const event = eventAfter(collection, asked, note.version)
              const before = event?.isReset ? [] : note.items
              expect(applyChanges(before, event?.changes ?? [])).toEqual(items)
              tally.resumed++
              if (event?.isReset) tally.reset++
              else if (event !== undefined) tally.changed++
            }
            notes.push({ version: watch.version, items })
            watch.stop()
          }
        }
      },
    )
    fc.assert(property, { numRuns: budget(500, 20_000), seed: 7 })
    expect(tally.changed).toBeGreaterThan(100)
    expect(tally.reset).toBeGreaterThan(100)
    expect(tally.cursors).toBeGreaterThan(50)
  })

  const ROWS: Row[] = [{ id: 'a' }, { id: 'b' }, { id: 'c' }]

  it('gets nothing where nothing has changed, and then its changes', () => {
    const collection = createCollection(schema, { rows: ROWS })
    const { version, stop } = collection.watch(query(), () => {})
    stop()
    const events: PageEvent<Row>[] = []
    collection.watch(query(), (event) => events.push(event), { after: version })
    expect(events).toEqual([])
    collection.remove('a')
    expect(events).toMatchObject([{ changes: [{ type: 'removed', index: 0 }] }])
  })

  it('gets the total', () => {
    const collection = createCollection(schema, { rows: ROWS })
    const { version } = collection.watch(query(), () => {})
    collection.remove('a')
    expect(eventAfter(collection, query({ count: true }), version)).toMatchObject({
      changes: [{ type: 'removed' }],
      total: 2,
    })
  })

  it('keeps its version when it is stopped, and counts operations that are not of its page', () => {
    const collection = createCollection(schema, { rows: ROWS })
    const watch = collection.watch(query({ filter_conditions: { team: 'red' } }), () => {})
    const { version } = watch
    collection.upsert({ id: 'd', team: 'blue' })
    expect(watch.version).toBe(version + 1)
    watch.stop()
    collection.remove('d')
    expect(watch.version).toBe(version + 1)
  })

  it('says in a listener only what it was told', () => {
    const collection = createCollection(schema, { rows: ROWS })
    const seen: number[] = []
    const first = collection.watch(query(), () => {
      if (seen.length === 0) collection.remove('b')
      seen.push(first.version, second.version)
    })
    const second = collection.watch(query({ limit: 2 }), () => {})
    const { version } = first
    collection.remove('c')
    expect(seen).toEqual([version + 1, version, version + 2, version + 1])
    expect(second.version).toBe(version + 2)
  })

  it('remembers a load of more rows than fit on the stack', () => {
    const rows = Array.from({ length: 200_000 }, (_, i) => ({ id: String(i) }))
    const collection = createCollection(schema, { rows: ROWS, changes: 1_000_000 })
    const watch = collection.watch(query(), () => {})
    const { version } = watch
    watch.stop()
    collection.load(rows)
    expect(collection.size).toBe(ROWS.length + rows.length)
    expect(eventAfter(collection, query(), version)?.isReset).not.toBe(true)
  })

  it('is reset by a row that was changed in place, by many rows at once, and by an unknown version', () => {
    const collection = createCollection(schema, { rows: ROWS, changes: 2 })
    const versionNow = () => {
      const watch = collection.watch(query(), () => {})
      watch.stop()
      return watch.version
    }
    const first = versionNow()
    collection.upsert(collection.get('a') as Row)
    const reset = eventAfter(collection, query(), first)
    expect(reset).toMatchObject({ isReset: true, changes: [{ type: 'added' }, {}, {}] })
    const second = versionNow()
    collection.load([{ id: 'x' }, { id: 'y' }, { id: 'z' }])
    expect(eventAfter(collection, query(), second)?.isReset).toBe(true)
    expect(eventAfter(collection, query(), versionNow() + 1)?.isReset).toBe(true)
  })

  it.each([-1, 0.5, '3', null])('refuses %s as a version', (after) => {
    const collection = createCollection(schema, { rows: ROWS })
    const options = { after } as unknown as { after: number }
    expect(() => collection.watch(query(), () => {}, options)).toThrow(/after: expected a version/)
  })
})
