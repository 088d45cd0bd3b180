// Before all other imports, so that it stands at the beginning of a bundle; see `index.ts`.
import { predicateCopies } from './leaf-copies.ts'

// The other imports, by their paths.

import {
  type And,
  type Condition,
  conjunction,
  type Leaf,
  type Or,
  operatorOf,
  refuseCondition,
  type Some,
} from '../condition/condition.ts'
import { relationOf } from '../condition/relation.ts'
import { atNow, type Clock } from '../condition/timed.ts'
import type { Test } from '../kinds/kind.ts'
import type { Field } from '../schema/field.ts'
import { accessor } from './accessor.ts'
import type { LeafCode, Predicate, Step } from './leaf.ts'
import { Copies, type LeafField, leafFieldOf } from './leaves.ts'

export type { Predicate }

// A condition becomes a chain of leaves in continuation style: each knows the predicate to go on with
// where a row passes, and where it fails. `and`, `or` and negation are in these links, and cost a row
// nothing.

/**
 * A condition as a function of a row. Closures are chosen here, once; a row costs no look-up and no
 * allocation. The row may hold anything: what is not of a field's kind is absent.
 *
 * @throws FilterError where `$now` leaves the years 0001–9999 at that time.
 */
export function compilePredicate(condition: Condition, { now }: Clock = {}): Predicate {
  const fixed = atNow(condition, now)
  return link(fixed, undefined, undefined, isLong(fixed))
}

/** The predicate to go on with; undefined answers true after a pass, and false after a failure. */
export type Next = Predicate | undefined

/** The greatest length of a chain of calls, which is also its depth; longer lists use a loop. */
const LONGEST_CHAIN = 64

export const isList = (condition: Condition): condition is And | Or =>
  condition.kind === 'and' || condition.kind === 'or'

export function isLong(condition: Condition): boolean {
  let left = LONGEST_CHAIN
  const fits = (each: Condition): boolean =>
    isList(each) ? each.conditions.every(fits) : left-- > 0
  return !fits(condition)
}

/** A condition with its continuations. */
function link(condition: Condition, onPass: Next, onFail: Next, mayBeLong: boolean): Predicate {
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const isAnd = condition.kind === 'and'
      if (condition.conditions.length === 0) return (isAnd ? onPass : onFail) ?? (() => isAnd)
      if (mayBeLong && isLong(condition)) return loop(condition, onPass, onFail)
      return links(condition, 0, onPass, onFail, mayBeLong)
    }
    case 'leaf':
      return leafLink(condition, onPass, onFail)
    case 'some':
      return someLink(condition, onPass, onFail)
    default:
      return refuseCondition(condition)
  }
}

/** The chain of a list's conditions, from one of them on, which the list has. */
export function links(
  { kind, conditions }: And | Or,
  from: number,
  onPass: Next,
  onFail: Next,
  mayBeLong: boolean,
): Predicate {
  const isAnd = kind === 'and'
  let next = isAnd ? onPass : onFail
  for (let i = conditions.length - 1; i >= from; i--) {
    const pair = isAnd && i > from ? pairAt(conditions, i - 1) : undefined
    if (pair !== undefined) {
      i--
      next = leafLink(pair.leaf, next, onFail, pair.test)
    } else if (isAnd) next = link(conditions[i]!, next, onFail, mayBeLong)
    else next = link(conditions[i]!, onPass, next, mayBeLong)
  }
  return next!
}

function loop({ kind, conditions }: And | Or, onPass: Next, onFail: Next): Predicate {
  const predicates = conditions.map((each) => compilePredicate(each))
  const decisive = kind === 'or'
  return (row) => {
    let passes = !decisive
    for (let i = 0; i < predicates.length && passes !== decisive; i++) {
      if (predicates[i]!(row) === decisive) passes = decisive
    }
    return passes ? onPass === undefined || onPass(row) : onFail === undefined ? false : onFail(row)
  }
}

/**
 * A leaf, and the test of it and the leaf behind it at once, where they are of one field and their
 * operators have such a test: the two ends of a range.
 */
export function pairAt(
  conditions: readonly Condition[],
  at: number,
): { readonly leaf: Leaf; readonly test: Test } | undefined {
  const leaf = conditions[at]
  const other = conditions[at + 1]
  if (leaf?.kind !== 'leaf' || other?.kind !== 'leaf' || leaf.field !== other.field) {
    return undefined
  }
  if (leaf.negated || other.negated) return undefined
  const { type } = leaf.field
  const { testBoth } = operatorOf(type, leaf.operator)
  const test = testBoth?.(type, leaf.operand, operatorOf(type, other.operator), other.operand)
  return test === undefined ? undefined : { leaf, test }
}

const copies = /* @__PURE__ */ new Copies(predicateCopies)

function leafLink(leaf: Leaf, onPass: Next, onFail: Next, both?: Test): Predicate {
  const field = leafFieldOf(leaf.field)
  const code = copies.of(field, leaf.operator)
  const step = stepOf(leaf, field, code, onPass, onFail, both)
  return field.isGeneric ? genericLeaf(leaf.field, step) : code.leaf(step)
}

function someLink(
  { field, operator, scope, condition, negated }: Some,
  onPass: Next,
  onFail: Next,
): Predicate {
  const matches = compilePredicate(conjunction([scope, condition]))
  const related = relationOf(field)
  const test =
    related === undefined
      ? operatorOf(field.type, operator).test(field.type, { test: matches, sql: notSql })
      : related.test(matches)
  return genericLeaf(field, { test, negated, onPass, onFail })
}

const notSql = (): never => {
  throw new TypeError('tamis: this is a predicate')
}

/** The arguments of a copy's code: one leaf, or two consecutive ones (`both`). */
export function stepOf<T>(
  { field, operator, operand, negated }: Leaf,
  { outer, key, isWildcard }: LeafField,
  code: LeafCode<T>,
  onPass: Next,
  onFail: Next,
  both: Test | undefined,
): Step {
  const record = operatorOf(field.type, operator)
  const asked = both ?? record.test(field.type, operand)
  // The code reads a test as false of absent values. One that accepts them is inverted, and its
  // negation flipped.
  const isInverted = asked(undefined)
  const isComplement = record.complement === true
  return {
    test: isInverted ? code.invert(asked) : asked,
    outer,
    isDocument: isWildcard,
    key,
    negated: (negated !== isComplement) !== isInverted,
    onPass,
    onFail,
  }
}

/** A leaf whose field is far inside, or has a name that every object has. */
function genericLeaf(
  field: Field,
  { test, negated, onPass, onFail }: Pick<Step, 'test' | 'negated' | 'onPass' | 'onFail'>,
): Predicate {
  const read = accessor(field)
  return (row) =>
    test(read(row)) !== negated
      ? onPass === undefined || onPass(row)
      : onFail === undefined
        ? false
        : onFail(row)
}
