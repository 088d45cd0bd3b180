import type { And, Condition, Leaf, Or } from '../condition/condition.ts'
import { notACondition } from '../condition/condition.ts'
import { operatorOf } from '../operators/index.ts'
import type { Field } from '../schema/field.ts'
import { accessor } from './accessor.ts'
import type { Next, Predicate, Selection, Step } from './leaf.ts'
import { dealtTo, leafCode } from './leaves.ts'

export type { Predicate, Selection }

// A condition becomes a chain of leaves, each of which knows what follows where it holds and where
// it does not. `and`, `or` and negation are in the links, and cost a row nothing.

/**
 * A condition as a function of a row. Closures are chosen here, once; a row costs no look-up and no
 * allocation. The row may hold anything: what is not of a field's kind is absent.
 */
export function compilePredicate(condition: Condition): Predicate {
  const next = link(condition, true, false, isLong(condition))
  return typeof next === 'boolean' ? () => next : next
}

/** A condition as a loop over rows: its first leaf is tested in the loop itself. */
export function compileSelection(condition: Condition): Selection {
  let first = condition
  let yes: Next = true
  let no: Next = false
  if (!isLong(condition)) {
    while (isList(first) && first.conditions.length > 0) {
      const rest = links(first, 1, yes, no, false)
      if (first.kind === 'and') yes = rest
      else no = rest
      first = first.conditions[0] as Condition
    }
  }
  if (first.kind === 'leaf') {
    const { field, operator } = first
    const dealt = dealtTo(field)
    if (!dealt.isFar) {
      return leafCode(dealt, field, operator).leafSelection(stepOf(first, dealt, yes, no))
    }
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

/** What a row goes through, where the two ways end in `yes` and `no`. */
function link(condition: Condition, yes: Next, no: Next, mayBeLong: boolean): Next {
  switch (condition.kind) {
    case 'and':
    case 'or':
      if (mayBeLong && isLong(condition)) return loop(condition, yes, no)
      return links(condition, 0, yes, no, false)
    case 'leaf': {
      const { field, operator } = condition
      const dealt = dealtTo(field)
      const step = stepOf(condition, dealt, yes, no)
      if (dealt.isFar) return farLeaf(field, step)
      return leafCode(dealt, field, operator).leafPredicate(step)
    }
    default:
      return notACondition(condition)
  }
}

/** The links of a list's conditions, from one of them on. */
function links(list: And | Or, from: number, yes: Next, no: Next, mayBeLong: boolean): Next {
  const { kind, conditions } = list
  let next = kind === 'and' ? yes : no
  for (let i = conditions.length - 1; i >= from; i--) {
    const each = conditions[i] as Condition
    next = kind === 'and' ? link(each, next, no, mayBeLong) : link(each, yes, next, mayBeLong)
  }
  return next
}

function loop({ kind, conditions }: And | Or, yes: Next, no: Next): Predicate {
  const predicates = conditions.map(compilePredicate)
  const decisive = kind === 'or'
  return (row) => {
    let holds = !decisive
    for (let i = 0; i < predicates.length && holds !== decisive; i++) {
      if (predicates[i]!(row) === decisive) holds = decisive
    }
    const next = holds ? yes : no
    return typeof next === 'boolean' ? next : next(row)
  }
}

/** The test of a leaf, and where it leads: a negated leaf leads the other way. */
function stepOf(
  leaf: Leaf,
  { outer, key }: Pick<Step, 'outer' | 'key'>,
  yes: Next,
  no: Next,
): Step {
  const { field, operator, operand, negated } = leaf
  const { test: make, complement = false } = operatorOf(operator)
  const test = make(field.type, operand)
  const absent = test(undefined)
  return negated === complement
    ? { test, absent, outer, key, yes, no }
    : { test, absent, outer, key, yes: no, no: yes }
}

/** A leaf whose field is far inside, or has a name that every object has. */
function farLeaf({ path }: Field, { test, yes, no }: Step): Predicate {
  const read = accessor(path)
  return (row) => {
    const next = test(read(row)) ? yes : no
    return typeof next === 'boolean' ? next : next(row)
  }
}
