import { membersOf } from '../../kinds/dynamic.ts'
import type { Tables } from '../dialect.ts'
import { sql } from '../fragment.ts'
import { type ColumnPlace, plainOf } from '../place.ts'
import { columnPrinter } from '../table.ts'
import { encodeAll } from './constants.ts'
import { expression, literalKeys } from './json.ts'
import { identifier } from './names.ts'
import { typeAt } from './other-types.ts'

/** The values of a side table: timestamps among them as text. */
const sideValues = (place: ColumnPlace) =>
  ({ ...plainOf(place), list: false, storage: 'text' }) as const

export const tables: Tables = {
  columnType: (place) =>
    place.json || place.list ? sql`TEXT` : typeAt(place.kind.name, place).type(place),
  columnCheck(place) {
    const name = identifier(place.column)
    if (place.list) return sql`json_valid(${name}) AND json_type(${name}) = 'array'`
    if (place.json) return sql`json_valid(${name}) AND json_type(${name}) = 'object'`
    return typeAt(place.kind.name, place).check?.(name, place)
  },
  printColumn: columnPrinter(sql` NOT NULL PRIMARY KEY`),
  words: () => sql`TEXT`,
  tableOptions: () => sql` STRICT`,
  ifNotExists: { index: true, column: false },
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
