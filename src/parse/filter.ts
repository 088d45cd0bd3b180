// Longer than most files here: filters, lists and operators hold each other, so they are read by one
// class, whose methods are the grammar of a filter.

import {
  type Condition,
  conjunction,
  disjunction,
  hasOperator,
  leaf,
  not,
  some,
  TRUE,
} from '../condition/condition.ts'
import { bytesOver, costOf } from '../condition/cost.ts'
import { relationOf, type Scopes } from '../condition/relation.ts'
import { label, quote } from '../error/describe.ts'
import { millisecondsOf } from '../kinds/timestamp.ts'
import {
  type AnyOperatorName,
  isLogicalName,
  isOperatorName,
  type LogicalName,
} from '../operators/names.ts'
import type { Field, FieldSet } from '../schema/field.ts'
import { DEEPEST, type Limits, UNLIMITED } from '../schema/limits.ts'
import { findField, type Structure } from '../schema/schema.ts'
import { type Entries, elementsOf, entriesOf, isList, lengthOf, Unreadable } from './inspect.ts'
import {
  allowedOperators,
  misplacedOperator,
  operatorNotAllowed,
  unknownOperator,
} from './mistakes.ts'
import { operandReaders } from './operand.ts'
import type { Report } from './report.ts'
import { type ShiftReading, shiftReadingOf } from './shifts.ts'
import { unknownField } from './unknown-field.ts'

type Join = (conditions: readonly Condition[]) => Condition

/** How the logical lists join their filters. */
const JOINS: Readonly<Record<LogicalName, Join>> = {
  $and: conjunction,
  $or: disjunction,
  $nor: (conditions) => not(disjunction(conditions)),
}

const DOLLAR = 36

/** The bytes of the names and operands of one filter. A statement may repeat them, and write them as JSON. */
const MOST_BYTES = 1024 * 1024

/** The server's own conditions nest at most as deep: a mapping of a cycle has no end. */
const MOST_RELATIONS = 8

/** `trusted` is for filters of the server, which may use everything and have no limits. */
export interface Reader {
  readonly structure: Structure
  readonly report: Report
  readonly trusted: boolean
  readonly scopes?: Scopes | undefined
  /** The time of reading, in milliseconds since 1970. */
  readonly now?: number | undefined
}

/** One of the conditions that a filter joins at its top. */
export interface Part {
  /** The name of the only field that it is about; undefined where it is about several, or none. */
  readonly field: string | undefined
  readonly condition: Condition
}

/**
 * Reads one filter. A method that finds a mistake reports it and returns TRUE, so that reading
 * continues: the result is valid only if nothing was reported.
 */
export class FilterReader {
  readonly #structure: Structure
  /** The fields that are asked: of the rows, or of the objects inside of them. */
  #fields: FieldSet
  readonly #report: Report
  readonly #trusted: boolean
  readonly #shifts: ShiftReading | undefined
  readonly #now: number | undefined
  readonly #limits: Pick<Limits, 'depth' | 'conditions' | 'list' | 'string' | 'segments'>
  /** The number of conditions that are still allowed. */
  #left: number
  /** Whether `too_many` was reported: it is reported once only. */
  #full = false
  /** The names of the fields that a part is about, while one is read for its own sake. */
  #named: Set<string> | undefined

  readonly #scopes: Scopes | undefined
  /** How many relations may still be entered. */
  #relations: number

  constructor({ structure, report, trusted, scopes, now }: Reader) {
    this.#now = now
    this.#shifts = shiftReadingOf(structure)
    this.#structure = structure
    this.#fields = structure
    this.#scopes = scopes
    this.#relations = trusted ? MOST_RELATIONS : structure.limits.relations
    this.#report = report
    this.#trusted = trusted
    this.#limits = trusted
      ? {
          depth: DEEPEST,
          conditions: UNLIMITED,
          list: UNLIMITED,
          string: UNLIMITED,
          segments: UNLIMITED,
        }
      : structure.limits
    this.#left = this.#limits.conditions
  }

