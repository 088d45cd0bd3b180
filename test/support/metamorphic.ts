// Longer than most files here: what must not change an answer is read together.

/**
 * Metamorphic checks: what must not change which rows a filter selects, asked of a table alone. Memory
 * is not asked, so that a fault that both share shows as well.
 */

import { type Condition, condition, not, type Schema } from 'tamis'
import { type Situation, show, type Tally } from './agreement.ts'
import type { Connection, Engine } from './engines/engine.ts'
import { Table } from './table.ts'

type Filter = Readonly<Record<string, unknown>>
type Random = (below: number) => number

const LOGICAL = ['$and', '$or', '$nor']

/** Lists in which the order has no meaning. */
const UNORDERED = [...LOGICAL, '$in', '$nin', '$all', '$iin', '$contains']

const isPlain = (value: unknown): value is Filter =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const all = [...list]
  for (let i = all.length - 1; i > 0; i--) {
    const other = random(i + 1)
    ;[all[i], all[other]] = [all[other]!, all[i]!]
  }
  return all
}

/** The same filter with its keys, and the lists in which no order counts, in another order. */
function permuted(value: unknown, random: Random, key?: string): unknown {
  if (Array.isArray(value)) {
    const all = value.map((each) => permuted(each, random))
    return key !== undefined && UNORDERED.includes(key) ? shuffled(all, random) : all
  }
  if (!isPlain(value)) return value
  const entries = Object.entries(value).map(
    ([own, each]) => [own, permuted(each, random, own)] as const,
  )
  return Object.fromEntries(shuffled(entries, random))
}

/** Every `$or` as a negated conjunction of negations, and every `$and` the other way. */
function byDeMorgan(filter: Filter): Filter {
  const parts = Object.entries(filter).map(([key, value]): Filter => {
    if (!LOGICAL.includes(key)) return { [key]: value }
    const all = (value as readonly Filter[]).map(byDeMorgan)
    const negations = all.map((each) => ({ $nor: [each] }))
    if (key === '$or') return { $nor: [{ $and: negations }] }
    if (key === '$and') return { $nor: [{ $or: negations }] }
    return { $and: negations }
  })
  return parts.length === 1 ? parts[0]! : { $and: parts }
}

/** Each field's operators negated twice. */
function negatedTwice(filter: Filter): Filter {
  const entries = Object.entries(filter).map(([key, value]) => {
    if (LOGICAL.includes(key)) return [key, (value as readonly Filter[]).map(negatedTwice)]
    const isOperators = isPlain(value) && Object.keys(value).some((each) => each.startsWith('$'))
    return [key, { $not: { $not: isOperators ? value : { $eq: value } } }]
  })
  return Object.fromEntries(entries)
}

/** Filters that select what a filter does, each by a law of logic; `other` is any other filter. */
export function equivalents(
  filter: Filter,
  other: Filter,
  random: Random,
): readonly (readonly [law: string, filter: Filter])[] {
  return [
    ['keys and lists in another order', permuted(filter, random) as Filter],
    ['nested in $and', { $and: [{ $and: [filter] }] }],
    [
      'each key a filter of its own',
      { $and: Object.entries(filter).map(([k, v]) => ({ [k]: v })) },
    ],
    ['negated twice', { $nor: [{ $nor: [filter] }] }],
    ['operators negated twice', negatedTwice(filter)],
    ['by De Morgan', byDeMorgan(filter)],
    ['said twice', { $or: [filter, filter] }],
    ['absorbed by or', { $or: [filter, { $and: [filter, other] }] }],
    ['absorbed by and', { $and: [filter, { $or: [other, filter] }] }],
    [
      'divided by another',
      { $or: [{ $and: [filter, other] }, { $and: [filter, { $nor: [other] }] }] },
    ],
  ].filter(([, each]) => Object.keys(each!).length > 0) as [string, Filter][]
}

/** The mapping with another name for each column but the key's. */
const renamed = ({ schema, mapping }: Situation['plan']): Situation['plan']['mapping'] =>
  Object.fromEntries(
    [...schema.fields.values(), ...schema.wildcards.values()]
      .filter(({ name, wildcard }) => wildcard === undefined || name === wildcard)
      .filter(({ name }) => name !== schema.key.name)
      .map(({ name }, i) => {
        const own = mapping[name]
        const settings = typeof own === 'object' ? own : {}
        const side = settings.sideTable === undefined ? {} : { sideTable: `side ${i}` }
        return [name, { ...settings, ...side, column: `other ${i}` }]
      }),
  )

