import { describe, expect, it } from 'vitest'
import { type Predicate, predicateCode, type Step, selectionCode } from '../../src/compile/leaf.ts'
import { predicateCopies, selectionCopies } from '../../src/compile/leaf-copies.ts'
import { isSame, type Test } from '../../src/kinds/kind.ts'

class Entity {
  readonly a = 1
}

const ROWS: readonly unknown[] = [
  { a: 1 },
  { a: 2 },
  { a: '1' },
  {},
  { a: null },
  null,
  undefined,
  5,
  [1],
  Object.assign([], { a: 1 }),
  Object.assign(new Date(0), { a: 1 }),
  new Entity(),
  { o: { a: 1 } },
  { o: { a: 2 } },
  { o: new Entity() },
  { o: Object.assign([], { a: 1 }) },
  { o: null },
  { o: 1 },
  Object.assign([], { o: { a: 1 } }),
]

const TESTS: Readonly<Record<string, Test>> = {
  'a test': (value) => value === 1,
  'one constant': isSame((value) => value === '1', '1'),
  'two constants': isSame((value) => value === '1' || value === 'x', '1', 'x'),
}

const NEXT: readonly (Predicate | undefined)[] = [undefined, () => true, (row) => row === ROWS[0]]

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)

/** What a leaf says, without its speed. */
function meaning({ test, outer, isDocument, key, negated, onPass, onFail }: Step, row: unknown) {
  const object = outer === undefined ? row : isObject(row) ? row[outer] : undefined
  const counts = isObject(object) && !(isDocument && object instanceof Entity)
  const holds = counts && test(object[key])
  const next = holds !== negated ? (onPass ?? (() => true)) : (onFail ?? (() => false))
  return next(row)
}

const steps = Object.entries(TESTS).flatMap(([name, test]) =>
  [
    { outer: undefined, isDocument: false },
    { outer: 'o', isDocument: false },
    { outer: 'o', isDocument: true },
  ].flatMap((place) =>
    [false, true].flatMap((negated) =>
      NEXT.flatMap((onPass) =>
        NEXT.map((onFail): readonly [string, Step] => [
          `${name} ${place.outer ?? 'row'} ${place.isDocument} ${negated}`,
          { test, ...place, key: 'a', negated, onPass, onFail },
        ]),
      ),
    ),
  ),
)

describe('a leaf', () => {
  it('and its copies are true of the rows that its step is', () => {
    for (const [name, step] of steps) {
      const expected = ROWS.map((row) => meaning(step, row))
      for (const code of [predicateCode(), predicateCopies[0]!(), predicateCopies.at(-1)!()]) {
        expect([name, ...ROWS.map(code.leaf(step))]).toEqual([name, ...expected])
      }
      const indices = [...ROWS.keys()].filter((i) => expected[i])
      for (const code of [selectionCode(), selectionCopies[0]!(), selectionCopies.at(-1)!()]) {
        const found = new Int32Array(ROWS.length)
        const count = code.leaf(step)(ROWS, 0, ROWS.length, found)
        expect([name, ...found.slice(0, count)]).toEqual([name, ...indices])
        const later = new Int32Array(ROWS.length)
        const rest = code.leaf(step)(ROWS, 3, ROWS.length - 2, later)
        expect([...later.slice(0, rest)]).toEqual(
          indices.filter((i) => i >= 3 && i < ROWS.length - 2),
        )
      }
    }
  })

  it('has tests inverted', () => {
    for (const code of [predicateCode(), selectionCode(), predicateCopies[0]!()]) {
      expect(code.invert((value) => value === 1)(1)).toBe(false)
      expect(code.invert((value) => value === 1)(2)).toBe(true)
    }
  })
})
