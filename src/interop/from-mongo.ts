import { conjunction, TRUE } from '../condition/condition.ts'
import type { Scopes } from '../condition/relation.ts'
import { label } from '../error/describe.ts'
import { isLogicalName, isOperatorName } from '../operators/names.ts'
import { FilterReader } from '../parse/filter.ts'
import type { ConditionOf } from '../parse/index.ts'
import { elementsOf, isList, lengthOf } from '../parse/inspect.ts'
import { collect, orThrow, type Report, type Result } from '../parse/report.ts'
import type { Schema } from '../parse/schema.ts'
import { rootScope } from '../parse/scopes.ts'
import type { Field, FieldSet } from '../schema/field.ts'
import { DEEPEST, UNLIMITED } from '../schema/limits.ts'
import { findField } from '../schema/schema.ts'
import { isUnlike, plainEntries, sharedOperand } from './differences.ts'

export interface MongoOptions {
  /**
   * Whether the server wrote the filter. It may then use hidden fields and every operator, without
   * limits, as in `condition`. Never set it for what a client sent.
   */
  readonly trusted?: boolean
  /** The scopes of schemas with `scope: true`, as `parseFilter` takes them. */
  readonly scopes?: Scopes | undefined
}

/**
 * The condition of a filter that was written for MongoDB, where both mean the same by it: comparisons,
 * `$in`, `$nin`, `$all`, null, `$not`, `$and`, `$or` and `$nor`. What MongoDB would select other rows
 * by is refused and named: `$exists`, `$regex`, `$elemMatch`, `$type`, `$size`, equality with lists and
 * documents, values of BSON, texts of fields that ignore case, ranges of enumerations.
 *
 * @throws FilterError with every issue that was found (at most 20).
 * @example
 * fromMongo(people, { role: { $in: ['admin'] }, deleted_at: null })
 */
export const fromMongo = <S extends Schema>(
  schema: S,
  filter: unknown,
  options?: MongoOptions,
): ConditionOf<S> => orThrow(safeFromMongo(schema, filter, options))

/** The same, that answers the issues and throws none. */
export const safeFromMongo = <S extends Schema>(
  schema: S,
  filter: unknown,
  { trusted = false, scopes }: MongoOptions = {},
): Result<ConditionOf<S>> => {
  const scope = trusted ? TRUE : rootScope(schema, scopes)
  return collect((report) => {
    const shared = new MongoReader(schema, report, trusted).filter(filter, 0)
    // The copy holds the same names: issues of both have their place in the filter that was given.
    const reader = new FilterReader({ structure: schema, report, trusted, scopes })
    return conjunction([scope, reader.read(report.issues.length === 0 ? shared : {})])
  })
}

/** The field that a name or a path through relations leads to; the reader of filters limits its depth. */
function endOf(schema: Schema, name: string, segments: number) {
  let set: FieldSet = schema
  let rest = name
  for (let i = 0; i < DEEPEST; i++) {
    const step = set.relations?.through(rest)
    if (step?.relation.elements === undefined) break
    set = step.relation.elements
    rest = step.rest
  }
  return findField(set, rest, segments)
}

/**
 * Copies a filter and reports what has another meaning in MongoDB. What is malformed stays as it is,
 * for the reader of filters to report.
 */
class MongoReader {
  readonly #schema: Schema
  readonly #report: Report
  readonly #trusted: boolean
  readonly #limits: {
    readonly conditions: number
    readonly list: number
    readonly segments: number
  }

  constructor(schema: Schema, report: Report, trusted: boolean) {
    this.#schema = schema
    this.#report = report
    this.#trusted = trusted
    this.#limits = trusted
      ? { conditions: UNLIMITED, list: UNLIMITED, segments: UNLIMITED }
      : schema.limits
  }

  filter(input: unknown, depth: number): unknown {
    // Deeper filters are refused by the reader of filters before it reads them.
    if (depth > DEEPEST) return input
    return this.#mapped(input, (key, value) => {
      if (!key.startsWith('$')) return this.#field(key, value, depth)
      if (isLogicalName(key)) return this.#filters(value, depth)
      isUnlike(this.#report, 'the filter', key)
      return value
    })
  }

  /** An object with its values mapped; other values as they are. */
  #mapped(input: unknown, map: (key: string, value: unknown) => unknown): unknown {
    const entries = plainEntries(input, this.#limits.conditions)
    if (entries === undefined) return input
    const mapped = entries.map(([key, value]) => {
      this.#report.enter(key)
      const result = map(key, value)
      this.#report.leave()
      return [key, result] as const
    })
    return Object.fromEntries(mapped)
  }

  #filters(input: unknown, depth: number): unknown {
    const length = isList(input) ? lengthOf(input) : undefined
    if (!isList(input) || length === undefined || length > this.#limits.list) return input
    return elementsOf(input, length)?.map((each, i) => {
      this.#report.enter(i)
      const filter = this.filter(each, depth + 1)
      this.#report.leave()
      return filter
    })
  }

  #field(name: string, value: unknown, depth: number): unknown {
    const field = endOf(this.#schema, name, this.#limits.segments)
    // What is said of a hidden field must be what is said of an unknown one.
    if (typeof field === 'string' || (field.hidden && !this.#trusted)) return value
    const entries = plainEntries(value, this.#limits.conditions)
    if (entries === undefined) return this.#operand(field, '$eq', value)
    const [first] = entries
    if (first !== undefined && !entries.some(([key]) => key.startsWith('$'))) {
      return this.#report.add('invalid_operand', {
        subject: label(name),
        expected: field.type.kind.expects,
        received: 'a document, which MongoDB compares as a whole',
        hint: `name the field: {${JSON.stringify(`${name}.${first[0].slice(0, 60)}`)}: …}`,
      })
    }
    return this.#operators(field, value, depth)
  }

  #operators(field: Field, input: unknown, depth: number): unknown {
    if (depth > DEEPEST) return input
    return this.#mapped(input, (name, operand) => {
      if (name !== '$not') return this.#operator(field, name, operand)
      const isOperators = plainEntries(operand, this.#limits.conditions) !== undefined
      return isOperators
        ? this.#operators(field, operand, depth + 1)
        : this.#operand(field, '$eq', operand)
    })
  }

  #operator(field: Field, name: string, operand: unknown): unknown {
    if (!name.startsWith('$')) return operand
    if (isUnlike(this.#report, label(field.name), name) || !isOperatorName(name)) return operand
    return this.#operand(field, name, operand)
  }

  #operand(field: Field, operator: Parameters<typeof sharedOperand>[2], input: unknown): unknown {
    return sharedOperand(this.#report, field, operator, input, this.#limits.list)
  }
}
