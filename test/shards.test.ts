/**
 * PostgreSQL in shards: a table partitioned by the hash of its key, its partitions on other servers by
 * postgres_fdw. It answers as memory does, and the shards do the work: a condition or an order that
 * cannot be sent to them is left to the coordinator, which then fetches every row there is. Long, for
 * it asks every operator of every kind.
 */

import fc from 'fast-check'
import {
  and,
  boolean,
  type Condition,
  compileFilter,
  createTable,
  defineSchema,
  dynamic,
  integer,
  list,
  not,
  number,
  or,
  parseFilter,
  parseQuery,
  printFilter,
  type Query,
  runQuery,
  type Schema,
  string,
  timestamp,
} from 'tamis'
import { usersSchema } from 'tamis/users'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeUsers } from '../bench/fixtures/users.ts'
import { membersOf } from '../src/kinds/dynamic.ts'
import type { Field } from '../src/schema/field.ts'
import { ask, checkAgreement, show, situationArbitrary } from './support/agreement.ts'
import type { Plan } from './support/arbitrary.ts'
import { budget } from './support/budget.ts'
import type { Connection, SomeStatement } from './support/engines/engine.ts'
import { SCALAR_OPERATORS } from './support/operators.ts'
import { findBinaries, SHARDS, shards, usersPlan } from './support/shards.ts'
import { Table } from './support/table.ts'

// Pinned, so that a run repeats; `npm run fuzz -- shards` goes further, with a seed of its own.
const SEED = 20_240_501

const isHere = findBinaries() !== undefined
if (!isHere) console.log(`shards: skipped, for it needs ${shards.needs} for this platform`)

it.skipIf(!isHere && process.env.CI === undefined)('the servers are running', () => {
  expect(isHere, shards.needs).toBe(true)
})

type Payload = Readonly<Record<string, unknown>>

// The queries

/** A field of every kind, in every place that a value of it can have. */
const widePlan: Plan = {
  schema: defineSchema({
    fields: {
      id: string({ required: true, sortable: true }),
      text: string({ sortable: true }),
      flag: boolean({ sortable: true }),
      whole: integer({ sortable: true, as: 'bigint' }),
      real: number({ sortable: true }),
      at: timestamp({ sortable: true }),
      zoneless: timestamp({ sortable: true }),
      exact: timestamp({ digits: 9, sortable: true }),
      ticks: timestamp({ digits: 3, sortable: true }),
      own_text: string({ required: true, sortable: true }),
      own_flag: boolean({ required: true, sortable: true }),
      own_whole: integer({ required: true, sortable: true, as: 'bigint' }),
      own_real: number({ required: true, sortable: true }),
      own_at: timestamp({ required: true, sortable: true }),
      ascii: string(),
      texts: list(string()),
      flags: list(boolean()),
      wholes: list(integer({ as: 'bigint' })),
      reals: list(number()),
      times: list(timestamp()),
      own_texts: list(string(), { required: true }),
      'any.text': string({ sortable: true }),
      'any.flag': boolean({ sortable: true }),
      'any.whole': integer({ sortable: true, as: 'bigint' }),
      'any.real': number({ sortable: true }),
      'any.at': timestamp({ sortable: true }),
      'any.texts': list(string()),
      'any.flags': list(boolean()),
      'any.wholes': list(integer({ as: 'bigint' })),
      'any.reals': list(number()),
      'any.times': list(timestamp()),
      'any.*': dynamic(['string', 'boolean', 'integer', 'number'], {
        operators: [...SCALAR_OPERATORS, '$autocomplete'],
      }),
      'some.*': dynamic(['string', 'boolean', 'integer']),
      'dated.*': dynamic(['timestamp', 'number']),
    },
    limits: { cost: Number.MAX_SAFE_INTEGER },
  }) as Schema,
  mapping: {
    zoneless: { storage: 'timestamp' },
    ticks: { storage: { epoch: 'ms' } },
    ascii: { search: { native: true } },
    some: { index: ['k'], jsonCollation: 'C' },
  },
}

