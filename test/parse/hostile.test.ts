import {
  defineSchema,
  dynamic,
  FilterError,
  integer,
  list,
  parseFilter,
  parseQuery,
  safeParseFilter,
  string,
  timestamp,
} from 'tamis'
import { describe, expect, it } from 'vitest'

const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    age: integer(),
    seen: timestamp(),
    teams: list(string()),
    'custom.*': dynamic(['string', 'boolean', 'integer']),
  },
})

const cycle: Record<string, unknown> = {}
cycle.$and = [cycle]
const cyclicOperators: Record<string, unknown> = {}
cyclicOperators.$not = cyclicOperators
const cyclicList: unknown[] = []
cyclicList.push(cyclicList)

const deep = (levels: number, wrap: (inner: unknown) => unknown): unknown => {
  let filter: unknown = { id: 'a' }
  for (let i = 0; i < levels; i++) filter = wrap(filter)
  return filter
}

const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
const revokedList = () => {
  const { proxy, revoke } = Proxy.revocable([], {})
  revoke()
  return proxy
}
const trap = (name: string) =>
  new Proxy(
    { id: 'a' },
    {
      [name]: () => {
        throw new Error('trapped')
      },
    },
  )

const wide = (keys: number) =>
  Object.fromEntries(Array.from({ length: keys }, (_, i) => [`custom.k${i}`, 1]))

/** Values that a client, or a deserialiser, may pass. */
const HOSTILE: Record<string, () => unknown> = {
  'a cycle of filters': () => cycle,
  'a cycle of operators': () => ({ age: cyclicOperators }),
  'a list in itself': () => ({ teams: cyclicList }),
  '1,000,000 nested lists': () => deep(1_000_000, (inner) => ({ $and: [inner] })),
  '1,000,000 nested $not': () => ({ age: deep(1_000_000, (inner) => ({ $not: inner })) }),
  '1,000,000 nested objects': () => deep(1_000_000, (inner) => ({ a: inner })),
  '1,000,000 nested arrays': () => ({ teams: deep(1_000_000, (inner) => [inner]) }),
  'an $in of 10,000,000': () => ({ id: { $in: Array(10_000_000).fill('a') } }),
  'an $in that is sparse': () => ({ id: { $in: Array(1000) } }),
  'an $and of 10,000,000': () => ({ $and: Array(10_000_000) }),
  '100,000 keys': () => wide(100_000),
  '100,000 operators': () => ({ age: wide(100_000) }),
  'a string of 50 MB': () => ({ id: 'a'.repeat(50_000_000) }),
  'a name of 50 MB': () => ({ [`custom.${'.a'.repeat(25_000_000)}`]: 1 }),
  'a name of many segments': () => ({ [`custom${'.a'.repeat(1000)}`]: 1 }),
  'a getter': () => ({
    get id() {
      throw new Error('read')
    },
  }),
  'a getter among operators': () => ({
    age: {
      get $gt() {
        throw new Error('read')
      },
    },
  }),
  'a getter in a list': () => ({
    id: {
      $in: Object.defineProperty(['a'], 0, {
        get() {
          throw new Error('read')
        },
      }),
    },
  }),
  'a revoked proxy': revoked,
  'a revoked proxy behind a field': () => ({ age: revoked() }),
  'a revoked list': () => ({ id: { $in: revokedList() } }),
  'a revoked list of filters': () => ({ $or: revokedList() }),
  'a proxy that throws on ownKeys': () => trap('ownKeys'),
  'a proxy that throws on getPrototypeOf': () => trap('getPrototypeOf'),
  'a proxy that throws on getOwnPropertyDescriptor': () => trap('getOwnPropertyDescriptor'),
  'a proxy that throws behind a field': () => ({ age: trap('ownKeys') }),
  'a proxy of a Date': () => ({ seen: new Proxy(new Date(), {}) }),
  'a list whose length lies': () => ({
    id: {
      $in: new Proxy(['a'], {
        get: (target, key) => (key === 'length' ? -1 : Reflect.get(target, key)),
      }),
    },
  }),
  'a list whose length is an object': () => ({
    id: {
      $in: new Proxy(['a'], {
        get: (_, key) =>
          key === 'length'
            ? {
                valueOf() {
                  throw new Error('read')
                },
              }
            : 'a',
      }),
    },
  }),
  'an object that throws when printed': () => ({
    id: {
      toString() {
        throw new Error('printed')
      },
      toJSON() {
        throw new Error('printed')
      },
    },
  }),
  'a bigint of a million digits': () => ({ age: 10n ** 1_000_000n }),
}

