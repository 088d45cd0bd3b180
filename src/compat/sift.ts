/**
 * A predicate of a MongoDB filter without a schema, with sift's signature (`tamis/compat/sift`).
 *
 * @packageDocumentation
 */

import { label, quote } from '../error/describe.ts'
import { isUnlike, plainEntries } from '../interop/differences.ts'
import type { Range } from '../kinds/kind.ts'
import { isText } from '../kinds/string.ts'
import { isLogicalName } from '../operators/names.ts'
import { collect, orThrow, type Report } from '../parse/report.ts'
import { DEEPEST } from '../schema/limits.ts'
import { type Operand, operandOf, type Test } from './operands.ts'
import { anyAt } from './paths.ts'

const RANGES: Readonly<Record<string, Range>> = { $gt: '>', $gte: '>=', $lt: '<', $lte: '<=' }

const never: Test = () => false
const not =
  (test: Test): Test =>
  (value) =>
    !test(value)
const all =
  (tests: readonly Test[]): Test =>
  (value) =>
    tests.every((test) => test(value))
const any =
  (tests: readonly Test[]): Test =>
  (value) =>
    tests.some((test) => test(value))

/** True of the value itself, and of a list with an element that passes. */
const orElement =
  (test: Test): Test =>
  (value) =>
    test(value) || (Array.isArray(value) && value.some(test))

/** Reads a filter, and reports what is not read. */
class SiftReader {
  readonly #report: Report

  constructor(report: Report) {
    this.#report = report
  }

  /** A filter, or what values themselves are compared with. */
  filter(input: unknown, depth: number): Test {
    if (depth > DEEPEST) return this.#tooDeep()
    const entries = this.#entries(input)
    if (entries === undefined) return this.#equals('the filter', input, [])
    return all(entries.map(([key, value]) => this.#at(key, () => this.#part(key, value, depth))))
  }

  #part(key: string, value: unknown, depth: number): Test {
    if (isLogicalName(key) || key === '$not') return this.#logical(key, value, depth)
    if (key.startsWith('$')) return this.#operator('the value', [], key, value, depth)
    const path = key.split('.', DEEPEST + 1)
    if (path.length > DEEPEST) return this.#tooDeep()
    const why = path.some((segment) => /^\d+$/.test(segment))
      ? 'places in a list are not asked for'
      : undefined
    if (why !== undefined || path.includes('') || !isText(key)) {
      this.#report.add('unknown_field', { subject: label(key), received: quote(key), hint: why })
      return never
    }
    return this.#field(label(key), path, value, depth)
  }

  #logical(name: string, value: unknown, depth: number): Test {
    if (name === '$not') return not(this.filter(value, depth + 1))
    if (!Array.isArray(value) || value.length === 0) {
      return this.#refuse(name, 'a list of at least one filter', 'none')
    }
    const tests = value.map((each, i) => this.#at(i, () => this.filter(each, depth + 1)))
    if (name === '$and') return all(tests)
    return name === '$or' ? any(tests) : not(any(tests))
  }

  #field(subject: string, path: readonly string[], value: unknown, depth: number): Test {
    if (depth > DEEPEST) return this.#tooDeep()
    const entries = this.#entries(value)
    if (entries === undefined || !entries.some(([key]) => key.startsWith('$'))) {
      return this.#equals(subject, value, path)
    }
    return all(
      entries.map(([name, operand]) =>
        this.#at(name, () => this.#operator(subject, path, name, operand, depth)),
      ),
    )
  }

  #operator(
    subject: string,
    path: readonly string[],
    name: string,
    value: unknown,
    depth: number,
  ): Test {
    const range = Object.hasOwn(RANGES, name) ? RANGES[name] : undefined
    if (range !== undefined) {
      const operand = this.#operand(subject, value)
      if (operand === undefined) return never
      if (operand.range === undefined)
        return this.#refuse(subject, 'a value that has an order', 'null')
      return anyAt(path, orElement(operand.range(range)))
    }
    switch (name) {
      case '$eq':
        return this.#equals(subject, value, path)
      case '$ne':
        return not(this.#equals(subject, value, path))
      case '$in':
        return any(this.#members(subject, path, value))
      case '$nin':
        return not(any(this.#members(subject, path, value)))
      case '$all': {
        const members = this.#members(subject, path, value)
        return members.length === 0
          ? this.#refuse(subject, 'at least one value', 'none')
          : all(members)
      }
      case '$not':
        return not(this.#field(subject, path, value, depth + 1))
      case '$elemMatch':
        return this.#elements(subject, path, value, depth)
      default:
        isUnlike(this.#report, subject, name)
        return never
    }
  }

  /** A list with an object that matches a filter. */
  #elements(subject: string, path: readonly string[], value: unknown, depth: number): Test {
    const entries = this.#entries(value)
    if (
      entries === undefined ||
      entries.some(([key]) => key.startsWith('$') && !isLogicalName(key))
    ) {
      return this.#refuse(subject, 'a filter of the fields of objects', 'no filter of fields')
    }
    const test = this.filter(value, depth + 1)
    const isObject = (each: unknown) => this.#entriesOf(each)
    return anyAt(
      path,
      (list) => Array.isArray(list) && list.some((each) => isObject(each) && test(each)),
    )
  }

  #entriesOf(value: unknown): boolean {
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  }

  #members(subject: string, path: readonly string[], value: unknown): readonly Test[] {
    // sift takes one value for a list of one.
    const values: readonly unknown[] = Array.isArray(value) ? value : [value]
    return values.map((each, i) => this.#at(i, () => this.#equals(subject, each, path)))
  }

  #equals(subject: string, value: unknown, path: readonly string[]): Test {
    const operand = this.#operand(subject, value)
    return operand === undefined ? never : anyAt(path, orElement(operand.equals))
  }

  #operand(subject: string, value: unknown): Operand | undefined {
    return operandOf(this.#report, subject, value)
  }

  #entries(value: unknown): readonly (readonly [string, unknown])[] | undefined {
    return plainEntries(value, Number.POSITIVE_INFINITY)
  }

  #refuse(subject: string, expected: string, received: string): Test {
    this.#report.add('invalid_operand', { subject, expected, received })
    return never
  }

  #tooDeep(): Test {
    const expected = `at most ${DEEPEST} levels`
    this.#report.add('too_deep', { subject: 'the filter', expected, received: 'more' })
    return never
  }

  #at<T>(segment: string | number, read: () => T): T {
    this.#report.enter(segment)
    const result = read()
    this.#report.leave()
    return result
  }
}

/**
 * A predicate of a MongoDB filter, for `Array.prototype.filter`, with the meaning that the filter has
 * in MongoDB and everywhere in tamis. There is no schema, so the operand says what it is compared
 * with: texts with texts, numbers with numbers, Dates with Dates; null with what is absent. A path
 * leads through the objects of lists, and one element of a list is enough.
 *
 * `$where`, `$expr`, functions and regular expressions are never run. They are refused, as is what
 * means something else in tamis: `$exists`, `$size`, `$mod`, `$type`, and equality with lists and
 * documents.
 *
 * @throws FilterError with every issue that was found (at most 20).
 * @example
 * const adults = people.filter(sift({ age: { $gte: 18 }, role: { $in: ['admin', 'user'] } }))
 */
export function sift<T = unknown>(query: unknown): (item: T) => boolean {
  const test = orThrow(collect((report) => new SiftReader(report).filter(query, 0)))
  return (item) => test(item)
}

export { FilterError } from '../error/filter-error.ts'
