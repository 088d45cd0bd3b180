import { membersOf } from '../../kinds/dynamic.ts'
import type { Scalar } from '../../kinds/kind.ts'
import { type Fragment, sql } from '../fragment.ts'
import { type ListColumn, sideTableColumn } from '../lists.ts'
import { integerLiteral } from '../literal.ts'
import { elementName, elementOf, kindOf, type Place, plainOf } from '../place.ts'
import { not, STANDARD } from '../syntax.ts'
import { encode, encodeAll } from './constants.ts'
import { expression, ofKinds, outside } from './json.ts'
import { identifier } from './names.ts'

/** The members of a list that is one parameter. */
export const membersIn = (list: string): Fragment => sql`(SELECT value FROM json_each(${list}))`

const IS_OBJECT = sql`e.type = 'object'`

/**
 * What a list holds, asked of its JSON, or of the side table that mirrors it. json_each of NULL has
 * no rows, so that of an absent list nothing below is true, and nothing is NULL.
 */
export function listColumn(place: Place): ListColumn {
  const { from, value: list } = outside(place, expression(place, []))
  const element = ofKinds(
    membersOf(place.kind),
    place,
  )({
    type: sql`e.type`,
    value: sql`e.atom`,
  })
  const at = { ...plainOf(place), storage: 'text' } as const
  const { name } = kindOf(place)
  const all = (constants: readonly Scalar[]) =>
    membersIn(encodeAll(name, [...new Set(constants)], at))
  const holdsOnly = (constants: readonly Scalar[]) =>
    sql`NOT EXISTS (SELECT 1 FROM ${from}json_each(${list}) AS e WHERE ${element} IS NOT NULL AND ${element} NOT IN ${all(constants)})`
  const holdsAll = (constants: readonly Scalar[]) =>
    sql`(SELECT count(DISTINCT ${element}) FROM ${from}json_each(${list}) AS e WHERE ${element} IN ${all(constants)}) = ${integerLiteral(new Set(constants).size)}`
  const sides =
    place.json || place.sideTable === undefined
      ? {}
      : sideTableColumn(
          place.sideTable,
          identifier,
          { constant: (constant) => encode(name, constant, at), members: all },
          STANDARD,
          place.table,
        )
  return {
    // The plus keeps SQLite from making a join of it: from 3.51.1 to 3.53.0 a page with an OFFSET
    // then holds rows that it should skip (better-sqlite3 12.5 to 12.9, Node 22's node:sqlite).
    holdsAny: (constants, negated) =>
      not(
        sql`+EXISTS (SELECT 1 FROM ${from}json_each(${list}) AS e WHERE ${element} IN ${all(constants)})`,
        negated,
      ),
    holdsAll: (constants, negated) => not(holdsAll(constants), negated),
    holdsExactly(constants, negated) {
      const every =
        constants.length === 0 ? sql`${expression(place, [])} IS NOT NULL` : holdsAll(constants)
      return not(sql`(${every} AND ${holdsOnly(constants)})`, negated)
    },
    hasSize(size, negated) {
      const isCounted = place.json && place.isOfObjects ? IS_OBJECT : sql`${element} IS NOT NULL`
      const counted = place.json && place.isOfObjects ? sql`*` : sql`DISTINCT ${element}`
      const count = sql`(SELECT count(${counted}) FROM ${from}json_each(${list}) AS e WHERE ${isCounted})`
      return not(
        sql`(${expression(place, [])} IS NOT NULL AND ${count} = ${BigInt(size)})`,
        negated,
      )
    },
    hasObject(inside, negated) {
      const name = elementName(place)
      const condition = inside(elementOf(place, sql`${name}.value`))
      return not(
        sql`+EXISTS (SELECT 1 FROM ${from}json_each(${list}) AS ${name} WHERE ${name}.type = 'object' AND ${condition})`,
        negated,
      )
    },
    ...sides,
  }
}
