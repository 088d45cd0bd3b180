import type { Tables } from '../dialect.ts'
import { type Fragment, sql } from '../fragment.ts'
import { kindOf } from '../place.ts'
import { columnPrinter } from '../table.ts'
import { isPlainJson, isSubscripted, jsonOrder, reach } from './json.ts'
import { identifier } from './names.ts'
import { typeAt } from './other-types.ts'

/**
 * An entry of a B-tree has at most 2,704 bytes, and one of a GIN index 2,712 (a third of a page). An
 * index of what is sorted by has the key behind it: each of the two may be half as long.
 */
const LONGEST_INDEXED = 2600
const LONGEST_SORTED = 1300

const TRIGRAMS = 'pg_trgm'

const isFlat = (list: Fragment): Fragment =>
  sql`coalesce(array_ndims(${list}), 1) = 1 AND array_position(${list}, NULL) IS NULL`

export const tables: Tables = {
  columnType(place) {
    if (place.json) return isPlainJson(place) ? sql`json` : sql`jsonb`
    const { type, representation } = typeAt(place.kind.name, place)
    const list = place.list ? sql`[]` : sql``
    // Strings are compared by code point in the collation C only.
    const collation = representation(place) === 'text' ? sql` COLLATE "C"` : sql``
    return sql`${type(place)}${list}${collation}`
  },
  columnCheck(place) {
    const name = identifier(place.column)
    if (place.json) {
      const type = place.list ? sql`'array'` : sql`'object'`
      return isPlainJson(place)
        ? sql`json_typeof(${name}) = ${type}`
        : sql`jsonb_typeof(${name}) = ${type}`
    }
    const { check, checkElements } = typeAt(place.kind.name, place)
    if (!place.list) return check?.(name, place)
    const elements = checkElements?.(name, place)
    return elements === undefined ? isFlat(name) : sql`${isFlat(name)} AND ${elements}`
  },
  printColumn: columnPrinter(sql` PRIMARY KEY`),
  words: (json) => (json ? sql`jsonb` : sql`text COLLATE "C"`),
  tableOptions: () => sql``,
  ifNotExists: { index: true, column: true },
  foreignKeys: { toLater: 'added' },
  indexed(place) {
    if (place.json) {
      if (place.list || !isSubscripted(place.path)) return []
      // One index serves every kind; ORDER BY uses another expression.
      const serves = { label: '', on: sql`(${reach(place, place.path)})` }
      if (!place.isSorted) return [serves]
      return [serves, { label: 'order', on: sql`(${jsonOrder(place, kindOf(place))}) NULLS FIRST` }]
    }
    const name = identifier(place.column)
    if (place.list) return [{ label: '', on: name, method: 'gin' }]
    // A hash index takes texts of any length, of which a B-tree refuses the long ones. It serves
    // equality; ranges of texts that are not sorted by read the table. SP-GiST takes them too, and
    // serves both (postgresql.org/docs/current/spgist.html), in more space.
    if (place.kind.name === 'string' && !place.isSorted) {
      return place.isPrefixed
        ? [{ label: 'prefix', on: name, method: 'spgist' }]
        : [{ label: '', on: name, method: 'hash' }]
    }
    const order = place.isSorted && typeAt(place.kind.name, place).order?.(name, place)
    return [{ label: '', on: name }, ...(order ? [{ label: 'order', on: sql`(${order})` }] : [])]
  },
  indexedDocument: ({ jsonIndex, column }) =>
    jsonIndex === undefined
      ? []
      : [{ label: '', on: sql`${identifier(column)} jsonb_path_ops`, method: jsonIndex }],
  bound(place, isIndexed) {
    if (!isIndexed) return undefined
    if (place.isSorted) return { most: LONGEST_SORTED, unit: 'bytes' }
    // Lists inside JSON have no index.
    const hasBound = place.list !== place.json
    return hasBound ? { most: LONGEST_INDEXED, unit: 'bytes' } : undefined
  },
  extensions(names) {
    const unknown = names.find((name) => name !== TRIGRAMS)
    if (unknown !== undefined) {
      throw new TypeError(`tamis: postgres: unknown extension ${unknown}; expected ${TRIGRAMS}`)
    }
    return [sql`CREATE EXTENSION IF NOT EXISTS pg_trgm`]
  },
  indexedText: (name, extensions) =>
    extensions.includes(TRIGRAMS)
      ? [{ label: 'trigrams', on: sql`${identifier(name)} gin_trgm_ops`, method: 'gin' }]
      : [],
}
