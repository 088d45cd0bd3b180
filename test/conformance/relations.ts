import { among, compare, exists, isNull, type Test, type Value, type Values } from './condition.ts'
import type { FilterCase, Row, Suite } from './suite.ts'

/**
 * Conditions on related rows. What each selects follows from the definitions of the quantifiers, over
 * the rows as objects that hold their related rows.
 */

interface Node {
  readonly values: Values
  readonly one: Readonly<Record<string, Node | undefined>>
  readonly many: Readonly<Record<string, readonly Node[]>>
}

interface RelatedTest {
  readonly filter: Readonly<Record<string, unknown>>
  holds(node: Node): boolean
}

const OPERATORS = ['$eq', '$ne', '$gt', '$gte', '$lt', '$lte', '$in', '$nin', '$exists'] as const

const place = (kind: string, rank: number): Value => ({ place: { kind, rank }, isMissing: false })
const absent = (isMissing: boolean): Value => ({ place: undefined, isMissing })

const NUMBERS: readonly (readonly [json: unknown, value: Value])[] = [
  [undefined, absent(true)],
  [null, absent(false)],
  [1, place('integer', 1)],
  [2, place('integer', 2)],
]

/** The regions by their ids: without a name, and with one. */
const REGIONS = new Map<string, readonly [json: unknown, value: Value]>([
  ['none', [undefined, absent(true)]],
  ['null', [null, absent(false)]],
  ['a', ['a', place('string', 0)]],
  ['b', ['b', place('string', 1)]],
])

/** The regions that rows refer to; of `nowhere` there is none. */
const REFERENCES: readonly (string | null | undefined)[] = [
  undefined,
  null,
  'nowhere',
  'none',
  'null',
  'a',
  'b',
]

/** The numbers of a row's orders, by their places in `NUMBERS`. */
const ORDERS: readonly (readonly number[])[] = [[], [0], [1], [2], [3], [2, 3], [1, 2], [2, 2]]

const rowOf = (id: string, rest: Readonly<Record<string, unknown>>): Row => ({
  id,
  ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
})

const region = (id: string | null | undefined): Node | undefined => {
  const known = typeof id === 'string' ? REGIONS.get(id) : undefined
  return known && { values: { name: known[1] }, one: {}, many: {} }
}

interface Made {
  readonly rows: Row[]
  readonly orders: Row[]
  readonly nodes: Map<string, Node>
}

function made(): Made {
  const all: Made = { rows: [], orders: [], nodes: new Map() }
  for (const numbers of ORDERS) {
    for (const reference of REFERENCES) {
      const id = `c${String(all.rows.length).padStart(2, '0')}`
      all.rows.push(rowOf(id, { region_id: reference }))
      const orders = numbers.map((at, i): Node => {
        const [json, n] = NUMBERS[at]!
        const placeId = REFERENCES[(all.orders.length + i) % REFERENCES.length]
        all.orders.push(rowOf(`o${all.orders.length}`, { owner: id, n: json, place_id: placeId }))
        return { values: { n }, one: { place: region(placeId) }, many: {} }
      })
      all.nodes.set(id, { values: {}, one: { region: region(reference) }, many: { orders } })
    }
  }
  return all
}

const leaf = ({ filter, law }: Test): RelatedTest => ({
  filter,
  holds: ({ values }) => law(values),
})

const is = (relation: string, { filter, holds }: RelatedTest): RelatedTest => ({
  filter: { [relation]: { $is: filter } },
  holds({ one }) {
    const related = one[relation]
    return related !== undefined && holds(related)
  },
})

const QUANTIFIERS: Readonly<
  Record<string, (nodes: readonly Node[], holds: (node: Node) => boolean) => boolean>
> = {
  $some: (nodes, holds) => nodes.some(holds),
  $every: (nodes, holds) => nodes.every(holds),
  $none: (nodes, holds) => !nodes.some(holds),
}

const quantified = (quantifier: string, { filter, holds }: RelatedTest): RelatedTest => ({
  filter: { orders: { [quantifier]: filter } },
  holds: ({ many }) => QUANTIFIERS[quantifier]!(many.orders ?? [], holds),
})

