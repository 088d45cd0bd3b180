import { label, quote } from '../error/describe.ts'
import { membersOf } from '../kinds/dynamic.ts'
import { millisecondsOf } from '../kinds/timestamp.ts'
import type { OperatorName } from '../operators/names.ts'
import { isOperatorName } from '../operators/names.ts'
import { elementsOf, entriesOf, isList, lengthOf, Unreadable } from '../parse/inspect.ts'
import type { Report } from '../parse/report.ts'
import type { Field } from '../schema/field.ts'

const NONE = { why: 'it is no operator there' }

const NOT_THERE = {
  $startsWith: NONE,
  $endsWith: NONE,
  $includes: NONE,
  $ieq: NONE,
  $iin: NONE,
  $istartsWith: NONE,
  $iendsWith: NONE,
  $iincludes: NONE,
  $autocomplete: NONE,
  $is: NONE,
  $some: NONE,
  $every: NONE,
  $none: NONE,
}

/**
 * What operators mean in MongoDB, and in libraries that follow it, such as ucast and CASL: the same as
 * here, or why they do not.
 */
const MEANS: Readonly<Record<OperatorName, 'the same' | { readonly why: string }>> = {
  $eq: 'the same',
  $ne: 'the same',
  $gt: 'the same',
  $gte: 'the same',
  $lt: 'the same',
  $lte: 'the same',
  $in: 'the same',
  $nin: 'the same',
  $all: 'the same',
  $exists: {
    why: 'there, a null exists; {$ne: null} and {$eq: null} mean present and absent in both',
  },
  $contains: {
    why: 'it is no operator there; {$eq: value} is true of a list that holds the value',
  },
  $size: { why: 'there, equal elements of a list count' },
  $elemMatch: { why: 'its filter is not translated' },
  ...NOT_THERE,
}

/** Operators that MongoDB or ucast have and that no condition here can express. */
export const UNLIKE: ReadonlyMap<string, string> = new Map([
  ['$regex', 'regular expressions have no meaning that all databases share'],
  ['$options', 'regular expressions have no meaning that all databases share'],
  ['$type', 'the schema says the type of each field'],
  ['$mod', 'no operator here computes'],
  ['$expr', 'no operator here computes'],
  ['$where', 'code of clients is never run'],
  ['$text', 'name the field, and $autocomplete if the field allows it'],
  ['$jsonSchema', 'the schema says the type of each field'],
  ['$comment', 'a filter has nothing that is ignored'],
])

/** Reports an operator whose meaning differs; false if it may be used. */
export function isUnlike(report: Report, subject: string, name: string): boolean {
  if (!isOperatorName(name)) {
    const hint = UNLIKE.get(name)
    report.add('unknown_operator', { subject, received: quote(name), hint })
    return true
  }
  const means = MEANS[name]
  if (means === 'the same') return false
  const expected = 'an operator that means the same in MongoDB'
  report.add('invalid_operand', { subject, expected, received: name, hint: means.why })
  return true
}

const RANGES: ReadonlySet<OperatorName> = /* @__PURE__ */ new Set(['$gt', '$gte', '$lt', '$lte'])

/** What a value is, if it is one of MongoDB's driver or a regular expression. */
export function foreign(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  try {
    if (value instanceof RegExp) return 'a regular expression'
    const { _bsontype: type } = value as { readonly _bsontype?: unknown }
    if (typeof type === 'string') return `a value of BSON, ${quote(type)}`
    return 'toHexString' in value ? 'an ObjectId' : undefined
  } catch {
    return 'an object that cannot be read'
  }
}

/**
 * A copy of an operand, whose lists are read once. Reports what has another meaning, or none, outside
 * of MongoDB; what is no operand at all is left to the reader of filters.
 */
export function sharedOperand(
  report: Report,
  field: Field,
  operator: OperatorName,
  input: unknown,
  most: number,
): unknown {
  const subject = `${label(field.name)} ${operator}`
  const refuse = (expected: string, received: string, hint?: string) =>
    report.add('invalid_operand', { subject, expected, received, hint })
  const scalar = (value: unknown): unknown => {
    const what = foreign(value)
    if (what !== undefined) {
      const isRegex = what === 'a regular expression'
      const hint = isRegex
        ? UNLIKE.get('$regex')
        : 'convert it: an ObjectId to its text, a Long to a bigint'
      return refuse(field.type.kind.expects, what, hint)
    }
    const { kind } = field.type
    if (typeof value === 'string') {
      if (kind.name !== 'dynamic' && kind.isFolded) {
        return refuse(
          'null',
          'a text',
          'there, equality and order regard case; this field ignores it',
        )
      }
      if (kind.name === 'enumeration' && RANGES.has(operator)) {
        return refuse('null', 'a text', 'there, texts are in their own order; here, as listed')
      }
    }
    const isInstant = membersOf(kind).some(({ name }) => name === 'timestamp')
    if (!isInstant && typeof value === 'object' && millisecondsOf(value) !== undefined) {
      return refuse(field.type.kind.expects, 'a Date', 'only a timestamp() is an instant')
    }
    return value
  }
  if (!isList(input)) return scalar(input)
  if (operator === '$eq' || operator === '$ne') {
    if (!field.type.list) return input
    return refuse('a value', 'a list', 'lists are compared in order there, and as sets here')
  }
  const length = lengthOf(input)
  // The reader of filters refuses lists that are too long, or cannot be read, before it reads them.
  if (length === undefined || length > most) return input
  if (length === 0 && operator === '$all') {
    return refuse('at least one value', 'none', 'there, an empty $all is true of nothing')
  }
  return elementsOf(input, length)?.map((each, i) => {
    report.enter(i)
    const element = scalar(each)
    report.leave()
    return element
  })
}

/** The entries of an object, or undefined for what is none. */
export function plainEntries(
  value: unknown,
  most: number,
): readonly (readonly [string, unknown])[] | undefined {
  const entries = entriesOf(value, most)
  if (typeof entries === 'number' || entries instanceof Unreadable) return undefined
  return entries.keys.map((key, i) => [key, entries.values[i]] as const)
}
