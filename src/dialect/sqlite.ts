/**
 * SQLite 3.38 or newer (JSON built in), by better-sqlite3, libsql or node:sqlite. Longer than a page
 * because SQLite has no lists and no typed JSON: both are spelt out here.
 *
 * Strings are compared by the bytes of their UTF-8, which is SQLite's own BINARY collation. Booleans
 * are 0 and 1, and integers are bound as bigints: drivers bind a JavaScript number as REAL.
 */

import { membersOf } from '../kinds/dynamic.ts'
import { parseJson, printDouble } from '../kinds/json.ts'
import type { Kind, Scalar } from '../kinds/kind.ts'
import { string } from '../kinds/string.ts'
import { fromEpoch, toEpoch } from '../kinds/timestamp.ts'
import { chain } from './balance.ts'
import {
  AND,
  isNotTrue,
  longValuesOf,
  needlesOf,
  presence,
  replaceBy,
  searchedIn,
  sideTableColumn,
  valuesOf,
} from './column.ts'
import type { Column, Dialect, Place, TimestampStorage, Values } from './dialect.ts'
import { FALSE } from './dialect.ts'
import { type Fragment, isWord, join, type Parameter, raw, sql, word } from './fragment.ts'
import { nameOf as nameBy, quoteName, type Refuse, refuser } from './names.ts'
import { EPOCH_RANGE, integerFrom } from './stored.ts'

// sqlite.org/lang_keywords.html
const identifier = (name: string): Fragment => quoteName(name, '"', 'sqlite')

const nameOf = (place: Pick<Place, 'column' | 'table'>): Fragment => nameBy(place, identifier)

const refuse: Refuse = refuser('sqlite')

// JSON

/** A JSON value as SQL sees it: its type's name, and the value of a scalar. */
interface JsonValue {
  readonly type: Fragment
  readonly value: Fragment
}

/** '$."a"."b"': the same spelling everywhere, or an index on the expression is missed. */
const jsonPath = (path: readonly string[]): Fragment =>
  sql`'$${join(
    path.map((key) => sql`."${word(key)}"`),
    sql``,
  )}'`

/** Paths that are longer stand as parameters, so that no filter makes a text over SQLite's 1 MB. */
const LONGEST_LITERAL = 200

/** How many of a path's keys may stand in the text: those before the first that may not. */
function literalKeys(path: readonly string[]): number {
  let length = 0
  const end = path.findIndex((key) => {
    length += key.length
    return !isWord(key) || length > LONGEST_LITERAL
  })
  return end === -1 ? path.length : end
}

/** The names of json_each's columns (sqlite.org/json1.html#jeach), and those of every row's id. */
const OWN_NAMES = [
  'key',
  'value',
  'type',
  'atom',
  'id',
  'parent',
  'fullkey',
  'path',
  'json',
  'root',
  'rowid',
  'oid',
  '_rowid_',
]

/**
 * An expression over a column for use inside a FROM that has a json_each, whose columns would hide a
 * column of the same name: then it is read first, in a subquery that sees the table alone.
 */
function outside(
  column: string,
  own: Fragment,
): { readonly from: Fragment; readonly own: Fragment } {
  if (!OWN_NAMES.includes(column.toLowerCase())) return { from: sql``, own }
  return { from: sql`(SELECT ${own} AS d) AS c, `, own: sql`c.d` }
}

/**
 * Hands `use` the value that a path in a JSON column leads to, NULL where there is none. A key of
 * letters, digits and underscores stands in the text, so that an index serves it. Any other is a
 * parameter: no path escape reaches every key (3.45 finds none with a quote in it), comparing
 * json_each's keys does. Neither goes through a list: its keys are integers there.
 */
function reach(
  { column, table }: Pick<Place, 'column' | 'table'>,
  path: readonly string[],
  use: (json: JsonValue) => Fragment,
): Fragment {
  const document = nameOf({ column, table })
  const plain = literalKeys(path)
  if (plain === path.length) {
    const at = jsonPath(path)
    return use({
      type: sql`json_type(${document}, ${at})`,
      value: sql`json_extract(${document}, ${at})`,
    })
  }
  // One join a key rather than subqueries in each other: SQLite's parser has a stack of 100.
  const { from, own } = outside(column, document)
  const start = plain === 0 ? own : sql`${own}, ${jsonPath(path.slice(0, plain))}`
  const steps = path.slice(plain).map((key, i) => {
    const before = raw(`k${i - 1}`)
    const step = raw(`k${i}`)
    const of = i === 0 ? start : sql`CASE ${before}.type WHEN 'object' THEN ${before}.value END`
    return { step, from: sql`json_each(${of}) AS ${step}`, where: sql`${step}.key = ${key}` }
  })
  const last = (steps.at(-1) as { step: Fragment }).step
  const found = use({ type: sql`${last}.type`, value: sql`${last}.value` })
  const tables = join(
    steps.map((each) => each.from),
    sql`, `,
  )
  const keys = join(
    steps.map((each) => each.where),
    sql` AND `,
  )
  return sql`(SELECT ${found} FROM ${from}${tables} WHERE ${keys})`
}

