import type { Field } from '../schema/field.ts'
import { findField, type Structure } from '../schema/schema.ts'
import { elementsOf, isList, lengthOf } from './inspect.ts'
import type { Report } from './report.ts'
import { FIELDS } from './schema.ts'
import { unknownField } from './unknown-field.ts'

/** The fields that a payload asks for: fields, keys of wildcards, and wildcards by their prefix. */
export function readFields(
  structure: Structure,
  input: unknown,
  report: Report,
): readonly Field[] | undefined {
  report.enter(FIELDS)
  const fields = readNames(structure, input, report)
  report.leave()
  return fields
}

function readNames(
  structure: Structure,
  input: unknown,
  report: Report,
): readonly Field[] | undefined {
  const { list: most } = structure.limits
  const length = isList(input) ? lengthOf(input) : undefined
  if (!isList(input) || length === undefined) {
    return report.unexpected('invalid_operand', FIELDS, 'a list of names', input)
  }
  if (length === 0) {
    return report.add('empty', { subject: FIELDS, expected: 'at least one name', received: 'none' })
  }
  if (length > most) {
    const expected = `at most ${most} names`
    return report.add('too_many', { subject: FIELDS, expected, received: `${length}` })
  }
  const elements = elementsOf(input, length)
  if (elements === undefined) {
    const received = 'a list that cannot be read'
    return report.add('invalid_operand', { subject: FIELDS, expected: 'a list of names', received })
  }
  // One that is named twice is one.
  const found = new Map<string, Field>()
  for (const [i, name] of elements.entries()) {
    report.enter(i)
    const field = readName(structure, name, report)
    if (field !== undefined) found.set(field.name, field)
    report.leave()
  }
  return [...found.values()]
}

function readName(structure: Structure, name: unknown, report: Report): Field | undefined {
  const { string: longest, segments } = structure.limits
  if (typeof name !== 'string') {
    return report.unexpected('invalid_operand', FIELDS, 'the name of a field', name)
  }
  if (name.length > longest) {
    const expected = `a name of at most ${longest} characters`
    return report.add('too_long', { subject: FIELDS, expected, received: `${name.length}` })
  }
  const field = structure.wildcards.get(name) ?? findField(structure, name, segments)
  // The related rows are not selected with a row.
  const isRelation = typeof field !== 'string' && field.relation !== undefined
  if (field === 'unknown' || field === 'too_deep' || field.hidden || isRelation) {
    return unknownField(report, structure, name, false)
  }
  return field
}
