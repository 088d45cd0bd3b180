import { membersOf } from '../../kinds/dynamic.ts'
import type { Tables } from '../dialect.ts'
import { type Fragment, join, sql } from '../fragment.ts'
import { textLiteral } from '../literal.ts'
import { type ColumnPlace, plainOf } from '../place.ts'
import { columnPrinter } from '../table.ts'
import { encodeAll } from './constants.ts'
import { expression, literalKeys } from './json.ts'
import { identifier } from './names.ts'
import { typeAt } from './other-types.ts'

/** The values of a side table: timestamps among them as text. */
const sideValues = (place: ColumnPlace) =>
  ({ ...plainOf(place), list: false, storage: 'text' }) as const

/** Matches JSON text that has a surrogate, which is cheap to know. */
const SURROGATE = textLiteral('*\\u[dD][89a-fA-F]*')

/** Texts of which one matches JSON text that has half of a surrogate pair: one of each step of a match. */
const HALVES = [
  ...['[^\\]', '\\[^u]', '\\u[^dD]', '\\u[dD][^c-fC-F]'].map(
    (other) => `\\u[dD][89abAB]??${other}`,
  ),
  ...['[^\\]?????', '\\[^u]????', '\\u[^dD]???', '\\u[dD][^89abAB]??'].map(
    (other) => `${other}\\u[dD][c-fC-F]`,
  ),
].map((glob) => textLiteral(`*${glob}*`))

/**
 * JSON text whose texts are well-formed and have no U+0000, which memory takes for absent: no database
 * stores all of them. Without the escaped backslashes, each other begins an escape.
 */
function isDocument(column: Fragment, type: 'array' | 'object'): Fragment {
  const text = sql`replace(${column}, ${textLiteral('\\\\')}, '')`
  // With blanks before it, even the first escape of a list has six characters before it.
  const padded = sql`'     ' || ${text}`
  const halves = HALVES.map((glob) => sql`${padded} GLOB ${glob}`)
  return sql`json_valid(${column}) AND json_type(${column}) = ${textLiteral(type)} AND instr(${text}, ${textLiteral('\\u0000')}) = 0 AND NOT (${text} GLOB ${SURROGATE} AND (${join(halves, sql` OR `)}))`
}

export const tables: Tables = {
  columnType: (place) =>
    place.json || place.list ? sql`TEXT` : typeAt(place.kind.name, place).type(place),
  columnCheck(place) {
    const name = identifier(place.column)
    if (place.list) return isDocument(name, 'array')
    if (place.json) return isDocument(name, 'object')
    return typeAt(place.kind.name, place).check?.(name, place)
  },
  printColumn: columnPrinter(sql` NOT NULL PRIMARY KEY`),
  words: () => sql`TEXT`,
  tableOptions: () => sql` STRICT`,
  ifNotExists: { index: true, column: false },
  foreignKeys: { toLater: 'named' },
  indexed(place) {
    // Only a side table can index the elements of a list.
    if (place.list) return []
    if (!place.json) {
      const name = identifier(place.column)
      const order = place.isSorted && typeAt(place.kind.name, place).order?.(name, place)
      return [{ label: '', on: name }, ...(order ? [{ label: 'order', on: order }] : [])]
    }
    if (literalKeys(place.path) < place.path.length) return []
    return membersOf(place.kind).map((kind) => ({
      label: kind.name,
      on: expression(place, [kind]),
    }))
  },
  sideTypes: (place, key) => ({
    ownerType: typeAt(key.kind.name, key).type(key),
    valueType: typeAt(place.kind.name, sideValues(place)).type(sideValues(place)),
  }),
  printSideTable({ name, ownerType, valueType, references }) {
    const side = identifier(name)
    const owner = sql`${identifier(references.table)} (${identifier(references.column)})`
    return [
      sql`CREATE TABLE ${side} ("owner" ${ownerType} NOT NULL REFERENCES ${owner} ON DELETE CASCADE, "value" ${valueType} NOT NULL, PRIMARY KEY ("value", "owner")) STRICT, WITHOUT ROWID`,
      sql`CREATE INDEX ${identifier(`${name}_owner`)} ON ${side} ("owner")`,
    ]
  },
  insertSide(place, side, owner, values) {
    const distinct = encodeAll(place.kind.name, [...new Set(values)], sideValues(place))
    return sql`INSERT INTO ${identifier(side)} ("owner", "value") SELECT ${owner}, value FROM json_each(${distinct})`
  },
}
