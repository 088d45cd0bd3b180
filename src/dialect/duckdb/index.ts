/** DuckDB 1.4 or newer, by @duckdb/node-api. */

import { smallest } from '../../kinds/nulls.ts'
import { columnOf } from '../column.ts'
import type { Column, Dialect } from '../dialect.ts'
import { sql } from '../fragment.ts'
import { withNulls } from '../order.ts'
import type { Place } from '../place.ts'
import { STANDARD } from '../syntax.ts'
import { replaceBy } from '../table.ts'
import { decoder } from '../types.ts'
import { encode, encodeList, expressionOf, listFrom } from './constants.ts'
import { grouped } from './grouped.ts'
import { elementsOf, jsonOf, reach } from './json.ts'
import { listColumn, readList } from './lists.ts'
import { identifier, nameOf, refuse } from './names.ts'
import { typeAt } from './other-types.ts'
import { tables } from './table.ts'
import { hasWords } from './words.ts'

function column(place: Place): Column {
  if (!place.json && place.sideTable !== undefined)
    refuse(place, 'side tables are not supported; remove sideTable')
  const value = place.json ? reach(place, place.path) : nameOf(place)
  return columnOf(place, {
    syntax: STANDARD,
    name: value,
    json: place.json ? jsonOf(value, place) : undefined,
    lists: listColumn(place, place.json ? elementsOf(place, value) : value),
    typeAt,
    expressionOf,
    hasWords: (words, prefix) => hasWords(place, words, prefix),
    // duckdb.org/docs/stable/sql/functions/text: of bytes.
    hasText: {
      start: (text, part) => sql`starts_with(${text}, ${part})`,
      end: (text, part) => sql`ends_with(${text}, ${part})`,
      anywhere: (text, part) => sql`contains(${text}, ${part})`,
    },
  })
}

/** The DuckDB dialect: `compileFilter(condition, { dialect: duckdb })`. */
export const duckdb: Dialect = {
  name: 'duckdb',
  syntax: STANDARD,
  placeholder: (index) => `$${index}`,
  params: (values) => values,
  identifier,
  column,
  select(place) {
    const name = nameOf(place)
    if (place.json) return name
    const { select, selectElements, exactElements } = typeAt(place.kind.name, place)
    if (!place.list) return select?.(name, place) ?? name
    return (selectElements ?? exactElements)?.(name, place) ?? name
  },
  order: (value, direction, nulls) => withNulls(value, direction, nulls ?? smallest(direction)),
  limit: (limit, offset) => sql`LIMIT ${limit} OFFSET ${offset}`,
  grouped,
  typeOf: (place) => typeAt(place.kind.name, place),
  decode: decoder(typeAt, readList),
  encode: (place, value) => encode(place.kind.name, value, place),
  encodeList: (place, values) => encodeList(place.kind.name, values, place),
  store: (place, parameter) =>
    place.list
      ? listFrom(place.kind.name, parameter === null ? null : String(parameter), place)
      : sql`${parameter}`,
  replace: replaceBy(identifier),
  ...tables,
}
