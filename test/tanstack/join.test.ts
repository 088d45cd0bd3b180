import {
  and,
  BasicIndex,
  createCollection,
  createLiveQueryCollection,
  eq,
  gte,
  inArray,
  localOnlyCollectionOptions,
} from '@tanstack/db'
import { defineSchema, FilterError, integer, parseQuery, runQuery, string } from 'tamis'
import { type RowChanges, type SubsetPayload, tamisCollectionOptions } from 'tamis/tanstack'
import { afterEach, describe, expect, it, vi } from 'vitest'

const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    age: integer({ required: true, sortable: true }),
  },
  // With the greatest cost by default, it takes some thousands of keys.
  limits: { cost: 20 },
})

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each()
})

const rowsOf = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `r${i}`, age: i % 50 }))

function people(count: number) {
  const rows = rowsOf(count)
  const payloads: SubsetPayload[] = []
  const streams: RowChanges<object>[] = []
  const collection = createCollection(
    tamisCollectionOptions({
      schema,
      autoIndex: 'eager',
      defaultIndexType: BasicIndex,
      async load(payload) {
        payloads.push(payload)
        return runQuery(parseQuery(schema, payload), rows)
      },
      subscribe: (changes) => void streams.push(changes),
    }),
  )
  undo.push(() => collection.cleanup())
  return { collection, payloads, streams }
}

describe('a join', () => {
  it('loads more keys than a payload may have in parts, and follows each', async () => {
    const { collection, payloads, streams } = people(1100)
    const orders = createCollection(
      localOnlyCollectionOptions({
        getKey: (order: { id: number; person: string }) => order.id,
        initialData: Array.from({ length: 1000 }, (_, i) => ({ id: i, person: `r${i}` })),
        autoIndex: 'eager',
        defaultIndexType: BasicIndex,
      }),
    )
    const joined = createLiveQueryCollection((q) =>
      q
        .from({ order: orders })
        .join({ person: collection }, ({ order, person }) => eq(order.person, person.id), 'left')
        .select(({ order, person }) => ({ id: order.id, age: person?.age })),
    )
    undo.push(() => joined.cleanup())
    const found = await joined.toArrayWhenReady()
    expect(found.length).toBe(1000)
    expect(found.every(({ id, age }) => age === id % 50)).toBe(true)
    expect(collection.size).toBe(1000)
    const distinct = new Set(
      payloads.map(({ filter_conditions: filter }) => JSON.stringify(filter)),
    )
    expect(distinct.size).toBeGreaterThan(1)
    expect(streams.map(({ filter }) => JSON.stringify(filter)).sort()).toEqual([...distinct].sort())
    streams.at(-1)?.changed({ id: 'r999', age: 77 })
    expect(joined.toArray.find(({ id }) => id === 999)?.age).toBe(77)
    await joined.cleanup()
    expect(collection.size).toBe(0)
    expect(streams.every(({ signal }) => signal.aborted)).toBe(true)
  })

  it('is divided with the other conditions of a list, but not where an order is cut', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    undo.push(() => printed.mockRestore())
    const { collection, payloads } = people(1100)
    const keys = rowsOf(1000).map(({ id }) => id)
    const chosen = createLiveQueryCollection((q) =>
      q
        .from({ person: collection })
        .where(({ person }) => and(gte(person.age, 49), inArray(person.id, keys))),
    )
    undo.push(() => chosen.cleanup())
    const found = await chosen.toArrayWhenReady()
    expect(found.length).toBe(20)
    expect(payloads.length).toBeGreaterThan(1)
    const first = createLiveQueryCollection((q) =>
      q
        .from({ person: collection })
        .where(({ person }) => inArray(person.id, keys))
        .orderBy(({ person }) => person.age)
        .limit(3),
    )
    undo.push(() => first.cleanup())
    await expect(first.toArrayWhenReady()).rejects.toThrow(FilterError)
  })
})

describe('many live queries', () => {
  it('make no warning of many listeners', async () => {
    const warnings: Error[] = []
    const listen = (warning: Error) => void warnings.push(warning)
    process.on('warning', listen)
    undo.push(() => process.off('warning', listen))
    const { collection } = people(100)
    const queries = Array.from({ length: 60 }, (_, i) =>
      createLiveQueryCollection((q) =>
        q.from({ person: collection }).where(({ person }) => gte(person.age, i % 30)),
      ),
    )
    undo.push(() => Promise.all(queries.map((query) => query.cleanup())))
    await Promise.all(queries.map((query) => query.toArrayWhenReady()))
    // Node prints warnings in a later turn.
    await new Promise((resolve) => setImmediate(resolve))
    expect(warnings.map(String)).toEqual([])
  })
})
