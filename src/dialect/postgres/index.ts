/**
 * PostgreSQL 14 or newer (subscripts of jsonb), by pg or PGlite, and what speaks its SQL.
 *
 * Nothing here names a collation, a CASE or IS NOT TRUE where it can be helped: postgres_fdw keeps
 * those on the coordinator. jsonpath is sent to the shards, and compares strings by code point.
 */

import { membersOf } from '../../kinds/dynamic.ts'
import type { Kind, KindName } from '../../kinds/kind.ts'
import { string } from '../../kinds/string.ts'
import { presence } from '../column.ts'
import type { Column, Dialect, Values } from '../dialect.ts'
import { type Fragment, join, sql } from '../fragment.ts'
import { leftJoin } from '../join.ts'
import { logicOf } from '../logic.ts'
import { directed, withNulls } from '../order.ts'
import { type ColumnPlace, type JsonPlace, kindOf, type Place, plainOf } from '../place.ts'
import { STANDARD } from '../syntax.ts'
import { replaceBy } from '../table.ts'
import { exactAt, formsOf, ordersOf, typedValues } from '../typed.ts'
import { arrayReader, decoder } from '../types.ts'
import { valuesOf } from '../values.ts'
import { arrayOf, constantOf } from './constants.ts'
import { grouped } from './grouped.ts'
import { jsonOrder, jsonValuesOf, ROOT, reach } from './json.ts'
import { arrayColumn, jsonListColumn } from './lists.ts'
import { identifier, nameOf, refuse } from './names.ts'
import { typeAt } from './other-types.ts'
import { tables } from './table.ts'
import { hasTextInColumn, hasTextInJson } from './text.ts'
import { types } from './types.ts'
import { hasWords } from './words.ts'

const logic = logicOf(STANDARD)

function valuesAt(value: Fragment, kind: KindName, place: ColumnPlace): Values {
  return {
    ...valuesOf({
      value,
      nullable: place.nullable,
      constant: (constant) => constantOf(kind, constant, place),
      members: () => sql``,
    }),
    isIn(constants, negated) {
      const array = arrayOf(kind, constants, place)
      if (!negated) return sql`${value} = ANY(${array})`
      const none = sql`${value} <> ALL(${array})`
      return place.nullable ? sql`(${none} OR ${value} IS NULL)` : none
    },
  }
}

function plainColumn(place: ColumnPlace): Column {
  if (place.sideTable !== undefined)
    refuse(place, 'side tables are not supported, arrays have an index; remove sideTable')
  const name = nameOf(place)
  const type = typeAt(place.kind.name, place)
  const { instead, exact, present } = formsOf(type, name, place)
  const of = ({ name: kind }: Kind): Values => {
    if (instead !== undefined) return valuesAt(instead, kind, plainOf(place))
    const column = valuesAt(name, kind, place)
    const asked = { column, exact: exact && valuesAt(exact, kind, exactAt(place, type)) }
    return typedValues(type, place, asked, STANDARD)
  }
  return {
    present: presence(present),
    of,
    ...arrayColumn(place),
    hasWords: wordsIn(place),
    hasText: hasTextInColumn(place, type, {
      name,
      value: instead ?? exact ?? name,
      values: () => of(string),
    }),
    ...ordersOf(
      () => type,
      () => name,
      place,
    ),
    ...logic,
  }
}

function jsonColumn(place: JsonPlace): Column {
  const kinds = membersOf(place.kind)
  const kind = kindOf(place)
  const value = reach(place, place.path)
  const tests = place.list
    ? [sql`$.type() == "array"`]
    : kinds.map(({ name }) => sql`(${types[name].json(place).is(ROOT)})`)
  const isPresent = sql`${value} @@ 'strict ${join(tests, sql` || `)}'`
  return {
    present: (negated) => (negated ? sql`(NOT ${isPresent} OR ${value} IS NULL)` : isPresent),
    of: (member) => jsonValuesOf(place, member),
    ...jsonListColumn(place, kind),
    hasWords: wordsIn(place),
    hasText: hasTextInJson(place),
    order: () => jsonOrder(place, kind),
    innerOrder: () => jsonOrder(place, kind),
    ...logic,
  }
}

const column = (place: Place): Column => (place.json ? jsonColumn(place) : plainColumn(place))

const wordsIn =
  (place: Place): Column['hasWords'] =>
  (words, prefix, negated) =>
    hasWords(place, words, prefix, negated)

/** The first ones are made once: they are in every statement. */
const PLACEHOLDERS: readonly string[] = Array.from({ length: 32 }, (_, index) => `$${index}`)

/** The PostgreSQL dialect: `compileFilter(condition, { dialect: postgres })`. */
export const postgres: Dialect = {
  name: 'postgres',
  syntax: STANDARD,
  placeholder: (index) => PLACEHOLDERS[index] ?? `$${index}`,
  params: (values) => values,
  identifier,
  // Unless it is volatile or slow: postgresql.org/docs/current/sql-select.html, Description, 8.
  selectsEarly: true,
  column,
  select(place) {
    const name = nameOf(place)
    // Drivers read jsonb by JSON.parse, which loses digits.
    if (place.json) return sql`${name}::text`
    const { select, selectElements, exactElements } = typeAt(place.kind.name, place)
    if (!place.list) return select?.(name, place) ?? name
    return (selectElements ?? exactElements)?.(name, place) ?? name
  },
  order: (value, direction, nulls) =>
    nulls === undefined ? directed(value, direction) : withNulls(value, direction, nulls),
  limit: (limit, offset) => sql`LIMIT ${limit} OFFSET ${offset}`,
  // Only ORDER BY without NULLS FIRST is served by every index, and IS NULL makes no column constant.
  apart: { isWalked: () => false, ordersByNull: false },
  forUpdate: sql` FOR UPDATE`,
  joinRelated: leftJoin,
  grouped,
  typeOf: (place) => typeAt(place.kind.name, place),
  decode: decoder(typeAt, arrayReader(typeAt)),
  encode: (place, value) => typeAt(place.kind.name, place).encode(value, place),
  encodeList(place, values) {
    const { encode } = typeAt(place.kind.name, place)
    return values.map((value) => encode(value, place))
  },
  replace: replaceBy(identifier),
  ...tables,
}
