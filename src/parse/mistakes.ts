import { label, oneOf, quote } from '../error/describe.ts'
import { didYouMean } from '../error/nearest.ts'
import { isOperatorName, logicalNames, operatorNames } from '../operators/names.ts'
import type { Field } from '../schema/field.ts'
import { foreignOperator } from './foreign-operators.ts'
import type { Report } from './report.ts'

/** The operators that a field allows, for messages. */
export const allowedOperators = ({ operators }: Field): string =>
  operators.size === 0 ? 'none' : [...operators].join(', ')

/** Reports a name with $ where only logical operators are allowed. */
export function misplacedOperator(report: Report, name: string): void {
  report.add('unknown_operator', {
    subject: 'the filter',
    received: quote(name),
    hint: misplacedHint(name),
  })
}

function misplacedHint(name: string): string {
  if (name === '$not') {
    return '$not negates operators: {field: {$not: {…}}}; to negate a filter, write {$nor: [{…}]}'
  }
  if (isOperatorName(name)) return `operators belong under a field: {field: {${name}: …}}`
  return didYouMean(name, logicalNames) ?? `expected ${oneOf(logicalNames)}`
}

/** A key of an operators object that is not an operator's name. */
export function unknownOperator(
  report: Report,
  field: Field,
  name: string,
  trusted: boolean,
): void {
  const hint =
    foreignOperator(field, name, trusted) ??
    (trusted ? undefined : didYouMean(name, field.operators)) ??
    didYouMean(name, operatorNames)
  const subject = label(field.name)
  if (name.startsWith('$')) {
    const allowed = trusted ? undefined : `it allows ${allowedOperators(field)}`
    report.add('unknown_operator', { subject, received: quote(name), hint: hint ?? allowed })
    return
  }
  report.add('invalid_operand', {
    subject,
    expected: 'operators, whose names begin with $',
    received: `the key ${quote(name)}`,
    hint,
  })
}

/** An operator that the field does not list, or, of the server's filter, that its type does not have. */
export function operatorNotAllowed(
  report: Report,
  field: Field,
  written: string | undefined,
  trusted: boolean,
): void {
  const subject = label(field.name)
  const expected = allowedOperators(field)
  const hint = written === undefined ? undefined : foreignOperator(field, written, trusted)
  if (trusted) {
    const what = field.elements === undefined ? `a ${field.type.name} field` : 'a list of objects'
    const received = `${written}, which ${what} does not have`
    report.add('invalid_operand', { subject, expected, received, hint })
    return
  }
  const received = written ?? 'a bare operand ($eq)'
  report.add('operator_not_allowed', { subject, expected, received, hint })
}