function differ(law: string, filter: unknown, one: unknown, other: unknown): never {
  throw new Error(
    `the rows differ: ${law}\n  ${show(filter)}\n  as it was ${show(one)}\n  then ${show(other)}`,
  )
}

/** So many facets of a situation are divided. */
const FACETS = 2

interface Tables {
  readonly own: Table
  /** The same rows by other names, and without indexes. */
  readonly others: readonly (readonly [what: string, table: Table])[]
}

async function askOne(
  { own, others }: Tables,
  { plan }: Situation,
  filter: Filter,
  forms: readonly (readonly [law: string, filter: Filter])[],
): Promise<number> {
  const { schema } = plan
  const of = (each: Filter): Condition => condition(schema, each as never)
  const first = of(filter)
  const found = await own.matchingEach([first, ...forms.map(([, each]) => of(each))])
  const expected = show(found[0])
  for (const [i, [law, form]] of forms.entries()) {
    if (show(found[i + 1]) !== expected) differ(law, [filter, form], found[0], found[i + 1])
  }
  for (const [what, table] of others) {
    const [again] = await table.matchingEach([first])
    if (show(again) !== expected) differ(what, filter, found[0], again)
  }
  const inlined = await own.connection.allInlined?.(own.keysOf(first))
  const keys = inlined?.map((row) => String(row.own)).sort()
  if (keys !== undefined && show(keys) !== expected) differ('inlined', filter, found[0], keys)
  return found[0]?.length ?? 0
}

/** A facet of a condition and one of its negation add up to that of all rows. */
async function divideFacet(table: Table, schema: Schema, name: string, filter: Filter) {
  const own = condition(schema, filter as never)
  const sums = new Map<string, number>()
  for (const each of [own, not(own)]) {
    for (const [value, count] of await table.facet(name, each)) {
      sums.set(value, (sums.get(value) ?? 0) + count)
    }
  }
  const all = await table.facet(name, condition(schema, {}))
  const sorted = (counts: ReadonlyMap<string, number>) => show([...counts].sort())
  if (sorted(sums) !== sorted(all)) differ(`facet ${name}`, filter, [...all], [...sums])
}

const isIndex = (statement: string): boolean => /^CREATE (?:UNIQUE )?INDEX/i.test(statement)

/** Makes the tables of a situation and asks all of its filters in many forms. */
export async function checkMetamorphic(
  engine: Engine,
  connection: Connection,
  situation: Situation,
  random: Random,
  tally: Tally,
): Promise<void> {
  const { plan, rows, asked } = situation
  const { schema } = plan
  const made: Table[] = []
  const make = async (...more: [mapping: typeof plan.mapping, name: string, bare?: boolean]) => {
    const [mapping, name, bare = false] = more
    const table = await Table.create(
      engine,
      connection,
      schema,
      mapping,
      name,
      (statement) => !(bare && isIndex(statement)),
    )
    made.push(table)
    await table.insert(rows)
    return table
  }
  try {
    const own = await make(plan.mapping, 't')
    const others: [what: string, table: Table][] = [
      ['by other names', await make(renamed(plan), 'renamed')],
    ]
    // Two tables cannot share a side table.
    const hasSide = Object.values(plan.mapping).some(
      (each) => typeof each === 'object' && each.sideTable !== undefined,
    )
    if (!hasSide) others.push(['without indexes', await make(plan.mapping, 'bare', true)])
    for (const [i, payload] of asked.entries()) {
      const filter = payload.filter_conditions as Filter
      const other = asked[(i + 1) % asked.length]!.filter_conditions as Filter
      const forms = equivalents(filter, other, random)
      if (isRefused(engine, [filter, other])) {
        tally.refused++
        continue
      }
      tally.add(await askOne({ own, others }, situation, filter, forms), rows.length)
      if (i < FACETS) {
        const names = [...schema.fields.keys()]
        await divideFacet(own, schema, names[random(names.length)]!, filter)
      }
    }
  } finally {
    for (const table of made) await table.drop()
  }
}

/** Whether one of the filters asks of a key that the engine has no path for. */
function isRefused({ features }: Engine, filters: readonly unknown[]): boolean {
  const { refuses } = features
  const walk = (value: unknown): boolean => {
    if (Array.isArray(value)) return value.some(walk)
    if (!isPlain(value)) return false
    return Object.entries(value).some(([key, each]) => refuses?.(key) === true || walk(each))
  }
  return refuses !== undefined && walk(filters)
}