/** Two operands of each kind; of fractions, and whole numbers that doubles do not hold. */
const OPERANDS: Readonly<Record<string, readonly [unknown, unknown]>> = {
  string: ['ana', 'Ro'],
  boolean: [true, false],
  integer: [3, 2n ** 60n],
  number: [0.1, 1e300],
  numeric: [0.1, 2n ** 60n + 1n],
  timestamp: ['2024-05-01T12:00:00.123Z', '2025-01-01T00:00:00Z'],
}

/** Absence is tested for optional fields only: for others it is constant before it is sent. */
function operandsFor(operator: string, { type, required }: Field, kind: string): unknown[] {
  const [one, other] = OPERANDS[kind] as readonly [unknown, unknown]
  switch (operator) {
    case '$exists':
      return required ? [] : [true, false]
    case '$eq':
    case '$ne':
      return [one, ...(required ? [] : [null]), ...(type.list ? [[], [one, other]] : [])]
    case '$in':
    case '$nin':
      return [[one], [one, other], ...(required ? [] : [[one, null]])]
    case '$all':
      return [[one], [one, other]]
    case '$size':
      // The distinct elements are counted by a subquery, and none is sent to another server.
      return []
    case '$autocomplete':
      return kind === 'string' ? ['ro', 'ana ro'] : []
    default:
      return [one]
  }
}

/** Keys of a wildcard, for each way in which SQL gets at one: subscripts, a path, parameters. */
const KEYS = ['k', 'deep.0', 'a key']

/** Every field that a client may ask of, keys of wildcards among them. */
const askedOf = ({ schema }: Plan): [name: string, field: Field][] => [
  ...[...schema.fields].filter(([, field]) => !field.hidden),
  ...[...schema.wildcards].flatMap(([prefix, field]) =>
    KEYS.map((key): [string, Field] => [`${prefix}.${key}`, field]),
  ),
]

/** Each operator of a field with each of its operands, and its negation. */
function leavesOf(schema: Schema, name: string, field: Field): [string, Condition][] {
  const kinds = membersOf(field.type.kind)
  const mixed = [...kinds.flatMap((kind) => OPERANDS[kind.name]), null]
  return [...field.operators].flatMap((operator) => {
    const operands = kinds.flatMap((kind) => operandsFor(operator, field, kind.name))
    if (kinds.length > 1 && /in$/.test(operator)) operands.push(mixed)
    return operands.flatMap((operand): [string, Condition][] => {
      const condition = parseFilter(schema, { [name]: { [operator]: operand } })
      const asked = `${operator} ${show(operand)}`
      return [
        [asked, condition],
        [`not ${asked}`, not(condition)],
      ]
    })
  })
}

/**
 * Orders that the coordinator makes: of text out of JSON, which has the collation of the database and
 * no column's.
 */
const SORTED_HERE = ['any.text']

/** What to sort by: each field that clients may, and some of them together. */
function ordersOf(schema: Schema): [string, readonly string[]][] {
  const sortable = [...schema.fields.values()].filter((field) => field.sortable)
  const names = sortable.map(({ name }) => name)
  const few = names.filter((name) => !SORTED_HERE.includes(name)).slice(1, 4)
  const orders = [...names.map((name) => [name]), few, few.toReversed()]
  return orders.map((order) => [order.join(', '), order])
}

/** Rows in which what may be absent is so in every second one. */
const rowsOf = (schema: Schema): object[] =>
  [0, 1, 2, 3].map((i) => {
    const row: Record<string, unknown> = {}
    for (const { path, type, required, hidden } of schema.fields.values()) {
      if (hidden || (i % 2 === 1 && !required)) continue
      const value = path[0] === 'id' ? `${i}` : OPERANDS[type.kind.name]?.[i < 2 ? 0 : 1]
      const [outer, inner] = path as [string, string?]
      if (inner === undefined) row[outer] = value
      else row[outer] = { ...(row[outer] as object), [inner]: value }
    }
    return row
  })

/** The pages of an order: each after the one before, and before the one after. */
function pagesOf(schema: Schema, sort: unknown): Query[] {
  const rows = rowsOf(schema)
  const pages: Query[] = []
  for (let cursor: Payload | undefined = {}; cursor !== undefined; ) {
    const query: Query = parseQuery(schema, { sort, limit: 1, ...cursor })
    const { next, prev } = runQuery(query, rows)
    pages.push(query)
    if (prev !== undefined) pages.push(parseQuery(schema, { sort, limit: 1, prev }))
    cursor = next === undefined ? undefined : { next }
  }
  return pages
}

