/**
 * DuckDB 1.4 or newer, by @duckdb/node-api. Numbers reach it as text and bigints, and are cast: its
 * driver takes a whole JavaScript number for an integer, and DuckDB compares across types by casting.
 * Longer than a page because JSON, lists and storages are each spelt out.
 */

import { membersOf } from '../kinds/dynamic.ts'
import { printDouble } from '../kinds/json.ts'
import type { Kind, Scalar } from '../kinds/kind.ts'
import { string } from '../kinds/string.ts'
import { fromEpoch, toEpoch } from '../kinds/timestamp.ts'
import {
  type ColumnParts,
  columnOf,
  type Expression,
  isNotTrue,
  type JsonValue,
  needlesOf,
  replaceBy,
  searchedIn,
} from './column.ts'
import type { Column, Dialect, Place, TimestampStorage } from './dialect.ts'
import { type Fragment, isWord, join, raw, sql, word } from './fragment.ts'
import { nameOf as nameBy, quoteName, type Refuse, refuser } from './names.ts'
import { EPOCH_RANGE, integerFrom, timestampPattern } from './stored.ts'

// duckdb.org/docs/stable/sql/dialect/keywords_and_identifiers
const identifier = (name: string): Fragment => quoteName(name, '"', 'duckdb')

const nameOf = (place: Pick<Place, 'column' | 'table'>): Fragment => nameBy(place, identifier)

const refuse: Refuse = refuser('duckdb')

// Types and parameters

function storageOf(place: Place): Exclude<TimestampStorage, 'datetime'> {
  const { storage, digits, list } = place
  if (storage === 'datetime') return refuse(place, 'there is no datetime here, but timestamp')
  return storage ?? (digits <= 6 && !list ? 'timestamp' : 'text')
}

function typeOf(place: Place): Fragment {
  const { kind } = place
  switch (kind.name) {
    case 'string':
      return sql`VARCHAR`
    case 'boolean':
      return sql`BOOLEAN`
    case 'integer':
      return sql`BIGINT`
    case 'number':
    case 'numeric':
      return sql`DOUBLE`
    case 'timestamp': {
      const storage = storageOf(place)
      if (typeof storage === 'object') return sql`BIGINT`
      return storage === 'text' ? sql`VARCHAR` : raw(storage.toUpperCase())
    }
    default:
      return refuse(place, 'a dynamic field lives in a JSON column')
  }
}

function encode(place: Place, value: Scalar): string | bigint | boolean {
  const { kind } = place
  if (typeof value === 'number') return kind.name === 'integer' ? BigInt(value) : String(value)
  if (kind.name !== 'timestamp') return value
  const storage = storageOf(place)
  return typeof storage === 'object' ? toEpoch(value as string, storage.epoch) : (value as string)
}

const encodeList = (place: Place, values: readonly Scalar[]): string =>
  `[${values.map((value) => printFor(place, value)).join(',')}]`

function printFor(place: Place, value: Scalar): string {
  if (typeof value === 'number') return printDouble(value)
  const own = encode(place, value)
  return typeof own === 'string' ? JSON.stringify(own) : String(own)
}

const cast = (place: Place, value: Scalar): Fragment =>
  sql`CAST(${encode(place, value)} AS ${typeOf(place)})`

/** A list of constants from one parameter. What from_json reads is checked already: it is not strict. */
const listFrom = (place: Place, json: string | null): Fragment => {
  const type = typeOf(place)
  const isTime = type.texts[0]?.startsWith('TIMESTAMP') === true
  const list = sql`from_json(CAST(${json} AS JSON), '["${isTime ? sql`VARCHAR` : type}"]')`
  return isTime ? sql`CAST(${list} AS ${type}[])` : list
}

const listOf = (place: Place, constants: readonly Scalar[]): Fragment =>
  listFrom(place, encodeList(place, constants))

/** How an expression of a place's kind is compared. */
const expressionOf = (place: Place, value: Fragment): Expression => ({
  value,
  nullable: place.nullable,
  constant: (constant) => cast(place, constant),
  members: (constants) => sql`(SELECT unnest(${listOf(place, constants)}))`,
})

// JSON

/** Longer paths stand as parameters, so that no filter makes a long text. */
const LONGEST_LITERAL = 200

const isLiteral = (path: readonly string[]): boolean =>
  path.every(isWord) && path.join('').length <= LONGEST_LITERAL

/**
 * The JSON that a path leads to, NULL where there is none. A quoted key goes through objects alone;
 * but `*` is a wildcard even in quotes, and is reached by a JSON Pointer of its own.
 */
