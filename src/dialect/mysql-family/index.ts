/**
 * What MariaDB and MySQL share. Neither compares JSON by kind: MariaDB keeps its text, MySQL values of
 * its own, and what a value is has to be spelt out for both.
 *
 * No literal holds a backslash, a quote or a question mark: what they mean hangs on the session.
 */

import { parseJson } from '../../kinds/json.ts'
import { smallest } from '../../kinds/nulls.ts'
import { columnOf } from '../column.ts'
import type { Column, Dialect } from '../dialect.ts'
import { join, sql } from '../fragment.ts'
import { leftJoin } from '../join.ts'
import { printList } from '../json.ts'
import { sideTableColumn } from '../lists.ts'
import { integerLiteral } from '../literal.ts'
import { directed } from '../order.ts'
import { kindOf, type Place, plainOf } from '../place.ts'
import { STANDARD } from '../syntax.ts'
import { decoder } from '../types.ts'
import { typesOf } from './constants.ts'
import { groupedOf } from './grouped.ts'
import { jsonColumnsOf } from './json.ts'
import { listColumnOf } from './lists.ts'
import { namesOf } from './names.ts'
import { MOST_PARAMETERS, type Server } from './server.ts'
import { tablesOf } from './table.ts'

import { hasWordsOf } from './words.ts'

/** The dialect of one of the two. */
export function mysqlFamily(server: Server): Dialect {
  const names = namesOf(server)
  const types = typesOf(server, names)
  const json = jsonColumnsOf(server, names, types)
  const listColumn = listColumnOf(server, types)
  const hasWords = hasWordsOf(names, types, json)
  const { identifier, nameOf, refuse } = names
  const { encode, typeAt, expressionOf } = types

  function column(place: Place): Column {
    const name = nameOf(place)
    const value = place.json ? json.reach(place, place.path) : sql`JSON_EXTRACT(${name}, '$')`
    const plain = columnOf(place, {
      syntax: STANDARD,
      name,
      json: place.json ? json.jsonOf(place, value) : undefined,
      lists: listColumn(place, value),
      typeAt,
      expressionOf,
      hasWords: (words, prefix) => hasWords(place, words, prefix),
      // All of them compare by the collation of the text, which is by code point.
      hasText: {
        start: (text, part) => sql`LEFT(${text}, CHAR_LENGTH(${part})) = ${part}`,
        end: (text, part) => sql`RIGHT(${text}, CHAR_LENGTH(${part})) = ${part}`,
        anywhere: (text, part) => sql`LOCATE(${part}, ${text}) > 0`,
      },
    })
    if (!place.json && place.sideTable !== undefined) {
      const at = { ...plainOf(place), storage: 'text', isSorted: true } as const
      const values = expressionOf(place.kind.name, at, sql``)
      return {
        ...plain,
        ...sideTableColumn(place.sideTable, identifier, values, STANDARD, place.table),
      }
    }
    if (!place.json || kindOf(place).name !== 'string') return plain
    const order = (): never =>
      refuse(place, 'text in JSON is sorted by its first 1,024 bytes; map it to a column')
    return { ...plain, order, innerOrder: order }
  }

  return {
    name: server.name,
    ...(server.isDense
      ? {}
      : {
          dense: {
            mostParameters: MOST_PARAMETERS,
            dialect: mysqlFamily({ ...server, isDense: true }),
          },
        }),
    syntax: STANDARD,
    placeholder: () => '?',
    params: (values) => values,
    identifier,
    column,
    select(place) {
      const name = nameOf(place)
      // Drivers parse JSON, which loses digits.
      if (place.json || place.list) return sql`CONCAT(${name})`
      return typeAt(place.kind.name, place).select?.(name, place) ?? name
    },
    order(value, direction, nulls) {
      const term = directed(value, direction)
      if (nulls === undefined || nulls === smallest(direction)) return term
      return nulls === 'last' ? sql`${value} IS NULL, ${term}` : sql`${value} IS NOT NULL, ${term}`
    },
    // mysql2 sends numbers as doubles, which MySQL refuses here, so checked integers are literals.
    limit: (limit, offset) => sql`LIMIT ${integerLiteral(limit)} OFFSET ${integerLiteral(offset)}`,
    // An index of InnoDB has the primary key behind its columns, and NULL before all values.
    apart: {
      isWalked: (direction, nulls) => nulls === smallest(direction),
      ordersByNull: true,
      ...(server.nullAsRange && { asRange: server.nullAsRange }),
    },
    // mariadb.com/kb/en/index-hints-how-to-force-query-plans
    useIndex: (name) => sql` FORCE INDEX (${identifier(name)})`,
    forUpdate: sql` FOR UPDATE`,
    joinRelated: leftJoin,
    ...(server.hasRelated && { hasRelated: server.hasRelated }),
    grouped: groupedOf(server, names, types, json),
    typeOf: (place) => typeAt(place.kind.name, place),
    decode: decoder(typeAt, (stored) => (typeof stored === 'string' ? parseJson(stored) : stored)),
    encode: (place, value) => encode(place.kind.name, value, place),
    encodeList: (_, values) => printList(values),
    store: (place, parameter) =>
      typeAt(place.kind.name, place).convert?.(parameter, place) ?? sql`${parameter}`,
    replace(key, others) {
      const all = others.length === 0 ? [key] : others
      const sets = all.map((name) => sql`${identifier(name)} = VALUES(${identifier(name)})`)
      return sql` ON DUPLICATE KEY UPDATE ${join(sets, sql`, `)}`
    },
    ...tablesOf(server, names, types, json),
  }
}
