// Longer than most files here: one case a function of TanStack DB.

import type { IR } from '@tanstack/db'
import type { Field } from '../schema/field.ts'
import { findField, type Structure } from '../schema/schema.ts'
import {
  COMPARISONS,
  type Comparison,
  comparison,
  contains,
  holds,
  likeness,
  type Terms,
} from './comparison.ts'
import { absent, all, any, equal, isFalse, type Part, present } from './part.ts'
import { ELSEWHERE, UntranslatableError } from './untranslatable.ts'

/** An expression of TanStack DB: a reference to a field, a constant, or a function. */
export type Expression = IR.BasicExpression

type Reference = IR.PropRef
type Call = IR.Func

const isComparison = (name: string): name is Comparison => Object.hasOwn(COMPARISONS, name)

/** What to write in place of functions that have no equivalent. */
const HINTS: Readonly<Record<string, string>> = {
  lower: `Store the text in lower case in a field of its own. ${ELSEWHERE}`,
  upper: `Store the text in upper case in a field of its own. ${ELSEWHERE}`,
  length: 'Store the length in a field of its own',
  concat: 'Compare the fields one by one, joined by and()',
  add: 'Move the constant to the other side of the comparison',
  subtract: 'Move the constant to the other side of the comparison',
  multiply: 'Move the constant to the other side of the comparison',
  divide: 'Move the constant to the other side of the comparison',
  coalesce: 'coalesce(row.field, constant) is translated where it is compared with a constant',
  caseWhen: 'Write the cases with and(), or() and not()',
  date: 'Compare the timestamp with a Date at the start of the day',
  datetime: 'Compare the timestamp with a Date',
  strftime: 'Compare the timestamp with a Date',
}

const untranslatable = (name: string, problem: string, hint?: string): never => {
  throw new UntranslatableError(name, undefined, problem, hint ?? HINTS[name] ?? ELSEWHERE)
}

/** The keys that lead to a value, without the alias of its collection. */
export const pathOf = ({ path, sourceAlias }: Reference): readonly string[] =>
  sourceAlias !== undefined && path[0] === sourceAlias ? path.slice(1) : path

/** The field of a schema that an expression refers to. @throws UntranslatableError */
export function fieldOf(schema: Structure, reference: Reference, operator: string): Field {
  const path = pathOf(reference)
  const name = path.join('.')
  const found = path.some((key) => key.includes('.'))
    ? 'unknown'
    : findField(schema, name, schema.limits.segments)
  if (schema.relations?.named.has(path[0] ?? '')) {
    throw new UntranslatableError(
      operator,
      name,
      'leads through a relation, which collections do not have',
      'Make a collection of the related rows, and join it',
    )
  }
  if (typeof found === 'string' || found.relation !== undefined || found.through !== undefined) {
    throw new UntranslatableError(
      operator,
      name,
      'is not a field of the schema',
      name.startsWith('$')
        ? 'Only the client knows it: test it in fn.where'
        : `Its fields are ${[...schema.fields.keys(), ...[...schema.wildcards.keys()].map((prefix) => `${prefix}.*`)].join(', ')}`,
    )
  }
  return found
}

/** A test for null or undefined, under any number of not(). */
interface NullTest {
  readonly name: 'isNull' | 'isUndefined'
  readonly reference: Reference
  readonly wanted: boolean
}

function nullTestOf(expression: Expression, wanted: boolean): NullTest | undefined {
  if (expression.type !== 'func') return undefined
  const { name, args } = expression
  const [arg] = args
  if (arg === undefined) return undefined
  if (name === 'not') return nullTestOf(arg, !wanted)
  if ((name !== 'isNull' && name !== 'isUndefined') || arg.type !== 'ref') return undefined
  return { name, reference: arg, wanted }
}

const isSamePath = (a: Reference, b: Reference): boolean =>
  pathOf(a).join('\0') === pathOf(b).join('\0')

/**
 * Translates conditions of TanStack DB to filters. These conditions are true, false or unknown, and
 * select what they are true of; filters are true or false. So an expression is translated to what is
 * true of the rows where it is true (`wanted`), or where it is false; not() exchanges the two.
 */
