import {
  BasicIndex,
  createCollection,
  createLiveQueryCollection,
  eq,
  gte,
  lower,
} from '@tanstack/db'
import { tamisCollectionOptions } from 'tamis/tanstack'
import { afterEach, describe, expect, it } from 'vitest'
import { until } from '../users/until.ts'
import { memoryStore, type Stored, schema, serve, sqliteStore } from './server.ts'

const undo: (() => unknown)[] = []

/** A live query asks for rows while somebody follows it. */
function follow(query: {
  subscribeChanges(listener: () => void): unknown
  cleanup(): Promise<void>
}) {
  query.subscribeChanges(() => {})
  undo.push(() => query.cleanup())
}

afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each()
})

const row = (id: string, age: number, more: object = {}): Stored => ({ id, age, ...more })

async function opened(rows: readonly Stored[], store = memoryStore()) {
  const server = await serve(store)
  undo.push(() => server.close())
  for (const each of rows) server.put(each)
  const errors: unknown[] = []
  const collection = createCollection(
    tamisCollectionOptions({
      schema,
      load: server.load,
      subscribe: server.subscribe,
      autoIndex: 'eager',
      defaultIndexType: BasicIndex,
      onError: (error) => void errors.push(error),
    }),
  )
  undo.push(() => collection.cleanup())
  return { server, collection, errors }
}

type Collection = Awaited<ReturnType<typeof opened>>['collection']

const adultsOf = (collection: Collection) => {
  const query = createLiveQueryCollection({
    startSync: true,
    query: (q) => q.from({ row: collection }).where(({ row }) => gte(row.age, 18)),
  })
  follow(query)
  return query
}

const youngestOf = (collection: Collection, limit: number) => {
  const query = createLiveQueryCollection({
    startSync: true,
    query: (q) =>
      q
        .from({ row: collection })
        .orderBy(({ row }) => row.age)
        .orderBy(({ row }) => row.id)
        .limit(limit),
  })
  follow(query)
  return query
}

type Live = { readonly toArray: readonly { readonly id: string }[] }
const ids = (query: Live) => query.toArray.map(({ id }) => id)
const is = (query: Live, ...expected: string[]) =>
  until(`it is ${expected}, not ${ids(query)}`, () => {
    const found = ids(query)
    return JSON.stringify(found) === JSON.stringify(expected)
  })

const sorted = (query: Live): Live => ({
  get toArray() {
    return query.toArray.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  },
})

describe.each([
  ['memory', memoryStore],
  ['SQLite', sqliteStore],
])('a live query over a server with %s', (_, storeOf) => {
  it('follows rows that come, change and go', async () => {
    const { server, collection } = await opened([row('a', 20), row('b', 3)], storeOf())
    const adults = sorted(adultsOf(collection))
    await is(adults, 'a')
    server.put(row('c', 40))
    await is(adults, 'a', 'c')
    server.put(row('b', 18))
    await is(adults, 'a', 'b', 'c')
    server.put(row('a', 1))
    await is(adults, 'b', 'c')
    server.delete('c')
    await is(adults, 'b')
    server.put(row('b', 18, { name: 'Bo', at: '2024-05-01T12:00:00.123456Z' }))
    await until('the row is new', () => collection.get('b')?.name === 'Bo')
    expect(collection.get('b')).toMatchObject({
      at: new Date('2024-05-01T12:00:00.123Z'),
      score: null,
    })
  })

  it('keeps the first rows of an order', async () => {
    const { server, collection } = await opened(
      [5, 4, 3, 2, 1, 1, 1, 9].map((age, i) => row(`r${i}`, age)),
      storeOf(),
    )
    const youngest = youngestOf(collection, 2)
    await is(youngest, 'r4', 'r5')
    server.delete('r4')
    await is(youngest, 'r5', 'r6')
    server.delete('r5')
    server.delete('r6')
    await is(youngest, 'r3', 'r2')
    server.put(row('new', -1))
    await is(youngest, 'new', 'r3')
  })
})

