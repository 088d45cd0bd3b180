import { findOperator } from '../condition/condition.ts'
import { OUTSIDE, timeKindOf, valueAt } from '../condition/timed.ts'
import { describe, label } from '../error/describe.ts'
import { didYouMean } from '../error/nearest.ts'
import type { Scalar } from '../kinds/kind.ts'
import { isText } from '../kinds/string.ts'
import { wordsOf } from '../kinds/words.ts'
import type { Operand, Shape } from '../operators/operator.ts'
import type { Field } from '../schema/field.ts'
import type { Relative } from '../schema/relative-time.ts'
import { elementsOf, entriesOf, isList, lengthOf, Unreadable } from './inspect.ts'
import type { Report } from './report.ts'

/** The limits of operands. */
export interface OperandLimits {
  readonly list: number
  readonly string: number
}

/** Checks an operand and makes it canonical; undefined where an issue was reported. */
export type OperandReader = (input: unknown, at: OperandPlace) => Operand | undefined

/** Which operand is read, for messages and limits. */
export interface OperandPlace {
  readonly field: Field
  /** The operator's name, or undefined for a bare operand. */
  readonly operator: string | undefined
  readonly limits: OperandLimits
  readonly report: Report
  /** Reads shifts from now, where the schema allows them, and keeps what it found. */
  readonly shifts?: Shifts | undefined
}

const subjectOf = ({ field, operator }: OperandPlace): string =>
  operator === undefined ? label(field.name) : `${label(field.name)} ${operator}`

function tooLong(text: string, at: OperandPlace): boolean {
  if (text.length <= at.limits.string) return false
  at.report.add('too_long', {
    subject: subjectOf(at),
    expected: `at most ${at.limits.string} characters`,
    received: `${text.length}`,
  })
  return true
}

/** Why a value does not belong to the kind, if its type does not explain it. */
function hintOf(input: unknown, { field, operator }: OperandPlace): string | undefined {
  if (typeof input === 'string' && !isText(input)) {
    return 'U+0000 and lone surrogates cannot be stored'
  }
  const { values } = field.type.kind
  if (typeof input === 'string' && values !== undefined) return didYouMean(input, values)
  if (typeof input === 'string' && field.type.kind.hint !== undefined) return field.type.kind.hint
  if (typeof input === 'number' && Number.isInteger(input) && !Number.isSafeInteger(input)) {
    return 'numbers beyond 2^53 lose digits; send a bigint'
  }
  if (input === null) return 'null is an operand of $eq, $ne, $in and $nin, and means absent'
  if (isList(input) && !field.type.list && (operator === undefined || operator === '$eq')) {
    return 'one of several is {$in: […]}'
  }
  return undefined
}

/** The value of `{ $now: … }` at present; undefined where an issue was reported. */
function shifted(input: unknown, at: OperandPlace, shifts: Shifts, i: number): Scalar | undefined {
  const { report, field } = at
  const subject = subjectOf(at)
  report.enter('$now')
  const relative = shifts.read(input)
  const value = relative && valueAt(relative, field.type.kind, shifts.now)
  if (relative === undefined) {
    const expected = 'a shift such as -7d, -1M/M or +0d/d'
    const hint = 'a sign, an integer of at most 8 digits and one of s m h d w M y'
    report.unexpected('invalid_operand', subject, expected, input, hint)
  } else if (value === undefined) {
    report.add('invalid_operand', { subject, ...OUTSIDE, received: relative.$now })
  } else shifts.found.set(i, relative)
  report.leave()
  return value
}

/** What `{ $now: … }` holds; NOT_SHIFTED for anything else, and where the field has no time. */
function shiftIn(input: unknown, { field, shifts }: OperandPlace): unknown {
  if (shifts === undefined || typeof input !== 'object' || input === null) return NOT_SHIFTED
  if (timeKindOf(field.type.kind) === undefined) return NOT_SHIFTED
  const entries = entriesOf(input, 1)
  if (typeof entries === 'number' || entries instanceof Unreadable) return NOT_SHIFTED
  return entries.keys[0] === '$now' ? entries.values[0] : NOT_SHIFTED
}

const NOT_SHIFTED = Symbol()

function scalar(
  input: unknown,
  at: OperandPlace,
  expected = at.field.type.kind.expects,
  i = 0,
): Scalar | undefined {
  const shift = shiftIn(input, at)
  if (shift !== NOT_SHIFTED && at.shifts !== undefined) return shifted(shift, at, at.shifts, i)
  if (typeof input === 'string' && tooLong(input, at)) return undefined
  const value = at.field.type.kind.operand(input)
  if (value !== undefined) return value
  const most = at.field.type.kind.tooLong?.(input)
  if (most !== undefined) {
    return at.report.add('too_long', {
      subject: subjectOf(at),
      expected: most,
      received: 'a longer number',
    })
  }
  return at.report.unexpected('invalid_operand', subjectOf(at), expected, input, hintOf(input, at))
}