export function translator(schema: Structure, terms: Terms): (where: Expression) => Part {
  function part(expression: Expression, wanted: boolean): Part {
    switch (expression.type) {
      case 'val':
        return ofConstant(expression.value, wanted)
      case 'ref': {
        const field = fieldOf(schema, expression, 'where')
        if (field.type.list || field.type.kind.name !== 'boolean') {
          throw new UntranslatableError(
            'where',
            field.name,
            'is not a boolean',
            'Compare it by eq()',
          )
        }
        return equal(field, [wanted], terms.list, 'where')
      }
      case 'func':
        return ofCall(expression, wanted)
      default:
        return expression satisfies never
    }
  }

  function ofConstant(value: unknown, wanted: boolean): Part {
    if (typeof value === 'boolean') return value === wanted
    if (value === null || value === undefined) return false
    return untranslatable('where', 'a constant that is not a boolean', 'Use true or false')
  }

  function ofCall(call: Call, wanted: boolean): Part {
    const { name, args } = call
    const [one, other] = args
    switch (name) {
      case 'and':
        return ofJoined(args, wanted, wanted)
      case 'or':
        return ofJoined(args, wanted, !wanted)
      case 'not':
        return part(one!, !wanted)
      case 'in':
        return ofMembership(one!, other!, wanted)
      case 'like':
      case 'ilike':
        return ofPattern(name, one!, other!, wanted)
      case 'isNull':
      case 'isUndefined':
        return ofNullTest(name, one!, wanted)
      default:
        if (isComparison(name)) return ofComparison(name, one!, other!, wanted)
        return untranslatable(name, 'tamis has no equivalent')
    }
  }

  /** All of the expressions, or any, each true or each false. */
  function ofJoined(args: readonly Expression[], wanted: boolean, isAll: boolean): Part {
    const tests = args.map((each) => nullTestOf(each, wanted))
    const paired = new Set<number>()
    const parts: Part[] = []
    tests.forEach((test, i) => {
      // Neither null nor undefined, or one of the two: rows may hold either for an absent value.
      if (test?.name !== 'isNull' || test.wanted === isAll) return
      const partner = tests.findIndex(
        (other) =>
          other?.name === 'isUndefined' &&
          other.wanted === test.wanted &&
          isSamePath(other.reference, test.reference),
      )
      if (partner < 0) return
      paired.add(i).add(partner)
      const field = fieldOf(schema, test.reference, 'isNull')
      parts.push(isAll ? present(field, 'isNull') : absent(field, 'isNull'))
    })
    args.forEach((each, i) => {
      if (!paired.has(i)) parts.push(part(each, wanted))
    })
    return isAll ? all(parts) : any(parts)
  }

  /** Where rows hold null for an absent value, as those of the collection do in fields of their own. */
  function ofNullTest(name: 'isNull' | 'isUndefined', arg: Expression, wanted: boolean): Part {
    if (arg.type !== 'ref') return untranslatable(name, 'not of a field', 'Use it of a field')
    const field = fieldOf(schema, arg, name)
    if (field.path.length > 1 || field.wildcard !== undefined) {
      if (field.required) return !wanted
      throw new UntranslatableError(
        name,
        field.name,
        'is in an object, where an absent value can be null or undefined',
        'Use or(isNull(x), isUndefined(x)), or not() of it',
      )
    }
    if (name === 'isUndefined') return !wanted
    return wanted ? absent(field, name) : present(field, name)
  }

  /** `of` is the function that was called, with its sides as they were. */
  function ofComparison(
    name: Comparison,
    a: Expression,
    b: Expression,
    wanted: boolean,
    of: Comparison = name,
  ): Part {
    if (a.type === 'val' && b.type !== 'val') {
      return ofComparison(COMPARISONS[name].turned, b, a, wanted, of)
    }
    if (b.type !== 'val') {
      const call = [a, b].find((each) => each.type === 'func')
      if (call !== undefined) return untranslatable(call.name, 'tamis has no equivalent')
      return untranslatable(name, 'compares two fields', 'Test it in fn.where')
    }
    const { value } = b
    if (a.type === 'val') return untranslatable(name, 'compares two constants', 'Leave it out')
    // Comparisons with null and undefined are unknown.
    if (value === null || value === undefined) return false
    if (a.type === 'ref') return ofField(fieldOf(schema, a, of), name, value, wanted, of)
    if (a.name !== 'coalesce') return untranslatable(a.name, 'tamis has no equivalent')
    const [reference, fallback] = a.args
    const isSimple = a.args.length === 2 && reference?.type === 'ref' && fallback?.type === 'val'
    if (!isSimple) return untranslatable('coalesce', 'not of a field and a constant')
    const field = fieldOf(schema, reference, 'coalesce')
    const isTrue = holdsOf(name, fallback.value, value)
    return any([
      ofField(field, name, value, wanted, of),
      isTrue === wanted ? absent(field, 'coalesce') : false,
    ])
  }

  const ofField = (
    field: Field,
    name: Comparison,
    value: unknown,
    wanted: boolean,
    of: Comparison,
  ): Part => {
    const isTrue = comparison(field, name, value, terms, of)
    return wanted ? isTrue : isFalse(field, isTrue, of)
  }

  /** A comparison of two constants; undefined where it is unknown. */
  function holdsOf(name: Comparison, a: unknown, b: unknown): boolean | undefined {
    if (a === null || a === undefined) return undefined
    const [x, y] = [a, b].map((each) => (each instanceof Date ? each.getTime() : each))
    const isPlain = typeof x === typeof y && a instanceof Date === b instanceof Date
    if (isPlain && typeof x === 'string') return holds(name, x, y as string)
    if (isPlain && typeof x === 'boolean') return holds(name, x, y as boolean)
    if (isPlain && typeof x === 'number' && !Number.isNaN(x) && !Number.isNaN(y)) {
      return holds(name, x, y as number)
    }
    return untranslatable('coalesce', 'its constant is of another type than the compared one')
  }

  function ofMembership(value: Expression, list: Expression, wanted: boolean): Part {
    if (value.type === 'val' && list.type === 'ref') {
      const field = fieldOf(schema, list, 'inArray')
      if (value.value === null || value.value === undefined) return false
      const isTrue = contains(field, value.value, terms)
      if (wanted) return isTrue
      // A value that is not a list contains nothing: false, not unknown.
      return typeof isTrue === 'boolean' ? !isTrue : { $nor: [isTrue] }
    }
    if (value.type !== 'ref' || list.type !== 'val') {
      const call = [value, list].find((each) => each.type === 'func')
      return untranslatable(call?.name ?? 'inArray', 'not of a field and constants')
    }
    const field = fieldOf(schema, value, 'inArray')
    if (!Array.isArray(list.value)) {
      return untranslatable('inArray', 'the second argument is not a list')
    }
    const members = list.value.filter((each) => each !== null && each !== undefined)
    const isTrue = ofMembers(field, members)
    return wanted ? isTrue : isFalse(field, isTrue, 'inArray')
  }

  /** Equal to one of them: in one list, where an operator says so of each. */
  function ofMembers(field: Field, members: readonly unknown[]): Part {
    const parts = members.map((each) => comparison(field, 'eq', each, terms, 'inArray'))
    const values: unknown[] = []
    const others: Part[] = []
    for (const each of parts) {
      const operand = typeof each === 'boolean' ? undefined : each[field.name]
      const used = Object.entries(operand ?? {})
      if (used.length === 1 && used[0]?.[0] === '$eq') values.push(used[0][1])
      else if (used.length === 1 && used[0]?.[0] === '$in') values.push(...used[0][1])
      else others.push(each)
    }
    return any([equal(field, values, terms.list, 'inArray'), ...others])
  }

  function ofPattern(
    name: 'like' | 'ilike',
    value: Expression,
    pattern: Expression,
    wanted: boolean,
  ): Part {
    if (value.type !== 'ref' || pattern.type !== 'val') {
      const call = [value, pattern].find((each) => each.type === 'func')
      return untranslatable(call?.name ?? name, 'not of a field and a constant')
    }
    if (pattern.value === null || pattern.value === undefined) return false
    const field = fieldOf(schema, value, name)
    const isTrue = likeness(field, name, pattern.value, terms)
    return wanted ? isTrue : isFalse(field, isTrue, name)
  }

  return (where) => part(where, true)
}