  /** Reads a whole filter and checks its limits and its cost. */
  read(input: unknown): Condition {
    const condition = this.filter(input)
    if (!this.#trusted) this.#checkCost(condition)
    return condition
  }

  /** The same as the parts that it joins by and: a condition alone does not say what it was of. */
  readParts(input: unknown): readonly Part[] {
    const parts: Part[] = []
    const condition = this.filter(input, 0, parts)
    this.#checkCost(condition)
    return parts
  }

  #checkCost(condition: Condition): void {
    const { cost: most } = this.#structure.limits
    const cost = costOf(condition)
    if (cost > most) {
      this.#report.add('too_costly', {
        subject: 'the filter',
        expected: `a cost of at most ${most}`,
        received: `${cost}`,
        hint: 'use fewer conditions, above all on lists and keys of JSON, or one $in for several values',
      })
    }
    const bytes = bytesOver(condition, MOST_BYTES)
    if (bytes !== undefined) {
      this.#report.add('too_costly', {
        subject: 'the filter',
        expected: `names and operands of at most ${MOST_BYTES} bytes together`,
        received: `${bytes}`,
      })
    }
  }

  /** A filter: fields and logical lists, joined by and. */
  filter(input: unknown, depth = 0, parts?: Part[]): Condition {
    const entries = this.#entries(input, 'a filter, an object of fields')
    if (entries === undefined) return TRUE
    const { keys, values } = entries
    if (keys.length === 1) return this.#entry(keys[0]!, values[0], depth, parts)
    const conditions: Condition[] = []
    for (let i = 0; i < keys.length; i++) {
      conditions.push(this.#entry(keys[i]!, values[i], depth, parts))
    }
    return conjunction(conditions)
  }

  /** An entry of a filter; its parts are added to `parts`, if these are asked for. */
  #entry(key: string, value: unknown, depth: number, parts?: Part[]): Condition {
    if (parts === undefined) return this.#readEntry(key, value, depth)
    // What $and joins is joined at the top.
    if (key === '$and') return this.#readEntry(key, value, depth, parts)
    const named = new Set<string>()
    this.#named = named
    const condition = this.#readEntry(key, value, depth)
    this.#named = undefined
    const [field] = named
    parts.push({ field: named.size === 1 ? field : undefined, condition })
    return condition
  }

  #readEntry(key: string, value: unknown, depth: number, parts?: Part[]): Condition {
    this.#report.enter(key)
    const condition =
      key.charCodeAt(0) === DOLLAR
        ? this.#logical(key, value, depth, parts)
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
    const { conditions } = this.#limits
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

  /** Counts a condition; false if it is over the limit. */
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
    if (depth < this.#limits.depth) return true
    this.#report.add('too_deep', {
      subject: name,
      expected: `nesting of at most ${this.#limits.depth}`,
    })
    return false
  }

  #logical(name: string, value: unknown, depth: number, parts?: Part[]): Condition {
    if (!isLogicalName(name)) {
      misplacedOperator(this.#report, name)
      return TRUE
    }
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
    if (length > this.#limits.list) {
      const expected = `at most ${this.#limits.list} filters`
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
      conditions.push(this.filter(elements[i], depth + 1, parts))
      report.leave()
    }
    return JOINS[name](conditions)
  }

  #field(name: string, value: unknown, depth: number): Condition {
    const through = this.#fields.relations?.through(name)
    if (through !== undefined) return this.#through(through, value, depth)
    const field = this.#find(name)
    if (field === undefined) return TRUE
    if (typeof value === 'object' && value !== null && !isList(value)) {
      // Objects other than lists and Dates are read as operators, with any keys.
      const entries = entriesOf(value, this.#left)
      const isBare =
        entries instanceof Unreadable
          ? millisecondsOf(value) !== undefined
          : typeof entries !== 'number' && this.#shifts?.isShift(entries)
      if (!isBare) return this.#operators(field, entries, depth)
    }
    // A bare operand.
    return this.#apply(field, '$eq', value, undefined, depth)
  }

  #find(name: string): Field | undefined {
    const report = this.#report
    if (name.length > this.#limits.string) {
      return report.add('too_long', {
        subject: quote(name),
        expected: `a name of at most ${this.#limits.string} characters`,
      })
    }
    const field = findField(this.#fields, name, this.#limits.segments)
    if (field === 'too_deep') {
      const expected = `a path of at most ${this.#limits.segments} segments after the prefix`
      return report.add('too_deep', { subject: quote(name), expected })
    }
    if (field !== 'unknown' && (this.#trusted || !field.hidden)) {
      this.#named?.add(name)
      return field
    }
    return unknownField(report, this.#fields, name, this.#trusted)
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
        expected: `an operator: ${allowedOperators(field)}`,
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
    const condition =
      isOperatorName(name) || hasOperator(field.type, name)
        ? this.#apply(field, name, operand, name, depth)
        : this.#notAnOperator(field, name, operand, depth)
    this.#report.leave()
    return condition
  }

  /** `$not`, or a name that no operator has. */
  #notAnOperator(field: Field, name: string, operand: unknown, depth: number): Condition {
    if (name !== '$not') {
      unknownOperator(this.#report, field, name, this.#trusted)
      return TRUE
    }
    if (!this.#count() || !this.#descend(name, depth)) return TRUE
    return not(this.#operators(field, entriesOf(operand, this.#left), depth + 1))
  }

  /** A filter over other fields, which is inside of this one and counts as a part of it. */
  #inside({ elements }: Field, input: unknown, depth: number): Condition {
    return this.#within(elements, () => this.filter(input, depth + 1))
  }

  #within(fields: FieldSet | undefined, read: () => Condition): Condition {
    const outer = this.#fields
    this.#fields = fields ?? outer
    const condition = read()
    this.#fields = outer
    return condition
  }

  /** A condition on related rows; without an operator, on the value of the one. */
  #related(field: Field, name: AnyOperatorName | undefined, read: () => Condition): Condition {
    if (this.#relations === 0) {
      const { relations } = this.#structure.limits
      this.#report.add('too_deep', {
        subject: label(field.name),
        expected: `relations nested at most ${relations} deep`,
      })
      return TRUE
    }
    this.#relations--
    const condition = read()
    this.#relations++
    const relation = relationOf(field)
    if (relation === undefined) return TRUE
    // From the server no scope hides rows.
    return relation.apply(name, condition, this.#trusted ? TRUE : relation.scope(this.#scopes))
  }

  /** `customer.country`: the value of the related row, absent where there is none. */
  #through(
    { relation, rest }: { readonly relation: Field; readonly rest: string },
    value: unknown,
    depth: number,
  ): Condition {
    // The field at the end has the name of none of the rows' own.
    this.#named?.add(relation.name)
    if (!this.#count() || !this.#descend(relation.name, depth)) return TRUE
    return this.#related(relation, undefined, () =>
      this.#within(relation.elements, () => this.#field(rest, value, depth + 1)),
    )
  }

  /** An operator applied to a field; `written` is undefined for a bare operand. */
  #apply(
    field: Field,
    name: AnyOperatorName,
    input: unknown,
    written: string | undefined,
    depth: number,
  ): Condition {
    if (!this.#count()) return TRUE
    const report = this.#report
    const record = field.type.operators[name]
    // The server may use every operator of the type, a client those that the field lists.
    if (record === undefined || (!this.#trusted && !field.operators.has(name))) {
      operatorNotAllowed(report, field, this.#trusted ? name : written, this.#trusted)
      return TRUE
    }
    if (record.shape === 'filter') {
      if (!this.#descend(name, depth)) return TRUE
      const related = relationOf(field)
      if (related === undefined) return some(field, name, this.#inside(field, input, depth))
      return this.#related(field, name, () => this.#inside(field, input, depth))
    }
    // Whether an operator of one's own has a meaning at another time is not known.
    const shifts = record.own === undefined ? this.#shifts?.shifts(this.#now) : undefined
    const at = { field, operator: written, limits: this.#limits, report, shifts }
    const read = operandReaders[record.shape](input, at)
    const operand =
      read === undefined ? undefined : record.own ? record.own.held(field.type, read) : read
    if (read !== undefined && operand === undefined) {
      const expected = 'values that the field can hold'
      report.unexpected('invalid_operand', `${label(field.name)} ${name}`, expected, input)
    }
    if (operand === undefined) return TRUE
    const condition = leaf(field, name, operand)
    return shifts === undefined ? condition : shifts.timed(condition, !this.#trusted)
  }
}
