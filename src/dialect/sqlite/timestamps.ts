/** Timestamps as text, in the canonical form and in those that SQLite's users have. */

import { type Fragment, join, sql } from '../fragment.ts'
import { integerLiteral } from '../literal.ts'
import type { TimestampColumn } from '../timestamp.ts'
import { beyondOf, type FormParts, inForm, leastOf, textReader } from '../timestamp-text.ts'
import { asIs, type ColumnType } from '../types.ts'

export const DIGIT = sql`[0-9]`

export const DAY = sql`[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]`

const TIME = sql`[0-2][0-9]:[0-5][0-9]:[0-5][0-9]`

/** For these days, the slow call of a calendar function is not needed. */
export const isEarly = (value: Fragment): Fragment =>
  sql`substr(${value}, 9, 2) BETWEEN '01' AND '28' AND substr(${value}, 6, 2) BETWEEN '01' AND '12'`

/**
 * Whether a text of the shape of a timestamp is one; a pattern would not reject 2024-02-30. Of no
 * date, `date` is NULL, with which a CHECK is content. GLOB reads up to U+0000.
 */
function isInstant(value: Fragment): Fragment {
  const day = sql`substr(${value}, 1, 10)`
  return sql`substr(${value}, 12, 2) < '24' AND (${isEarly(value)} OR date(${day}) IS ${day}) AND instr(${value}, char(0)) = 0`
}

/** The year is not 0000. A column of numbers would take a text such as '0001' for one. */
const hasYear = (value: Fragment): Fragment => sql`substr(${value}, 1, 4) > '0000'`

/** Whether a text is in a form, with no more than the field's digits but zeros. */
function isInForm(value: Fragment, parts: FormParts, most: number): Fragment {
  const digits = Array.from({ length: parts.digits }, (_, i) => (i < most ? DIGIT : sql`0`))
  const point = digits.length === 0 ? sql`` : sql`.`
  const [separator, zone] = [
    parts.separator === 'T' ? sql`T` : sql` `,
    parts.zone === 'Z' ? sql`Z` : sql``,
  ]
  const shape = sql`'${DAY}${separator}${TIME}${point}${join(digits, sql``)}${zone}'`
  return sql`${value} GLOB ${shape} AND ${hasYear(value)} AND ${isInstant(value)}`
}

/** The canonical text with this number of digits. */
export const isTimestamp = (value: Fragment, digits: number): Fragment =>
  isInForm(value, { separator: 'T', digits, zone: 'Z' }, digits)

/** A fraction with this number of digits, of a text that may begin with a point and end with Z. */
function fractionOf(text: Fragment, digits: number): Fragment {
  if (digits === 0) return sql`'Z'`
  const zeros = join(Array(digits).fill(sql`0`), sql``)
  return sql`'.' || substr(rtrim(ltrim(${text}, '.'), 'Z') || '${zeros}', 1, ${integerLiteral(digits)}) || 'Z'`
}

/**
 * The canonical text of a text in any form, else NULL. The whole seconds are moved to UTC by
 * `strftime`, whose own fractions have three digits. Of the first day, whose offsets could lead to the
 * year 0, only texts without one are read.
 */
function canonicalOf(value: Fragment, digits: number): Fragment {
  const tail = sql`substr(${value}, 20)`
  const zone = sql`ltrim(${tail}, '.0123456789')`
  const isWhole = sql`${tail} = ${zone}`
  const hasFraction = sql`${tail} GLOB '.[0-9]*' AND substr(${value}, 21) NOT GLOB '*.*'`
  const isShaped = sql`${value} GLOB '${DAY}[T ]${TIME}*' AND ${isInstant(value)} AND (${isWhole} OR (${hasFraction}))`
  const utc = sql`CASE WHEN ${hasYear(value)} THEN substr(${value}, 1, 10) || 'T' || substr(${value}, 12, 8) || ${fractionOf(tail, digits)} END`
  const hasOffset = sql`${zone} GLOB '[+-][0-1][0-9]:[0-5][0-9]' AND substr(${zone}, 2, 2) <= '14' AND substr(${value}, 1, 10) >= '0001-01-02'`
  const moved = sql`strftime('%Y-%m-%dT%H:%M:%S', substr(${value}, 1, 19) || ${zone}) || ${fractionOf(sql`substr(${value}, 20, length(${value}) - 25)`, digits)}`
  return sql`(CASE WHEN ${isShaped} THEN CASE WHEN ${zone} IN ('', 'Z') THEN ${utc} WHEN ${hasOffset} THEN ${moved} END END)`
}

const one = (form: FormParts): TimestampColumn => ({
  type: () => sql`TEXT`,
  encode: (value) => inForm(String(value), form),
  decode: textReader(form),
  check: (column, digits) => isInForm(column, form, digits),
})

const any: TimestampColumn = {
  ...asIs,
  type: () => sql`TEXT`,
  decode: textReader(),
  check: (column, digits) => sql`(${column} IS NULL OR ${canonicalOf(column, digits)} IS NOT NULL)`,
  exact: canonicalOf,
}

/** Text of any form begins with a day, which is in order; offsets move it to the next or the last. */
const prefilter: NonNullable<ColumnType['prefilter']> = (column) => ({
  compare(comparison, constant) {
    const least = sql`${column} >= ${leastOf(constant)}`
    const beyond = sql`${column} < ${beyondOf(constant)}`
    if (comparison === '=') return sql`${least} AND ${beyond}`
    return comparison === '>' || comparison === '>=' ? least : beyond
  },
  isIn(constants) {
    const texts = constants.map(String).sort()
    const [first = '', last = ''] = [texts[0], texts.at(-1)]
    return sql`${column} >= ${leastOf(first)} AND ${column} < ${beyondOf(last)}`
  },
})

/** Columns of text in other forms than the canonical one. */
export const forms = { one, any, prefilter } as const