const IS_FINITE = sql`< 9e999`

/** Canonical text of so many digits; a shape alone would let 2024-02-30 through. */
function isTimestamp(value: Fragment, digits: number): Fragment {
  const fraction = digits === 0 ? '' : `.${'[0-9]'.repeat(digits)}`
  const shape = raw(
    `'[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]${fraction}Z'`,
  )
  const whole = sql`substr(${value}, 1, 19)`
  return sql`${value} GLOB ${shape} AND ${value} >= '0001' AND substr(${value}, 12, 2) < '24' AND strftime('%Y-%m-%dT%H:%M:%S', ${whole}) = ${whole}`
}

/**
 * What a JSON value of a kind is in SQL, by the type that json_type names: an integer is what is
 * whole and fits 64 bits, however it is written; 1e400 is no number.
 */
function arms(kind: Kind, value: Fragment, digits: number): Fragment {
  switch (kind.name) {
    case 'string':
      return sql`WHEN 'text' THEN ${value}`
    case 'boolean':
      return sql`WHEN 'true' THEN 1 WHEN 'false' THEN 0`
    case 'integer':
      return sql`WHEN 'integer' THEN CASE typeof(${value}) WHEN 'integer' THEN ${value} END WHEN 'real' THEN CASE WHEN ${value} >= -9223372036854775808.0 AND ${value} < 9223372036854775808.0 AND ${value} = CAST(${value} AS INTEGER) THEN ${value} END`
    case 'number':
      return sql`WHEN 'integer' THEN CASE WHEN abs(CAST(${value} AS REAL)) ${IS_FINITE} THEN CAST(${value} AS REAL) END WHEN 'real' THEN CASE WHEN abs(${value}) ${IS_FINITE} THEN ${value} END`
    case 'numeric':
      return sql`WHEN 'integer' THEN CASE WHEN abs(CAST(${value} AS REAL)) ${IS_FINITE} THEN ${value} END WHEN 'real' THEN CASE WHEN abs(${value}) ${IS_FINITE} THEN ${value} END`
    case 'timestamp':
      return sql`WHEN 'text' THEN CASE WHEN ${isTimestamp(value, digits)} THEN ${value} END`
    default:
      return kind.name satisfies never
  }
}

/** The value where it is of one of the kinds, else NULL. */
const ofKinds =
  (kinds: readonly Kind[], digits: number) =>
  ({ type, value }: JsonValue): Fragment => {
    const cases = kinds.map((kind) => arms(kind, value, digits))
    return sql`CASE ${type} ${join(cases, sql` `)} END`
  }

/** A place as an expression that is NULL where the value is absent. */
function expression(place: Place, kinds: readonly Kind[]): Fragment {
  if (!place.json) return nameOf(place)
  if (place.list) {
    return reach(
      place,
      place.path,
      ({ type, value }) => sql`CASE ${type} WHEN 'array' THEN ${value} END`,
    )
  }
  return reach(place, place.path, ofKinds(kinds, place.digits))
}

// Parameters

/** Canonical text, unless the mapping says ticks: SQLite has no type of its own. */
function storageOf(place: Place): Extract<TimestampStorage, 'text' | object> {
  const { storage = 'text' } = place
  if (storage === 'text' || typeof storage === 'object') return storage
  return refuse(
    place,
    `there is no ${storage} here; store a timestamp as 'text' or { epoch: unit }`,
  )
}

function encode(place: Place, value: Scalar): string | number | bigint {
  const { kind } = place
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (typeof value === 'number') return kind.name === 'integer' ? BigInt(value) : value
  if (kind.name !== 'timestamp') return value
  const storage = storageOf(place)
  return storage === 'text' ? value : toEpoch(value as string, storage.epoch)
}

/** A list as one parameter, for json_each. */
function encodeAll(place: Place, values: readonly Scalar[]): string {
  const texts = values.map((value) => {
    const own = encode(place, value)
    if (typeof own === 'string') return JSON.stringify(own)
    return typeof own === 'number' ? printDouble(own) : String(own)
  })
  return `[${texts.join(',')}]`
}

const all = (list: Fragment | string): Fragment => sql`(SELECT value FROM json_each(${list}))`

// Columns

