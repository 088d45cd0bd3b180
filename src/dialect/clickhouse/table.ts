import type { Tables } from '../dialect.ts'
import { type Fragment, sql } from '../fragment.ts'
import { escapedLiteral } from '../literal.ts'
import type { ColumnDefinition } from '../table.ts'
import { companionOf } from './lists.ts'
import { identifier, refuse } from './names.ts'
import { typeAt } from './other-types.ts'

/** ClickHouse has table constraints only, which NULL violates. */
function printColumn({ name, type, check }: ColumnDefinition): Fragment {
  if (check === undefined) return type
  return sql`${type},
  CONSTRAINT ${identifier(`${name} check`)} CHECK ifNull(${check}, TRUE)`
}

/** JSON whose texts have no U+0000, which memory takes for absent: no database stores all of them. */
const hasNoNul = (json: Fragment): Fragment =>
  // Without the escaped backslashes, each other begins an escape.
  sql`position(replaceAll(${json}, ${escapedLiteral('\\\\')}, ''), ${escapedLiteral('\\u0000')}) = 0`

export const tables: Tables = {
  columnType(place) {
    if (place.column.includes('.'))
      refuse(
        place,
        `in the column name ${JSON.stringify(place.column)}, a dot means a nested column; map it to another name, with column or folded`,
      )
    const type = place.json ? sql`String` : typeAt(place.kind.name, place).type(place)
    if (place.list && !place.json) return sql`Array(${type})`
    return place.nullable ? sql`Nullable(${type})` : type
  },
  columnCheck(place) {
    const name = identifier(place.column)
    if (place.json) {
      const type = place.list ? sql`'Array'` : sql`'Object'`
      return sql`isValidJSON(${name}) AND JSONType(${name}) = ${type} AND ${hasNoNul(name)}`
    }
    const { check, checkElements } = typeAt(place.kind.name, place)
    return place.list ? checkElements?.(name, place) : check?.(name, place)
  },
  printColumn,
  companion: (place) =>
    place.list && !place.json && place.nullable
      ? { column: companionOf(place), type: sql`Bool` }
      : undefined,
  words: () => sql`Nullable(String)`,
  tableOptions: (key) => sql` ENGINE = MergeTree ORDER BY ${identifier(key)}`,
  ifNotExists: { index: true, column: true },
  indexed(place) {
    if (place.json) return []
    const form = typeAt(place.kind.name, place).representation(place)
    if (form === 'boolean') return []
    // A bloom filter takes no doubles and no decimals.
    if (place.list && (form === 'double' || form === 'decimal')) return []
    const isHashed = place.list || form === 'text' || form === 'uuid'
    const type = isHashed ? 'bloom_filter' : 'minmax'
    return [{ label: '', on: identifier(place.column), type }]
  },
}