describe('a collection', () => {
  const ROWS = Array.from({ length: 30 }, (_, i) => row(`r${String(i).padStart(2, '0')}`, i))

  it('loads no more than an order needs, and pages of the greatest limit', async () => {
    const { server, collection } = await opened(ROWS)
    const youngest = youngestOf(collection, 3)
    await is(youngest, 'r00', 'r01', 'r02')
    expect(server.payloads).toEqual([
      { sort: [{ field: 'age', direction: 1, nulls: 'first' }], limit: 4 },
      // Further terms of the order need all rows that are equal in the first.
      { filter_conditions: { age: { $eq: 2 } }, limit: 7 },
    ])
    expect(collection.size).toBe(3)
    await youngestOf(collection, 20).toArrayWhenReady()
    expect(collection.size).toBe(20)
  })

  it('loads all pages of a condition', async () => {
    const { server, collection } = await opened(ROWS)
    const adults = adultsOf(collection)
    await adults.toArrayWhenReady()
    expect(adults.size).toBe(12)
    const [first, second] = server.payloads
    expect(first).toEqual({ filter_conditions: { age: { $gte: 18 } }, limit: 7 })
    expect(second).toEqual({ ...(first as object), next: expect.any(String) })
    expect(server.payloads.length).toBe(2)
  })

  it('shares the stream and the rows of a condition, and lets them go with its last query', async () => {
    const { server, collection } = await opened(ROWS)
    const [one, other] = [adultsOf(collection), adultsOf(collection)]
    await Promise.all([one.toArrayWhenReady(), other.toArrayWhenReady()])
    expect(server.streams()).toBe(1)
    await one.cleanup()
    expect(collection.size).toBe(12)
    await other.cleanup()
    await until('the stream is closed', () => server.streams() === 0)
    expect(collection.size).toBe(0)
  })

  it('keeps rows that another query needs', async () => {
    const { server, collection } = await opened(ROWS)
    const adults = adultsOf(collection)
    await adults.toArrayWhenReady()
    const old = createLiveQueryCollection({
      startSync: true,
      query: (q) => q.from({ row: collection }).where(({ row }) => gte(row.age, 28)),
    })
    await old.toArrayWhenReady()
    await adults.cleanup()
    expect([...collection.keys()].sort()).toEqual(['r28', 'r29'])
    server.put(row('r28', 1))
    await is(old, 'r29')
    expect(collection.size).toBe(1)
    await old.cleanup()
  })

  it('ends its streams when it is cleaned up', async () => {
    const { server, collection } = await opened(ROWS)
    await adultsOf(collection).toArrayWhenReady()
    expect(server.streams()).toBe(1)
    for (const each of undo.splice(1)) await each()
    await until('the stream is closed', () => server.streams() === 0)
  })

  it('takes a change that comes while rows are loaded', async () => {
    const { server, collection } = await opened([row('a', 20), row('b', 30)])
    let release = () => {}
    let isAsked = false
    server.hold = () => {
      isAsked = true
      return new Promise((resolve) => {
        release = resolve
      })
    }
    // The answer is made before the change, and comes after it.
    const { load } = server
    const slow = createCollection(
      tamisCollectionOptions({
        schema,
        subscribe: server.subscribe,
        async load(payload, options) {
          server.hold = undefined
          const page = await load(payload, options)
          isAsked = true
          await new Promise<void>((resolve) => {
            release = resolve
          })
          return page
        },
      }),
    )
    undo.push(
      () => slow.cleanup(),
      () => collection.cleanup(),
    )
    const adults = sorted(adultsOf(slow as Collection))
    await until('it asks', () => isAsked)
    server.put(row('a', 25))
    server.delete('b')
    server.put(row('c', 40))
    await until('the changes are there', () => slow.has('c'))
    release()
    await is(adults, 'a', 'c')
    expect(slow.get('a')?.age).toBe(25)
  })

  it('loads again what a lost stream may have missed', async () => {
    const { server, collection } = await opened([row('a', 20), row('b', 30)])
    const adults = sorted(adultsOf(collection))
    await is(adults, 'a', 'b')
    // The server forgets its streams before the changes.
    server.cut()
    await until('they are closed', () => server.streams() === 0)
    server.put(row('a', 21))
    server.delete('b')
    server.put(row('c', 40))
    await is(adults, 'a', 'c')
    expect(collection.get('a')?.age).toBe(21)
  })

  it('fails a live query with the error of the server, and with a refusal', async () => {
    const { server, collection, errors } = await opened(ROWS)
    server.hold = () => Promise.reject(new Error('the disk is full'))
    const adults = adultsOf(collection)
    await expect(adults.toArrayWhenReady()).rejects.toThrow(/disk is full/)
    server.hold = undefined
    const lowered = createLiveQueryCollection({
      startSync: true,
      query: (q) => q.from({ row: collection }).where(({ row }) => eq(lower(row.name), 'a')),
    })
    undo.push(() => lowered.cleanup())
    await expect(lowered.toArrayWhenReady()).rejects.toThrow(/lower: tamis has no equivalent/)
    expect(errors).toEqual([])
  })

  it.each([
    ['no page', { code: 'forbidden' }],
    ['nothing', undefined],
    ['rows that are none', { items: [1] }],
    ['a cursor that is not a string', { items: [], next: null }],
  ])('fails a live query where load resolves to %s', async (_, answer) => {
    const collection = createCollection(
      tamisCollectionOptions({ schema, load: async () => answer as never }),
    )
    undo.push(() => collection.cleanup())
    const adults = adultsOf(collection as Collection)
    await expect(adults.toArrayWhenReady()).rejects.toThrow(
      /^tamis\/tanstack: load must resolve to/,
    )
  })

  it('writes through, and shows what the server made of it', async () => {
    const { server } = await opened([row('a', 20)])
    const collection = createCollection(
      tamisCollectionOptions({
        schema,
        load: server.load,
        subscribe: server.subscribe,
        async onUpdate({ transaction }) {
          for (const { modified } of transaction.mutations) {
            server.put({ ...modified, name: 'by the server' } as Stored)
          }
          await until('it came', () => server.payloads.length > 0)
        },
      }),
    )
    undo.push(() => collection.cleanup())
    const adults = adultsOf(collection as Collection)
    await is(adults, 'a')
    await collection.update('a', (draft) => {
      draft.age = 50
    }).isPersisted.promise
    await until('it is the server’s', () => collection.get('a')?.name === 'by the server')
    expect(collection.get('a')?.age).toBe(50)
  })
})
