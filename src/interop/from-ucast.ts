import {
  type Condition,
  conjunction,
  disjunction,
  FALSE,
  not,
  TRUE,
} from '../condition/condition.ts'
import { describe, label } from '../error/describe.ts'
import { isOperatorName } from '../operators/names.ts'
import { FilterReader } from '../parse/filter.ts'
import type { ConditionOf } from '../parse/index.ts'
import { collect, orThrow, type Report } from '../parse/report.ts'
import type { Schema } from '../parse/schema.ts'
import { DEEPEST, UNLIMITED } from '../schema/limits.ts'
import { findField } from '../schema/schema.ts'
import { isUnlike, sharedOperand } from './differences.ts'

/** A condition of ucast: a field's, or one made of others. */
export interface UcastCondition {
  readonly operator: string
  readonly value: unknown
  readonly field?: string
}

/** What the compound conditions of ucast are made of. */
const COMPOUND: ReadonlyMap<string, (conditions: readonly Condition[]) => Condition> = new Map([
  ['and', conjunction],
  ['or', disjunction],
  ['nor', (conditions) => not(disjunction(conditions))],
  // Several are joined by and, as in the object of operators that the node was made of.
  ['not', (conditions) => not(conjunction(conditions))],
] satisfies [string, (conditions: readonly Condition[]) => Condition][])

/**
 * The condition of a syntax tree of ucast, such as `rulesToAST` of CASL gives: which rows a user may
 * see, for `restrict`. It is the server's: it may name hidden fields, and has no limits but that of
 * nesting. `null`, which `rulesToAST` gives where nothing is permitted, is true of no row.
 *
 * Operators with another meaning here are refused and named, as by `fromMongo`.
 *
 * @throws FilterError with every issue that was found (at most 20).
 * @example
 * restrict(query, fromUcast(articles, rulesToAST(ability, 'read', 'Article')))
 */
export const fromUcast = <S extends Schema>(
  schema: S,
  condition: UcastCondition | null,
): ConditionOf<S> =>
  orThrow(collect((report) => (condition === null ? FALSE : read(schema, report, condition, 0))))

function read(schema: Schema, report: Report, node: UcastCondition, depth: number): Condition {
  const subject = 'the condition'
  if (typeof node !== 'object' || node === null || typeof node.operator !== 'string') {
    report.unexpected('invalid_operand', subject, 'a condition of ucast', node)
    return TRUE
  }
  const { operator, value, field } = node
  if (field !== undefined) return leafOf(schema, report, operator, field, value)
  const join = COMPOUND.get(operator)
  if (join === undefined) {
    if (!isOperatorName(`$${operator}`)) isUnlike(report, subject, `$${operator}`)
    else report.unexpected('invalid_operand', operator, 'the field that it is about', field)
    return TRUE
  }
  if (depth > DEEPEST) {
    report.add('too_deep', { subject, expected: `nesting of at most ${DEEPEST}` })
    return TRUE
  }
  if (!Array.isArray(value)) {
    report.unexpected('invalid_operand', operator, 'a list of conditions', value)
    return TRUE
  }
  report.enter('value')
  // Array.from, because map skips holes.
  const conditions = Array.from(value, (each, i) => {
    report.enter(i)
    const condition = read(schema, report, each, depth + 1)
    report.leave()
    return condition
  })
  report.leave()
  return join(conditions)
}

function leafOf(
  schema: Schema,
  report: Report,
  operator: string,
  name: unknown,
  value: unknown,
): Condition {
  if (typeof name !== 'string') {
    const received = describe(name)
    report.add('invalid_operand', { subject: 'field', expected: 'the name of a field', received })
    return TRUE
  }
  const wire = `$${operator}`
  if (isUnlike(report, label(name), wire) || !isOperatorName(wire)) return TRUE
  const field = findField(schema, name, UNLIMITED)
  const { length } = report.issues
  const operand =
    typeof field === 'string' ? value : sharedOperand(report, field, wire, value, UNLIMITED)
  if (report.issues.length > length) return TRUE
  const filter = Object.fromEntries([[name, Object.fromEntries([[wire, operand]])]])
  return new FilterReader({ structure: schema, report, trusted: true }).filter(filter)
}