function reach(place: Pick<Place, 'column' | 'table'>, path: readonly string[]): Fragment {
  let value = nameOf(place)
  let keys: string[] = []
  const step = () => {
    if (keys.length === 0) return
    value = isLiteral(keys)
      ? sql`json_extract(${value}, '$${join(
          keys.map((key) => sql`."${word(key)}"`),
          sql``,
        )}')`
      : sql`json_extract(${value}, ${`$${keys.map(quoteKey).join('')}`})`
    keys = []
  }
  for (const key of path) {
    if (key !== '*') {
      keys.push(key)
      continue
    }
    step()
    value = sql`json_extract(${value}, '/*')`
  }
  step()
  return value
}

const quoteKey = (key: string): string =>
  `."${key.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`

/** What a JSON value is; the literal's own type says what it was written as. */
function jsonOf(json: Fragment, digits: number): JsonValue {
  const type = sql`json_type(${json})`
  const text = sql`json_extract_string(${json}, '$')`
  const double = sql`TRY_CAST(${json} AS DOUBLE)`
  const integer = sql`TRY_CAST(${json} AS BIGINT)`
  const isInt64 = sql`(${type} IN ('BIGINT', 'UBIGINT') AND ${integer} IS NOT NULL)`
  const number = sql`(CASE WHEN ${type} IN ('BIGINT', 'UBIGINT', 'DOUBLE') AND isfinite(${double}) THEN ${double} END)`
  return {
    isList: sql`${type} = 'ARRAY'`,
    ofKind(kind) {
      switch (kind.name) {
        case 'string':
          return sql`(CASE WHEN ${type} = 'VARCHAR' THEN ${text} END)`
        case 'boolean':
          return sql`(CASE WHEN ${type} = 'BOOLEAN' THEN ${text} = 'true' END)`
        case 'integer':
          return sql`(CASE WHEN ${type} IN ('BIGINT', 'UBIGINT') OR (${type} = 'DOUBLE' AND ${double} = trunc(${double})) THEN ${integer} END)`
        case 'number':
        case 'numeric':
          return number
        case 'timestamp':
          return sql`(CASE WHEN ${type} = 'VARCHAR' AND regexp_matches(${text}, '${raw(timestampPattern(digits))}') THEN ${text} END)`
        default:
          return kind.name satisfies never
      }
    },
    int64: sql`(CASE WHEN ${isInt64} THEN ${integer} END)`,
    rest: sql`(CASE WHEN NOT ${isInt64} THEN ${number} END)`,
  }
}

/** The elements of a JSON list that are of the field's kind; NULL where there is no list. */
function elementsOf({ kind, digits }: Place, json: Fragment): Fragment {
  const list = sql`TRY_CAST(CASE WHEN json_type(${json}) = 'ARRAY' THEN ${json} END AS JSON[])`
  const element = jsonOf(sql`e`, digits).ofKind(membersOf(kind)[0] as Kind)
  return sql`list_filter(list_transform(${list}, lambda e: ${element}), lambda e: e IS NOT NULL)`
}

// Columns

function listColumn(place: Place, list: Fragment): ColumnParts['lists'] {
  const own: Place = place.json ? { ...place, storage: 'text' } : place
  const not = (condition: Fragment, negated: boolean) =>
    place.nullable ? isNotTrue(condition, negated) : negated ? sql`NOT ${condition}` : condition
  return {
    holdsAny: (constants, negated) =>
      not(sql`list_has_any(${list}, ${listOf(own, constants)})`, negated),
    holdsAll: (constants, negated) =>
      not(sql`list_has_all(${list}, ${listOf(own, constants)})`, negated),
    holdsExactly(constants, negated) {
      const all = listOf(own, constants)
      return not(sql`(list_has_all(${list}, ${all}) AND list_has_all(${all}, ${list}))`, negated)
    },
  }
}

function hasWords(place: Place, words: readonly string[], prefix: string): Fragment {
  const at = searchedIn(place, refuse)
  const stored = place.json ? jsonOf(reach(at, place.path), 0).ofKind(string) : nameOf(at)
  // Without stored words: ASCII letters are folded, all else that is no ASCII letter or digit parts
  // words.
  const text = at.isNative
    ? sql`(' ' || regexp_replace(lower(${stored}), '[^0-9a-z]+', ' ', 'g') || ' ')`
    : stored
  const needles = needlesOf(words, prefix)
  if (needles.length === 1) return sql`contains(${text}, ${needles[0] as string})`
  const list = sql`from_json(CAST(${JSON.stringify(needles)} AS JSON), '["VARCHAR"]')`
  return sql`list_bool_and(list_transform(${list}, lambda n: contains(${text}, n)))`
}