/** A condition on the value of a related row, which is absent where there is no such row. */
const path = (relation: string, { filter, law }: Test): RelatedTest => ({
  filter: Object.fromEntries(
    Object.entries(filter).map(([field, value]) => [`${relation}.${field}`, value]),
  ),
  holds: ({ one }) => law(one[relation]?.values ?? {}),
})

const nor = (...all: readonly RelatedTest[]): RelatedTest => ({
  filter: { $nor: all.map(({ filter }) => filter) },
  holds: (node) => !all.some(({ holds }) => holds(node)),
})

const and = (...all: readonly RelatedTest[]): RelatedTest => ({
  filter: { $and: all.map(({ filter }) => filter) },
  holds: (node) => all.every(({ holds }) => holds(node)),
})

const or = (...all: readonly RelatedTest[]): RelatedTest => ({
  filter: { $or: all.map(({ filter }) => filter) },
  holds: (node) => all.some(({ holds }) => holds(node)),
})

const ANY: RelatedTest = { filter: {}, holds: () => true }

const testsOf = (field: string, kind: string, rank: number, json: unknown): readonly Test[] => {
  const operand = { kind, rank, json }
  return [
    ...OPERATORS.slice(0, 6).map((name) => compare(field, name as '$eq', operand)),
    among(field, [operand, null], false),
    among(field, [operand], true),
    isNull(field, 'bare'),
    isNull(field, '$ne'),
    exists(field, true),
    exists(field, false),
  ]
}

const NAMES = testsOf('name', 'string', 0, 'a')
const COUNTS = testsOf('n', 'integer', 1, 1)

function tests(): readonly RelatedTest[] {
  const names = NAMES.map(leaf)
  const counts = COUNTS.map(leaf)
  const quantifiers = Object.keys(QUANTIFIERS)
  const single = [
    is('region', ANY),
    ...quantifiers.map((each) => quantified(each, ANY)),
    ...NAMES.map((each) => path('region', each)),
    ...names.map((each) => is('region', each)),
    ...quantifiers.flatMap((each) => counts.map((test) => quantified(each, test))),
    // Through two relations, and by a path within a relation.
    ...quantifiers.flatMap((each) => names.map((test) => quantified(each, is('place', test)))),
    ...quantifiers.flatMap((each) => NAMES.map((test) => quantified(each, path('place', test)))),
  ]
  const both = quantifiers.flatMap((each) => [
    quantified(each, and(leaf(COUNTS[0]!), path('place', NAMES[1]!))),
    quantified(each, nor(leaf(COUNTS[2]!), is('place', ANY))),
    and(quantified(each, leaf(COUNTS[0]!)), path('region', NAMES[1]!)),
    or(quantified(each, leaf(COUNTS[8]!)), is('region', leaf(NAMES[0]!))),
    nor(quantified(each, leaf(COUNTS[1]!)), path('region', NAMES[8]!)),
  ])
  return [...single, ...both].flatMap((each) => [each, nor(each)])
}

const text = { kind: 'string', operators: OPERATORS }

export function relationSuite(): Suite {
  const { rows, orders, nodes } = made()
  const cases = tests().map(({ filter, holds }, i): FilterCase => {
    const ids = rows.flatMap(({ id }) => (holds(nodes.get(id)!) ? [id] : []))
    return { id: `relations/${i + 1}`, filter, ids }
  })
  return {
    name: 'relations',
    about:
      'Related rows that are there or not, with values that are absent or not: quantifiers, paths, and both within each other, each with its complement.',
    profiles: ['tamis'],
    schema: { key: 'id', fields: { id: text, region_id: text } },
    related: {
      regions: {
        schema: { key: 'id', fields: { id: text, name: text } },
        rows: [...REGIONS].map(([id, [name]]) => rowOf(id, { name })),
      },
      orders: {
        schema: {
          key: 'id',
          fields: {
            id: text,
            owner: text,
            n: { kind: 'integer', operators: OPERATORS },
            place_id: text,
          },
        },
        rows: orders,
      },
    },
    relations: {
      rows: {
        region: { one: 'regions', from: 'region_id', to: 'id' },
        orders: { many: 'orders', from: 'id', to: 'owner' },
      },
      orders: { place: { one: 'regions', from: 'place_id', to: 'id' } },
    },
    rows,
    otherKind: [],
    cases,
  }
}
