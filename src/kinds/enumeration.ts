import { oneOf, quote } from '../error/describe.ts'
import { exactly, isWithin, type Kind, type Range, type Test } from './kind.ts'
import { isOneOf, isString } from './string.ts'

/** A message lists up to so many values. */
const SHOWN = 30

function expected(values: readonly string[]): string {
  if (values.length <= SHOWN) return oneOf(values.map(quote))
  return `one of ${values.length} values: ${values.slice(0, SHOWN).map(quote).join(', ')} …`
}

/** The texts of a list, in the order of the list. */
export function enumeration(values: readonly string[]): Kind<string> {
  const places = new Map<unknown, number>(values.map((value, place) => [value, place]))
  const placeOf = (value: string): number => places.get(value)!
  const read = (value: unknown): string | undefined =>
    typeof value === 'string' && places.has(value) ? value : undefined
  const compare = (a: string, b: string): number => placeOf(a) - placeOf(b)
  const range = (comparison: Range, constant: string): Test =>
    isOneOf(values.filter((value) => isWithin(comparison, compare(value, constant))))
  return {
    name: 'enumeration',
    family: 'text',
    values,
    expects: expected(values),
    jsonSchema: { type: 'string', enum: values },
    operand: read,
    read,
    compare,
    position: exactly,
    range,
    equals: isString,
    among: isOneOf,
  }
}