// Plans of the coordinator

interface Node {
  readonly 'Node Type': string
  readonly 'Remote SQL'?: string
  readonly 'Async Capable': boolean
  readonly 'Actual Rows'?: number
  readonly 'Subplans Removed'?: number
  readonly Schema?: string
  readonly Filter?: string
  readonly Plans?: readonly Node[]
}

async function explain(
  connection: Connection,
  { text, params }: SomeStatement,
  settings = '',
): Promise<Node> {
  const [row] = await connection.all({
    text: `EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON${settings}) ${text}`,
    params,
  })
  const [{ Plan }] = (row as { readonly 'QUERY PLAN': [{ readonly Plan: Node }] })['QUERY PLAN']
  return Plan
}

const nodesOf = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)]

const scansOf = (plan: Node): Node[] =>
  nodesOf(plan).filter((node) => node['Node Type'] === 'Foreign Scan')

const remoteOf = (plan: Node): string[] => scansOf(plan).map((scan) => scan['Remote SQL'] as string)

/** Whether the whole condition is sent to the shards and none of it is tested by the coordinator. */
const isSent = (plan: Node): boolean =>
  remoteOf(plan).every((text) => text.includes(' WHERE ')) &&
  nodesOf(plan).every((node) => node.Filter === undefined)

function shapeOf({ 'Node Type': type, Plans = [] }: Node): string {
  return Plans.length === 0 ? type : `${type}(${Plans.map(shapeOf).join(', ')})`
}

/** The plan up to its limit: a page before a cursor is turned around above it. */
const limitedOf = (plan: Node): Node =>
  nodesOf(plan).find((node) => node['Node Type'] === 'Limit') as Node

/** The shards give their rows in order, and no more than are asked for; */
const MERGED = 'Limit(Merge Append(Foreign Scan, Foreign Scan))'
/** or all of them, in none. */
const SORTED = 'Limit(Sort(Append(Foreign Scan, Foreign Scan)))'