// A hang fails by the runner's time limit.
describe('hostile input is refused with a FilterError', { timeout: 10_000 }, () => {
  it.each(Object.entries(HOSTILE))('%s', (_, make) => {
    const input = make()
    expect(() => parseFilter(schema, input)).toThrow(FilterError)
    expect(() => parseQuery(schema, { filter_conditions: input })).toThrow(FilterError)
    expect(() => parseQuery(schema, { sort: input })).toThrow(FilterError)
    expect(() => parseQuery(schema, input)).toThrow(FilterError)
  })
})

describe('input', () => {
  it('the keys of a wide object are listed once only', () => {
    const calls: string[] = []
    const noting =
      <A extends unknown[], R>(name: string, reflect: (...args: A) => R) =>
      (...args: A): R => {
        calls.push(name)
        return reflect(...args)
      }
    const spy = new Proxy(wide(1000), {
      ownKeys: noting('ownKeys', Reflect.ownKeys),
      getOwnPropertyDescriptor: noting('descriptor', Reflect.getOwnPropertyDescriptor),
      get: noting('get', Reflect.get),
    })
    expect(() => parseFilter(schema, spy)).toThrow(/at most 200 conditions/)
    expect(calls).toEqual(['ownKeys'])
  })

  it('every value is read once, so the checked value is the one that is used', () => {
    let reads = 0
    const twoFaced = new Proxy(['a'], {
      get(target, key) {
        if (key === '0') reads++
        return key === '0' && reads > 1 ? { evil: true } : Reflect.get(target, key)
      },
    })
    const condition = parseFilter(schema, { id: { $in: twoFaced } })
    expect(condition).toMatchObject({ operand: ['a'] })
    expect(reads).toBe(1)
  })

  it('objects with a null prototype or of another realm are accepted', async () => {
    const { runInNewContext } = await import('node:vm')
    const bare = Object.assign(Object.create(null), { id: 'a' })
    const foreign = runInNewContext('({ id: { $in: ["a"] }, seen: new Date(0) })')
    expect(parseFilter(schema, bare)).toMatchObject({ operand: 'a' })
    expect(parseFilter(schema, foreign)).toMatchObject({ kind: 'and' })
  })

  it('does not change Object.prototype', () => {
    const before = Reflect.ownKeys(Object.prototype)
    const text =
      '{"custom.__proto__": {"$eq": "x"}, "custom.constructor.prototype": {"$in": ["y"]}}'
    parseFilter(schema, JSON.parse(text))
    expect(() => parseFilter(schema, JSON.parse('{"__proto__": {"id": "a"}}'))).toThrow(/__proto__/)
    expect(Reflect.ownKeys(Object.prototype)).toEqual(before)
  })
})

describe('the message about a hostile name', () => {
  const of = (filter: object) => {
    const result = safeParseFilter(hostileSchema, filter)
    return new FilterError(result.ok ? ([] as never) : result.issues)
  }
  const hostileSchema = defineSchema({
    fields: { id: string({ required: true }), 'custom.*': dynamic(['string']) },
  })

  it('is short, even for long names and many mistakes', () => {
    const wrong = Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`$x${i}`, 1]))
    const error = of({ [`custom.${'a'.repeat(4000)}`]: wrong })
    expect(error.issues).toHaveLength(20)
    expect(JSON.stringify(error).length).toBeLessThan(12_000)
  })

  it('has no line breaks and no control characters', () => {
    for (const name of ['custom.a\u001b[31m\nFAKE LOG LINE', 'custom.\u2028x', 'no\nfield']) {
      const error = of({ [name]: { $x: 1 } })
      expect(error.message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028]/)
      expect(error.toString().split('\n')).toHaveLength(1)
    }
  })
})
