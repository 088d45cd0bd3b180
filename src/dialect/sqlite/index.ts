/** SQLite 3.38 or newer (JSON built in), by better-sqlite3, libsql or node:sqlite. */

import { membersOf } from '../../kinds/dynamic.ts'
import { parseJson } from '../../kinds/json.ts'
import type { Kind, Scalar } from '../../kinds/kind.ts'
import { smallest } from '../../kinds/nulls.ts'
import { string } from '../../kinds/string.ts'
import { presence, startsInColumn } from '../column.ts'
import type { Column, Dialect, RelatedRows, Values } from '../dialect.ts'
import { type Fragment, join, sql } from '../fragment.ts'
import { printList } from '../json.ts'
import { logicOf } from '../logic.ts'
import { directed, withNulls } from '../order.ts'
import { kindOf, type Place, plainOf } from '../place.ts'
import { not } from '../syntax.ts'
import { replaceBy } from '../table.ts'
import { startsWith, type TextPart } from '../text.ts'
import { exactAt, formsOf, ordersOf, typedValues } from '../typed.ts'
import { decoder } from '../types.ts'
import { AND, longValuesOf, type Prefilter, valuesOf } from '../values.ts'
import { encode, encodeAll } from './constants.ts'
import { grouped } from './grouped.ts'
import { expression } from './json.ts'
import { listColumn, membersIn } from './lists.ts'
import { identifier, nameOf } from './names.ts'
import { typeAt } from './other-types.ts'
import { tables } from './table.ts'

import { hasWords, syntax } from './words.ts'

function valuesAt(value: Fragment, { name: kind }: Kind, at: Place, prefilter?: Prefilter): Values {
  const parts = {
    value,
    constant: (constant: Scalar) => encode(kind, constant, at),
    members: (constants: readonly Scalar[]) => membersIn(encodeAll(kind, constants, at)),
  }
  return at.json || prefilter !== undefined
    ? longValuesOf(parts, syntax.negate, prefilter)
    : valuesOf({ ...parts, nullable: at.nullable })
}

const logic = logicOf(syntax)

function column(place: Place): Column {
  const value = expression(place, membersOf(place.kind))
  const type = place.json ? undefined : typeAt(place.kind.name, place)
  const { instead, exact, present = value } = type === undefined ? {} : formsOf(type, value, place)
  const of: Column['of'] = (kind) => {
    if (type === undefined) return valuesAt(expression(place, [kind]), kind, place)
    if (instead !== undefined) return valuesAt(instead, kind, plainOf(place))
    const prefilter = type.prefilter?.(value, place)
    if (exact !== undefined && prefilter !== undefined) {
      return valuesAt(exact, kind, plainOf(place), prefilter)
    }
    const asked = {
      column: valuesAt(value, kind, place),
      exact: exact && valuesAt(exact, kind, exactAt(place, type)),
    }
    return typedValues(type, place, asked, syntax)
  }
  return {
    present: presence(present),
    of,
    ...listColumn(place),
    hasText(part, text, negated) {
      if (part === 'start' && type !== undefined) {
        return startsInColumn(type, place, { name: value, values: of(string) })(text, negated)
      }
      if (part === 'start' && place.json && place.indexed) {
        return startsWith(of(string), text, negated)
      }
      const at = place.json ? expression(place, [string]) : (instead ?? exact ?? value)
      return syntax.negate(TEXT_PARTS[part](at, text), negated)
    },
    hasWords: (words, prefix, negated) => syntax.negate(hasWords(place, words, prefix), negated),
    ...ordersOf(
      () => typeAt(kindOf(place).name, place),
      () => value,
      place,
    ),
    ...logic,
  }
}

/** The number of a text's characters, for functions that count them. */
const lengthOf = (text: string): bigint => BigInt([...text].length)

// Functions compare as BINARY does, and LIKE without regard to the case of ASCII.
const TEXT_PARTS: Readonly<Record<TextPart, (text: Fragment, part: string) => Fragment>> = {
  start: (text, part) => sql`substr(${text}, 1, ${lengthOf(part)}) = ${part}`,
  end: (text, part) => sql`substr(${text}, ${-lengthOf(part)}) = ${part}`,
  anywhere: (text, part) => sql`instr(${text}, ${part}) > 0`,
}

/** So many rows without a value are sorted in less time than a page of them is looked for among others. */
const MANY = 1000n

// The plus keeps SQLite from making a join of it, as in `lists.ts`.
const exists = ({ from, isRelated, condition }: RelatedRows, negated: boolean): Fragment =>
  not(sql`+EXISTS (SELECT 1 FROM ${from} WHERE ${isRelated} AND ${condition})`, negated)

const dialect: Dialect = {
  name: 'sqlite',
  syntax,
  placeholder: () => '?',
  params: (values) => values,
  identifier,
  column,
  select(place) {
    const name = nameOf(place)
    if (place.json || place.list) return name
    return typeAt(place.kind.name, place).select?.(name, place) ?? name
  },
  order: (value, direction, nulls) =>
    nulls === undefined || nulls === smallest(direction)
      ? directed(value, direction)
      : withNulls(value, direction, nulls),
  limit: (limit, offset) => sql`LIMIT ${BigInt(limit)} OFFSET ${BigInt(offset)}`,
  apart: {
    isWalked: () => false,
    ordersByNull: false,
    // Few are found by the column's index and sorted; for many the index of the key is walked, which
    // the plus leaves to the planner (sqlite.org/optoverview.html#disqualifying_where_clause_terms).
    ways(value, from) {
      const some = sql`SELECT 1 FROM ${from} WHERE ${value} IS NULL LIMIT ${MANY}`
      const count = sql`(SELECT count(*) FROM (${some}))`
      return [
        { isNull: sql`${value} IS NULL`, condition: sql`${count} < ${MANY}` },
        { isNull: sql`+${value} IS NULL`, condition: sql`${count} = ${MANY}` },
      ]
    },
    // In WHERE, a condition without columns would be asked of each row.
    limitIf: (limit, conditions) =>
      sql`LIMIT CASE WHEN ${join(conditions, AND)} THEN ${BigInt(limit)} ELSE 0 END`,
  },
  hasRelated: exists,
  // sqlite.org/lang_indexedby.html
  useIndex: (name) => sql` INDEXED BY ${identifier(name)}`,
  grouped,
  typeOf: (place) => typeAt(place.kind.name, place),
  decode: decoder(typeAt, (stored) => parseJson(String(stored))),
  encode: (place, value) => encode(place.kind.name, value, place),
  encodeList: (_, values) => printList(values),
  replace: replaceBy(identifier),
  ...tables,
}

/** The SQLite dialect: `compileFilter(condition, { dialect: sqlite })`. */
export const sqlite: Dialect = {
  ...dialect,
  // EXISTS is asked of each row; IN finds the related rows once, and by these the rows.
  forAll: {
    ...dialect,
    hasRelated(related, negated) {
      const { isMany, keys, from, condition } = related
      const [key, other] = keys
      if (isMany || negated || key === undefined || other !== undefined || key.isCollated) {
        return exists(related, negated)
      }
      return sql`${key.own} IN (SELECT ${key.other} FROM ${from} WHERE ${condition})`
    },
  },
}
