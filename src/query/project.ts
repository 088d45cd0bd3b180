import { accessor } from '../compile/accessor.ts'
import { put } from '../compile/put.ts'
import { hasProperties, isPlainObject } from '../kinds/objects.ts'
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
  const shown = shownOf(field)
  return (item, row) => {
    const value = read(row)
    const isPresent = list ? Array.isArray(value) : kind.read(value) !== undefined
    if (isPresent) put(item, field.path, shown(value))
  }
}

/** What clients see of a value: of the objects of a list, the fields that are not hidden. */
function shownOf({ elements }: Field): (value: unknown) => unknown {
  if (elements === undefined) return (value) => value
  const puts = [...elements.fields.values()].filter(({ hidden }) => !hidden).map(single)
  const objectOf = (element: unknown) => {
    const object: Record<string, unknown> = {}
    for (const putField of puts) putField(object, element)
    return object
  }
  return (value) =>
    Array.isArray(value) ? value.filter((each) => isPlainObject(each)).map(objectOf) : undefined
}

/** A wildcard's document, without the fields in it that are hidden. */
function wildcard({ fields, wildcards }: Schema, field: Field): Put {
  const read = accessor(field)
  const { path } = field
  const changes = [...fields.values(), ...wildcards.values()]
    .filter((each) => (each.hidden || each.elements !== undefined) && each !== field)
    .filter((each) => path.every((key, i) => each.path[i] === key))
    .map((each) => ({
      path: each.path.slice(path.length),
      change: each.hidden ? () => undefined : shownOf(each),
    }))
  return (item, row) => {
    const value = read(row)
    if (!hasProperties(value)) return
    const document = changes.reduce<unknown>(changed, value)
    // Keys of it that stand there already are of the same document.
    put(item, path, document)
  }
}

interface Change {
  readonly path: readonly string[]
  /** What takes the place of the value there; undefined leaves it out. */
  change(value: unknown): unknown
}

/**
 * A value with another at a path in it. Objects on the path are made anew: those of a class could
 * write with `toJSON` what is left out.
 */
function changed(value: unknown, { path: [key, ...rest], change }: Change): unknown {
  if (key === undefined) return change(value)
  if (!hasProperties(value)) return value
  const entries = Object.entries(value)
    .map(([name, each]) => [name, name === key ? changed(each, { path: rest, change }) : each])
    .filter(([, each]) => each !== undefined)
  return Object.fromEntries(entries)
}
