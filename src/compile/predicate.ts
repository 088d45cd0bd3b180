import type { And, Condition, Leaf, Or } from '../condition/condition.ts'
import { notACondition } from '../condition/condition.ts'
import type { Test } from '../kinds/kind.ts'
import { operatorOf } from '../operators/index.ts'
import { accessor } from './accessor.ts'
import type { Predicate, Selection, Step } from './leaf.ts'
import { dealtTo, leafCode } from './leaves.ts'

export type { Predicate, Selection }

// A condition becomes a chain of leaves, each of which knows what a row must be too where it passes,
// and what it may be instead where it does not. `and`, `or` and negation are in the links, and cost
// a row nothing.

/**
 * A condition as a function of a row. Closures are chosen here, once; a row costs no look-up and no
 * allocation. The row may hold anything: what is not of a field's kind is absent.
 */
export const compilePredicate = (condition: Condition): Predicate =>
  link(condition, undefined, undefined, isLong(condition))

/** A condition as a loop over rows: its first leaf is tested in the loop itself. */
export function compileSelection(condition: Condition): Selection {
  let first = condition
  let yes: Next
  let no: Next
  let both: Test | undefined
  while (isList(first) && first.conditions.length > 0 && !isLong(condition)) {
    const { kind, conditions } = first
    both = kind === 'and' ? testOfBoth(conditions, 0) : undefined
    const from = both === undefined ? 1 : 2
    if (conditions.length > from) {
      const rest = links(first, from, yes, no, false)
      if (kind === 'and') yes = rest
      else no = rest
    }
    first = conditions[0] as Condition
  }
  if (first.kind === 'leaf') {
    const { step, code, isFar } = compiled(first, yes, no, both)
    if (!isFar) return code.leafSelection(step)
  }
  const fits = compilePredicate(condition)
  return (rows, from, to, indices) => {
    let count = 0
    for (let i = from; i < to; i++) if (fits(rows[i])) indices[count++] = i
    return count
  }
}

/** A chain is called as deep as it is long: what holds more leaves is gone through in a loop. */
const LONGEST_CHAIN = 64

const isList = (condition: Condition): condition is And | Or =>
  condition.kind === 'and' || condition.kind === 'or'

function isLong(condition: Condition): boolean {
  let left = LONGEST_CHAIN
  const fits = (each: Condition): boolean =>
    isList(each) ? each.conditions.every(fits) : left-- > 0
  return !fits(condition)
}

/** What follows; where nothing does, a row that passed fits, and one that did not does not. */
type Next = Predicate | undefined

/** What a row goes through. */
function link(condition: Condition, yes: Next, no: Next, mayBeLong: boolean): Predicate {
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const isAnd = condition.kind === 'and'
      if (condition.conditions.length === 0) return (isAnd ? yes : no) ?? (() => isAnd)
      if (mayBeLong && isLong(condition)) return loop(condition, yes, no)
      return links(condition, 0, yes, no, mayBeLong)
    }
    case 'leaf':
      return leafLink(condition, yes, no)
    default:
      return notACondition(condition)
  }
}

/** The links of a list's conditions, from one of them on. */
function links(list: And | Or, from: number, yes: Next, no: Next, mayBeLong: boolean): Predicate {
  const { kind, conditions } = list
  let next = kind === 'and' ? yes : no
  for (let i = conditions.length - 1; i >= from; i--) {
    const each = conditions[i] as Condition
    const both = kind === 'and' && i > from ? testOfBoth(conditions, i - 1) : undefined
    if (both !== undefined) {
      i--
      next = leafLink(conditions[i] as Leaf, next, no, both)
    } else {
      next = kind === 'and' ? link(each, next, no, mayBeLong) : link(each, yes, next, mayBeLong)
    }
  }
  return next as Predicate
}

function loop({ kind, conditions }: And | Or, yes: Next, no: Next): Predicate {
  const predicates = conditions.map(compilePredicate)
  const decisive = kind === 'or'
  return (row) => {
    let passes = !decisive
    for (let i = 0; i < predicates.length && passes !== decisive; i++) {
      if (predicates[i]!(row) === decisive) passes = decisive
    }
    return passes ? yes === undefined || yes(row) : no === undefined ? false : no(row)
  }
}

/**
 * The test of a leaf and the one behind it at once, where they are of one field and their operators
 * have such a test: the two ends of a range.
 */
function testOfBoth(conditions: readonly Condition[], at: number): Test | undefined {
  const a = conditions[at]
  const b = conditions[at + 1]
  if (a?.kind !== 'leaf' || b?.kind !== 'leaf' || a.field !== b.field) return undefined
  if (a.negated || b.negated) return undefined
  const { field, operand } = a
  return operatorOf(a.operator).testBoth?.(field.type, operand, operatorOf(b.operator), b.operand)
}

function leafLink(leaf: Leaf, yes: Next, no: Next, both?: Test): Predicate {
  const { step, code, isFar } = compiled(leaf, yes, no, both)
  return isFar ? farLeaf(leaf.field.path, step) : code.leafPredicate(step)
}

/** A leaf, or it and another at once, as a step, and the copy of the code that it goes by. */
function compiled(leaf: Leaf, yes: Next, no: Next, both: Test | undefined) {
  const { field, operator, operand, negated } = leaf
  const { test: make, complement = false } = operatorOf(operator)
  const dealt = dealtTo(field)
  const { outer, key, isFar } = dealt
  const code = leafCode(dealt, field, operator)
  const own = both ?? make(field.type, operand)
  // A step is about what is there: what is true of an absent value is asked the other way round.
  const isOpposite = own(undefined)
  const test = isOpposite ? code.leafOpposite(own) : own
  const step: Step = { test, outer, key, negated: (negated !== complement) !== isOpposite, yes, no }
  return { step, code, isFar }
}

/** A leaf whose field is far inside, or has a name that every object has. */
function farLeaf(path: readonly string[], { test, negated, yes, no }: Step): Predicate {
  const read = accessor(path)
  return (row) =>
    test(read(row)) !== negated ? yes === undefined || yes(row) : no === undefined ? false : no(row)
}
