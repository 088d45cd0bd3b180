import type { Schema } from 'tamis'
import { caseSchema, cases, customCases, type FieldCases, nestedCases } from '../support/cases.ts'
import { textCases } from '../support/text-cases.ts'
import type { FieldSpec, FilterCase, Row, Suite } from './suite.ts'

/**
 * The suites of the cases that are written by hand, each filter with its complement. What JSON cannot
 * say is left out: values like NaN, numbers that a double does not hold, and lone surrogates.
 */

type Field = Schema['key']
type Kind = Exclude<Field['type']['kind'], { readonly name: 'dynamic' }>

/** Fields whose cases are those of another one, in another column. */
const TWICE = new Set(['line', "custom.a'b", 'custom.a\'b"]$', 'custom.*', 'plain', 'odd', 'odds'])

/** A value as JSON, if it is the same value there. */
function asJson(value: unknown): { readonly json: unknown } | undefined {
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? { json: Number(value) } : undefined
  }
  if (typeof value === 'number') {
    const isExact =
      Number.isFinite(value) && (!Number.isInteger(value) || Math.abs(value) < 2 ** 53)
    return isExact || Math.abs(value) > 1e100 ? { json: value } : undefined
  }
  if (typeof value === 'string') return value.isWellFormed() ? { json: value } : undefined
  if (value === null || typeof value === 'boolean') return { json: value }
  if (Array.isArray(value)) {
    const all = value.map(asJson)
    return all.includes(undefined) ? undefined : { json: all.map((each) => each?.json) }
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return undefined
  const entries = Object.entries(value as object).map(([key, each]) => [key, asJson(each)] as const)
  if (entries.some(([, each]) => each === undefined)) return undefined
  return { json: Object.fromEntries(entries.map(([key, each]) => [key, each?.json])) }
}

/** The kinds that a field holds; integers and other numbers in one field are one kind. */
const kindsOf = ({ type: { kind } }: Field): readonly Kind[] =>
  'members' in kind ? kind.members : [kind]

function specOf(field: Field): FieldSpec {
  const { type, operators, digits, precision, scale } = field
  const kinds = kindsOf(field)
  const names = kinds.flatMap(({ name }) => (name === 'numeric' ? ['integer', 'number'] : [name]))
  const values = kinds.find(({ name }) => name === 'enumeration')?.values
  return {
    kind: type.kind.name,
    operators: [...operators],
    ...(type.list ? { list: true } : {}),
    ...(type.kind.name === 'dynamic' ? { kinds: names } : {}),
    ...(values === undefined ? {} : { values }),
    ...(names.includes('decimal') ? { precision, scale } : {}),
    ...(names.includes('timestamp') && digits !== 6 ? { digits, unit: 's' } : {}),
  }
}

const nested = (path: string, value: unknown): object =>
  path
    .split('.')
    .reduceRight<unknown>((inner, key) => Object.fromEntries([[key, inner]]), value) as object

/** The field, or the wildcard, that a name of the table is one of. */
function fieldOf(name: string): Field {
  const wildcard = name.slice(0, name.indexOf('.'))
  const field = caseSchema.fields.get(name) ?? caseSchema.wildcards.get(wildcard)
  if (field === undefined) throw new Error(`the schema has no field ${name}`)
  return field
}

/** The keys of a document beside those that have a type. */
const OTHER_KEYS: FieldSpec = { kind: 'dynamic', kinds: ['string'], operators: ['$eq'] }

function suiteOf({ field: name, values, filters }: FieldCases, suite: string): Suite {
  const field = fieldOf(name)
  const rows: Row[] = []
  for (const [id, value] of Object.entries(values)) {
    const each = value === undefined ? undefined : asJson(value)
    if (value === undefined) rows.push({ id })
    else if (each !== undefined) rows.push({ ...nested(name, each.json), id })
  }
  const ids = rows.map(({ id }) => id).sort()
  const cases: Omit<FilterCase, 'id'>[] = []
  for (const [operand, names] of filters) {
    const each = asJson(operand)
    if (each === undefined) continue
    const filter = nestedFilter(name, each.json)
    const selected = names.split(' ')
    cases.push(
      { filter, ids: ids.filter((id) => selected.includes(id)) },
      { filter: { $nor: [filter] }, ids: ids.filter((id) => !selected.includes(id)) },
    )
  }
  const declared =
    field.wildcard === undefined || !name.startsWith(`${field.wildcard}.`) ? name : field.name
  const document = field.wildcard === undefined ? undefined : `${field.wildcard}.*`
  return {
    name: suite,
    about: `Cases written by hand, of ${name}, each with its complement.`,
    profiles: ['tamis'],
    schema: {
      key: 'id',
      fields: {
        id: { kind: 'string', operators: ['$eq'] },
        [declared]: specOf(field),
        ...(document === undefined || document === declared ? {} : { [document]: OTHER_KEYS }),
      },
    },
    rows,
    otherKind: [],
    cases: cases.map((each, i) => ({ id: `${suite}/${i + 1}`, ...each })),
  }
}

const nestedFilter = (name: string, operand: unknown) => Object.fromEntries([[name, operand]])

export function tableSuites(): readonly Suite[] {
  const names = new Map<string, number>()
  return [...cases, ...customCases, ...nestedCases, ...textCases]
    .filter(({ field }) => !TWICE.has(field))
    .map((each) => {
      const base = `by-hand-${each.field.replace(/[^a-z0-9]+/gi, '-').replace(/^-|-$/g, '')}`
      const count = (names.get(base) ?? 0) + 1
      names.set(base, count)
      return suiteOf(each, count === 1 ? base : `${base}-${count}`)
    })
}
