import { type Condition, notACondition } from '../condition/condition.ts'
import { operatorOf } from '../operators/index.ts'
import { accessor } from './accessor.ts'

export type Predicate = (row: unknown) => boolean

/**
 * A condition as a function of a row. Closures are chosen here, once; a row costs no look-up and no
 * allocation. The row may hold anything: what is not of a field's kind is absent.
 */
export function compilePredicate(condition: Condition): Predicate {
  switch (condition.kind) {
    case 'and':
      return all(condition.conditions.map(compilePredicate))
    case 'or':
      return any(condition.conditions.map(compilePredicate))
    case 'leaf': {
      const { field, operator, operand, negated } = condition
      const { test, complement = false } = operatorOf(operator)
      const holds = test(field.type, operand)
      const read = accessor(field.path)
      return negated === complement ? (row) => holds(read(row)) : (row) => !holds(read(row))
    }
    default:
      return notACondition(condition)
  }
}

function all(predicates: readonly Predicate[]): Predicate {
  const [a, b, c] = predicates
  if (a === undefined) return () => true
  if (b === undefined) return a
  if (c === undefined) return (row) => a(row) && b(row)
  if (predicates.length === 3) return (row) => a(row) && b(row) && c(row)
  return (row) => {
    for (const each of predicates) if (!each(row)) return false
    return true
  }
}

function any(predicates: readonly Predicate[]): Predicate {
  const [a, b, c] = predicates
  if (a === undefined) return () => false
  if (b === undefined) return a
  if (c === undefined) return (row) => a(row) || b(row)
  if (predicates.length === 3) return (row) => a(row) || b(row) || c(row)
  return (row) => {
    for (const each of predicates) if (each(row)) return true
    return false
  }
}
