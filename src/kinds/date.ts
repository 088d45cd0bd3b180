import { HYPHEN, isDate, twoDigits } from './calendar.ts'
import { type Bound, exactly, type Kind, type Test } from './kind.ts'
import { compareUnits, isOneOf, isString } from './string.ts'

/** Greater than any text that begins with a digit. */
const LAST = ':'

/** Whether a text is a day of the years 0001–9999, as `YYYY-MM-DD`. */
function isDay(text: string): boolean {
  if (text.length !== 10) return false
  if (text.charCodeAt(4) !== HYPHEN || text.charCodeAt(7) !== HYPHEN) return false
  const century = twoDigits(text, 0)
  const year = century * 100 + twoDigits(text, 2)
  return year > 0 && isDate(century, year, twoDigits(text, 5), twoDigits(text, 8))
}

const read = (value: unknown): string | undefined =>
  typeof value === 'string' && isDay(value) ? value : undefined

/** Days are in the order of their texts. Whether a text is one is asked last, of the few within. */
function within(bounds: readonly Bound<string>[]): Test {
  let least = ''
  let beyond = LAST
  for (const { comparison, constant } of bounds) {
    // With a space behind it, a day is after itself and before the next.
    const isAfter = comparison === '>' || comparison === '<='
    const edge = isAfter ? `${constant} ` : constant
    if (comparison === '>' || comparison === '>=') {
      if (edge > least) least = edge
    } else if (edge < beyond) {
      beyond = edge
    }
  }
  return (value) => typeof value === 'string' && value >= least && value < beyond && isDay(value)
}

/** Days of the calendar, without time and zone. There is one text for each, which is canonical. */
export const date: Kind<string> = {
  name: 'date',
  family: 'text',
  expects: 'a date',
  hint: 'write it as 2024-05-01, within the years 0001 to 9999',
  format: 'date',
  operand: read,
  read,
  compare: compareUnits,
  position: exactly,
  range: (comparison, constant) => within([{ comparison, constant }]),
  within,
  equals: isString,
  among: isOneOf,
}
