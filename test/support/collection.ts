/** Random changes and questions of a collection, beside an array of the same rows. */

import fc from 'fast-check'
import {
  boolean,
  countRows,
  date,
  decimal,
  defineSchema,
  dynamic,
  enumeration,
  facetRows,
  integer,
  list,
  number,
  object,
  printFilter,
  type Query,
  runQuery,
  type Schema,
  safeParseQuery,
  string,
  timestamp,
  uuid,
} from 'tamis'
import { type Collection, createCollection } from 'tamis/collection'
import { queryArbitrary } from 'tamis/fast-check'
import { planArbitrary, rowsArbitrary } from './arbitrary.ts'
import { sqliteFeatures } from './engines/sqlite-features.ts'
import { JSON_TEXT_OPERATORS, TEXT_OPERATORS } from './text-cases.ts'

export type Row = Record<string, unknown>

/** Mulberry32 by Tommy Ettinger (public domain). */
export function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const NAMES = [
  'Roxy Rover',
  'roxanne',
  'ROXY',
  'Ana  Straße',
  'ana strasse',
  'Zoë',
  '😀 x',
  '\uE000',
  '—',
]
const ROLES = ['user', 'user', 'user', 'guest', 'admin', 'moderator']
const TEAMS = ['red', 'blue', 'green', 'ops', 'Red']
const LEVELS = ['low', 'middle', 'high'] as const

/** A schema of every kind of field, whose key has a name and a kind. */
const wideSchema = (key: string, isText: boolean): Schema =>
  defineSchema({
    fields: {
      [key]: isText
        ? string({ required: true, sortable: true })
        : integer({ required: true, sortable: true }),
      role: string({ sortable: true, facet: true, operators: TEXT_OPERATORS }),
      name: string({ sortable: true, operators: TEXT_OPERATORS }),
      rank: integer({ sortable: true, facet: true, as: 'bigint' }),
      score: number({ sortable: true, required: true }),
      at: timestamp({ sortable: true, digits: 3, unit: 'ms' }),
      day: date({ sortable: true }),
      price: decimal({ precision: 10, scale: 2, sortable: true }),
      code: uuid({ sortable: true }),
      level: enumeration(LEVELS, { sortable: true, facet: true }),
      flag: boolean({ sortable: true, facet: true }),
      teams: list(string(), { facet: true }),
      sizes: list(integer()),
      parts: list(object({ a: string(), b: integer() })),
      'custom.*': dynamic(['string', 'boolean', 'integer', 'number'], {
        operators: JSON_TEXT_OPERATORS,
        facet: true,
      }),
    },
    key: key as never,
    defaultSort: [{ field: 'at' as never, direction: -1 }],
    counts: { max: 700 },
    options: { include_flagged: { default: true, unless: { flag: true } as never } },
    limits: { cost: Number.MAX_SAFE_INTEGER },
  }) as unknown as Schema

const pad = (n: number, length: number): string => String(n).padStart(length, '0')

/** Values of few kinds that are equal often, absent ones, and values of other kinds. */
function wideRow(key: string, id: unknown, random: () => number): Row {
  const below = (n: number) => Math.floor(random() * n)
  const pick = <V>(values: readonly V[]): V => values[below(values.length)] as V
  const mostly = (value: unknown): unknown =>
    random() < 0.85 ? value : pick([null, undefined, 7.5, 'x', true, [], {}])
  const second = below(400)
  const at = Date.UTC(2024, 0, 1) + second * 1000
  const spelt = pick([
    new Date(at),
    at,
    new Date(at).toISOString(),
    `${new Date(at + 7_200_000).toISOString().slice(0, 19)}+02:00`,
  ])
  const digits = pad(below(50), 12)
  return {
    [key]: id,
    role: mostly(pick(ROLES)),
    name: mostly(pick(NAMES)),
    rank: mostly(pick([below(20), BigInt(below(20)), 2n ** 60n])),
    score: mostly(random() < 0.5 ? below(5) : random()),
    at: mostly(spelt),
    day: mostly(`2024-01-${pad(1 + below(28), 2)}`),
    price: mostly(pick([below(9), `${below(9)}.50`, `${below(9)}.5`, '1e1'])),
    code: mostly(pick([`018f3a5c-7c1e-7f00-8000-${digits}`, `018F3A5C-7C1E-7F00-8000-${digits}`])),
    level: mostly(pick(LEVELS)),
    flag: mostly(random() < 0.1),
    teams: mostly(TEAMS.filter(() => random() < 0.3)),
    sizes: mostly([below(4), below(4), pick([1n, 'x', null])]),
    parts: mostly([{ a: pick(ROLES), b: below(3) }]),
    custom: mostly({
      color: mostly(pick(NAMES)),
      age: mostly(pick([below(30), below(30) + 0.5])),
      ok: mostly(random() < 0.5),
    }),
  }
}

