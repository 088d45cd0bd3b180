import {
  BasicIndex,
  createCollection,
  createLiveQueryCollection,
  type InitialQueryBuilder,
} from '@tanstack/db'
import fc from 'fast-check'
import { FilterError } from 'tamis'
import { tamisCollectionOptions, UntranslatableError } from 'tamis/tanstack'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { rowReader } from '../../src/tanstack/rows.ts'
import { budget } from '../support/budget.ts'
import { type Build, rowsArbitrary, whereArbitrary, windowArbitrary } from './expressions.ts'
import { memoryStore, type Stored, schema, serve, sqliteStore, type TestServer } from './server.ts'

interface Window {
  readonly terms: readonly { field: string; direction: 'asc' | 'desc'; nulls: 'first' | 'last' }[]
  readonly limit: number
  readonly offset: number
}

const common = { autoIndex: 'eager', defaultIndexType: BasicIndex } as const

/** A collection that holds all rows. */
function local(rows: readonly Stored[]) {
  const read = rowReader(schema)
  return createCollection<Record<string, unknown>, string>({
    ...common,
    getKey: (row) => row.id as string,
    defaultStringCollation: { stringSort: 'lexical' },
    sync: {
      sync({ begin, write, commit, markReady }) {
        begin()
        for (const row of rows)
          write({ type: 'insert', value: read(row) as Record<string, unknown> })
        commit()
        markReady()
      },
    },
  })
}

const remote = (server: TestServer, overfetch: boolean) =>
  createCollection(
    tamisCollectionOptions<typeof schema, Record<string, unknown>>({
      ...common,
      schema,
      load: server.load,
      overfetch,
      oneKindPerKey: true,
    }),
  )

type Source = ReturnType<typeof local> | ReturnType<typeof remote>

/** The keys that a live query gives, in their order if it has one. */
async function keysOf(source: Source, where: Build | undefined, window: Window | undefined) {
  const query = createLiveQueryCollection({
    startSync: true,
    query: (q: InitialQueryBuilder) => {
      let query = q.from({ row: source as ReturnType<typeof local> })
      if (where !== undefined) query = query.where(({ row }) => where(row))
      if (window === undefined) return query
      for (const { field, direction, nulls } of window.terms) {
        const options = { direction, nulls, stringSort: 'lexical' } as const
        query = query.orderBy(({ row }) => row[field], options)
      }
      query = query.orderBy(({ row }) => row.id, {
        direction: 'asc',
        nulls: 'first',
        stringSort: 'lexical',
      })
      return query.limit(window.limit).offset(window.offset)
    },
  })
  try {
    const rows = await query.toArrayWhenReady()
    const keys = rows.map((row) => row.id as string)
    return window === undefined ? keys.toSorted() : keys
  } finally {
    await query.cleanup()
    await source.cleanup()
  }
}

/** The refusal that an error of a live query is about. */
function refusalIn(error: unknown): UntranslatableError | FilterError | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof UntranslatableError || each instanceof FilterError) return each
  }
  return undefined
}

// TanStack DB prints each refusal, which the tests count.
const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
afterAll(() => printed.mockRestore())

describe.each([
  ['memory', memoryStore],
  ['SQLite', sqliteStore],
])('rows of a server with %s', (_, storeOf) => {
  const run = (
    overfetch: boolean,
    asked: fc.Arbitrary<{ where: Build | undefined; window: Window | undefined }>,
    seed: number,
  ) => {
    const tally = { answered: 0, refused: 0, selective: 0 }
    const property = fc.asyncProperty(rowsArbitrary, asked, async (rows, { where, window }) => {
      const store = storeOf()
      const server = await serve(store)
      try {
        for (const row of rows) server.put(row)
        const expected = await keysOf(local(store.all()), where, window)
        try {
          const keys = await keysOf(remote(server, overfetch), where, window)
          tally.answered++
          if (expected.length > 0 && expected.length < rows.length) tally.selective++
          expect(keys).toEqual(expected)
        } catch (error) {
          if (refusalIn(error) === undefined) throw error
          tally.refused++
        }
      } finally {
        server.close()
      }
    })
    return fc.assert(property, { numRuns: budget(40, 300), seed }).then(() => tally)
  }
  const wheres = whereArbitrary.map((where) => ({ where, window: undefined }))
  const windows = fc.record({
    where: fc.option(whereArbitrary, { nil: undefined, freq: 2 }),
    window: windowArbitrary as fc.Arbitrary<Window>,
  })

  it('are those of a local collection, for random conditions', async () => {
    const { answered, selective, refused } = await run(false, wheres, 1)
    expect(answered).toBeGreaterThan(budget(10, 80))
    expect(selective).toBeGreaterThan(budget(4, 30))
    expect(refused).toBeGreaterThan(budget(2, 20))
  })

  it('and for windows of random orders', async () => {
    const { answered, selective } = await run(false, windows, 2)
    expect(answered).toBeGreaterThan(budget(10, 80))
    expect(selective).toBeGreaterThan(budget(4, 30))
  })

  it('and for every condition, where more may be loaded than is needed', async () => {
    const { answered, refused } = await run(true, windows, 3)
    expect(answered).toBeGreaterThan(budget(25, 200))
    // Only what the schema's limits refuse.
    expect(refused).toBeLessThan(budget(6, 45))
  })
})
