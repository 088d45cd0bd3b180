import type { AnyOperatorName } from '../operators/index.ts'
import type { Field } from '../schema/field.ts'
import { ELSEWHERE, UntranslatableError } from './untranslatable.ts'

/** A filter as a payload holds it. */
export type FilterObject = Readonly<Record<string, unknown>>

/** A filter, or what is true of every row (true) or of none (false). */
export type Part = FilterObject | boolean

const joined = (name: '$and' | '$or', neutral: boolean, parts: readonly Part[]): Part => {
  const filters: FilterObject[] = []
  for (const part of parts) {
    if (typeof part === 'boolean') {
      if (part !== neutral) return part
      continue
    }
    // A list in a list of the same kind would count against the depth that the schema allows.
    const inner = part[name]
    if (Array.isArray(inner)) filters.push(...inner)
    else filters.push(part)
  }
  const [only] = filters
  if (only === undefined) return neutral
  return filters.length === 1 ? only : { [name]: filters }
}

export const all = (parts: readonly Part[]): Part => joined('$and', true, parts)
export const any = (parts: readonly Part[]): Part => joined('$or', false, parts)

// Functions below take the name of the function of TanStack DB that errors are about (`of`).

/** One or more operators on a field. @throws UntranslatableError where clients may not use one. */
export function operators(field: Field, used: FilterObject, of: string): Part {
  for (const name of Object.keys(used)) {
    if (!field.operators.has(name as AnyOperatorName)) {
      throw new UntranslatableError(
        of,
        field.name,
        `needs ${name}, which the schema does not allow`,
        `It allows ${[...field.operators].join(', ')}. ${ELSEWHERE}`,
      )
    }
  }
  return { [field.name]: used }
}

/** What is true where the field has no value. */
export function absent(field: Field, of: string): Part {
  if (field.required) return false
  const { operators: allowed, name } = field
  if (allowed.has('$exists')) return { [name]: { $exists: false } }
  if (!allowed.has('$eq') && allowed.has('$in')) return { [name]: { $in: [null] } }
  return operators(field, { $eq: null }, of)
}

/** What is true where the field has a value. */
export function present(field: Field, of: string): Part {
  if (field.required) return true
  if (field.operators.has('$exists')) return { [field.name]: { $exists: true } }
  const none = absent(field, of)
  return typeof none === 'boolean' ? !none : { $nor: [none] }
}

/** What is false, but not unknown: a comparison with an absent value is neither true nor false. */
export function isFalse(field: Field, part: Part, of: string): Part {
  if (typeof part === 'boolean') return part ? false : present(field, of)
  return all([present(field, of), { $nor: [part] }])
}

/** What is true of a field that equals one of these values. */
export function equal(field: Field, values: readonly unknown[], most: number, of: string): Part {
  const distinct = [...new Set(values)]
  if (distinct.length === 0) return false
  const hasMembership = field.operators.has('$in')
  if (!hasMembership || (distinct.length === 1 && field.operators.has('$eq'))) {
    return any(distinct.map((value) => operators(field, { $eq: value }, of)))
  }
  const lists: Part[] = []
  for (let from = 0; from < distinct.length; from += most) {
    lists.push(operators(field, { $in: distinct.slice(from, from + most) }, of))
  }
  return any(lists)
}
