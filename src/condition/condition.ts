import type { AnyOperatorName } from '../operators/names.ts'
import type { FieldType, Operand, Operator } from '../operators/operator.ts'
import type { Fields, OfFields } from '../schema/definition.ts'
import type { Field } from '../schema/field.ts'
import type { Timed } from './timed.ts'

/**
 * A filter once it has been checked. Built only by the constructors below, which keep it normal:
 * no `and` in an `and`, no constant but as the whole, no negation but at a leaf.
 */
export type Condition = And | Or | Leaf | Some

/** True where every condition is; of none, TRUE. */
export interface And {
  readonly kind: 'and'
  readonly conditions: readonly Condition[]
}

/** True where at least one condition is; of none, FALSE. */
export interface Or {
  readonly kind: 'or'
  readonly conditions: readonly Condition[]
}

/** An operator applied to a field, or its exact complement. */
export interface Leaf {
  readonly kind: 'leaf'
  readonly field: Field
  readonly operator: AnyOperatorName
  /** Of an operand that depends on the time, what it was when it was read: it is compiled anew. */
  readonly operand: Operand
  readonly negated: boolean
  /** The operand as it was written, if it depends on the time. */
  readonly timed?: Timed
}

/**
 * True where an object that is inside of the row, or a related row, matches a condition of its own
 * fields, or exactly where none does.
 */
export interface Some {
  readonly kind: 'some'
  /** The list of objects, or the relation. */
  readonly field: Field
  readonly operator: AnyOperatorName
  /** What selects the objects first, which is the server's: scopes of related rows. */
  readonly scope: Condition
  readonly condition: Condition
  readonly negated: boolean
}

export const TRUE: And = { kind: 'and', conditions: [] }
export const FALSE: Or = { kind: 'or', conditions: [] }

/** What a switch over the kinds of conditions ends with: untyped callers hand over anything. */
export function refuseCondition(value: never): never {
  const kind = typeof value === 'object' && value !== null ? 'an object' : typeof value
  throw new TypeError(
    `tamis: expected a condition from parseFilter() or condition(), received ${kind}`,
  )
}

export const isTrue = (condition: Condition): boolean =>
  condition.kind === 'and' && condition.conditions.length === 0

export const isFalse = (condition: Condition): boolean =>
  condition.kind === 'or' && condition.conditions.length === 0

/** True where all of the conditions are; `and()` is true of every row. */
export const and = <F extends Fields>(
  ...conditions: readonly (Condition & OfFields<F>)[]
): Condition & OfFields<F> => conjunction(conditions)

/** True where at least one of the conditions is; `or()` is true of no row. */
export const or = <F extends Fields>(
  ...conditions: readonly (Condition & OfFields<F>)[]
): Condition & OfFields<F> => disjunction(conditions)

/** Whether a condition is of one field, and holds its own negation. */
export const isAtom = (condition: Condition): condition is Leaf | Some =>
  condition.kind === 'leaf' || condition.kind === 'some'

export function conjunction(conditions: readonly Condition[]): Condition {
  const all: Condition[] = []
  for (const each of conditions) {
    if (isFalse(each)) return FALSE
    if (each.kind === 'and') for (const inner of each.conditions) all.push(inner)
    else if (each.kind === 'or' || isAtom(each)) all.push(each)
    else refuseCondition(each)
  }
  if (all.length === 0) return TRUE
  return all.length === 1 ? (all[0] as Condition) : { kind: 'and', conditions: all }
}

export function disjunction(conditions: readonly Condition[]): Condition {
  const all: Condition[] = []
  for (const each of conditions) {
    if (isTrue(each)) return TRUE
    if (each.kind === 'or') for (const inner of each.conditions) all.push(inner)
    else if (each.kind === 'and' || isAtom(each)) all.push(each)
    else refuseCondition(each)
  }
  if (all.length === 0) return FALSE
  return all.length === 1 ? (all[0] as Condition) : { kind: 'or', conditions: all }
}

/** True where the condition is not: of exactly the other rows. */
export function not<F extends Fields>(condition: Condition & OfFields<F>): Condition & OfFields<F> {
  switch (condition.kind) {
    case 'and':
      return disjunction(condition.conditions.map(not))
    case 'or':
      return conjunction(condition.conditions.map(not))
    case 'leaf':
    case 'some':
      return { ...condition, negated: !condition.negated }
    default:
      return refuseCondition(condition)
  }
}

/** The record of an operator, which the field's type brings. */
export function operatorOf({ name, operators }: FieldType, operator: AnyOperatorName): Operator {
  const record = operators[operator]
  if (record === undefined) throw new TypeError(`tamis: a ${name} field has no ${operator}`)
  return record
}

/** Whether a type has an operator of a name. */
export const hasOperator = ({ operators }: FieldType, name: string): name is AnyOperatorName =>
  Object.hasOwn(operators, name)

/** The operator of a name; undefined if the type does not have it. */
export const findOperator = (type: FieldType, name: string): Operator | undefined =>
  hasOperator(type, name) ? type.operators[name] : undefined

/** An operator applied to a field; the operand is canonical. */
export function leaf(field: Field, operator: AnyOperatorName, operand: Operand): Condition {
  const { fold, complement = false } = operatorOf(field.type, operator)
  const constant = fold?.(operand)
  if (constant !== undefined) return constant === complement ? FALSE : TRUE
  return { kind: 'leaf', field, operator, operand, negated: false }
}

/** A condition on an object inside of the row, whose operator takes a filter. */
export function some(
  field: Field,
  operator: AnyOperatorName,
  condition: Condition,
  scope: Condition = TRUE,
): Condition {
  if (isFalse(condition) || isFalse(scope)) return FALSE
  return { kind: 'some', field, operator, scope, condition, negated: false }
}