/** The keys whose rows a sequence of steps adds and removes, and what makes rows. */
export interface World {
  readonly schema: Schema
  readonly rowOf: (random: () => number, key: number) => Row
  readonly keys: number
  readonly start: number
  readonly payloads: readonly Row[]
  readonly facets: readonly string[]
  readonly sortable: readonly string[]
}

/** So many payloads are made at a time: to make one takes longer than to ask it. */
const PAYLOADS = 250

const payloadsOf = (schema: Schema, rows: readonly Row[], seed: number): Row[] =>
  fc.sample(queryArbitrary(schema, { rows: rows.slice(0, 40) }), {
    numRuns: PAYLOADS,
    seed,
  }) as unknown as Row[]

export function wideWorld(seed: number, keys: number): World {
  const random = randomOf(seed)
  const isText = random() < 0.5
  const key = random() < 0.5 ? 'id' : 'number'
  const schema = wideSchema(key, isText)
  const idOf = (at: number) => (isText ? `k${(at * 7919) % 100_003}` : (at * 7919) % 100_003)
  const rowOf = (own: () => number, at: number) => wideRow(key, idOf(at), own)
  const sample = Array.from({ length: 40 }, (_, i) => rowOf(random, i))
  return {
    schema,
    rowOf,
    keys,
    start: Math.floor(keys * random()),
    payloads: payloadsOf(schema, sample, seed),
    facets: ['role', 'rank', 'level', 'flag', 'teams', 'custom.age', 'custom.color'],
    sortable: schema.sortable.map(({ name }) => name),
  }
}

/** A world of a random schema, and of the rows that the differential suite makes for it. */
export function plannedWorld(seed: number): World {
  const [plan] = fc.sample(planArbitrary(sqliteFeatures), { numRuns: 1, seed }) as [never]
  const { schema } = plan as { schema: Schema }
  const [rows] = fc.sample(rowsArbitrary(plan, sqliteFeatures, 60), { numRuns: 1, seed }) as [Row[]]
  return {
    schema,
    // A row of the same key with the values of another.
    rowOf: (random, at) => ({
      ...rows[Math.floor(random() * rows.length)],
      [schema.key.name]: rows[at % rows.length]![schema.key.name],
    }),
    keys: rows.length,
    start: Math.floor(rows.length / 2),
    payloads: payloadsOf(schema, rows, seed),
    facets: [],
    sortable: schema.sortable.map(({ name }) => name),
  }
}

/** What a call gives or throws. */
function outcome<R>(call: () => R): { readonly value?: R; readonly thrown?: string } {
  try {
    return { value: call() }
  } catch (error) {
    return { thrown: String(error) }
  }
}

export class Difference extends Error {}

/** What was done, for the test to say that it was enough. */
export interface Tally {
  steps: number
  pages: number
  rows: number
  cursors: number
  operators: Set<string>
  plans: Set<string>
}

export const newTally = (): Tally => ({
  steps: 0,
  pages: 0,
  rows: 0,
  cursors: 0,
  operators: new Set(),
  plans: new Set(),
})

export const showing = (value: unknown): string =>
  JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? `${each}n` : each))?.slice(
    0,
    600,
  ) ?? 'undefined'

/** A plan's sentence without its numbers and names. */
const planOf = (step: string): string => step.replaceAll(/\d+|".*"/g, '…')

class Steps {
  readonly #world: World
  readonly #random: () => number
  readonly #collection: Collection<Row>
  readonly #model = new Map<unknown, Row>()
  readonly #tally: Tally
  readonly #keyOf: (row: Row) => unknown
  #last: { readonly payload: Row; readonly next?: string; readonly prev?: string } | undefined