function ofKind(place: Place, kind: Kind): Values {
  const own = { ...place, kind }
  const value = expression(place, [kind])
  const parts = {
    value,
    constant: (constant: Scalar) => encode(own, constant),
    members: (constants: readonly Scalar[]) => all(encodeAll(own, constants)),
  }
  return place.json
    ? longValuesOf(parts, isNotTrue)
    : valuesOf({ ...parts, nullable: place.nullable })
}

const not = (condition: Fragment, negated: boolean): Fragment =>
  negated ? sql`NOT ${condition}` : condition

/**
 * What a list holds, asked of its JSON, or of the side table that mirrors it. json_each of NULL has
 * no rows, so that of an absent list nothing below is true, and nothing is NULL.
 */
function listOf(place: Place): Pick<Column, 'holdsAny' | 'holdsAll' | 'holdsExactly'> {
  const { from, own: list } = outside(place.column, expression(place, []))
  const kinds = membersOf(place.kind)
  const element = ofKinds(kinds, place.digits)({ type: sql`e.type`, value: sql`e.atom` })
  const encoded = (constants: readonly Scalar[]) =>
    encodeAll({ ...place, storage: 'text' }, [...new Set(constants)])
  const holdsOnly = (constants: readonly Scalar[]) =>
    sql`NOT EXISTS (SELECT 1 FROM ${from}json_each(${list}) AS e WHERE ${element} IS NOT NULL AND ${element} NOT IN ${all(encoded(constants))})`
  const holdsAll = (constants: readonly Scalar[]) =>
    sql`NOT EXISTS (SELECT 1 FROM ${from}json_each(${encoded(constants)}) AS o WHERE o.value NOT IN (SELECT ${element} FROM json_each(${list}) AS e WHERE ${element} IS NOT NULL))`
  const sides =
    place.sideTable === undefined
      ? {}
      : sideTableColumn(place.sideTable, identifier, {
          constant: (constant) => encode({ ...place, storage: 'text' }, constant),
          members: (constants) => all(encoded(constants)),
        })
  return {
    // The plus keeps SQLite from making a join of it: from 3.51.1 to 3.53.0 a page with an OFFSET
    // then holds rows that it should skip (better-sqlite3 12.5 to 12.9, Node 22's node:sqlite).
    holdsAny: (constants, negated) =>
      not(
        sql`+EXISTS (SELECT 1 FROM ${from}json_each(${list}) AS e WHERE ${element} IN ${all(encoded(constants))})`,
        negated,
      ),
    holdsAll: (constants, negated) => not(holdsAll(constants), negated),
    holdsExactly(constants, negated) {
      const every =
        constants.length === 0 ? sql`${expression(place, [])} IS NOT NULL` : holdsAll(constants)
      return not(sql`(${every} AND ${holdsOnly(constants)})`, negated)
    },
    ...sides,
  }
}

/** SQLite refuses a longer pattern (sqlite.org/limits.html#max_like_pattern_length). */
const LONGEST_PATTERN = 50_000

function hasWords(place: Place, words: readonly string[], prefix: string): Fragment {
  const at = searchedIn(place, refuse)
  if (!at.isNative) {
    // A document's words stand in objects like its own: only at a string's place is there text.
    const text = place.json ? reach(at, place.path, ofKinds([string], 0)) : nameOf(at)
    if (words.length === 0) return sql`instr(${text}, ${` ${prefix}`}) > 0`
    const needles = JSON.stringify(needlesOf(words, prefix))
    const { from, own } = outside(at.column, text)
    return sql`(SELECT min(instr(${own}, n.value)) FROM ${from}json_each(${needles}) AS n) > 0`
  }
  // Without stored words: ASCII letters are folded, all else that is no ASCII letter or digit parts
  // words. A needle is letters and digits alone, so it holds nothing that GLOB reads as a pattern.
  const text = sql`lower(' ' || ${expression(place, [string])} || ' ')`
  const patterns = [...words.map((each) => `*[^0-9a-z]${each}[^0-9a-z]*`), `*[^0-9a-z]${prefix}*`]
  if (patterns.some((pattern) => pattern.length * 3 > LONGEST_PATTERN)) return FALSE
  return chain(
    patterns.map((pattern) => sql`${text} GLOB ${pattern}`),
    AND,
  )
}

function column(place: Place): Column {
  const value = expression(place, membersOf(place.kind))
  return {
    present: presence(value),
    of: (kind) => ofKind(place, kind),
    ...listOf(place),
    hasWords: (words, prefix, negated) => isNotTrue(hasWords(place, words, prefix), negated),
    order: value,
  }
}

// Tables

