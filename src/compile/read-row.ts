import type { Dialect } from '../dialect/dialect.ts'
import { isPlainObject, parseJson } from '../kinds/json.ts'
import type { Fields, FieldsRow } from '../schema/definition.ts'
import type { AnyMapping, Mapping } from '../schema/mapping.ts'
import type { Structure } from '../schema/schema.ts'
import { layoutOf, type Placed } from './layout.ts'

/** Defines an own property, whatever its name: __proto__ is a key like any other. */
function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let own = target
  for (const key of path.slice(0, -1)) {
    if (!Object.hasOwn(own, key) || !isPlainObject(own[key])) define(own, key, {})
    own = own[key] as Record<string, unknown>
  }
  define(own, path.at(-1) as string, value)
}

/** By assignment where that is one: it is many times faster. */
const define = (target: Record<string, unknown>, key: string, value: unknown): void => {
  if (key !== '__proto__') target[key] = value
  else {
    Object.defineProperty(target, key, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    })
  }
}

/** A column of a driver's record, which need not be a plain object. */
const columnOf = (record: unknown, name: string): unknown =>
  typeof record === 'object' && record !== null && Object.hasOwn(record, name)
    ? (record as Readonly<Record<string, unknown>>)[name]
    : undefined

/** How records were selected. */
export interface RecordTarget<F extends Fields = Fields> {
  readonly dialect: Dialect<unknown>
  readonly mapping?: Mapping<F> | undefined
}

/**
 * Turns a record that `compileQuery` selected into the row that was stored: nested, absent values
 * left out, timestamps as RFC 3339 text in UTC, integers beyond ±(2^53 − 1) as bigints. Columns that
 * the record does not have are left out.
 *
 * @throws TypeError where the driver gave an integer that lost digits.
 */
export function readRow<F extends Fields>(
  structure: Structure<F>,
  target: RecordTarget<NoInfer<F>>,
): (record: unknown) => FieldsRow<F> {
  const { dialect } = target
  const layout = layoutOf(dialect, structure, target.mapping as AnyMapping | undefined)
  // What has a column of its own inside a document is put into it.
  const inside = layout.typed.filter(({ field }) => field.wildcard !== undefined)
  const outside = layout.typed.filter(({ field }) => field.wildcard === undefined)

  function putField(row: Record<string, unknown>, record: unknown, { field, place }: Placed): void {
    const value = columnOf(record, field.name)
    const own = dialect.decode(place, value)
    if (own !== undefined) put(row, field.path, own)
  }

  return (record) => {
    const row: Record<string, unknown> = {}
    for (const each of outside) putField(row, record, each)
    for (const { field } of layout.documents) {
      const json = columnOf(record, field.wildcard as string)
      if (typeof json === 'string') put(row, field.path, parseJson(json))
    }
    for (const each of inside) putField(row, record, each)
    return row as FieldsRow<F>
  }
}
