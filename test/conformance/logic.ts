import {
  among,
  and,
  beside,
  compare,
  isNull,
  nor,
  not,
  or,
  type Test,
  type Value,
} from './condition.ts'
import type { Row, Suite } from './suite.ts'
import { caseOf, type Table } from './write-case.ts'

const OPERATORS = ['$eq', '$ne', '$gt', '$gte', '$lt', '$lte', '$in', '$nin', '$exists'] as const

const absent = (isMissing: boolean): Value => ({ place: undefined, isMissing })
const at = (kind: string, rank: number): Value => ({ place: { kind, rank }, isMissing: false })

/** Each combination of two fields, either of which may be missing or null. */
const table: Table = new Map(
  [undefined, null, 1, 2].flatMap((n) =>
    [undefined, null, 'a', 'b'].map((text) => {
      const row = {
        id: `${n}-${text}`,
        ...(n === undefined ? {} : { n }),
        ...(text === undefined ? {} : { text }),
      } as Row
      return [
        row,
        {
          n: typeof n === 'number' ? at('integer', n) : absent(n === undefined),
          text:
            typeof text === 'string'
              ? at('string', text === 'a' ? 0 : 1)
              : absent(text === undefined),
        },
      ] as const
    }),
  ),
)

const one = { kind: 'integer', rank: 1, json: 1 }
const a = { kind: 'string', rank: 0, json: 'a' }

const NUMBERS: readonly Test[] = [
  compare('n', '$eq', one, true),
  compare('n', '$ne', one),
  compare('n', '$gt', one),
  among('n', [one], true),
  isNull('n', 'bare'),
  not('n', compare('n', '$gt', one)),
]
const TEXTS: readonly Test[] = [
  compare('text', '$eq', a, true),
  compare('text', '$ne', a),
  compare('text', '$gte', a),
  isNull('text', '$ne'),
]

/** Lists of conditions, and lists in lists, with complements at each level. */
const TESTS: readonly Test[] = NUMBERS.flatMap((n) =>
  TEXTS.flatMap((text) => [
    beside(n, text),
    and(n, text),
    or(n, text),
    nor(n, text),
    nor(and(n, text)),
    nor(or(n, text)),
    or(nor(n), text),
    and(nor(n), nor(text)),
    nor(nor(n), text),
    nor(nor(and(n, text))),
    and(or(n, text), nor(and(n, text))),
    beside(text, or(n, nor(text))),
  ]),
)

export const logicSuite = (): Suite => ({
  name: 'logic',
  about:
    'Lists of conditions in each other, over two fields that may be absent: a filter and its complement select every row once.',
  profiles: ['tamis', 'sql', 'mongodb'],
  schema: {
    key: 'id',
    fields: {
      id: { kind: 'string', operators: OPERATORS },
      n: { kind: 'integer', operators: OPERATORS },
      text: { kind: 'string', operators: OPERATORS },
    },
  },
  rows: [...table.keys()],
  otherKind: [],
  cases: TESTS.map((test, i) => caseOf(`logic/${i + 1}`, test, table, [])),
})
