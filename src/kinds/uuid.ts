import { exactly, isWithin, type Kind, type Range, type Test } from './kind.ts'
import { compareUnits, isOneOf, isString } from './string.ts'

const LENGTH = 36
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

const isUuid = (value: unknown): value is string =>
  typeof value === 'string' && value.length === LENGTH && UUID.test(value)

const read = (value: unknown): string | undefined =>
  isUuid(value) ? value.toLowerCase() : undefined

/** Whether a text is a UUID in its canonical form: lower case, in groups of 8-4-4-4-12 digits. */
export const isCanonicalUuid = (text: string): boolean => read(text) === text

/** Also true of the value in the other case. No letter outside ASCII becomes a digit in lower case. */
const otherCase =
  (test: Test): Test =>
  (value) =>
    test(value) ||
    (typeof value === 'string' && value.length === LENGTH && test(value.toLowerCase()))

/** The constants of a range are canonical, and so are most rows' values: the pattern comes last. */
function range(comparison: Range, constant: string): Test {
  return (value) => {
    if (typeof value !== 'string' || value.length !== LENGTH) return false
    return isWithin(comparison, compareUnits(value.toLowerCase(), constant)) && UUID.test(value)
  }
}

/** UUIDs of any version. The canonical form is lower case, whose order is that of the 16 bytes. */
export const uuid: Kind<string> = {
  name: 'uuid',
  family: 'text',
  expects: 'a UUID',
  hint: 'write it as 018f3a5c-7c1e-7f00-8000-000000000001',
  isRewritten: true,
  format: 'uuid',
  operand: read,
  read,
  compare: compareUnits,
  position: exactly,
  range,
  equals: (constant) => otherCase(isString(constant)),
  among: (constants) => otherCase(isOneOf(constants)),
}