  constructor(world: World, random: () => number, tally: Tally) {
    this.#world = world
    this.#random = random
    this.#tally = tally
    this.#keyOf = (row) => row[world.schema.key.name]
    const { schema } = world
    const rows = Array.from({ length: world.start }, (_, at) => world.rowOf(random, at))
    for (const row of rows) this.#model.set(this.#id(row), row)
    this.#collection = createCollection<never, Row>(schema as never, {
      rows: [...this.#model.values()],
      ...this.#options(),
    })
  }

  /** The canonical key: keys can be bigints, and instants in several spellings. */
  #id(row: Row): unknown {
    return this.#world.schema.key.type.kind.read(this.#keyOf(row))
  }

  #below(n: number): number {
    return Math.floor(this.#random() * n)
  }

  #options(): object {
    const { schema, sortable } = this.#world
    const names = [...schema.fields.values()]
      .filter(({ elements }) => elements === undefined)
      .map(({ name }) => name)
    const custom = schema.wildcards.has('custom') ? ['custom.color', 'custom.age'] : []
    const order = [...sortable].sort(() => this.#random() - 0.5).slice(0, 2)
    const orders = order.length === 0 ? [] : [order.map((field) => ({ field, direction: -1 }))]
    switch (this.#below(5)) {
      case 0:
        return { indexes: [...names, ...custom, ...orders] }
      case 1:
        return { indexes: [...names.filter(() => this.#random() < 0.3), ...orders] }
      case 2:
        return { maxBytes: 20_000 }
      case 3:
        return { indexes: [] }
      default:
        return {}
    }
  }

  step(): void {
    const at = this.#below(100)
    this.#tally.steps++
    if (at < 12) this.#upsert()
    else if (at < 18) this.#insert()
    else if (at < 28) this.#update()
    else if (at < 38) this.#remove()
    else if (at < 39) this.#load()
    else if (at < 40) this.#get()
    else this.#ask()
  }

  #row(): Row {
    return this.#world.rowOf(this.#random, this.#below(this.#world.keys))
  }

  #insert(): void {
    const row = this.#row()
    const isThere = this.#model.has(this.#id(row))
    const { thrown } = outcome(() => this.#collection.insert(row))
    if ((thrown !== undefined) !== isThere) throw new Difference(`insert: ${thrown}`)
    if (!isThere) this.#model.set(this.#id(row), row)
  }

  #upsert(): void {
    const row = this.#row()
    const before = this.#collection.upsert(row)
    if (before !== this.#model.get(this.#id(row))) throw new Difference('upsert: another row')
    this.#model.set(this.#id(row), row)
  }

  #update(): void {
    const row = this.#row()
    const known = this.#model.get(this.#id(row))
    const name = Object.keys(row)[this.#below(Object.keys(row).length)] as string
    const isWhole = this.#random() < 0.5
    const change = isWhole ? (before: Row) => ({ ...before, ...row }) : { [name]: row[name] }
    const after = this.#collection.update(this.#keyOf(row), change as Row)
    if ((after === undefined) !== (known === undefined)) throw new Difference('update: none')
    if (after !== undefined) this.#model.set(this.#id(row), after)
  }

  #remove(): void {
    const row = this.#row()
    const known = this.#model.get(this.#id(row))
    if (this.#collection.remove(this.#keyOf(row)) !== known) throw new Difference('remove: another')
    this.#model.delete(this.#id(row))
  }

  #load(): void {
    const rows = new Map<unknown, Row>()
    for (let i = 0; i < this.#world.keys / 8; i++) {
      const row = this.#row()
      if (!this.#model.has(this.#id(row))) rows.set(this.#id(row), row)
    }
    this.#collection.load(rows.values())
    for (const [id, row] of rows) this.#model.set(id, row)
  }

  #get(): void {
    const row = this.#row()
    const known = this.#model.get(this.#id(row))
    if (this.#collection.get(this.#keyOf(row)) !== known) throw new Difference('get: another row')
    if (this.#collection.size !== this.#model.size) throw new Difference('size')
  }

  #ask(): void {
    const { schema, payloads } = this.#world
    const { payload, ...cursors } = this.#last ?? { payload: {} }
    const isNext = this.#last !== undefined && this.#random() < 0.4
    const asked = isNext
      ? { ...payload, offset: 0, ...this.#cursor(cursors) }
      : { ...payloads[this.#below(payloads.length)] }
    this.#last = undefined
    const parsed = safeParseQuery(schema, asked)
    if (!parsed.ok) return
    const query: Query = parsed.value
    const rows = [...this.#model.values()]
    const at = this.#below(10)
    if (at === 0)
      this.#same(
        'count',
        query,
        (c) => c.count(query),
        () => countRows(query, rows),
      )
    else if (at === 1) this.#iterate(asked)
    else if (at === 2 && this.#world.facets.length > 0) {
      const name = this.#world.facets[this.#below(this.#world.facets.length)] as string
      this.#same(
        `facet ${name}`,
        query,
        (c) => c.facet(query, name),
        () => facetRows(query, name, rows),
      )
    } else this.#page(asked, query, rows)
  }

  #cursor({ next, prev }: { readonly next?: string; readonly prev?: string }): object {
    const isNext = next !== undefined && (prev === undefined || this.#random() < 0.6)
    return isNext ? { next } : prev === undefined ? {} : { prev }
  }

  #page(payload: Row, query: Query, rows: readonly Row[]): void {
    const page = this.#same(
      'query',
      query,
      (c) => c.query(query),
      () => runQuery(query, rows),
    )
    this.#tally.pages++
    noteOperators(query.condition, this.#tally.operators)
    if (page === undefined) return
    this.#tally.rows += page.items.length
    if (query.from !== undefined) this.#tally.cursors++
    const { next: _, prev: __, ...first } = payload
    this.#last = { payload: first, ...page }
    if (this.#random() < 0.1) {
      for (const step of this.#collection.explain(query).steps) this.#tally.plans.add(planOf(step))
    }
  }

  /** All rows from the cursor on: a page as large as a page can be, which holds them all. */
  #iterate(payload: Row): void {
    const { schema } = this.#world
    const { limit } = schema.limits
    if (this.#model.size >= limit.max) return
    const whole = safeParseQuery(schema, { ...payload, limit: limit.max, count: undefined })
    if (!whole.ok) return
    const query = whole.value
    const rows = [...this.#model.values()]
    this.#same(
      'iterate',
      query,
      (c) => [...c.iterate(query)],
      () => {
        // A page that says that a required value is missing in its cursor says so at its end only.
        const { items } = runQuery(query, rows)
        return query.from?.name === 'prev' ? items.toReversed() : items
      },
    )
  }

  #same<R>(
    what: string,
    query: Query,
    own: (collection: Collection<Row>) => R,
    model: () => R,
  ): R | undefined {
    const expected = outcome(model)
    if (what === 'iterate' && expected.thrown !== undefined) return undefined
    const actual = outcome(() => own(this.#collection))
    if (showing(actual) === showing(expected) && sameItems(actual.value, expected.value)) {
      return actual.value
    }
    const { steps } = outcome(() => this.#collection.explain(query)).value ?? { steps: [] }
    throw new Difference(
      `${what} of ${showing(printFilter(query.condition))}\n  by ${query.ordering.map((term) => `${term.field.name} ${term.direction} ${term.nulls ?? ''}`).join(', ')} limit ${query.limit} offset ${query.offset}\n  rows:     ${this.#model.size}\n  expected: ${showing(expected)}\n  actual:   ${showing(actual)}\n  plan:     ${steps.join('; ')}\n  indexes:  ${this.#collection
        .stats()
        .indexes.map(({ kind, fields }) => `${kind} ${fields.join('+')}`)
        .join(', ')}`,
    )
  }
}

/** Pages hold the row objects themselves, or new ones where the payload names fields. */
function sameItems(a: unknown, b: unknown): boolean {
  const items = (of: unknown) => (of as { items?: unknown[] } | undefined)?.items ?? []
  const [own, other] = [items(a), items(b)]
  const isSame = own.every((row, i) => row === other[i])
  return own.length === other.length && (isSame || showing(own) === showing(other))
}

function noteOperators(condition: Query['condition'], operators: Set<string>): void {
  if (condition.kind === 'and' || condition.kind === 'or') {
    for (const each of condition.conditions) noteOperators(each, operators)
  } else operators.add(condition.operator)
}

/** How many steps a world gets; large ones are slower to compare. */
const WORLDS = [
  { keys: 40, steps: 500 },
  { keys: 900, steps: 600 },
  { keys: 5000, steps: 250 },
] as const

/** Runs so many steps, in one world after the other. @throws Error with the seed of the world. */
export function runSteps(steps: number, seed: number, said?: (tally: Tally) => void): Tally {
  const tally = newTally()
  for (let at = 0; tally.steps < steps; at++) {
    const own = (seed + at) | 0
    const random = randomOf(own)
    const size = WORLDS[at % WORLDS.length]!
    const isPlanned = at % 4 === 3
    try {
      const world = isPlanned ? plannedWorld(own) : wideWorld(own, size.keys)
      const run = new Steps(world, random, tally)
      for (let i = 0; i < size.steps && tally.steps < steps; i++) run.step()
    } catch (error) {
      throw new Error(`world ${at}, seed ${own}: ${(error as Error).stack}`)
    }
    said?.(tally)
  }
  return tally
}
