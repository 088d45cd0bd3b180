/**
 * ClickHouse 25 or newer, by @clickhouse/client. Its parameters are typed and named, so that `params`
 * is an object. Names that SELECT gives hide columns everywhere, so that a query names its table
 * throughout.
 */

import { smallest } from '../../kinds/nulls.ts'
import { columnOf } from '../column.ts'
import type { Column, Dialect } from '../dialect.ts'
import { type Fragment, join, type Parameter, sql } from '../fragment.ts'
import { withNulls } from '../order.ts'
import type { Place } from '../place.ts'
import { not, STANDARD } from '../syntax.ts'
import { arrayReader, decoder } from '../types.ts'
import { AND } from '../values.ts'
import { arrayFrom, encodeList, expressionOf, parameterType, valueFrom } from './constants.ts'
import { grouped } from './grouped.ts'
import { atOf, jsonOf } from './json.ts'
import { companionOf, listColumn } from './lists.ts'
import { identifier, nameOf, refuse } from './names.ts'
import { typeAt } from './other-types.ts'
import { tables } from './table.ts'
import { hasWords } from './words.ts'

function column(place: Place): Column {
  if (!place.json && place.sideTable !== undefined)
    refuse(place, 'side tables are not supported; remove sideTable')
  const json = place.json ? jsonOf(atOf(place, place.path), place) : undefined
  const isHere = place.nullable
    ? nameOf({ table: place.table, column: companionOf(place) })
    : STANDARD.truth(true)
  const column = columnOf(place, {
    syntax: STANDARD,
    name: nameOf(place),
    json,
    lists: listColumn(place, json?.isList ?? isHere),
    typeAt,
    expressionOf,
    hasWords: (words, prefix) => hasWords(place, words, prefix),
    hasText: {
      start: (text, part) => sql`startsWith(${text}, ${part})`,
      end: (text, part) => sql`endsWith(${text}, ${part})`,
      anywhere: (text, part) => sql`(position(${text}, ${part}) > 0)`,
    },
  })
  if (!place.list || place.json) return column
  return { ...column, present: (negated) => not(isHere, negated) }
}

/** The ClickHouse dialect: `compileFilter(condition, { dialect: clickhouse })`. */
export const clickhouse: Dialect<Readonly<Record<string, Parameter>>> = {
  name: 'clickhouse',
  syntax: STANDARD,
  aliasesHide: true,
  typed: true,
  placeholder: (index, value) => `{p${index}:${parameterType(value)}}`,
  params: (values, first) => Object.fromEntries(values.map((value, i) => [`p${first + i}`, value])),
  identifier,
  column,
  select(place) {
    const name = nameOf(place)
    if (place.json) return name
    const { select } = typeAt(place.kind.name, place)
    if (select === undefined) return name
    return place.list ? sql`arrayMap(x -> ${select(sql`x`, place)}, ${name})` : select(name, place)
  },
  order: (value, direction, nulls) => withNulls(value, direction, nulls ?? smallest(direction)),
  limit: (limit, offset) => sql`LIMIT ${BigInt(limit)} OFFSET ${BigInt(offset)}`,
  grouped,
  // A subquery knows nothing of the row. NULL is in no list, and of NULL IN is NULL.
  hasRelated({ from, keys, condition }, negated) {
    const plain = (key: Fragment, isNullable: boolean) =>
      isNullable ? sql`assumeNotNull(${key})` : key
    const tupleOf = (side: 'own' | 'other') =>
      sql`tuple(${join(
        keys.map((key) => plain(key[side], key.isNullable)),
        sql`, `,
      )})`
    const isThere = (side: 'own' | 'other') =>
      keys.filter(({ isNullable }) => isNullable).map((key) => sql`isNotNull(${key[side]}) AND `)
    const others = sql`SELECT ${tupleOf('other')} FROM ${from} WHERE ${join(isThere('other'), sql``)}${condition}`
    return not(sql`(${join(isThere('own'), sql``)}${tupleOf('own')} IN (${others}))`, negated)
  },
  sortsJoinedOnly: true,
  // Columns of rows that have none are the default of their type, which of a nullable one is NULL.
  joinRelated({ from, keys, condition }, values, alias) {
    const names = keys.map((_, i) => identifier(`key_${i}`))
    const columns = join(
      [
        ...keys.map(({ other }, i) => sql`${other} AS ${names[i] as Fragment}`),
        ...values.map(({ value, name }) => sql`toNullable(${value}) AS ${name}`),
      ],
      sql`, `,
    )
    const isRelated = join(
      keys.map(({ own }, i) => sql`${alias}.${names[i] as Fragment} = ${own}`),
      AND,
    )
    return sql` LEFT ANY JOIN (SELECT ${columns} FROM ${from} WHERE ${condition}) AS ${alias} ON ${isRelated}`
  },
  typeOf: (place) => typeAt(place.kind.name, place),
  decode: decoder(typeAt, arrayReader(typeAt)),
  encode: (place, value) => typeAt(place.kind.name, place).encode(value, place),
  encodeList: (place, values) => encodeList(place.kind.name, values, place),
  store: (place, parameter) =>
    place.list
      ? arrayFrom(place.kind.name, parameter ?? [], place)
      : valueFrom(place.kind.name, parameter, place),
  ...tables,
}