function define(place: Place, isKey: boolean): Fragment {
  const name = identifier(place.column)
  const required = isKey ? sql` NOT NULL PRIMARY KEY` : place.nullable ? sql`` : sql` NOT NULL`
  const [type, check] = typeAndCheck(place, name)
  return sql`${type}${required}${check === undefined ? sql`` : sql` CHECK (${check})`}`
}

function typeAndCheck(place: Place, name: Fragment): readonly [Fragment, Fragment?] {
  const { kind, list, json, digits } = place
  if (json) return [sql`TEXT`, sql`json_valid(${name}) AND json_type(${name}) = 'object'`]
  if (list) return [sql`TEXT`, sql`json_valid(${name}) AND json_type(${name}) = 'array'`]
  switch (kind.name) {
    case 'string':
      return [sql`TEXT`, sql`instr(${name}, char(0)) = 0`]
    case 'boolean':
      return [sql`INTEGER`, sql`${name} IN (0, 1)`]
    case 'integer':
      return [sql`INTEGER`]
    case 'number':
    case 'numeric':
      return [sql`REAL`, sql`abs(${name}) ${IS_FINITE}`]
    case 'timestamp': {
      const storage = storageOf(place)
      if (storage === 'text') return [sql`TEXT`, isTimestamp(name, digits)]
      const [first, last] = EPOCH_RANGE.map((at) =>
        word(String(toEpoch(at, storage.epoch)).replace('-', '')),
      )
      return [sql`INTEGER`, sql`${name} BETWEEN -${first as Fragment} AND ${last as Fragment}`]
    }
    default:
      return refuse(place, 'a dynamic field lives in a JSON column')
  }
}

function decode(place: Place, stored: unknown): unknown {
  if (stored === null || stored === undefined) return undefined
  const { kind, digits } = place
  if (place.list) return parseJson(stored as string)
  switch (kind.name) {
    case 'boolean':
      return Number(stored) === 1
    case 'number':
    case 'numeric':
      return Number(stored)
    case 'integer':
      return integerFrom(
        place,
        stored,
        refuse,
        'read with safeIntegers(true), or setReadBigInts(true)',
      )
    case 'timestamp': {
      const storage = storageOf(place)
      return storage === 'text'
        ? stored
        : fromEpoch(BigInt(stored as number | bigint), storage.epoch, digits)
    }
    default:
      return stored
  }
}

/** The SQLite dialect: `compileFilter(condition, { dialect: sqlite })`. */
export const sqlite: Dialect = {
  name: 'sqlite',
  placeholder: () => '?',
  params: (values) => values,
  identifier,
  column,
  select: nameOf,
  // NULL is the smallest value of all here, as absent values are.
  order: (value, direction) => sql`${value} ${direction === 1 ? sql`ASC` : sql`DESC`}`,
  limit: (limit, offset) => sql`LIMIT ${BigInt(limit)} OFFSET ${BigInt(offset)}`,
  replace: replaceBy(identifier),
  encode,
  encodeList: (place, values) => {
    // In JSON, booleans are its own.
    if (place.kind.name === 'boolean') return JSON.stringify(values)
    return encodeAll({ ...place, storage: 'text' }, values)
  },
  decode,
  define,
  words: () => sql`TEXT`,
  tableOptions: () => sql` STRICT`,
  indexed(place) {
    // A list's elements are reached by a side table alone.
    if (place.list) return []
    if (!place.json) return [{ label: '', on: identifier(place.column) }]
    if (literalKeys(place.path) < place.path.length) return []
    return membersOf(place.kind).map((kind) => ({
      label: kind.name,
      on: expression(place, [kind]),
    }))
  },
  sideTable(place, { table, key }) {
    const name = identifier(place.sideTable?.table ?? refuse(place, 'has no side table'))
    const owner = sql`${identifier(table)} (${identifier(key.column)})`
    const [ownerType] = typeAndCheck(key, sql``)
    const [valueType] = typeAndCheck({ ...place, list: false, storage: 'text' }, sql``)
    return [
      sql`CREATE TABLE ${name} ("owner" ${ownerType} NOT NULL REFERENCES ${owner} ON DELETE CASCADE, "value" ${valueType} NOT NULL, PRIMARY KEY ("value", "owner")) STRICT, WITHOUT ROWID`,
      sql`CREATE INDEX ${identifier(`${place.sideTable?.table}_owner`)} ON ${name} ("owner")`,
    ]
  },
  insertSide(place, owner: Parameter, values) {
    const name = identifier(place.sideTable?.table ?? refuse(place, 'has no side table'))
    const distinct = encodeAll({ ...place, storage: 'text' }, [...new Set(values)])
    return sql`INSERT INTO ${name} ("owner", "value") SELECT ${owner}, value FROM json_each(${distinct})`
  },
}
