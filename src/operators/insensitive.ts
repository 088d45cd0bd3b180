import { foldCase } from '../kinds/case-fold.ts'
import { derived } from '../kinds/derived.ts'
import type { Test } from '../kinds/kind.ts'
import { isOneOf as isOneText, isText, string } from '../kinds/string.ts'
import { absent, absentSql } from './exists.ts'
import { isOneOfSql } from './members.ts'
import { comparingWith, inBy } from './membership.ts'
import {
  type FieldType,
  type Lookup,
  ONE_COMPARISON,
  type Operand,
  type Operator,
} from './operator.ts'

/** The folded value is one of the folded operands. */
function isOneOf(operands: readonly string[]): Test {
  const holds = isOneText([...new Set(operands.map(foldCase))])
  return (value) => typeof value === 'string' && holds(foldCase(value)) && isText(value)
}

const foldedOf = (operands: readonly (string | null)[]): Lookup => ({
  any: operands.map((each) => (each === null ? null : foldCase(each))),
})

/** `$ieq`: as `$eq`, without regard to case; see `kinds/case-fold.ts`. */
export const $ieq = {
  shape: 'textOrNull',
  servedBy: 'folded',
  isFolded: true,
  lookup: (_type, operand) => foldedOf([operand]),
  cost: () => ONE_COMPARISON,
  test: (type, operand) => (operand === null ? absent(type) : isOneOf([operand])),
  sql(column, _type, operand, negated) {
    if (operand === null) return absentSql(column, negated)
    return isOneOfSql(column.folded(), string, [foldCase(operand)], negated)
  },
} as const satisfies Operator<'textOrNull'>

/** `$iin`: as `$in`, without regard to case. */
export const $iin = /* @__PURE__ */ derived(
  /* @__PURE__ */ inBy({
    test: (_kind, values) => isOneOf(values.map(String)),
    sql(column, _kind, values, negated) {
      const folded = new Set(values.map((value) => foldCase(String(value))))
      return isOneOfSql(column.folded(), string, [...folded], negated)
    },
    cost: (operands) => ({ passes: 1, comparing: comparingWith(operands) }),
  }),
  {
    shape: 'texts',
    servedBy: 'folded',
    lookup: (_type: FieldType, operands: Operand<'texts'>) => foldedOf(operands),
    isFolded: true,
  },
) satisfies Operator<'texts'>