describe.runIf(isHere)('PostgreSQL in shards', () => {
  let connection: Connection
  beforeAll(async () => {
    connection = await shards.connect()
  })
  afterAll(() => connection?.close())

  /** With the indexes of an extension, which the suite's tables are made without. */
  async function create({ schema, mapping }: Plan, name: string): Promise<Table> {
    const table = await Table.create(shards, connection, schema, mapping, name)
    const target = { dialect: shards.dialect, table: name, mapping, extensions: ['pg_trgm'] }
    const trigrams = createTable(schema, target).filter((text) => /trgm/.test(text))
    for (const statement of trigrams) await connection.exec(statement)
    return table
  }

  function explainFilter(table: string, { mapping }: Plan, condition: Condition): Promise<Node> {
    const { text, params } = compileFilter(condition, { dialect: shards.dialect, mapping })
    return explain(connection, { text: `SELECT FROM ${table} WHERE ${text}`, params })
  }

  describe.each([
    ['users', usersPlan],
    ['wide', widePlan],
  ])('of the table %s the shards', (name, plan) => {
    const { schema } = plan
    let table: Table
    beforeAll(async () => {
      table = await create(plan, name)
    })
    afterAll(() => table.drop())

    it.each(askedOf(plan))('test %s', async (asked, field) => {
      const kept: string[] = []
      for (const [leaf, condition] of leavesOf(schema, asked, field)) {
        if (!isSent(await explainFilter(name, plan, condition))) kept.push(leaf)
      }
      expect(kept).toEqual([])
    })

    it('test several at once', async () => {
      const leaves = askedOf(plan).flatMap(([asked, field]) =>
        leavesOf(schema, asked, field).map(([, leaf]) => leaf),
      )
      for (let i = 0; i < 50; i++) {
        const chosen = [0, 7, 31, 111].map((step) => leaves[(i * 13 + step) % leaves.length])
        const [a, b, c, d] = chosen as [Condition, Condition, Condition, Condition]
        const condition = and(or(a, b, and(c, not(d))), not(and(c, or(d, a))))
        const found = await explainFilter(name, plan, condition)
        expect(isSent(found), show(printFilter(condition))).toBe(true)
      }
    })

    it.each(ordersOf(schema))('sort by %s, on every page', async (_, names) => {
      const shape = names.some((each) => SORTED_HERE.includes(each)) ? SORTED : MERGED
      for (const direction of [1, -1]) {
        const sort = names.map((field, i) => ({
          field,
          direction: i === 1 ? -direction : direction,
        }))
        const pages = pagesOf(schema, sort)
        expect(pages.length).toBe(7)
        for (const page of pages) {
          const found = await explain(connection, table.compile(page))
          expect(leading(shapeOf(limitedOf(found)))).toBe(shape)
          for (const text of remoteOf(found)) expect(/ ORDER BY /.test(text)).toBe(shape === MERGED)
          expect(isSent(found) || page === pages[0]).toBe(true)
        }
      }
    })
  })

  /** The plan of the rows with a value, which are found first, of a page that is found in two parts. */
  function leading(shape: string): string {
    const merged = shape.replace(/^(?:Limit\()+/, 'Limit(')
    let depth = 0
    for (let i = 0; i < merged.length; i++) {
      if (merged[i] === '(') depth++
      if (merged[i] === ')' && --depth === 0) return merged.slice(0, i + 1)
    }
    return merged
  }

  describe('the planner', () => {
    let table: Table
    beforeAll(async () => {
      table = await create(usersPlan, 'users')
      await table.insert(makeUsers(1000))
      await connection.exec('SET enable_sort TO on')
    })
    afterAll(async () => {
      await connection.exec('SET enable_sort TO off')
      await estimate('false')
      await table.drop()
    })
    const compile = (payload: Payload) => table.compile(parseQuery(usersSchema, payload) as Query)
    const shapesOf = async (pages: readonly Payload[]) => {
      const shapes = new Set<string>()
      for (const page of pages)
        shapes.add(leading(shapeOf(limitedOf(await explain(connection, compile(page))))))
      return [...shapes]
    }
    /** Whether it asks the shards how many rows there will be. */
    async function estimate(remote: 'true' | 'false'): Promise<void> {
      for (const shard of SHARDS) {
        await connection.exec(`ALTER SERVER ${shard} OPTIONS (SET use_remote_estimate '${remote}')`)
      }
    }

    const PAGES: readonly Payload[] = [
      {},
      { sort: [{ last_active: -1 }], limit: 100 },
      { filter_conditions: { role: { $in: ['admin', 'user'] } }, limit: 5, offset: 5 },
      { filter_conditions: { name: { $autocomplete: 'ro' } }, sort: [{ id: 1 }], limit: 5 },
      { filter_conditions: { last_active: { $exists: true } }, id_gt: 'user-0000100' },
    ]
    const JSON_PAGES: readonly Payload[] = [
      { filter_conditions: { 'custom.age': { $gte: 18 } } },
      { filter_conditions: { 'custom.age': { $lt: 60 }, role: 'user' }, limit: 5, offset: 5 },
    ]

    it('lets the shards sort if statistics show that they have many rows', async () => {
      expect(await shapesOf([...PAGES, ...JSON_PAGES])).toEqual([SORTED])
      // Of foreign tables nothing else makes statistics: not autovacuum.
      await connection.exec('ANALYZE users')
      expect(await shapesOf(PAGES)).toEqual([MERGED])
      // What is in JSON has none here; in the shards, the keys that an index is on do.
      expect(await shapesOf(JSON_PAGES)).toEqual([SORTED])
      await estimate('true')
      expect(await shapesOf([...PAGES, ...JSON_PAGES])).toEqual([MERGED])
    })

    describe('with statistics', () => {
      beforeAll(async () => {
        await connection.exec('ANALYZE users')
        await estimate('true')
      })

      it('reads only the rows of the page and one more from each shard', async () => {
        for (const page of [...PAGES, ...JSON_PAGES]) {
          const statement = compile(page)
          const plan = await explain(connection, statement, ', ANALYZE')
          const taken = scansOf(plan).reduce((sum, scan) => sum + Number(scan['Actual Rows']), 0)
          expect(taken).toBe(statement.limit + statement.offset + SHARDS.length - 1)
        }
      })

      // A shard's cursor is read by 100 rows at once (fetch_size), and closed.
      it('sends LIMIT to the table of a shard, but not to a partition, even to a single one', async () => {
        const john = { filter_conditions: { id: 'john' } }
        for (const page of [...PAGES, ...JSON_PAGES, john]) {
          const remote = remoteOf(await explain(connection, compile(page)))
          for (const text of remote) expect(text).not.toContain(' LIMIT ')
        }
        await connection.exec(`SET search_path TO ${SHARDS[0]}`)
        const [text] = remoteOf(await explain(connection, compile({ limit: 5, offset: 3 })))
        await connection.exec('RESET search_path')
        expect(text).toMatch(/ ORDER BY .* LIMIT 6::bigint OFFSET 3::bigint$/)
      })

      it('queries the shards in parallel if it merges nothing', async () => {
        const { text, params } = compileFilter(parseFilter(usersSchema, { role: 'admin' }), {
          dialect: shards.dialect,
        })
        const count = { text: `SELECT count(*) FROM users WHERE ${text}`, params }
        const atOnce = async (statement: SomeStatement) =>
          scansOf(await explain(connection, statement)).map((scan) => scan['Async Capable'])
        expect(await atOnce(count)).toEqual([true, true])
        expect(await atOnce(compile({}))).toEqual([false, false])
      })
    })

    describe.each(SHARDS)('scans only %s', (shard) => {
      let ids: readonly string[]
      beforeAll(async () => {
        const text = `SELECT id FROM ${shard}.users ORDER BY id LIMIT 3`
        ids = (await connection.all({ text, params: [] })).map(({ id }) => id as string)
      })
      const scanned = (plan: Node) => scansOf(plan).map((scan) => scan.Schema)

      it('for one of its keys, and for several', async () => {
        const [id] = ids
        const filters = [
          { id },
          { id: { $in: [id] } },
          { id: { $in: ids } },
          { $or: ids.map((each) => ({ id: each })) },
          { id, role: 'admin', 'custom.k': { $gt: 1 } },
        ]
        for (const filter_conditions of filters) {
          const plan = await explain(connection, compile({ filter_conditions }))
          expect(scanned(plan), show(filter_conditions)).toEqual([shard])
        }
      })

      it('in a generic plan for a key, but not for an array of keys', async () => {
        const scannedBy = async (mode: string, filter: unknown, value: string) => {
          const { text } = compile({ filter_conditions: filter })
          await connection.exec(`SET plan_cache_mode TO ${mode}; PREPARE page AS ${text}`)
          const page = { text: `EXECUTE page('${value}', 31, 0)`, params: [] }
          // From the sixth execution on, PostgreSQL uses a generic plan if its cost is not higher.
          for (let i = 0; i < 5; i++) await connection.run(page)
          const plan = await explain(connection, page)
          await connection.exec('DEALLOCATE page; RESET plan_cache_mode')
          return scanned(plan)
        }
        const [id] = ids as [string]
        const [one, several] = [{ id }, { id: { $in: ids } }]
        expect(await scannedBy('force_generic_plan', one, id)).toEqual([shard])
        expect(await scannedBy('force_generic_plan', several, `{${ids}}`)).toEqual(SHARDS)
        expect(await scannedBy('auto', one, id)).toEqual([shard])
        expect(await scannedBy('auto', several, `{${ids}}`)).toEqual([shard])
      })
    })
  })

  describe('selects the same rows in the same order, on the same pages, as memory', () => {
    const FILTERS = 25

    it('of the users', async () => {
      const table = await create(usersPlan, 'users')
      const situations = situationArbitrary(shards.features, FILTERS, fc.constant(usersPlan))
      await fc.assert(
        fc.asyncProperty(situations, async (situation) => {
          await connection.exec('BEGIN')
          try {
            await table.insert(situation.rows)
            await ask(table, situation)
          } finally {
            await connection.exec('ROLLBACK')
          }
        }),
        { seed: SEED, numRuns: budget(6, 20), interruptAfterTimeLimit: 110_000 },
      )
      await table.drop()
    }, 120_000)

    it('of any schema', async () => {
      await fc.assert(
        fc.asyncProperty(situationArbitrary(shards.features, FILTERS), (situation) =>
          checkAgreement(shards, connection, situation),
        ),
        { seed: SEED, numRuns: budget(3, 10), interruptAfterTimeLimit: 110_000 },
      )
    }, 120_000)
  })
})
