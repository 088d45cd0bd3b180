import {
  condition,
  defineSchema,
  integer,
  parseQuery,
  type Query,
  relativeTime,
  restrict,
  string,
  timestamp,
} from 'tamis'
import {
  applyChanges,
  type Collection,
  createCollection,
  type PageChange,
  type PageEvent,
} from 'tamis/collection'
import { describe, expect, it } from 'vitest'

const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    role: string(),
    n: integer({ sortable: true }),
    at: timestamp({ sortable: true }),
  },
  relativeTime: relativeTime(),
})

interface Person {
  readonly id: string
  readonly role?: string
  readonly n?: number
  readonly at?: string
}

const letters = 'abcdefghij'
const people = (): Person[] => [...letters].map((id, n) => ({ id, role: 'user', n }))
const byNumber = (more: object = {}) => parseQuery(schema, { sort: [{ n: 1 }], ...more })
const create = (rows: readonly Person[] = people()): Collection<Person> =>
  createCollection<never, Person>(schema as never, { rows })
const idsOf = (rows: readonly Person[]) => rows.map(({ id }) => id).join('')

/** A change as a short text. */
const textOf = (change: PageChange<Person>): string =>
  change.type === 'moved'
    ? `moved ${change.row.id} ${change.from}>${change.to}`
    : `${change.type} ${change.row.id} ${change.index}`

/** Watches a page, and keeps what its events say. */
function log(collection: Collection<Person>, query: Query, options = {}) {
  const events: string[] = []
  const watch = collection.watch(
    query,
    ({ changes, total }) => {
      events.push([...changes.map(textOf), ...(total === undefined ? [] : [total])].join(', '))
    },
    options,
  )
  return { watch, events }
}

