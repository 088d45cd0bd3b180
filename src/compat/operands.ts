import { describe } from '../error/describe.ts'
import { foreign, UNLIKE } from '../interop/differences.ts'
import { boolean } from '../kinds/boolean.ts'
import type { Kind, Range, Scalar } from '../kinds/kind.ts'
import { number } from '../kinds/numbers.ts'
import { string } from '../kinds/string.ts'
import { millisecondsOf } from '../kinds/timestamp.ts'
import type { Report } from '../parse/report.ts'

export type Test = (value: unknown) => boolean

/** A value of a filter, with the tests of the values that are compared with it. */
export interface Operand {
  readonly equals: Test
  /** Undefined for null, which is in no range. */
  readonly range: ((comparison: Range) => Test) | undefined
}

const isAbsent: Test = (value) => value === null || value === undefined

const NULL: Operand = { equals: isAbsent, range: undefined }

const compared: Readonly<Record<Range, (value: number, constant: number) => boolean>> = {
  '>': (value, constant) => value > constant,
  '>=': (value, constant) => value >= constant,
  '<': (value, constant) => value < constant,
  '<=': (value, constant) => value <= constant,
}

/** Dates are compared with Dates: without a schema, no text is an instant. */
function instant(constant: number): Operand {
  const when =
    (test: (milliseconds: number) => boolean): Test =>
    (value) => {
      const own = typeof value === 'object' ? millisecondsOf(value) : undefined
      return own !== undefined && test(own)
    }
  return {
    equals: when((own) => own === constant),
    range: (comparison) => when((own) => compared[comparison](own, constant)),
  }
}

function ofKind<V extends Scalar>(kind: Kind<V>, value: V): Operand {
  return {
    equals: kind.equals(value),
    range: (comparison) => kind.range(comparison, value),
  }
}

const EXPECTED = 'a string, a number, a boolean, a Date or null'

/** Reads a value of a filter; reports what has no meaning that every part of tamis shares. */
export function operandOf(report: Report, subject: string, value: unknown): Operand | undefined {
  const refuse = (received: string, hint?: string): undefined =>
    report.add('invalid_operand', { subject, expected: EXPECTED, received, hint })
  if (value === null || value === undefined) return NULL
  if (typeof value === 'function') return refuse('a function', UNLIKE.get('$where'))
  if (typeof value === 'boolean') return ofKind(boolean, value)
  if (typeof value === 'string') {
    const text = string.operand(value)
    return text === undefined ? refuse(describe(value)) : ofKind(string, text)
  }
  if (typeof value === 'number' || typeof value === 'bigint') {
    const near = number.operand(value)
    return near === undefined ? refuse(describe(value)) : ofKind(number, near)
  }
  const what = foreign(value)
  if (what === 'a regular expression') return refuse(what, UNLIKE.get('$regex'))
  if (what !== undefined) return refuse(what, 'convert it to text, in the rows as well')
  const milliseconds = typeof value === 'object' ? millisecondsOf(value) : undefined
  if (milliseconds !== undefined) return instant(milliseconds)
  if (Array.isArray(value))
    return refuse('a list', 'lists are compared in order there, as sets here')
  return refuse('a document, which is compared as a whole', 'name its fields: {"address.city": …}')
}
