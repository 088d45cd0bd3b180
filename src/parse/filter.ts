// Longer than most files here: filters, lists and operators hold each other, so they are read by one
// class, whose methods are the grammar of a filter.

import {
  type Condition,
  conjunction,
  disjunction,
  leaf,
  not,
  TRUE,
} from '../condition/condition.ts'
import { label, nearest, oneOf, quote } from '../error/describe.ts'
import { millisecondsOf } from '../kinds/timestamp.ts'
import {
  findOperator,
  isOperatorName,
  type OperatorName,
  operatorNames,
  operatorOf,
} from '../operators/index.ts'
import type { Operator } from '../operators/operator.ts'
import type { Field } from '../schema/field.ts'
import { DEEPEST, type Limits } from '../schema/limits.ts'
import { findField, type Structure } from '../schema/schema.ts'
import { type Entries, elementsOf, entriesOf, isList, lengthOf, Unreadable } from './inspect.ts'
import { operandReaders } from './operand.ts'
import type { Report } from './report.ts'
import { unknownField } from './unknown-field.ts'

/** The logical lists, and how each joins its filters. */
const LOGICAL = new Map<string, (conditions: readonly Condition[]) => Condition>([
  ['$and', conjunction],
  ['$or', disjunction],
  ['$nor', (conditions) => not(disjunction(conditions))],
])

const DOLLAR = 36

const UNLIMITED = Number.POSITIVE_INFINITY

/** Who speaks: a client, held to the schema, or the server, which sees and may do everything. */
export interface Reader {
  readonly structure: Structure
  readonly report: Report
  readonly trusted: boolean
}

/**
 * Reads one filter. Every method reports what is wrong and goes on, answering TRUE in place of what
 * it could not read: the result counts only where nothing was reported.
 */
export class FilterReader {
  readonly #structure: Structure
  readonly #report: Report
  readonly #trusted: boolean
  readonly #caps: Pick<Limits, 'depth' | 'conditions' | 'list' | 'string' | 'segments'>
  /** How many conditions may still come. */
  #left: number
  /** Whether that ran out: it is reported once, however many come after. */
  #full = false

  constructor({ structure, report, trusted }: Reader) {
    this.#structure = structure
    this.#report = report
    this.#trusted = trusted
    this.#caps = trusted
      ? {
          depth: DEEPEST,
          conditions: UNLIMITED,
          list: UNLIMITED,
          string: UNLIMITED,
          segments: UNLIMITED,
        }
      : structure.limits
    this.#left = this.#caps.conditions
  }

  /** A filter: fields and logical lists, joined by and. */
  filter(input: unknown, depth = 0): Condition {
    const entries = this.#entries(input, 'a filter, an object of fields')
    if (entries === undefined) return TRUE
    const { keys, values } = entries
    if (keys.length === 1) return this.#entry(keys[0]!, values[0], depth)
    const conditions: Condition[] = []
    for (let i = 0; i < keys.length; i++) {
      conditions.push(this.#entry(keys[i]!, values[i], depth))
    }
    return conjunction(conditions)
  }

  #entry(key: string, value: unknown, depth: number): Condition {
    this.#report.enter(key)
    const condition =
      key.charCodeAt(0) === DOLLAR
        ? this.#logical(key, value, depth)
        : this.#field(key, value, depth)
    this.#report.leave()
    return condition
  }

