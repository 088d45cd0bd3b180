import type { FieldSpec, PageCase, Row, SortTerm, Suite } from './suite.ts'

/** Values of each kind in its order, which is not the order of their digits or letters. */
const ASCENDING: readonly (readonly [
  spec: Omit<FieldSpec, 'operators'>,
  values: readonly unknown[],
])[] = [
  [{ kind: 'string' }, ['', 'B', 'a', 'é', '\u{FFFD}', '\u{1F600}']],
  [{ kind: 'boolean' }, [false, true]],
  [{ kind: 'integer' }, [-10, -9, 9, 10]],
  [{ kind: 'number' }, [-1e300, -0.5, 3.25, 20]],
  [{ kind: 'decimal', precision: 6, scale: 2 }, ['-10.50', '-9.25', '9.00', '10.00']],
  [
    { kind: 'timestamp' },
    ['0001-01-01T00:00:00Z', '2023-12-31T23:59:59.999999Z', '2024-01-01T00:00:00Z'],
  ],
  [{ kind: 'date' }, ['0001-01-01', '2024-02-29', '2024-03-01']],
  [
    { kind: 'uuid' },
    ['0f000000-0000-0000-0000-000000000000', 'a0000000-0000-0000-0000-000000000000'],
  ],
  [
    { kind: 'enumeration', values: ['low', 'medium', 'high', 'b', 'a'] },
    ['low', 'medium', 'high', 'b', 'a'],
  ],
]

/** A row, and the place of its value; undefined of an absent one. */
type Placed = readonly [row: Row, rank: number | undefined]

function pagesOf(all: readonly string[], limit: number): string[][] {
  const pages: string[][] = []
  for (let at = 0; at < all.length; at += limit) pages.push(all.slice(at, at + limit))
  return pages
}

/** Absent values are the smallest, unless the term says otherwise; the key decides between equals. */
function ordered(rows: readonly Placed[], { direction, nulls }: SortTerm): string[] {
  const isFirst = (nulls ?? (direction === 1 ? 'first' : 'last')) === 'first'
  const absent = isFirst ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  const rankOf = (rank: number | undefined) => (rank === undefined ? absent : rank * direction)
  return [...rows]
    .sort(([a, rankA], [b, rankB]) => {
      const [one, two] = [rankOf(rankA), rankOf(rankB)]
      if (one !== two) return one < two ? -1 : 1
      return a.id < b.id === (direction === 1) ? -1 : 1
    })
    .map(([row]) => row.id)
}

function suiteOf([spec, values]: (typeof ASCENDING)[number]): Suite {
  const name = `pages-by-${spec.kind}`
  // Each value twice, and rows without one, in an order that is neither that of values nor of ids.
  const count = 2 * values.length + 3
  const rows: readonly Placed[] = Array.from({ length: count }, (_, i) => {
    const at = (i * 7 + 3) % (2 * values.length + 3)
    const rank = at < 2 * values.length ? at % values.length : undefined
    const id = `r${String(i).padStart(2, '0')}`
    const absent = at === 2 * values.length ? { value: null } : {}
    return [rank === undefined ? { id, ...absent } : { id, value: values[rank] }, rank]
  })
  const terms: readonly SortTerm[] = ([1, -1] as const).flatMap((direction) => [
    { field: 'value', direction },
    { field: 'value', direction, nulls: 'first' as const },
    { field: 'value', direction, nulls: 'last' as const },
  ])
  const filters: readonly (readonly [filter: unknown, selects: (each: Placed) => boolean])[] = [
    [{}, () => true],
    [{ value: { $ne: null } }, ([, rank]) => rank !== undefined],
    [{ value: { $ne: values[0] } }, ([, rank]) => rank !== 0],
    [{ value: null }, ([, rank]) => rank === undefined],
  ]
  const cases = terms.flatMap((term) =>
    filters.flatMap(([filter, selects]) =>
      [1, 2, 3, 100].map((limit) => ({
        filter,
        sort: [term],
        limit,
        pages: pagesOf(ordered(rows.filter(selects), term), limit),
      })),
    ),
  )
  const operators = ['$eq', '$ne'] as const
  return {
    name,
    about: `Pages by cursor in the order of the kind ${spec.kind}, with equal and absent values: each row is on one page.`,
    profiles: ['tamis'],
    schema: {
      key: 'id',
      fields: { id: { kind: 'string', operators }, value: { ...spec, operators } },
    },
    rows: rows.map(([row]) => row),
    otherKind: [],
    cases: cases.map((each, i): PageCase => ({ id: `${name}/${i + 1}`, ...each })),
  }
}

export const pageSuites = (): readonly Suite[] => ASCENDING.map(suiteOf)