function listOf(
  input: unknown,
  at: OperandPlace,
  allowed: 'null' | 'no null',
): readonly (Scalar | null)[] | undefined {
  const { report, limits } = at
  const length = isList(input) ? lengthOf(input) : undefined
  if (!isList(input) || length === undefined) {
    const expected = `a list, each ${at.field.type.kind.expects}`
    return report.unexpected('invalid_operand', subjectOf(at), expected, input)
  }
  if (length > limits.list) {
    return report.add('too_many', {
      subject: subjectOf(at),
      expected: `at most ${limits.list} operands`,
      received: `${length}`,
    })
  }
  const elements = elementsOf(input, length)
  if (elements === undefined) {
    const received = 'a list that cannot be read'
    return report.add('invalid_operand', {
      subject: subjectOf(at),
      expected: 'a list',
      received,
    })
  }
  const { kind } = at.field.type
  let complete = true
  for (let i = 0; i < length; i++) {
    const element = elements[i]
    if (element === null && allowed === 'null') continue
    const isLong = typeof element === 'string' && element.length > limits.string
    const value = isLong ? undefined : kind.operand(element)
    if (value !== undefined) {
      elements[i] = value
      continue
    }
    report.enter(i)
    const shift = scalar(element, at, kind.expects, i)
    report.leave()
    if (shift === undefined) complete = false
    else elements[i] = shift
  }
  return complete ? (elements as (Scalar | null)[]) : undefined
}

/** Text that is not empty: every text has an empty one in it. */
function textOf(input: unknown, at: OperandPlace, expected: string): string | undefined {
  if (typeof input === 'string' && tooLong(input, at)) return undefined
  if (typeof input === 'string' && input !== '' && isText(input)) return input
  const hint = input === null ? undefined : hintOf(input, at)
  return at.report.unexpected('invalid_operand', subjectOf(at), expected, input, hint)
}

/** The shifts of one operand. */
export interface Shifts {
  /** In milliseconds since 1970. */
  readonly now: number
  /** Those that were read: of a list by their places, of a scalar at 0. */
  readonly found: Map<number, Relative>
  read(input: unknown): Relative | undefined
}

/** How an operand of each shape is read. */
export const operandReaders: Record<Exclude<Shape, 'filter'>, OperandReader> = {
  equal(input, at) {
    if (input === null) return null
    if (at.field.type.list) {
      if (isList(input)) return listOf(input, at, 'no null')
      return scalar(input, at, `${at.field.type.kind.expects}, a list of them or null`)
    }
    return scalar(input, at)
  },
  scalar: (input, at) => scalar(input, at),
  members: (input, at) => listOf(input, at, 'null'),
  elements: (input, at) => listOf(input, at, 'no null'),
  boolean(input, at) {
    if (typeof input === 'boolean') return input
    return at.report.unexpected('invalid_operand', subjectOf(at), 'true or false', input)
  },
  count(input, at) {
    const count = typeof input === 'bigint' && input >= 0n ? Number(input) : input
    if (Number.isSafeInteger(count) && (count as number) >= 0) return (count as number) + 0
    return at.report.unexpected('invalid_operand', subjectOf(at), 'an integer of at least 0', input)
  },
  own(input, at) {
    const refuse = (expected: string, hint?: string): undefined =>
      at.report.unexpected('invalid_operand', subjectOf(at), expected, input, hint)
    return findOperator(at.field.type, `${at.operator}`)?.own?.read(input, at.limits, refuse)
  },
  text: (input, at) => textOf(input, at, 'a string that is not empty'),
  textOrNull: (input, at) =>
    input === null ? null : textOf(input, at, 'a string that is not empty, or null'),
  texts(input, at) {
    const list = listOf(input, at, 'null')
    const empty = list?.indexOf('') ?? -1
    if (empty === -1) return list as Operand<'texts'> | undefined
    at.report.enter(empty)
    at.report.unexpected('invalid_operand', subjectOf(at), 'a string that is not empty', '')
    at.report.leave()
    return undefined
  },
  words(input, at) {
    if (typeof input === 'string' && tooLong(input, at)) return undefined
    if (typeof input === 'string' && isText(input) && wordsOf(input).length > 0) return input
    return at.report.add('invalid_operand', {
      subject: subjectOf(at),
      expected: 'a string with a letter or a digit in it',
      received: describe(input),
    })
  },
}
