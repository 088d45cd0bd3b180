/** A first schema for rows of one's own: the kind of each field by the values that it has. */

import { isObject } from './problems.ts'
import type { PlayRow } from './rows-text.ts'

const TIMESTAMP = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:[Zz]|[+-]\d\d:\d\d)$/
const DATE = /^\d{4}-\d\d-\d\d$/
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i

function kindOf(value: unknown): string | undefined {
  switch (typeof value) {
    case 'boolean':
      return 'boolean'
    case 'bigint':
      return 'integer'
    case 'number':
      return Number.isInteger(value) ? 'integer' : 'number'
    case 'string':
      if (TIMESTAMP.test(value)) return 'timestamp'
      if (DATE.test(value)) return 'date'
      return UUID.test(value) ? 'uuid' : 'string'
    default:
      return undefined
  }
}

/** The one kind that all values have; undefined where they have several. */
function commonKind(values: readonly unknown[]): string | undefined {
  const kinds = new Set(values.map(kindOf))
  if (kinds.size === 1) return [...kinds][0]
  const all = [...kinds]
  if (all.every((kind) => kind === 'integer' || kind === 'number')) return 'number'
  const isText = (kind: string | undefined) =>
    kind !== undefined && ['string', 'timestamp', 'date', 'uuid'].includes(kind)
  return all.every(isText) ? 'string' : undefined
}

function fieldOf(values: readonly unknown[], isFull: boolean): object | undefined {
  const kind = commonKind(values)
  if (kind !== undefined) {
    return { kind, ...(isFull ? { required: true } : {}), sortable: true }
  }
  if (!values.every(Array.isArray)) return undefined
  const element = commonKind(values.flat())
  return element === undefined ? undefined : { kind: element, list: true }
}

/** Fields of more rows than these are not looked at: a guess needs no more. */
const SAMPLE = 1000
const MOST_FIELDS = 40

/** The text of a schema that fits rows; undefined where no field can be the key. */
export function guessSchema(all: readonly PlayRow[]): string | undefined {
  const rows = all.slice(0, SAMPLE)
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].slice(0, MOST_FIELDS)
  const fields: Record<string, object> = {}
  const keys: string[] = []
  for (const name of names) {
    if (name === '' || name.includes('.') || name.includes('*') || name.startsWith('$')) continue
    const values = rows.map((row) => row[name]).filter((value) => value != null)
    const isFull = values.length === rows.length
    const field = fieldOf(values, isFull)
    if (field !== undefined) {
      Object.defineProperty(fields, name, { value: field, enumerable: true, configurable: true })
      const isUnique = new Set(values).size === rows.length
      if (isFull && isUnique && 'sortable' in field) keys.push(name)
    } else if (values.length > 0 && values.every(isObject)) {
      fields[`${name}.*`] = { kind: 'dynamic', kinds: ['string', 'boolean', 'integer', 'number'] }
    }
  }
  const key = keys.includes('id') ? 'id' : keys[0]
  if (key === undefined) return undefined
  return schemaText({ ...(key === 'id' ? {} : { key }), fields })
}

/** JSON on one line, with spaces. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`
  if (!isObject(value)) return JSON.stringify(value)
  const entries = Object.entries(value).map(
    ([key, each]) => `${JSON.stringify(key)}: ${spaced(each)}`,
  )
  return `{${entries.join(', ')}}`
}

/** A schema as JSON, each field on its line. */
export function schemaText(schema: Readonly<Record<string, unknown>>): string {
  const { fields, ...others } = schema
  const lines = (all: object, indent: string) =>
    Object.entries(all).map(([key, value]) => `${indent}${JSON.stringify(key)}: ${spaced(value)}`)
  const inner = `  "fields": {\n${lines(isObject(fields) ? fields : {}, '    ').join(',\n')}\n  }`
  return `{\n${[...lines(others, '  '), inner].join(',\n')}\n}`
}
