import type { Operand } from '../operators/operator.ts'
import { type Condition, isTrue, operatorOf, refuseCondition } from './condition.ts'
import { isRelative, type Timed } from './timed.ts'

const isList = (operand: Operand): operand is Operand<'members'> => Array.isArray(operand)

/** Every value of a kind has one text, and strings are told from the others by their quotes. */
const scalarText = (value: unknown): string =>
  typeof value === 'string' ? JSON.stringify(value) : String(value)

const sorted = (texts: readonly string[]): readonly string[] => [...new Set(texts)].sort()

function setText(members: Operand<'members'>): string {
  const strings = members.filter((each) => typeof each === 'string')
  const others = members.filter((each) => typeof each !== 'string').map(String)
  // All strings at once: to quote a thousand one by one takes three times as long.
  return JSON.stringify([sorted(others), sorted(strings)])
}

/** A list is asked as a set, whatever the operator, if it is not one of the schema's own. */
const operandText = (operand: Operand): string =>
  isList(operand) ? setText(operand) : scalarText(operand)

function timedText({ operand }: Timed): string {
  if (isRelative(operand)) return `$now ${operand.$now}`
  const shifts = sorted(operand.filter(isRelative).map(({ $now }) => $now))
  const others = operand.filter((each) => !isRelative(each)) as Operand<'members'>
  return `$now ${JSON.stringify(shifts)} ${setText(others)}`
}

/**
 * A text that is the same for conditions of one schema that differ only in the order and the
 * repetition of what they join and of what stands in their lists: a key for a cache of what was found.
 * The next version may write another text.
 */
export function canonical(condition: Condition): string {
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const { kind, conditions } = condition
      const texts = sorted(conditions.map(canonical))
      const [only] = texts
      return texts.length === 1 && only !== undefined ? only : `${kind}(${texts.join()})`
    }
    case 'leaf': {
      const { field, operator, operand, negated, timed } = condition
      const { own } = operatorOf(field.type, operator)
      const text =
        timed === undefined ? (own?.textOf(operand) ?? operandText(operand)) : timedText(timed)
      const applied = `${JSON.stringify(field.name)} ${operator} ${text}`
      return negated ? `not ${applied}` : applied
    }
    case 'some': {
      const { field, operator, scope, condition: inner, negated } = condition
      const asked = isTrue(scope) ? canonical(inner) : `${canonical(scope)}:${canonical(inner)}`
      const applied = `${JSON.stringify(field.name)} ${operator}(${asked})`
      return negated ? `not ${applied}` : applied
    }
    default:
      return refuseCondition(condition)
  }
}
