/** Which text of timestamps a column of SQLite holds, as far as its declaration says it. */

import type { ColumnPlace } from '../dialect/place.ts'
import { type FormParts, formIn, partsOf, type TimestampForm } from '../dialect/timestamp-text.ts'
import type { ColumnFacts } from './facts.ts'
import { bracketed, isSign, isWord, split, type Token, tokensOf } from './tokens.ts'

/** What stands for a part of a time in the format of strftime (sqlite.org/lang_datefunc.html). */
const PARTS: Readonly<Record<string, string>> = {
  '%Y': 'YYYY',
  '%m': 'MM',
  '%d': 'DD',
  '%F': 'YYYY-MM-DD',
  '%H': 'HH',
  '%M': 'MM',
  '%S': 'SS',
  '%f': 'SS.SSS',
  '%T': 'HH:MM:SS',
}

const isForm = (text: string): text is TimestampForm => partsOf(text) !== undefined

/** The only token of a part, if there is one. */
const only = (part: readonly Token[] | undefined): Token | undefined =>
  part?.length === 1 ? part[0] : undefined

/** `datetime('subsec')` is now, too. */
const isSubsec = (part: readonly Token[]): boolean =>
  ['subsec', 'subsecond'].includes(only(part)?.value ?? '')

/** Whether the modifiers of a function of times leave it in UTC, and now. */
const isNow = (parts: readonly (readonly Token[])[]): boolean =>
  parts.every((part) => isSubsec(part) || only(part)?.value === 'now')

/**
 * The form that a default writes: CURRENT_TIMESTAMP, `datetime('now')`, or `strftime` with a format;
 * undefined for any other, such as that of a local time.
 */
export function formOfDefault(text: string): TimestampForm | undefined {
  const tokens = tokensOf(text, { brackets: true })
  const [name, open] = tokens
  if (isSign(name, '(')) {
    const { inside, after } = bracketed(tokens, 0)
    const [first, last] = [inside[0], inside.at(-1)]
    if (after.length > 0 || first === undefined || last === undefined) return undefined
    return formOfDefault(text.slice(first.start, last.end))
  }
  if (tokens.length === 1) {
    return isWord(name, 'current_timestamp') ? 'YYYY-MM-DD HH:MM:SS' : undefined
  }
  if (!isSign(open, '(')) return undefined
  const { inside, after } = bracketed(tokens, 1)
  const given = split(inside)
  if (after.length > 0) return undefined
  if (isWord(name, 'datetime') && isNow(given)) {
    return given.some(isSubsec) ? 'YYYY-MM-DD HH:MM:SS.SSS' : 'YYYY-MM-DD HH:MM:SS'
  }
  const format = only(given[0])
  if (!isWord(name, 'strftime') || format?.kind !== 'string' || !isNow(given.slice(1))) {
    return undefined
  }
  const form = format.value.replaceAll(/%./g, (part) => PARTS[part] ?? part)
  return isForm(form) ? form : undefined
}

/** Whether a type that SQLite does not know says that the column holds times. */
export const isTimeType = (name: string): boolean => name === 'datetime' || name === 'timestamp'

/** The form of a column's text: that of its default, if it is of text or of a type of times. */
export function formOf({ type, default: written }: ColumnFacts): TimestampForm | undefined {
  const holdsText = type.affinity === 'text' || isTimeType(type.name)
  return holdsText && written !== undefined ? formOfDefault(written) : undefined
}

export const isEpoch = (storage: ColumnPlace['storage']): boolean =>
  typeof storage === 'object' && 'epoch' in storage

export const printForm = ({ separator, digits, zone }: FormParts): string =>
  `YYYY-MM-DD${separator}HH:MM:SS${digits === 0 ? '' : `.${'S'.repeat(digits)}`}${zone}`

/** The form that a field is stored in: the mapping's, or the canonical text of so many digits. */
export function storedForm({ storage, digits }: ColumnPlace): FormParts | 'any' {
  const form = formIn(storage)
  if (form === 'any') return form
  return (form && partsOf(form)) ?? { separator: 'T', digits, zone: 'Z' }
}

/** A default that writes the present time in a form; SQLite's clock has three digits. */
export function defaultInForm(form: FormParts | 'any'): string | undefined {
  if (form === 'any') return undefined
  const { separator, digits, zone } = form
  const until = `%Y-%m-%d${separator}%H:%M:`
  if (digits === 0) return `(strftime('${until}%S${zone}', 'now'))`
  if (digits >= 3) return `(strftime('${until}%f${'0'.repeat(digits - 3)}${zone}', 'now'))`
  return `(substr(strftime('${until}%f', 'now'), 1, ${20 + digits}) || '${zone}')`
}
