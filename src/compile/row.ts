import type { Dialect, Place } from '../dialect/dialect.ts'
import { Fragment, join, type Parameter, type Statement, sql } from '../dialect/fragment.ts'
import { render } from '../dialect/render.ts'
import { describe } from '../error/describe.ts'
import { membersOf } from '../kinds/dynamic.ts'
import { isPlainObject, printJson } from '../kinds/json.ts'
import type { Scalar } from '../kinds/kind.ts'
import { isText } from '../kinds/string.ts'
import { searchText } from '../kinds/words.ts'
import type { Fields } from '../schema/definition.ts'
import type { AnyMapping } from '../schema/mapping.ts'
import type { Structure } from '../schema/schema.ts'
import { accessor } from './accessor.ts'
import { type Layout, layoutOf, type Placed, type TableTarget } from './layout.ts'

/** A path as one string; no segment holds U+0000. */
const pathKey = (path: readonly string[]): string => path.join('\0')

/** Reads the parameter for one column from a row. */
type ColumnReader = (row: unknown) => Parameter

/** The canonical elements of a list; undefined where the value is none. */
function readList({ kind }: Place, value: unknown): Scalar[] | undefined {
  if (!Array.isArray(value)) return undefined
  return value.map((each) => kind.read(each)).filter((each) => each !== undefined)
}

/** Reads a field's canonical value; throws where it is required and absent. */
function requiredReader({ field, place }: Placed): (row: unknown) => Scalar | Scalar[] | undefined {
  const read = accessor(field.path)
  return (row) => {
    const value = read(row)
    const own = place.list ? readList(place, value) : place.kind.read(value)
    if (own !== undefined || !field.required) return own
    const what = place.list ? 'a list' : place.kind.expects
    throw new TypeError(
      `tamis: ${field.name}: required, expected ${what}, received ${describe(value)}`,
    )
  }
}

function typedReader(dialect: Dialect<unknown>, placed: Placed): ColumnReader {
  const { place } = placed
  const read = requiredReader(placed)
  // Where a list cannot be NULL, its companion says that it is not there.
  const absent = dialect.companion?.(place) === undefined ? null : dialect.encodeList(place, [])
  return (row) => {
    const own = read(row)
    if (own === undefined) return absent
    return Array.isArray(own)
      ? dialect.encodeList(place, own)
      : dialect.encode(place, own as Scalar)
  }
}

/**
 * A wildcard's document as JSON. Timestamps in it are stored in canonical form, so that SQL can
 * compare them as text.
 */
function documentReader({ field }: Placed, literals: readonly Placed[]): ColumnReader {
  const read = accessor(field.path)
  const own = literals.filter((each) => each.field.wildcard === field.wildcard)
  const literal = new Map(own.map((each) => [pathKey(each.field.path), each.place]))
  const required = own.filter((each) => each.field.required).map(requiredReader)
  const text = membersOf(field.type.kind).find((kind) => kind.name === 'timestamp')

  function replace(value: unknown, path: readonly string[]): unknown {
    const place = literal.get(pathKey(path))
    const kind =
      place === undefined ? text : membersOf(place.kind).find((each) => each.name === 'timestamp')
    if (kind === undefined) return value
    if (place?.list === true) return readList(place, value) ?? value
    if (Array.isArray(value) || isPlainObject(value)) return value
    const canonical = kind.read(value)
    return canonical ?? (value instanceof Date ? undefined : value)
  }

  return (row) => {
    for (const check of required) check(row)
    const value = read(row)
    return isPlainObject(value) ? (printJson(value, field.path, replace) ?? null) : null
  }
}

/** Whether a list is there. */
function presenceReader({ field, place }: Placed): ColumnReader {
  const read = accessor(field.path)
  return (row) => readList(place, read(row)) !== undefined
}

/** The folded words of a string, or of every string of a document, in objects like its own. */
function wordsReader({ field, place }: Placed): ColumnReader {
  const read = accessor(field.path)
  if (!place.json) {
    return (row) => {
      const value = read(row)
      return typeof value === 'string' && isText(value) ? searchText(value) : null
    }
  }
  return (row) => {
    const value = read(row)
    if (!isPlainObject(value)) return null
    const fold = (own: unknown) =>
      typeof own === 'string' && isText(own)
        ? searchText(own)
        : isPlainObject(own)
          ? own
          : undefined
    return printJson(value, field.path, fold) ?? null
  }
}