function column(place: Place): Column {
  if (place.sideTable !== undefined)
    refuse(place, 'a list is asked of its column; leave out the side table')
  const value = place.json ? reach(place, place.path) : nameOf(place)
  return columnOf(place, {
    name: value,
    json: place.json ? jsonOf(value, place.digits) : undefined,
    lists: listColumn(place, place.json ? elementsOf(place, value) : value),
    expressionOf,
    hasWords: (words, prefix) => hasWords(place, words, prefix),
  })
}

// Tables

function checkOf(place: Place, name: Fragment): Fragment | undefined {
  const { kind, list, json, digits } = place
  if (json) return sql`json_valid(${name}) AND json_type(${name}) = 'OBJECT'`
  if (list) {
    const full = sql`len(${name}) = list_count(${name})`
    if (kind.name === 'string') {
      return sql`${full} AND NOT contains(array_to_string(${name}, ''), chr(0))`
    }
    if (kind.name !== 'number') return full
    return sql`${full} AND coalesce(isfinite(list_max(${name})) AND isfinite(list_min(${name})), TRUE)`
  }
  switch (kind.name) {
    case 'string':
      return sql`NOT contains(${name}, chr(0))`
    case 'number':
      return sql`isfinite(${name})`
    case 'timestamp': {
      const storage = storageOf(place)
      if (storage === 'text') {
        return sql`regexp_matches(${name}, '${raw(timestampPattern(digits))}')`
      }
      const [low, high] = EPOCH_RANGE.map((at) =>
        typeof storage === 'object'
          ? raw(String(toEpoch(at, storage.epoch)))
          : sql`CAST('${raw(at.replace('999Z', 'Z'))}' AS ${typeOf(place)})`,
      )
      return sql`${name} >= ${low as Fragment} AND ${name} <= ${high as Fragment}`
    }
    default:
      return undefined
  }
}

function define(place: Place, isKey: boolean): Fragment {
  const type = place.json ? sql`JSON` : typeOf(place)
  const required = isKey ? sql` PRIMARY KEY` : place.nullable ? sql`` : sql` NOT NULL`
  const check = checkOf(place, identifier(place.column))
  return sql`${type}${place.list ? sql`[]` : sql``}${required}${check === undefined ? sql`` : sql` CHECK (${check})`}`
}

function decodeOne(place: Place, stored: unknown): unknown {
  const { kind, digits } = place
  if (kind.name === 'integer') return integerFrom(place, stored, refuse, 'read BIGINT as bigint')
  if (kind.name !== 'timestamp') return stored
  const storage = storageOf(place)
  return typeof storage === 'object'
    ? fromEpoch(BigInt(stored as number | bigint), storage.epoch, digits)
    : kind.read(stored)
}

/** The DuckDB dialect: `compileFilter(condition, { dialect: duckdb })`. */
export const duckdb: Dialect = {
  name: 'duckdb',
  placeholder: (index) => `$${index}`,
  params: (values) => values,
  identifier,
  column,
  select(place) {
    const name = nameOf(place)
    if (place.json || place.list || place.kind.name !== 'timestamp') return name
    const storage = storageOf(place)
    if (storage === 'text' || typeof storage === 'object') return name
    // The driver makes a Date of a timestamp, of three digits.
    const utc = storage === 'timestamp' ? name : sql`(${name} AT TIME ZONE 'UTC')`
    return sql`strftime(${utc}, '%Y-%m-%dT%H:%M:%S.%fZ')`
  },
  order: (value, direction) =>
    direction === 1 ? sql`${value} ASC NULLS FIRST` : sql`${value} DESC NULLS LAST`,
  limit: (limit, offset) => sql`LIMIT ${limit} OFFSET ${offset}`,
  replace: replaceBy(identifier),
  encode,
  encodeList,
  store: (place, parameter) =>
    place.list ? listFrom(place, parameter as string | null) : sql`${parameter}`,
  decode(place, stored) {
    if (stored === null || stored === undefined) return undefined
    if (!place.list) return decodeOne(place, stored)
    return (stored as readonly unknown[]).map((each) => decodeOne(place, each))
  },
  define,
  words: (json) => (json ? sql`JSON` : sql`VARCHAR`),
  tableOptions: () => sql``,
  // An ART index holds columns; expressions over JSON and lists are refused.
  indexed: (place) =>
    place.json || place.list ? [] : [{ label: '', on: identifier(place.column) }],
}
