import { accessor, hasProperties } from '../compile/accessor.ts'
import { put } from '../compile/put.ts'
import type { Query } from '../parse/query.ts'
import type { Schema } from '../parse/schema.ts'
import type { Field } from '../schema/field.ts'

type Put = (item: Record<string, unknown>, row: unknown) => void

/**
 * Makes the items of a page from its rows, where the payload names the fields that they have; the rows
 * themselves where it does not. A value that is absent, of another kind also, is left out.
 */
export function projection<T>({ schema, fields }: Query): (row: T) => T {
  if (fields === undefined) return (row) => row
  const puts = fields.map((field) =>
    schema.wildcards.get(field.wildcard ?? '') === field ? wildcard(schema, field) : single(field),
  )
  return (row) => {
    const item: Record<string, unknown> = {}
    for (const putField of puts) putField(item, row)
    return item as T
  }
}

function single(field: Field): Put {
  const read = accessor(field)
  const { kind, list } = field.type
  return (item, row) => {
    const value = read(row)
    const isPresent = list ? Array.isArray(value) : kind.read(value) !== undefined
    if (isPresent) put(item, field.path, value)
  }
}

/** A wildcard's document, without the fields in it that are hidden. */
function wildcard({ fields, wildcards }: Schema, field: Field): Put {
  const read = accessor(field)
  const { path } = field
  const hidden = [...fields.values(), ...wildcards.values()]
    .filter((each) => each.hidden && each !== field)
    .filter((each) => path.every((key, i) => each.path[i] === key))
    .map((each) => each.path.slice(path.length))
  return (item, row) => {
    const value = read(row)
    if (!hasProperties(value)) return
    const document = hidden.reduce<unknown>(without, value)
    // Keys of it that stand there already are of the same document.
    put(item, path, document)
  }
}

/** A value without what is at a path in it. */
function without(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined || !hasProperties(value) || !Object.hasOwn(value, key)) return value
  const entries = Object.entries(value)
    .filter(([name]) => name !== key || rest.length > 0)
    .map(([name, each]) => [name, name === key ? without(each, rest) : each] as const)
  return Object.fromEntries(entries)
}