function readersOf(dialect: Dialect<unknown>, layout: Layout): Map<string, ColumnReader> {
  const readers = new Map<string, ColumnReader>()
  for (const each of layout.typed) readers.set(each.place.column, typedReader(dialect, each))
  for (const each of layout.documents) {
    readers.set(each.place.column, documentReader(each, [...layout.typed, ...layout.nested]))
  }
  for (const { column, of } of layout.companions) readers.set(column, presenceReader(of))
  for (const { column, of } of layout.words) readers.set(column, wordsReader(of))
  return readers
}

/** What stores a row: one statement, or several to be run in one transaction. */
export type Insert<Params = readonly Parameter[]> = Statement<Params> | readonly Statement<Params>[]

export interface InsertTarget<F extends Fields = Fields, Params = unknown>
  extends TableTarget<F, Params> {
  /** Whether it takes the place of the row of the same key; without, two of a key are an error. */
  readonly replace?: boolean | undefined
}

export function insertRow<F extends Fields, Params>(
  structure: Structure<F>,
  target: InsertTarget<NoInfer<F>, Params> & { readonly mapping?: undefined },
): (row: unknown) => Statement<Params>
export function insertRow<F extends Fields, Params>(
  structure: Structure<F>,
  target: InsertTarget<NoInfer<F>, Params>,
): (row: unknown) => Insert<Params>
/**
 * The statement that stores a row, its search columns filled; with a side table in the mapping, a
 * list of statements for one transaction. Values that are absent to their field are stored as NULL,
 * or left out of the JSON.
 *
 * @throws TypeError where a required value is absent, or where a wildcard holds what is not JSON;
 * where the database has no statement that replaces a row.
 */
export function insertRow<F extends Fields, Params>(
  structure: Structure<F>,
  target: InsertTarget<NoInfer<F>, Params>,
): (row: unknown) => Insert<Params> {
  const { dialect, table, replace = false } = target
  const layout = layoutOf(dialect, structure, target.mapping as AnyMapping | undefined)
  const readers = readersOf(dialect, layout)
  const names = join([...readers.keys()].map(dialect.identifier), sql`, `)
  const columns = [...readers.values()]
  const places = new Map(layout.typed.map(({ place }) => [place.column, place]))
  const values = [...readers.keys()].map((name) => {
    const place = places.get(name)
    return (place && dialect.store?.(place, null)) ?? sql`${null}`
  })
  const key = layout.typed.find(({ field }) => field === structure.key) as Placed
  const tail = replace ? replacement(dialect, key.place, [...readers.keys()]) : sql``
  const { texts } =
    sql`INSERT INTO ${dialect.identifier(table)} (${names}) VALUES (${join(values, sql`, `)})${tail}`
  const sides = layout.typed
    .filter(({ place }) => place.sideTable !== undefined)
    .map(({ field, place }) => ({ place, read: accessor(field.path) }))
  const readKey = typedReader(dialect, key)

  return (row) => {
    const parameters = columns.map((read) => read(row))
    const insert = render(new Fragment(texts, parameters), dialect)
    if (sides.length === 0) return insert
    const owner = readKey(row)
    const filled = sides.flatMap(({ place, read }) => {
      const old = replace ? [render(ownedBy(dialect, place, owner), dialect)] : []
      const side = dialect.insertSide?.(place, owner, readList(place, read(row)) ?? [])
      return side === undefined ? old : [...old, render(side, dialect)]
    })
    return [insert, ...filled]
  }
}

function replacement(
  dialect: Dialect<unknown>,
  { column }: Place,
  columns: readonly string[],
): Fragment {
  const others = columns.filter((name) => name !== column)
  if (dialect.replace !== undefined) return dialect.replace(column, others)
  throw new TypeError(`tamis: ${dialect.name}: no statement here replaces a row`)
}

/** Empties a side table of what it has of a row that is replaced. */
const ownedBy = (dialect: Dialect<unknown>, { sideTable }: Place, owner: Parameter): Fragment =>
  sql`DELETE FROM ${dialect.identifier(sideTable?.table ?? '')} WHERE ${dialect.identifier('owner')} = ${owner}`
