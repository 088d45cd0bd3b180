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
import { isOperatorName, type OperatorName, operatorNames, operatorOf } from '../operators/index.ts'
import type { Field } from '../schema/field.ts'
import { DEEPEST, type Limits } from '../schema/limits.ts'
import { findField, type Structure } from '../schema/schema.ts'
import { type Entries, elementsOf, entriesOf, isList, lengthOf, Unreadable } from './inspect.ts'
import { operandReaders } from './operand.ts'
import type { Report } from './report.ts'
import { unknownField } from './unknown-field.ts'

/** The logical lists, and how each joins its filters. */
const LOGICAL = {
  $and: conjunction,
  $or: disjunction,
  $nor: (conditions: readonly Condition[]) => not(disjunction(conditions)),
} as const

const isLogical = (name: string): name is keyof typeof LOGICAL => Object.hasOwn(LOGICAL, name)

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
    const conditions: Condition[] = []
    for (const [key, value] of entries) {
      this.#report.enter(key)
      conditions.push(
        key.startsWith('$') ? this.#logical(key, value, depth) : this.#field(key, value, depth),
      )
      this.#report.leave()
    }
    return conjunction(conditions)
  }

  /** The entries of a plain object, of which each is a condition at least. */
  #entries(input: unknown, expected: string, subject = 'the filter'): Entries | undefined {
    const entries = entriesOf(input, this.#left)
    if (typeof entries === 'number') return this.#tooMany(entries)
    if (!(entries instanceof Unreadable)) return entries
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
    if (!isLogical(name)) return this.#misplaced(name)
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
    const conditions = (elementsOf(value, length) ?? [undefined]).map((element, i) => {
      report.enter(i)
      const condition = this.filter(element, depth + 1)
      report.leave()
      return condition
    })
    return LOGICAL[name](conditions)
  }

  /** A $name where only logical lists can stand. */
  #misplaced(name: string): Condition {
    const names = Object.keys(LOGICAL)
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
    if (isOperatorsObject(value)) return this.#operators(field, value, depth)
    // A bare operand.
    return this.#apply(field, '$eq', value, undefined)
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

  #operators(field: Field, value: unknown, depth: number): Condition {
    const subject = label(field.name)
    const entries = this.#entries(value, 'operators, such as {$eq: …}, or a bare operand', subject)
    if (entries === undefined) return TRUE
    if (entries.length === 0) {
      const expected = `an operator: ${this.#allowed(field)}`
      this.#report.add('empty', {
        subject,
        expected,
        received: 'an empty object',
      })
      return TRUE
    }
    const conditions = entries.map(([name, operand]) => {
      this.#report.enter(name)
      const condition = this.#operator(field, name, operand, depth)
      this.#report.leave()
      return condition
    })
    return conjunction(conditions)
  }

  #operator(field: Field, name: string, operand: unknown, depth: number): Condition {
    if (name === '$not') {
      if (!this.#count() || !this.#descend(name, depth)) return TRUE
      return not(this.#operators(field, operand, depth + 1))
    }
    if (isOperatorName(name)) return this.#apply(field, name, operand, name)
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

  #apply(field: Field, name: OperatorName, input: unknown, written: string | undefined): Condition {
    if (!this.#count()) return TRUE
    const report = this.#report
    if (!this.#trusted && !field.operators.has(name)) {
      report.add('operator_not_allowed', {
        subject: label(field.name),
        received: written ?? `a bare operand ($eq)`,
        expected: this.#allowed(field),
      })
      return TRUE
    }
    const { types, onRequest = [], shape } = operatorOf(name)
    if (!types.includes(field.type.name) && !onRequest.includes(field.type.name)) {
      const received = `${name}, which a ${field.type.name} field has not`
      report.add('invalid_operand', {
        subject: label(field.name),
        expected: this.#allowed(field),
        received,
      })
      return TRUE
    }
    const at = { field, operator: written, caps: this.#caps, report }
    const operand = operandReaders[shape](input, at)
    return operand === undefined ? TRUE : leaf(field, name, operand)
  }
}

/** An object that is no list and no Date is read as operators, whatever its keys. */
const isOperatorsObject = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !isList(value) &&
  millisecondsOf(value) === undefined