describe('watch', () => {
  it.each<[string, object, (collection: Collection<Person>) => void, string[]]>([
    ['a row in a full page', {}, (c) => c.insert({ id: 'x', n: 3 }), ['removed f 3, added x 2']],
    ['a row before the page', {}, (c) => c.insert({ id: 'x', n: 0 }), ['removed f 3, added b 0']],
    ['a row behind the page', {}, (c) => c.insert({ id: 'x', n: 7 }), []],
    ['a removed row', {}, (c) => c.remove('d'), ['removed d 1, added g 3']],
    ['a removed row before the page', {}, (c) => c.remove('a'), ['removed c 0, added g 3']],
    ['a removed row behind the page', {}, (c) => c.remove('i'), []],
    ['an update in its place', {}, (c) => c.update('d', { role: 'x' }), ['updated d 1']],
    ['an update that moves a row', {}, (c) => c.update('d', { n: 5 }), ['moved d 1>2']],
    [
      'a row that leaves to the end',
      {},
      (c) => c.update('d', { n: 9 }),
      ['removed d 1, added g 3'],
    ],
    [
      'a row that leaves to the beginning',
      {},
      (c) => c.update('d', { n: -1 }),
      ['removed d 1, added b 0'],
    ],
    [
      'a row that passes over the page',
      {},
      (c) => c.update('a', { n: 9 }),
      ['removed c 0, added g 3'],
    ],
    ['a key that is not there', {}, (c) => c.remove('none'), []],
    [
      'many rows at once',
      {},
      (c) => c.load([3, 3, 4].map((n, i) => ({ id: `x${i}`, n }))),
      ['removed f 3, removed e 2, added x0 2, added x1 3'],
    ],
    [
      'so many rows that indexes are made anew',
      {},
      (c) => c.load(Array.from({ length: 50 }, (_, i) => ({ id: `x${i + 10}`, n: -1 }))),
      [
        'removed f 3, removed e 2, removed d 1, removed c 0, added x12 0, added x13 1, added x14 2, added x15 3',
      ],
    ],
    ['a page of no rows', { limit: 0, offset: 0 }, (c) => c.remove('a'), []],
    [
      'a page with absent values',
      { sort: [{ field: 'n', direction: 1, nulls: 'last' }], offset: 8 },
      (c) => c.update('j', { n: undefined as never }),
      ['updated j 1'],
    ],
    [
      'only some fields',
      { fields: ['id', 'n'] },
      (c) => {
        c.update('d', { role: 'other' })
        c.update('d', { n: 3 })
        c.update('d', { n: 5 })
      },
      ['moved d 1>2'],
    ],
  ])('tells of %s', (_, more, change, expected) => {
    const collection = create()
    const { watch, events } = log(collection, byNumber({ limit: 4, offset: 2, ...more }))
    change(collection)
    expect(events).toEqual(expected)
    watch.stop()
  })

  it('takes in rows however many come, and however many leave the page', () => {
    const rows = Array.from({ length: 500 }, (_, n) => ({ id: `p${n}`, n }))
    const collection = create(rows.slice(0, 5))
    const query = byNumber({ limit: 3 })
    let items: readonly Person[] = []
    const watch = collection.watch(query, ({ changes }) => {
      items = applyChanges(items, changes)
    })
    items = watch.page.items
    // More than it keeps, and those that it does not keep among the others.
    for (const row of [...rows.slice(300), ...rows.slice(5, 300)]) collection.insert(row)
    for (const { id } of rows) {
      collection.remove(id)
      expect(items).toEqual(collection.query(query).items)
    }
    expect(items).toEqual([])
  })

  it('keeps a page before a cursor in its order', () => {
    const collection = create()
    const { next } = collection.query(byNumber({ limit: 5 }))
    const { prev } = collection.query(byNumber({ limit: 5, next }))
    const { watch, events } = log(collection, byNumber({ limit: 3, prev }))
    expect(idsOf(watch.page.items)).toBe('cde')
    collection.insert({ id: 'x', n: 3 })
    collection.remove('c')
    collection.update('e', { n: 0 })
    expect(events).toEqual(['removed c 0, added x 1', 'removed e 2, added b 0'])
    expect(idsOf(watch.page.items)).toBe('bdx')
  })

  it('counts where that is asked for, and tells of nothing else', () => {
    const collection = create()
    const query = byNumber({ filter_conditions: { role: 'user' }, limit: 2 })
    const { watch, events } = log(collection, query, { total: true })
    collection.remove('j')
    collection.update('i', { role: 'other' })
    collection.update('h', { n: 20 })
    collection.insert({ id: 'x', n: 0, role: 'user' })
    expect(events).toEqual(['9', '8', 'removed b 1, added x 1, 9'])
    expect(watch.page).toMatchObject({ total: 9, totalIsExact: true })
  })

  it('gives the page with its cursors, and keeps the last one when it is stopped', () => {
    const collection = create()
    const { watch, events } = log(collection, byNumber({ limit: 3 }))
    collection.remove('a')
    expect({ ...watch.page }).toEqual({ ...collection.query(byNumber({ limit: 3 })) })
    watch.stop()
    watch.stop()
    const { next } = watch.page
    collection.remove('b')
    expect(events).toHaveLength(1)
    expect(idsOf(watch.page.items)).toBe('bcd')
    expect(watch.page.next).toBe(next)
    expect(collection.stats().watchers).toBe(0)
  })

  it('ends with its signal', () => {
    const collection = create()
    const controller = new AbortController()
    const { signal } = controller
    const { events } = log(collection, byNumber({ limit: 3 }), { signal })
    controller.abort()
    collection.remove('a')
    const late = log(collection, byNumber({ limit: 3 }), { signal })
    collection.remove('b')
    expect([events, late.events, collection.stats().watchers]).toEqual([[], [], 0])
    expect(idsOf(late.watch.page.items)).toBe('bcd')
  })

  it('is of one time, which does not go on', () => {
    const collection = create([{ id: 'a', at: '2024-01-01T00:00:00Z' }])
    const payload = { filter_conditions: { at: { $gte: { $now: '-1d' } } } }
    const now = new Date('2024-01-01T12:00:00Z')
    const { watch, events } = log(collection, parseQuery(schema, payload, { now }), { now })
    expect(idsOf(watch.page.items)).toBe('a')
    collection.insert({ id: 'b', at: '2023-12-31T00:00:00Z' })
    collection.insert({ id: 'c', at: '2023-12-31T12:00:00Z' })
    expect(events).toEqual(['added c 1'])
  })

  it('a row that is given again as it is may have been changed in place', () => {
    const rows = people().map((row) => ({ ...row }))
    const collection = create(rows)
    const { events, watch } = log(collection, byNumber({ limit: 3 }), { total: true })
    const last = rows[9] as { n: number }
    last.n = -1
    collection.upsert(last as unknown as Person)
    expect(events).toEqual(['removed c 2, added j 0, 10'])
    expect(idsOf(watch.page.items)).toBe('jab')
  })

  it('is shared by equal queries alone', () => {
    const collection = create()
    const client = byNumber({ limit: 2 })
    const own = (id: string) => restrict(client, condition(schema, { id: { $gte: id } }))
    const watches = [own('a'), own('c'), own('c')].map((query) => log(collection, query))
    collection.remove('a')
    collection.remove('c')
    const told = watches.map(({ events }) => events.length)
    expect(told).toEqual([2, 1, 1])
    expect(watches.map(({ watch }) => idsOf(watch.page.items))).toEqual(['bd', 'de', 'de'])
  })

  it.each<[string, unknown, unknown, string]>([
    ['a listener that is none', 7, {}, 'watch: expected a function, received 7'],
    ['an unknown option', () => {}, { totals: true }, 'unknown option "totals"'],
    ['a signal that is none', () => {}, { signal: {} }, 'signal: expected an AbortSignal'],
    ['a total that is none', () => {}, { total: 1 }, 'total: expected true or false'],
  ])('refuses %s', (_, listener, options, message) => {
    const collection = create()
    expect(() => collection.watch(byNumber(), listener as never, options as never)).toThrow(message)
    expect(collection.stats().watchers).toBe(0)
  })
})

