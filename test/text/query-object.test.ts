import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parse as parseSimple } from 'node:querystring'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { validator } from 'hono/validator'
import qs from 'qs'
import {
  boolean,
  defineSchema,
  dynamic,
  FilterError,
  integer,
  list,
  type Query,
  string,
  timestamp,
} from 'tamis'
import { parseQueryObject, safeParseQueryObject, safeParseQueryString } from 'tamis/text'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    role: string(),
    banned: boolean(),
    age: integer(),
    created_at: timestamp({ sortable: true }),
    teams: list(string()),
    tenant: string({ hidden: true }),
    'custom.*': dynamic(['string', 'boolean', 'integer']),
  },
})

/** What is compared of a query: everything but the object that seals its cursors. */
const plain = ({ seal: _, ...query }: Query) => query

const SEARCHES = [
  '',
  'role=admin',
  'role=admin&custom.age[$gte]=18&sort=-created_at,id&limit=10&offset=20',
  'role=a&role=b',
  'role[]=a&role[]=b',
  'role[$in]=a,b',
  'role[$in][]=a,b&role[$in][]=c',
  'age[$in]=1&age[$in]=2',
  'age[$gt]=1&age[$lt]=5',
  'banned=true&age=null&role=null',
  'teams=a&teams=b',
  'teams[$all]=a,b',
  'filter[role]=paid&filter[age][$gt]=3',
  'filter={"role":{"$in":["a"]}}',
  '$or[0][role]=a&$or[1][age][$lt]=5',
  '$or[1][age][$lt]=5&$or[0][role]=a',
  'role[$not][$not][$not][$eq]=a',
  '$or[0][$and][0][$or][0][role]=a',
  'created_at[$gte]=2024-05-01T12:00:00%2B02:00',
  'id_gt=u1&custom.a=%22x%22',
  `role[$in]=${Array.from({ length: 50 }, (_, i) => `r${i}`).join('&role[$in]=')}`,
  `${Array.from({ length: 50 }, (_, i) => `role[$in][${i}]=r${i}`).join('&')}`,
  // What is refused.
  'rol=admin',
  'tenant=t',
  'page=2',
  'age=x',
  'role[$eq]=a&role[$eq]=b',
  'created_at=2024-05-01T12:00:00+02:00',
  'limit=1&limit=2',
  'filter[role]=a&age=1',
  'role[$gt]=a&role[x]=b',
  'payload={"limit":3}',
]

/** How frameworks parse a query string. */
const PARSERS: Readonly<Record<string, (search: string) => unknown>> = {
  'qs with the settings of Express': (search) => qs.parse(search, { allowPrototypes: true }),
  'qs with its defaults': (search) => qs.parse(search),
  'querystring of Node': (search) => ({ ...parseSimple(search) }),
  'querystring of Node, without a prototype': (search) => parseSimple(search),
}

describe.each(Object.entries(PARSERS))('an object of %s', (_, parse) => {
  it.each(SEARCHES)('%s means what the text means', (search) => {
    const text = safeParseQueryString(schema, search)
    const object = safeParseQueryObject(schema, parse(search))
    expect(object.ok).toBe(text.ok)
    if (text.ok && object.ok) expect(plain(object.value)).toEqual(plain(text.value))
    if (!text.ok && !object.ok) {
      const known = (issues: typeof text.issues) =>
        issues.map(({ code, path, hint }) => [code, path, hint])
      expect(known(object.issues)).toEqual(known(text.issues))
    }
  })
})

