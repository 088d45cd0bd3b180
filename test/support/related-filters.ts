/** Random filters of the rows of `related-rows.ts`, asked in memory and on an engine. */

import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import { condition, not, parseFilter, type Schema } from 'tamis'
import { filterArbitrary as ofSchema } from 'tamis/fast-check'
import { show } from './agreement.ts'
import type { Connection, Engine } from './engines/engine.ts'
import {
  all,
  customers,
  DATA,
  type Data,
  inMemory,
  loaded,
  type Name,
  SCHEMAS,
} from './related-rows.ts'
import { Tables } from './related-tables.ts'

interface AskedOfRelated {
  readonly name: Name
  readonly filter: object
}

const LEAVES: Readonly<Record<Name, readonly (readonly [string, readonly unknown[]])[]>> = {
  regions: [['name', ['north', 'south', null]]],
  customers: [
    ['country', ['FR', 'DE', null]],
    ['shop', ['a', 'b']],
    ['region.name', ['north', null]],
  ],
  orders: [
    ['status', ['open', 'paid', null]],
    ['customer.country', ['FR', 'DE', null]],
    ['account.shop', ['a', null]],
  ],
}
const RELATIONS: Readonly<Record<Name, readonly (readonly [string, Name, boolean])[]>> = {
  regions: [['customers', 'customers', true]],
  customers: [
    ['region', 'regions', false],
    ['orders', 'orders', true],
  ],
  orders: [
    ['customer', 'customers', false],
    ['account', 'customers', false],
  ],
}

/** Filters of related rows, of so many relations within each other. */
export function filterArbitrary(name: Name, depth: number, wide = 2): fc.Arbitrary<object> {
  const leaves = LEAVES[name].filter(([path]) => depth > 0 || !path.includes('.'))
  const leaf = fc
    .constantFrom(...leaves)
    .chain(([path, pool]) =>
      fc
        .constantFrom(...pool)
        .chain((value) =>
          fc.constantFrom<object[]>(
            { [path]: value },
            { [path]: { $ne: value } },
            { [path]: { $in: [value, null] } },
            { [path]: { $not: { $exists: true } } },
          ),
        ),
    )
  const related = (depth === 0 ? [] : RELATIONS[name]).map(([relation, target, isMany]) =>
    fc
      .tuple(
        fc.constantFrom(...(isMany ? ['$some', '$every', '$none'] : ['$is'])),
        filterArbitrary(target, depth - 1, 1),
        fc.boolean(),
      )
      .map(([operator, inner, isNegated]) => {
        const own = { [relation]: { [operator]: inner } }
        return isNegated ? { $nor: [own] } : own
      }),
  )
  const atom = fc.oneof(leaf, ...related, ...related)
  if (wide === 0) return atom
  const several = fc.array(filterArbitrary(name, depth, wide - 1), { minLength: 1, maxLength: 2 })
  return fc.oneof(
    { weight: 3, arbitrary: atom },
    { weight: 1, arbitrary: several.map(($and) => ({ $and })) },
    { weight: 1, arbitrary: several.map(($or) => ({ $or })) },
    { weight: 1, arbitrary: several.map(($nor) => ({ $nor })) },
  )
}

export const NAMES: readonly Name[] = ['regions', 'customers', 'orders']
/** Those of the package use every operator, and values of all kinds. */
const ofPackage = new Map(
  NAMES.map((name) => {
    const schema = SCHEMAS[name] as Schema
    return [name, ofSchema(schema, { rows: loaded(DATA, name, 4), ...all })] as const
  }),
)
/** A filter, and whose rows it is about. */
export const askedOfRelated: fc.Arbitrary<AskedOfRelated> = fc
  .constantFrom(...NAMES)
  .chain((name) =>
    fc
      .oneof(filterArbitrary(name, 3), ofPackage.get(name) as fc.Arbitrary<object>)
      .map((filter) => ({ name, filter })),
  )

/**
 * Makes the tables of the rows and asks them each filter and its negation. Every other filter sees the
 * customers of one shop alone, which are its scope.
 *
 * @throws AssertionError where the rows are not those of memory.
 */
export async function checkRelated(
  engine: Engine,
  connection: Connection,
  data: Data,
  filters: readonly AskedOfRelated[],
): Promise<void> {
  const tables = new Tables(engine, connection)
  await tables.fill(data)
  try {
    for (const [i, { name, filter }] of filters.entries()) {
      const isScoped = i % 2 === 1
      const scopes = { customers: condition(customers, isScoped ? { shop: 'a' } : {}) }
      const own = parseFilter(SCHEMAS[name] as Schema, filter, { scopes })
      for (const each of [own, not(own)]) {
        const about = `${name} ${show(filter)} ${isScoped ? 'scoped' : 'all'}`
        deepEqual(await tables.ids(name, each), inMemory(data, name, each), about)
      }
    }
  } finally {
    await tables.drop()
  }
}
