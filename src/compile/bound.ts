import type { Bound } from '../dialect/table.ts'
import type { Field } from '../schema/field.ts'

const ENCODER = new TextEncoder()

/** The bytes of a text as UTF-8; counted only where it may have more than `most`. */
function isLonger(text: string, { most, unit }: Bound): boolean {
  // A UTF-16 unit is at most three bytes, and a character at most two units.
  if (text.length * 3 <= most) return false
  return unit === 'bytes'
    ? text.length > most || ENCODER.encode(text).length > most
    : text.length > most && [...text].length > most
}

function refuse({ name }: Field, what: string, { most, unit }: Bound): never {
  throw new TypeError(
    `tamis: ${name}: ${what} of more than ${most} ${unit} cannot be stored: the limit of the column or its index`,
  )
}

/** @throws TypeError that names the field, where a text is longer than its place holds. */
export function checkText(field: Field, bound: Bound, text: string): void {
  if (isLonger(text, bound)) refuse(field, 'a text', bound)
}

/** @throws TypeError that names the field, where a value in JSON is larger than its index holds. */
export function checkJson(field: Field, bound: Bound, value: unknown): void {
  if (typeof value === 'string') checkText(field, bound, value)
  else if (typeof value === 'object' && sizeOf(value, bound.most) > bound.most) {
    refuse(field, 'a value', bound)
  }
}

/** The bytes that jsonb adds for each value and key, and the maximal padding before a value. */
const ENTRY = 4
const PADDING = 3

/** No fewer bytes than a value takes as jsonb. Ends early where these are more than `most`. */
function sizeOf(value: unknown, most: number): number {
  switch (typeof value) {
    case 'string':
      return ENTRY + PADDING + (value.length > most ? value.length : ENCODER.encode(value).length)
    case 'number':
    case 'bigint':
      return ENTRY + numberSize(String(value))
    case 'object': {
      let size = 2 * ENTRY
      for (const [key, each] of Object.entries(value ?? {})) {
        if (!Array.isArray(value)) size += sizeOf(key, most)
        size += sizeOf(each, most)
        if (size > most) break
      }
      return size
    }
    default:
      return ENTRY
  }
}

/** PostgreSQL's numeric: a header, and two bytes for each four digits. */
const numberSize = (text: string): number =>
  text.length <= 4 && /^\d+$/.test(text) ? 8 : 8 + 2 * Math.ceil(text.length / 4)
