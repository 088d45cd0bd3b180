import {
  BasicIndex,
  createCollection,
  createLiveQueryCollection,
  type InitialQueryBuilder,
} from '@tanstack/db'
import fc from 'fast-check'
import { tamisCollectionOptions } from 'tamis/tanstack'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { rowReader } from '../../src/tanstack/rows.ts'
import { budget } from '../support/budget.ts'
import { until } from '../users/until.ts'
import { type Build, rowsArbitrary, whereArbitrary, windowArbitrary } from './expressions.ts'
import { memoryStore, type Stored, schema, serve } from './server.ts'

// TanStack DB prints each refusal, which says nothing here: the same query is left out of both.
const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
afterAll(() => printed.mockRestore())

type Row = Record<string, unknown>
type Window = typeof windowArbitrary extends fc.Arbitrary<infer W> ? W : never

const common = {
  autoIndex: 'eager',
  defaultIndexType: BasicIndex,
  defaultStringCollation: { stringSort: 'lexical' },
} as const

/** A collection that holds all rows, and what changes them. */
function local() {
  let put = (_row: Stored): void => {}
  let remove = (_id: string): void => {}
  const read = rowReader(schema)
  const collection = createCollection<Row, string>({
    ...common,
    getKey: (row) => row.id as string,
    startSync: true,
    sync: {
      rowUpdateMode: 'full',
      sync({ begin, write, commit, markReady }) {
        const ids = new Set<string>()
        put = (row) => {
          begin()
          write({ type: ids.has(row.id) ? 'update' : 'insert', value: read(row) as Row })
          commit()
          ids.add(row.id)
        }
        remove = (id) => {
          if (!ids.delete(id)) return
          begin()
          write({ type: 'delete', key: id })
          commit()
        }
        markReady()
      },
    },
  })
  return { collection, put: (row: Stored) => put(row), remove: (id: string) => remove(id) }
}

function liveQuery(source: ReturnType<typeof local>['collection'], where: Build, window?: Window) {
  const lexical = { stringSort: 'lexical' } as const
  const query = createLiveQueryCollection({
    startSync: true,
    query: (q: InitialQueryBuilder) => {
      const query = q.from({ row: source }).where(({ row }) => where(row))
      if (window === undefined) return query
      const [{ field, direction, nulls }] = window.terms as [Window['terms'][number]]
      return query
        .orderBy(({ row }) => row[field], {
          direction: direction as 'asc',
          nulls: nulls as 'first',
          ...lexical,
        })
        .orderBy(({ row }) => row.id, { direction: 'asc', nulls: 'first', ...lexical })
        .limit(window.limit)
    },
  })
  const keys = () => {
    const ids = query.toArray.map((row) => row.id as string)
    return (window === undefined ? ids.sort() : ids).join()
  }
  return { query, keys }
}

describe('live queries of a server', () => {
  it('become those of a local collection, whatever changes', async () => {
    const tally = { followed: 0, changed: 0 }
    const property = fc.asyncProperty(
      rowsArbitrary,
      rowsArbitrary,
      fc.array(fc.tuple(whereArbitrary, fc.option(windowArbitrary, { nil: undefined })), {
        minLength: 1,
        maxLength: 3,
      }),
      async (rows, later, asked) => {
        const server = await serve(memoryStore())
        const own = local()
        const remote = createCollection(
          tamisCollectionOptions<typeof schema, Row>({
            ...common,
            schema,
            load: server.load,
            subscribe: server.subscribe,
            oneKindPerKey: true,
          }),
        )
        const pairs: { a: ReturnType<typeof liveQuery>; b: ReturnType<typeof liveQuery> }[] = []
        try {
          for (const row of rows) {
            server.put(row)
            own.put(row)
          }
          for (const [where, window] of asked) {
            const a = liveQuery(remote as unknown as typeof own.collection, where, window)
            const isExact = await a.query.toArrayWhenReady().then(
              () => true,
              () => false,
            )
            if (!isExact) {
              await a.query.cleanup()
              continue
            }
            const b = liveQuery(own.collection, where, window)
            await b.query.toArrayWhenReady()
            pairs.push({ a, b })
          }
          const before = pairs.map(({ b }) => b.keys())
          for (const [i, row] of later.entries()) {
            if (i % 5 === 4) {
              server.delete(row.id)
              own.remove(row.id)
            } else {
              server.put(row)
              own.put(row)
            }
            if (i % 9 !== 8) continue
            for (const { a, b } of pairs) await until('they agree', () => a.keys() === b.keys())
          }
          for (const { a, b } of pairs) await until('they agree', () => a.keys() === b.keys())
          tally.followed += pairs.length
          tally.changed += pairs.filter(({ b }, i) => b.keys() !== before[i]).length
        } finally {
          for (const { a, b } of pairs) await Promise.all([a.query.cleanup(), b.query.cleanup()])
          await Promise.all([remote.cleanup(), own.collection.cleanup()])
          server.close()
        }
      },
    )
    await fc.assert(property, { numRuns: budget(25, 250), seed: 4, endOnFailure: true })
    expect(tally.followed).toBeGreaterThan(budget(12, 120))
    expect(tally.changed).toBeGreaterThan(budget(6, 60))
  })
})