describe('a listener', () => {
  it('that throws is reported, and neither the change nor other listeners notice', async () => {
    const collection = create()
    const errors: unknown[] = []
    const onError = (error: unknown) => errors.push(error)
    const query = byNumber({ limit: 3 })
    const error = new Error('of the listener')
    collection.watch(
      query,
      () => {
        throw error
      },
      { onError },
    )
    collection.watch(query, async () => Promise.reject(error), { onError })
    const { events } = log(collection, query)
    expect(collection.remove('a')?.id).toBe('a')
    await new Promise(setImmediate)
    expect(errors).toEqual([error, error])
    expect(events).toEqual(['removed a 0, added d 2'])
  })

  it('that throws without onError is an uncaught error', async () => {
    const collection = create()
    const error = new Error('of the listener')
    const listeners = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    try {
      const caught = new Promise((resolve) => process.once('uncaughtException', resolve))
      collection.watch(byNumber(), () => {
        throw error
      })
      collection.remove('a')
      expect(await caught).toBe(error)
    } finally {
      for (const each of listeners) process.on('uncaughtException', each)
    }
  })

  it('that changes rows gets, as all others, the events in the order of the changes', () => {
    const collection = create()
    const query = byNumber({ limit: 3 })
    const told: string[] = []
    let isFirst = true
    const watching = (name: string) => (event: PageEvent<Person>) => {
      told.push(`${name}: ${event.changes.map(textOf).join(', ')}`)
      if (!isFirst) return
      isFirst = false
      collection.remove('b')
      collection.watch(query, watching('new'))
      expect(idsOf(collection.query(query).items)).toBe('cde')
    }
    collection.watch(query, watching('one'))
    collection.watch(query, watching('two'))
    collection.remove('a')
    collection.remove('c')
    expect(told).toEqual([
      'one: removed a 0, added d 2',
      'two: removed a 0, added d 2',
      'one: removed b 0, added e 2',
      'two: removed b 0, added e 2',
      'one: removed c 0, added f 2',
      'two: removed c 0, added f 2',
      'new: removed c 0, added f 2',
    ])
  })

  it('that stops another one is the last that is called', () => {
    const collection = create()
    const query = byNumber({ limit: 3 })
    const told: string[] = []
    collection.watch(query, () => {
      told.push('one')
      two.stop()
    })
    const two = collection.watch(query, () => told.push('two'))
    collection.remove('a')
    expect(told).toEqual(['one'])
  })
})

