import { findOperator } from '../condition/condition.ts'
import { describe, label } from '../error/describe.ts'
import { didYouMean } from '../error/nearest.ts'
import type { Scalar } from '../kinds/kind.ts'
import { isText } from '../kinds/string.ts'
import { wordsOf } from '../kinds/words.ts'
import type { Operand, Shape } from '../operators/operator.ts'
import type { Field } from '../schema/field.ts'
import { elementsOf, isList, lengthOf } from './inspect.ts'
import type { Report } from './report.ts'
import type { Shifts } from './shifts.ts'

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

/** The field and the operator, for messages. */
export const subjectOf = ({ field, operator }: OperandPlace): string =>
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
function hintOf(input: unknown, { field, operator, shifts }: OperandPlace): string | undefined {
  const { name, values, hint } = field.type.kind
  if (typeof input === 'string') {
    if (!isText(input)) return 'U+0000 and lone surrogates cannot be stored'
    return values === undefined ? (shifts?.hint(input) ?? hint) : didYouMean(input, values)
  }
  if (typeof input === 'number' && Number.isInteger(input) && !Number.isSafeInteger(input)) {
    return 'numbers beyond 2^53 lose digits; send a bigint'
  }
  if (typeof input === 'bigint' && name === 'integer') return 'integers have at most 64 bits'
  if (input === null) return 'null is an operand of $eq, $ne, $in and $nin, and means absent'
  if (isList(input) && !field.type.list && (operator === undefined || operator === '$eq')) {
    return 'one of several is {$in: […]}'
  }
  return undefined
}

function scalar(
  input: unknown,
  at: OperandPlace,
  expected = at.field.type.kind.expects,
  i = 0,
): Scalar | undefined {
  const shift = at.shifts?.read(input, at, i)
  if (shift !== undefined) return shift.value
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
