import type { Tables } from '../dialect.ts'
import { type Fragment, sql } from '../fragment.ts'
import { textLiteral } from '../literal.ts'
import { columnPrinter } from '../table.ts'
import { identifier } from './names.ts'
import { typeAt } from './other-types.ts'

/** JSON whose texts have no U+0000, which memory takes for absent: no database stores all of them. */
const hasNoNul = (json: Fragment): Fragment =>
  // Without the escaped backslashes, each other begins an escape.
  sql`NOT contains(replace(${json}, ${textLiteral('\\\\')}, ''), ${textLiteral('\\u0000')})`

export const tables: Tables = {
  columnType(place) {
    if (place.json) return sql`JSON`
    const type = typeAt(place.kind.name, place).type(place)
    return place.list ? sql`${type}[]` : type
  },
  columnCheck(place) {
    const name = identifier(place.column)
    if (place.json) {
      const type = place.list ? sql`'ARRAY'` : sql`'OBJECT'`
      return sql`json_valid(${name}) AND json_type(${name}) = ${type} AND ${hasNoNul(sql`CAST(${name} AS VARCHAR)`)}`
    }
    const { check, checkElements } = typeAt(place.kind.name, place)
    if (!place.list) return check?.(name, place)
    const hasNoNull = sql`len(${name}) = list_count(${name})`
    const elements = checkElements?.(name, place)
    return elements === undefined ? hasNoNull : sql`${hasNoNull} AND ${elements}`
  },
  printColumn: columnPrinter(sql` PRIMARY KEY`),
  words: (json) => (json ? sql`JSON` : sql`VARCHAR`),
  tableOptions: () => sql``,
  ifNotExists: { index: true, column: true },
  foreignKeys: { toLater: undefined },
  // An ART index holds columns; expressions over JSON and lists are refused.
  indexed: (place) =>
    place.json || place.list ? [] : [{ label: '', on: identifier(place.column) }],
}
