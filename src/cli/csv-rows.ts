import { put } from '../compile/put.ts'
import { membersOf } from '../kinds/dynamic.ts'
import { exactNumber, JSON_NUMBER, parseJson } from '../kinds/json.ts'
import { isPlainObject } from '../kinds/objects.ts'
import type { Schema } from '../parse/schema.ts'
import type { Field } from '../schema/field.ts'
import { UNLIMITED } from '../schema/limits.ts'
import { findField } from '../schema/schema.ts'
import { requireDelimiter } from './csv-delimiter.ts'
import { isBlank, recordsIn } from './csv-records.ts'
import type { Refuse } from './json-rows.ts'
import { Mistake } from './mistake.ts'

/**
 * Reads the text of a cell. If it is not a value of the field, it stays a text, which filters take as
 * absent.
 */
type Read = (text: string) => unknown

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
])

function jsonOf(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

const json: Read = (text) => jsonOf(text) ?? text

/** A boolean or a number where the field has them, otherwise a text. */
function scalarReader({ type }: Field): Read {
  const families = new Set(membersOf(type.kind).map(({ family }) => family))
  return (text) => {
    const flag = families.has('boolean') ? BOOLEANS.get(text.toLowerCase()) : undefined
    if (flag !== undefined) return flag
    return families.has('numeric') && JSON_NUMBER.test(text) ? exactNumber(text) : text
  }
}

/** A list as JSON, or its elements with semicolons between them. */
function listReader(field: Field): Read {
  const element = scalarReader(field)
  return (text) => {
    const list = text.startsWith('[') ? jsonOf(text) : undefined
    if (Array.isArray(list)) return list
    const parts = text.split(';').map((each) => each.trim())
    return parts.filter((each) => each !== '').map(element)
  }
}

interface Column {
  readonly path: readonly string[]
  readonly read: Read
}

function columnOf(schema: Schema, name: string): Column {
  // The document of a wildcard: custom, of custom.*.
  if (schema.wildcards.has(name)) return { path: name.split('.'), read: json }
  const field = findField(schema, name, UNLIMITED)
  if (typeof field === 'string') {
    // The object of fields such as customer.name: the column customer, as CSV is written.
    const isObject = [...schema.fields.keys()].some((each) => each.startsWith(`${name}.`))
    return { path: [name], read: isObject ? json : (text) => text }
  }
  if (field.elements !== undefined) return { path: field.path, read: json }
  const read = field.type.list ? listReader(field) : scalarReader(field)
  return { path: field.path, read }
}

/** CSV as bytes, and how to read it. */
export interface CsvSource {
  /** What messages name it. */
  readonly name: string
  readonly chunks: AsyncIterable<Buffer>
  /** What is between cells; a comma if it is not given. */
  readonly delimiter: string | undefined
}

/** Records of CSV, and the columns that the header's names are. */
async function* recordsWith<T>(
  { name, chunks, delimiter }: CsvSource,
  columnsOf: (header: readonly string[]) => readonly T[],
  refuse: Refuse,
): AsyncGenerator<{ readonly columns: readonly T[]; readonly cells: readonly string[] }> {
  let columns: readonly T[] | undefined
  for await (const record of recordsIn(name, chunks, { delimiter })) {
    const { cells, problem = 'not valid CSV', number } = record
    if (columns === undefined) {
      if (cells === undefined) throw new Mistake(`${name}: header: ${problem}`)
      if (delimiter === undefined) requireDelimiter(name, cells)
      const names = new Set<string>()
      for (const each of cells) {
        if (names.has(each)) throw new Mistake(`${name}: header: two columns are named "${each}"`)
        names.add(each)
      }
      columns = columnsOf(cells)
    } else if (cells === undefined) refuse(number, problem)
    else if (isBlank(record)) continue
    else if (cells.length !== columns.length) {
      refuse(
        number,
        `expected ${columns.length} cells, as the header has, received ${cells.length}`,
      )
    } else yield { columns, cells }
  }
}

/**
 * The rows of CSV (RFC 4180) with a header: the column `custom.age` is the field of that name, and the
 * schema says what cells mean. An empty cell is absent.
 */
export async function* csvRows(
  source: CsvSource,
  schema: Schema,
  refuse: Refuse,
): AsyncGenerator<unknown> {
  const columnsOf = (header: readonly string[]) => header.map((each) => columnOf(schema, each))
  for await (const { columns, cells } of recordsWith(source, columnsOf, refuse)) {
    yield rowOf(columns, cells)
  }
}

/** The cells of CSV by the names of their columns, without those that are empty. */
export async function* csvCells(
  source: CsvSource,
  refuse: Refuse,
): AsyncGenerator<Readonly<Record<string, string>>> {
  const columnsOf = (header: readonly string[]) => header
  for await (const { columns, cells } of recordsWith(source, columnsOf, refuse)) {
    const entries = columns.map((column, i) => [column, cells[i] ?? ''] as const)
    yield Object.fromEntries(entries.filter(([, text]) => text !== ''))
  }
}

function rowOf(columns: readonly Column[], cells: readonly string[]): unknown {
  const row: Record<string, unknown> = {}
  for (const [i, { path, read }] of columns.entries()) {
    const text = cells[i] ?? ''
    if (text === '') continue
    const value = read(text)
    const isMerged = isPlainObject(value) && path.length === 1 && Object.hasOwn(row, path[0] ?? '')
    // The document's own column may come after that of one of its keys.
    if (isMerged) for (const [key, each] of Object.entries(value)) put(row, [...path, key], each)
    else put(row, path, value)
  }
  return row
}