  /** The entries of a plain object, of which each is a condition at least. */
  #entries(input: unknown, expected: string): Entries | undefined {
    return this.#readable(entriesOf(input, this.#left), expected, undefined)
  }

  #readable(
    entries: Entries | number | Unreadable,
    expected: string,
    field: Field | undefined,
  ): Entries | undefined {
    if (typeof entries === 'number') return this.#tooMany(entries)
    if (!(entries instanceof Unreadable)) return entries
    const subject = field === undefined ? 'the filter' : label(field.name)
    const received = entries.what
    return this.#report.add('invalid_operand', { subject, expected, received })
  }

  #tooMany(count: number): undefined {
    const { conditions } = this.#caps
    const received = `${conditions - this.#left + count} or more`
    this.#left = 0
    if (this.#full) return undefined
    this.#full = true
    const expected = `at most ${conditions} conditions`
    return this.#report.add('too_many', {
      subject: 'the filter',
      expected,
      received,
    })
  }

  /** Counts a condition; false where it is one too many. */
  #count(): boolean {
    if (this.#left > 0) {
      this.#left--
      return true
    }
    this.#tooMany(1)
    return false
  }

  /** Whether one level deeper is allowed. */
  #descend(name: string, depth: number): boolean {
    if (depth < this.#caps.depth) return true
    this.#report.add('too_deep', {
      subject: name,
      expected: `nesting of at most ${this.#caps.depth}`,
    })
    return false
  }

  #logical(name: string, value: unknown, depth: number): Condition {
    const join = LOGICAL.get(name)
    if (join === undefined) return this.#misplaced(name)
    if (!this.#count() || !this.#descend(name, depth)) return TRUE
    const report = this.#report
    const length = isList(value) ? lengthOf(value) : undefined
    if (!isList(value) || length === undefined) {
      report.unexpected('invalid_operand', name, 'a list of filters', value)
      return TRUE
    }
    if (length === 0) {
      report.add('empty', {
        subject: name,
        expected: 'at least one filter',
        received: 'none',
      })
      return TRUE
    }
    if (length > this.#caps.list) {
      const expected = `at most ${this.#caps.list} filters`
      report.add('too_many', {
        subject: name,
        expected,
        received: `${length}`,
      })
      return TRUE
    }
    const elements = elementsOf(value, length) ?? [undefined]
    const conditions: Condition[] = []
    for (let i = 0; i < elements.length; i++) {
      report.enter(i)
      conditions.push(this.filter(elements[i], depth + 1))
      report.leave()
    }
    return join(conditions)
  }

  /** A $name where only logical lists can stand. */
  #misplaced(name: string): Condition {
    const names = [...LOGICAL.keys()]
    const near = nearest(name, names)
    const hint =
      name === '$not'
        ? '$not stands in an operators object: {field: {$not: {…}}}; of a whole filter, write {$nor: [{…}]}'
        : isOperatorName(name)
          ? `an operator stands behind a field: {field: {${name}: …}}`
          : near === undefined
            ? `at this level: ${oneOf(names)}`
            : `did you mean ${near}?`
    this.#report.add('unknown_operator', {
      subject: 'the filter',
      received: quote(name),
      hint,
    })
    return TRUE
  }

  #field(name: string, value: unknown, depth: number): Condition {
    const field = this.#find(name)
    if (field === undefined) return TRUE
    if (typeof value === 'object' && value !== null && !isList(value)) {
      // An object that is no list and no Date is read as operators, whatever its keys.
      const entries = entriesOf(value, this.#left)
      const isDate = entries instanceof Unreadable && millisecondsOf(value) !== undefined
      if (!isDate) return this.#operators(field, entries, depth)
    }
    // A bare operand.
    return this.#apply(field, '$eq', operatorOf('$eq'), value, undefined)
  }

  #find(name: string): Field | undefined {
    const report = this.#report
    if (name.length > this.#caps.string) {
      return report.add('too_long', {
        subject: quote(name),
        expected: `a name of at most ${this.#caps.string} characters`,
      })
    }
    const field = findField(this.#structure, name, this.#caps.segments)
    if (field === 'too_deep') {
      const expected = `a path of at most ${this.#caps.segments} segments after the prefix`
      return report.add('too_deep', { subject: quote(name), expected })
    }
    if (field !== 'unknown' && (this.#trusted || !field.hidden)) return field
    return unknownField(report, this.#structure, name, this.#trusted)
  }

  #operators(field: Field, read: Entries | number | Unreadable, depth: number): Condition {
    const expected = 'operators, such as {$eq: …}, or a bare operand'
    const entries = this.#readable(read, expected, field)
    if (entries === undefined) return TRUE
    const { keys, values } = entries
    if (keys.length === 1) return this.#operator(field, keys[0]!, values[0], depth)
    if (keys.length === 0) {
      this.#report.add('empty', {
        subject: label(field.name),
        expected: `an operator: ${this.#allowed(field)}`,
        received: 'an empty object',
      })
      return TRUE
    }
    const conditions: Condition[] = []
    for (let i = 0; i < keys.length; i++) {
      conditions.push(this.#operator(field, keys[i]!, values[i], depth))
    }
    return conjunction(conditions)
  }

  #operator(field: Field, name: string, operand: unknown, depth: number): Condition {
    this.#report.enter(name)
    const record = findOperator(name)
    const condition =
      record === undefined
        ? this.#noOperator(field, name, operand, depth)
        : this.#apply(field, name as OperatorName, record, operand, name)
    this.#report.leave()
    return condition
  }

  /** `$not`, or a name that is no operator's. */
  #noOperator(field: Field, name: string, operand: unknown, depth: number): Condition {
    if (name === '$not') {
      if (!this.#count() || !this.#descend(name, depth)) return TRUE
      return not(this.#operators(field, entriesOf(operand, this.#left), depth + 1))
    }
    const candidates = this.#trusted ? operatorNames : [...field.operators]
    const near = nearest(name, candidates) ?? nearest(name, operatorNames)
    const isOperator = name.startsWith('$')
    const hint = near === undefined ? undefined : `did you mean ${near}?`
    if (isOperator) {
      this.#report.add('unknown_operator', {
        subject: label(field.name),
        received: quote(name),
        hint,
      })
    } else {
      this.#report.add('invalid_operand', {
        subject: label(field.name),
        expected: 'operators, whose names begin with $',
        received: `the key ${quote(name)}`,
        hint,
      })
    }
    return TRUE
  }

  #allowed(field: Field): string {
    return field.operators.size === 0 ? 'none' : [...field.operators].join(', ')
  }

  #apply(
    field: Field,
    name: OperatorName,
    record: Operator,
    input: unknown,
    written: string | undefined,
  ): Condition {
    if (!this.#count()) return TRUE
    const report = this.#report
    if (!field.operators.has(name)) {
      if (!this.#trusted) {
        report.add('operator_not_allowed', {
          subject: label(field.name),
          received: written ?? `a bare operand ($eq)`,
          expected: this.#allowed(field),
        })
        return TRUE
      }
      const { types, onRequest = [] } = record
      if (!types.includes(field.type.name) && !onRequest.includes(field.type.name)) {
        report.add('invalid_operand', {
          subject: label(field.name),
          expected: this.#allowed(field),
          received: `${name}, which a ${field.type.name} field has not`,
        })
        return TRUE
      }
    }
    const at = { field, operator: written, caps: this.#caps, report }
    const operand = operandReaders[record.shape](input, at)
    return operand === undefined ? TRUE : leaf(field, name, operand)
  }
}
