/** Comparisons of the values of one kind, in a column or in a long expression. */

import { rangeAt, type Scalar } from '../kinds/kind.ts'
import { positionAmongDoubles, positionAmongIntegers } from '../kinds/numbers.ts'
import { chain } from './balance.ts'
import type { Comparison, Values } from './dialect.ts'
import { appender, type Fragment, flatten, type Parameter, sql } from './fragment.ts'
import type { Negate, Syntax } from './syntax.ts'

export const COMPARISONS: Readonly<Record<Comparison, Fragment>> = {
  '=': sql`=`,
  '<': sql`<`,
  '<=': sql`<=`,
  '>': sql`>`,
  '>=': sql`>=`,
}

/** The negation of each comparison, for values that are not NULL. */
export const COMPLEMENTS: Readonly<Record<Comparison, Fragment>> = {
  '=': sql`<>`,
  '<': sql`>=`,
  '<=': sql`>`,
  '>': sql`<=`,
  '>=': sql`<`,
}

export const AND = sql` AND `
export const OR = sql` OR `

/** An expression that is NULL if the value is absent. */
export interface Expression {
  readonly value: Fragment
  readonly nullable: boolean
  /** A constant as a parameter, with a cast if the database needs one. */
  constant(constant: Scalar): Fragment | Parameter
  /** The right side of IN. */
  members(constants: readonly Scalar[]): Fragment
  /** Membership, if it is more than IN and the members. */
  isIn?(constants: readonly Scalar[], negated: boolean): Fragment
}

/** Makes comparisons with an expression; the text before the constant is cached. */
function comparing(value: Fragment, symbols: Readonly<Record<Comparison, Fragment>>) {
  const prefixes = new Map<Comparison, ReturnType<typeof appender>>()
  return (comparison: Comparison, to: Fragment | Parameter): Fragment => {
    let append = prefixes.get(comparison)
    if (append === undefined) {
      append = appender(sql`${value} ${symbols[comparison]} `)
      prefixes.set(comparison, append)
    }
    return append(to)
  }
}

/** Conditions that an index serves; if negated, they repeat the expression, so it must be short. */
export function valuesOf(asked: Expression): Values {
  const { value: expression, nullable, constant, members, isIn } = asked
  const value = flatten(expression)
  const compare = comparing(value, COMPARISONS)
  const compareNegated = comparing(value, COMPLEMENTS)
  const orAbsent = (condition: Fragment): Fragment =>
    nullable ? sql`(${condition} OR ${value} IS NULL)` : condition
  return {
    compare: (comparison, to, negated) =>
      negated
        ? orAbsent(compareNegated(comparison, constant(to)))
        : compare(comparison, constant(to)),
    isIn(constants, negated) {
      const condition =
        isIn?.(constants, negated) ??
        (negated
          ? sql`${value} NOT IN ${members(constants)}`
          : sql`${value} IN ${members(constants)}`)
      return negated ? orAbsent(condition) : condition
    },
  }
}

/**
 * A cheap condition that is true whenever the comparison is. The comparison is evaluated only for the
 * rows that pass it.
 */
export interface Prefilter {
  compare(comparison: Comparison, constant: Scalar): Fragment | undefined
  isIn(constants: readonly Scalar[]): Fragment | undefined
}

/** Conditions that contain the expression once, for long expressions. */
export function longValuesOf(
  { value: expression, constant, members }: Omit<Expression, 'nullable'>,
  negate: Negate,
  prefilter?: Prefilter,
): Values {
  const value = flatten(expression)
  const compare = comparing(value, COMPARISONS)
  const after = (before: Fragment | undefined, condition: Fragment): Fragment =>
    before === undefined ? condition : sql`(${before} AND ${condition})`
  return {
    compare: (comparison, to, negated) =>
      negate(after(prefilter?.compare(comparison, to), compare(comparison, constant(to))), negated),
    isIn: (constants, negated) =>
      negate(after(prefilter?.isIn(constants), sql`${value} IN ${members(constants)}`), negated),
  }
}

/**
 * The values of a column with integers and doubles, which are compared separately: databases that
 * compare an integer with a double as doubles treat 2^53 + 1 and 2^53 as equal.
 */
export function numericValuesOf(
  integers: Values,
  doubles: Values,
  { truth, negate }: Syntax,
): Values {
  const arms = (
    make: (
      values: Values,
      position: typeof positionAmongIntegers | typeof positionAmongDoubles,
    ) => readonly Fragment[],
  ) => {
    const all = [...make(integers, positionAmongIntegers), ...make(doubles, positionAmongDoubles)]
    return all.length === 0 ? truth(false) : chain(all, OR)
  }
  return {
    compare(comparison, constant, negated) {
      const condition = arms((values, position) => {
        const { value, side } = position(constant as number | bigint)
        if (comparison !== '=') return [values.compare(rangeAt(comparison, side), value, false)]
        return side === 0 ? [values.compare('=', value, false)] : []
      })
      return negate(condition, negated)
    },
    isIn(constants, negated) {
      const condition = arms((values, position) => {
        const possible = constants
          .map((constant) => position(constant as number | bigint))
          .filter(({ side }) => side === 0)
          .map(({ value }) => value)
        return possible.length === 0 ? [] : [values.isIn(possible, false)]
      })
      return negate(condition, negated)
    },
  }
}