describe('an object', () => {
  /** What is refused, and with which code. */
  it.each<[string, unknown, string]>([
    ['a text', 'role=a', 'invalid_operand'],
    ['null', null, 'invalid_operand'],
    ['undefined', undefined, 'invalid_operand'],
    ['a list', [], 'invalid_operand'],
    ['URLSearchParams', new URLSearchParams('role=a'), 'invalid_operand'],
    ['a Map', new Map([['role', 'a']]), 'invalid_operand'],
    ['an inner Map', { role: new Map() }, 'invalid_operand'],
    ['a Date', { role: new Date() }, 'invalid_operand'],
    ['an empty name', { '': 'a' }, 'unknown_field'],
    ['__proto__', JSON.parse('{"__proto__": "a"}'), 'unknown_field'],
    ['__proto__ in brackets', { 'role[__proto__][x]': 'a' }, 'unknown_field'],
    ['brackets that do not close', { 'role[$gt': 'a' }, 'unknown_field'],
    ['1,000 values', { role: Array.from({ length: 1000 }, () => 'a') }, 'too_many'],
    [
      '1,000 names',
      Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`custom.k${i}`, '1'])),
      'too_many',
    ],
    ['a long text', { role: 'a'.repeat(200_000) }, 'too_long'],
    ['long names', { [`custom.${'a'.repeat(200_000)}`]: '1' }, 'too_long'],
    ['deep brackets', { [`role${'[$not]'.repeat(100)}`]: 'a' }, 'too_deep'],
    ['brackets in brackets', nested(100_000), 'too_deep'],
    ['a circle', circle(), 'too_deep'],
    ['objects that hold one another twice', doubled(38), 'too_many'],
    [
      'a getter that throws',
      Object.defineProperty({}, 'role', {
        enumerable: true,
        get() {
          throw new Error('no')
        },
      }),
      'invalid_operand',
    ],
  ])('%s is refused', (_, query, code) => {
    const result = safeParseQueryObject(schema, query)
    expect(result.ok ? [] : result.issues.map((each) => each.code)).toEqual([code])
    expect(() => parseQueryObject(schema, query)).toThrow(FilterError)
  })

  it('keeps values that a framework has converted', () => {
    const { condition, limit } = parseQueryObject(schema, { age: 18, banned: true, limit: 3 })
    const text = safeParseQueryString(schema, 'age=18&banned=true&limit=3')
    expect(text.ok && text.value.condition).toEqual(condition)
    expect(limit).toBe(3)
  })

  it('does not change what it is given, nor Object.prototype', () => {
    const query = { role: { $in: ['a'] }, 'role[$nin]': ['b'] }
    parseQueryObject(schema, query)
    expect(query).toEqual({ role: { $in: ['a'] }, 'role[$nin]': ['b'] })
    safeParseQueryObject(schema, { 'constructor[prototype][polluted]': '1' })
    expect('polluted' in {}).toBe(false)
  })
})

function nested(depth: number): object {
  let inner: object = {}
  for (let i = 0; i < depth; i++) inner = { $not: inner }
  return { role: inner }
}

function doubled(depth: number): object {
  let inner: object = {}
  for (let i = 0; i < depth; i++) inner = { a: inner, b: inner }
  return { role: inner }
}

function circle(): object {
  const own: Record<string, unknown> = {}
  own.role = own
  return own
}

describe('the objects of frameworks', () => {
  const closing: (() => unknown)[] = []
  afterAll(() => Promise.all(closing.map((close) => close())))
  const asked: Record<string, (search: string) => Promise<unknown>> = {}
  /** What a handler answers: whether the query was read, and its condition's operands. */
  const answer = (query: unknown) => {
    const result = safeParseQueryObject(schema, query)
    if (!result.ok) return { codes: result.issues.map(({ code }) => code) }
    return JSON.parse(
      JSON.stringify({ limit: result.value.limit, condition: result.value.condition }),
    )
  }

  beforeAll(async () => {
    for (const parser of ['simple', 'extended'] as const) {
      const app = express()
      app.set('query parser', parser)
      app.get('/', (req, res) => {
        res.json(answer(req.query))
      })
      const server = createServer(app)
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
      closing.push(() => server.close())
      const { port } = server.address() as AddressInfo
      asked[`Express, ${parser}`] = async (search) =>
        (await fetch(`http://127.0.0.1:${port}/?${search}`)).json()
    }
    const app = fastify()
    app.get('/', async (request) => answer(request.query))
    closing.push(() => app.close())
    asked.Fastify = async (search) => (await app.inject({ url: `/?${search}` })).json()
    const hono = new Hono()
    hono.get(
      '/',
      validator('query', (value) => value),
      (c) => c.json(answer(c.req.valid('query'))),
    )
    asked.Hono = async (search) => (await hono.request(`/?${search}`)).json()
  })

  it.each(['Express, simple', 'Express, extended', 'Fastify', 'Hono'])('%s', async (name) => {
    for (const search of SEARCHES) {
      const text = safeParseQueryString(schema, search)
      const expected = text.ok
        ? { limit: text.value.limit, condition: text.value.condition }
        : { codes: text.issues.map(({ code }) => code) }
      const own = await (asked[name] as (search: string) => Promise<unknown>)(search)
      expect({ search, own }).toEqual({ search, own: JSON.parse(JSON.stringify(expected)) })
    }
  })
})