describe('a row that cannot be read', () => {
  const broken = {
    id: 'x',
    get n(): number {
      throw new Error('no number')
    },
  }

  it('ends the pages that read it, and the collection is as it would be without them', async () => {
    const collection = create()
    const errors: unknown[] = []
    const onError = (error: unknown) => errors.push(error)
    collection.watch(byNumber(), () => {}, { onError })
    const { events } = log(collection, parseQuery(schema, { sort: [{ id: -1 }], limit: 2 }))
    const iterator = collection.events(byNumber({ limit: 2 }))
    await iterator.next()
    collection.insert(broken)
    expect(errors).toEqual([new Error('no number')])
    await expect(iterator.next()).rejects.toThrow('no number')
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
    expect(events).toEqual(['removed i 1, added x 0'])
    expect([collection.size, collection.stats().watchers]).toEqual([11, 1])
  })
})

describe('events', () => {
  const take = async (iterator: AsyncIterator<PageEvent<Person>, undefined>) => {
    const { value } = await iterator.next()
    return value?.changes.map(textOf)
  }

  it('begin with the page, and join what changes until the next one is asked for', async () => {
    const collection = create()
    const iterator = collection.events(byNumber({ limit: 3 }))
    expect(collection.stats().watchers).toBe(0)
    expect(await take(iterator)).toEqual(['added a 0', 'added b 1', 'added c 2'])
    collection.remove('b')
    collection.insert({ id: 'x', n: -1 })
    collection.remove('x')
    collection.update('c', { n: -2 })
    collection.update('c', { n: -3 })
    collection.insert({ id: 'b', n: 1 })
    expect(await take(iterator)).toEqual(['moved c 2>0', 'updated b 2'])
    const later = take(iterator)
    collection.remove('a')
    collection.remove('c')
    expect(await later).toEqual(['removed a 1', 'removed c 0', 'added d 1', 'added e 2'])
  })

  it('that cancel each other out are none', async () => {
    const collection = create()
    const iterator = collection.events(byNumber({ limit: 3 }), { total: true })
    expect((await iterator.next()).value?.total).toBe(10)
    const row = collection.remove('a') as Person
    collection.insert(row)
    let isDone = false
    const next = iterator.next().then((result) => {
      isDone = true
      return result
    })
    for (let turn = 0; turn < 10; turn++) await undefined
    expect(isDone).toBe(false)
    collection.remove('j')
    expect(await next).toEqual({
      done: false,
      value: { changes: [], total: 9, totalIsExact: true },
    })
  })

  it('end with the loop, with return and with the signal, also while one is waited for', async () => {
    const collection = create()
    const query = byNumber({ limit: 2 })
    for await (const { changes } of collection.events(query)) {
      expect(changes).toHaveLength(2)
      break
    }
    expect(collection.stats().watchers).toBe(0)
    const controller = new AbortController()
    const iterators = [
      collection.events(query),
      collection.events(query, { signal: controller.signal }),
    ] as const
    await Promise.all(iterators.map((each) => each.next()))
    const waiting = [...iterators, ...iterators].map((each) => each.next())
    expect(collection.stats().watchers).toBe(2)
    await iterators[0].return?.()
    controller.abort()
    const done = { done: true, value: undefined }
    expect(await Promise.all(waiting)).toEqual([done, done, done, done])
    expect(collection.stats().watchers).toBe(0)
    const late = collection.events(query, { signal: controller.signal })
    expect(await late.next()).toEqual(done)
    const unused = collection.events(query)
    await unused.return?.()
    expect(await unused.next()).toEqual(done)
  })

  it('give two that are asked for at once one each', async () => {
    const collection = create()
    const iterator = collection.events(byNumber({ limit: 2 }))
    const both = [take(iterator), take(iterator)]
    await both[0]
    collection.remove('a')
    expect(await both[1]).toEqual(['removed a 0', 'added c 1'])
  })
})

describe('applyChanges', () => {
  it('leaves the array that it is given as it is', () => {
    const [a, b, c] = people() as [Person, Person, Person]
    const items = [a, b]
    const next = applyChanges(items, [
      { type: 'added', row: c, index: 1 },
      { type: 'moved', row: a, from: 0, to: 2 },
      { type: 'removed', row: b, index: 1 },
    ])
    expect([idsOf(items), idsOf(next)]).toEqual(['ab', 'ca'])
  })
})
