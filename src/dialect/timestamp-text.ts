/** Forms of text that timestamps have in tables of databases without a type for them. */

import type { Scalar } from '../kinds/kind.ts'
import type { ColumnPlace, TimestampStorage } from './place.ts'

type Fraction =
  | ''
  | '.S'
  | '.SS'
  | '.SSS'
  | '.SSSS'
  | '.SSSSS'
  | '.SSSSSS'
  | '.SSSSSSS'
  | '.SSSSSSSS'
  | '.SSSSSSSSS'

/**
 * One form of text, in UTC, whose order is that of the instants: `YYYY-MM-DD HH:MM:SS` is what
 * CURRENT_TIMESTAMP writes, `YYYY-MM-DDTHH:MM:SS.SSSZ` what `toISOString()` does.
 */
export type TimestampForm = `YYYY-MM-DD${'T' | ' '}HH:MM:SS${Fraction}${'' | 'Z'}`

/** The form that a storage says, if it is one of text. */
export const formIn = (storage: TimestampStorage | undefined): TimestampForm | 'any' | undefined =>
  typeof storage === 'object' && 'text' in storage ? storage.text : undefined

/** A form, taken apart. */
export interface FormParts {
  readonly separator: 'T' | ' '
  /** Fractional digits of the second. */
  readonly digits: number
  readonly zone: '' | 'Z'
}

const FORM = /^YYYY-MM-DD([T ])HH:MM:SS(?:\.(S{1,9}))?(Z?)$/

/** The parts of a form; undefined for another text. */
export function partsOf(form: string): FormParts | undefined {
  const match = FORM.exec(form)
  if (match === null) return undefined
  return {
    separator: match[1] === 'T' ? 'T' : ' ',
    digits: match[2]?.length ?? 0,
    zone: match[3] === 'Z' ? 'Z' : '',
  }
}

/** A canonical timestamp of no more digits, in the form. */
export function inForm(canonical: string, { separator, digits, zone }: FormParts): string {
  const fraction = canonical.slice(20, -1).padEnd(digits, '0')
  const point = digits === 0 ? '' : '.'
  return `${canonical.slice(0, 10)}${separator}${canonical.slice(11, 19)}${point}${fraction}${zone}`
}

/**
 * Text of any form: with T or a space, up to any number of digits, and Z, no zone (UTC) or an offset
 * of at most 14 hours, which are those that SQLite reads.
 */
const ANY =
  /^(\d{4}-\d\d-\d\d)([T ])(\d\d:\d\d:[0-5]\d)(?:\.(\d+))?(Z?|[+-](?:0\d|1[0-4]):[0-5]\d)$/

/** The first day of which every instant has a year of at least 0001, whatever the offset. */
const FIRST_WITH_OFFSET = '0001-01-02'

/** Reads text of a form, or of any if none is given; undefined for other values. */
export const textReader =
  (form?: FormParts) =>
  (stored: unknown, { kind }: ColumnPlace): unknown => {
    const match = ANY.exec(String(stored))
    if (match === null) return undefined
    const [, day = '', separator, time, digits = '', zone = ''] = match
    const isForm =
      form === undefined
        ? zone.length < 2 || day >= FIRST_WITH_OFFSET
        : separator === form.separator && digits.length === form.digits && zone === form.zone
    if (!isForm) return undefined
    return kind.read(`${day}T${time}${digits === '' ? '' : `.${digits}`}${zone || 'Z'}`)
  }

const DAY = 86_400_000

/** The day of a canonical timestamp, or one so many days after it, as text. */
function dayAfter(canonical: Scalar, days: number): string {
  const text = new Date(Date.parse(`${String(canonical).slice(0, 10)}T00:00:00Z`) + days * DAY)
    .toISOString()
    .slice(0, 10)
  // A year of five digits has a sign: what is greater than any digit stands for it.
  return text.startsWith('+') ? ':' : text
}

/** Texts of any form and of any offset that are not before an instant are not before this one. */
export const leastOf = (canonical: Scalar): string => dayAfter(canonical, -1)

/** Texts of any form and of any offset that are not after an instant are before this one. */
export const beyondOf = (canonical: Scalar): string => dayAfter(canonical, 2)
