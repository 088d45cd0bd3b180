/**
 * ClickHouse 25 or newer, by @clickhouse/client. Its parameters are typed and named, so that `params`
 * is an object. Documents are String: the JSON type alters what it stores.
 *
 * Names that SELECT gives hide columns everywhere, so that a query names its table throughout. A list
 * cannot be NULL: beside its column stands `<column>_present`, unless the field is required. Longer
 * than a page because JSON, lists and typed parameters are each spelt out.
 */

import { membersOf } from '../kinds/dynamic.ts'
import type { Kind, Scalar } from '../kinds/kind.ts'
import { string } from '../kinds/string.ts'
import { fromEpoch, toEpoch } from '../kinds/timestamp.ts'
import {
  type ColumnParts,
  columnOf,
  type Expression,
  type JsonValue,
  needlesOf,
  searchedIn,
} from './column.ts'
import type { Column, Dialect, Place, TimestampStorage } from './dialect.ts'
import { type Fragment, isWord, join, type Parameter, raw, sql, word } from './fragment.ts'
import { nameOf as nameBy, quoteName, type Refuse, refuser } from './names.ts'
import { EPOCH_RANGE, integerFrom, timestampPattern } from './stored.ts'

/** A backslash escapes in names, too (clickhouse.com/docs/sql-reference/syntax#identifiers). */
const identifier = (name: string): Fragment =>
  quoteName(name.replaceAll('\\', '\\\\'), '`', 'clickhouse', undefined, '\\`')

const nameOf = (place: Pick<Place, 'column' | 'table'>): Fragment => nameBy(place, identifier)

const refuse: Refuse = refuser('clickhouse')

// Types and parameters

function storageOf(place: Place): Extract<TimestampStorage, 'text' | object> {
  const { storage, digits, list } = place
  if (storage === undefined) return digits <= 6 && !list ? { epoch: 'us' } : 'text'
  if (storage === 'text' || typeof storage === 'object') return storage
  return refuse(
    place,
    "DateTime64 holds the years 1900 to 2299 alone; use 'text' or { epoch: 'us' }",
  )
}

function typeOf(place: Place): Fragment {
  const { kind } = place
  switch (kind.name) {
    case 'string':
      return sql`String`
    case 'boolean':
      return sql`Bool`
    case 'integer':
      return sql`Int64`
    case 'number':
    case 'numeric':
      return sql`Float64`
    case 'timestamp':
      return typeof storageOf(place) === 'object' ? sql`Int64` : sql`String`
    default:
      return refuse(place, 'a dynamic field lives in a JSON column')
  }
}

/** The type of a parameter, by its value. Doubles are sent as text, and read by `toFloat64`. */
function parameterType(value: Parameter): string {
  if (value === null) return 'Nullable(String)'
  if (Array.isArray(value)) return `Array(${parameterType(value[0] ?? '')})`
  return typeof value === 'string' ? 'String' : typeof value === 'boolean' ? 'Bool' : 'Int64'
}

function encode(place: Place, value: Scalar): string | bigint | boolean {
  const { kind } = place
  if (typeof value === 'number') return kind.name === 'integer' ? BigInt(value) : String(value)
  if (kind.name !== 'timestamp') return value
  const storage = storageOf(place)
  return typeof storage === 'object' ? toEpoch(value as string, storage.epoch) : (value as string)
}

const isDouble = ({ kind }: Place): boolean => kind.name === 'number' || kind.name === 'numeric'

const constant = (place: Place, value: Scalar): Fragment => {
  const own = encode(place, value)
  return isDouble(place) ? sql`toFloat64(${own})` : sql`${own}`
}

const arrayFrom = (place: Place, values: Parameter): Fragment =>
  isDouble(place) ? sql`arrayMap(x -> toFloat64(x), ${values})` : sql`${values}`

const arrayOf = (place: Place, constants: readonly Scalar[]): Fragment =>
  arrayFrom(
    place,
    constants.map((each) => encode(place, each)),
  )

const expressionOf = (place: Place, value: Fragment): Expression => ({
  value,
  nullable: place.nullable,
  constant: (own) => constant(place, own),
  members: (constants) => sql`(${arrayOf(place, constants)})`,
})

// JSON

/** Longer paths stand as parameters, so that no filter makes a long text. */
const LONGEST_LITERAL = 200

/** The keys that lead to a value, after a comma each. A key that is text goes through objects alone. */
function keysOf(path: readonly string[]): Fragment {
  const isShort = path.join('').length <= LONGEST_LITERAL
  const keys = path.map((key) => (isShort && isWord(key) ? sql`, '${word(key)}'` : sql`, ${key}`))
  return join(keys, sql``)
}

/**
 * What the JSON value is that arguments name. Adding 0 makes 0 of -0: two doubles that are equal are
 * one to IN only if their bits are, and it makes IN of chains of =.
 */
function jsonOf(at: Fragment, digits: number): JsonValue {
  const type = sql`JSONType(${at})`
  const text = sql`JSONExtract(${at}, 'Nullable(String)')`
  const double = sql`JSONExtractFloat(${at})`
  const integer = sql`JSONExtract(${at}, 'Nullable(Int64)')`
  const isInt64 = sql`(${type} IN ('Int64', 'UInt64') AND ${integer} IS NOT NULL)`
  const number = sql`if(${type} IN ('Int64', 'UInt64', 'Double'), JSONExtract(${at}, 'Nullable(Float64)') + 0., NULL)`
  return {
    isList: sql`ifNull(${type}, 'Null') = 'Array'`,
    ofKind(kind) {
      switch (kind.name) {
        case 'string':
          return sql`if(${type} = 'String', ${text}, NULL)`
        case 'boolean':
          return sql`if(${type} = 'Bool', JSONExtract(${at}, 'Nullable(Bool)'), NULL)`
        case 'integer':
          return sql`if(${type} IN ('Int64', 'UInt64') OR (${type} = 'Double' AND ${double} = trunc(${double})), ${integer}, NULL)`
        case 'number':
        case 'numeric':
          return number
        case 'timestamp':
          return sql`if(${type} = 'String' AND match(${text}, '${raw(timestampPattern(digits))}'), ${text}, NULL)`
        default:
          return kind.name satisfies never
      }
    },
    int64: sql`if(${isInt64}, ${integer}, NULL)`,
    rest: sql`if(${isInt64}, NULL, ${number})`,
  }
}

const atOf = (place: Pick<Place, 'column' | 'table'>, path: readonly string[]): Fragment =>
  sql`${nameOf(place)}${keysOf(path)}`

/**
 * The elements of a JSON list that are of the field's kind; none where there is no list. Each is read
 * at its place: JSONExtractArrayRaw writes 1e20 as an integer, which is too long to be read again.
 */
function elementsOf(place: Place): Fragment {
  const at = sql`ifNull(${nameOf(place)}, '')${keysOf(place.path)}`
  const count = sql`if(JSONType(${at}) = 'Array', JSONLength(${at}), 0)`
  const element = jsonOf(sql`${at}, e`, place.digits).ofKind(membersOf(place.kind)[0] as Kind)
  return sql`arrayMap(e -> assumeNotNull(e), arrayFilter(e -> e IS NOT NULL, arrayMap(e -> ${element}, range(1, ${count} + 1))))`
}

// Columns

const companionOf = ({ column }: Place): string => `${column}_present`

function listColumn(place: Place, isPresent: Fragment): ColumnParts['lists'] {
  const own: Place = place.json ? { ...place, storage: 'text' } : place
  const list = place.json ? elementsOf(place) : nameOf(place)
  const not = (condition: Fragment, negated: boolean) =>
    negated ? sql`NOT ${condition}` : condition
  return {
    // What is absent is stored as an empty list, which holds none.
    holdsAny: (constants, negated) =>
      constants.length === 1
        ? not(sql`has(${list}, ${constant(own, constants[0] as Scalar)})`, negated)
        : not(sql`hasAny(${list}, ${arrayOf(own, constants)})`, negated),
    holdsAll: (constants, negated) =>
      not(sql`hasAll(${list}, ${arrayOf(own, constants)})`, negated),
    holdsExactly(constants, negated) {
      if (constants.length === 0) return not(sql`(${isPresent} AND empty(${list}))`, negated)
      const all = arrayOf(own, constants)
      return not(sql`(hasAll(${list}, ${all}) AND hasAll(${all}, ${list}))`, negated)
    },
  }
}

function hasWords(place: Place, words: readonly string[], prefix: string): Fragment {
  const at = searchedIn(place, refuse)
  const stored = place.json ? jsonOf(atOf(at, place.path), 0).ofKind(string) : nameOf(at)
  // Without stored words: ASCII letters are folded, all else that is no ASCII letter or digit parts
  // words.
  const text = at.isNative
    ? sql`concat(' ', replaceRegexpAll(lower(${stored}), '[^0-9a-z]+', ' '), ' ')`
    : stored
  const needles = needlesOf(words, prefix)
  if (needles.length === 1) return sql`(position(${text}, ${needles[0] as string}) > 0)`
  return sql`(arrayAll(n -> position(assumeNotNull(${text}), n) > 0, ${needles}) AND ${text} IS NOT NULL)`
}

function column(place: Place): Column {
  if (place.sideTable !== undefined)
    refuse(place, 'an array is asked of its column; leave out the side table')
  const name = nameOf(place)
  const json = place.json ? jsonOf(atOf(place, place.path), place.digits) : undefined
  const isHere = place.nullable ? nameOf({ ...place, column: companionOf(place) }) : sql`TRUE`
  const own = columnOf(place, {
    name,
    json,
    lists: listColumn(place, json?.isList ?? isHere),
    expressionOf,
    hasWords: (words, prefix) => hasWords(place, words, prefix),
  })
  if (!place.list || place.json) return own
  return { ...own, present: (negated) => (negated ? sql`NOT ${isHere}` : isHere) }
}

// Tables

/** -0 is another value than 0 to IN and to some indexes. */
const isPlain = (value: Fragment): Fragment =>
  sql`isFinite(${value}) AND reinterpretAsUInt64(${value}) <> 9223372036854775808`

function checkOf(place: Place, name: Fragment): Fragment | undefined {
  const { kind, list, json, digits } = place
  if (json) return sql`isValidJSON(${name}) AND JSONType(${name}) = 'Object'`
  const hasNull = (value: Fragment) => sql`position(${value}, char(0)) = 0`
  if (list) {
    if (kind.name === 'string') return sql`arrayAll(x -> ${hasNull(sql`x`)}, ${name})`
    return kind.name === 'number' ? sql`arrayAll(x -> ${isPlain(sql`x`)}, ${name})` : undefined
  }
  switch (kind.name) {
    case 'string':
      return hasNull(name)
    case 'number':
      return isPlain(name)
    case 'timestamp': {
      const storage = storageOf(place)
      if (storage === 'text') return sql`match(${name}, '${raw(timestampPattern(digits))}')`
      const [low, high] = EPOCH_RANGE.map((at) => raw(String(toEpoch(at, storage.epoch))))
      return sql`${name} >= ${low as Fragment} AND ${name} <= ${high as Fragment}`
    }
    default:
      return undefined
  }
}

/** A constraint stands beside the columns here, and is broken by NULL. */
function define(place: Place): Fragment {
  const { column, nullable, list, json } = place
  if (column.includes('.'))
    refuse(place, 'a dot in a name means a nested column; map it to another')
  const type = json ? sql`String` : typeOf(place)
  const own = list ? sql`Array(${type})` : nullable ? sql`Nullable(${type})` : type
  const check = checkOf(place, identifier(column))
  if (check === undefined) return own
  return sql`${own},
  CONSTRAINT ${identifier(`${column} check`)} CHECK ifNull(${check}, TRUE)`
}

function decodeOne(place: Place, stored: unknown): unknown {
  const { kind, digits } = place
  if (kind.name === 'integer') return integerFrom(place, stored, refuse, 'select it as text')
  if (kind.name !== 'timestamp') return stored
  const storage = storageOf(place)
  return storage === 'text' ? stored : fromEpoch(BigInt(stored as string), storage.epoch, digits)
}

/** The ClickHouse dialect: `compileFilter(condition, { dialect: clickhouse })`. */
export const clickhouse: Dialect<Readonly<Record<string, Parameter>>> = {
  name: 'clickhouse',
  aliasesHide: true,
  typed: true,
  placeholder: (index, value) => `{p${index}:${parameterType(value)}}`,
  params: (values, first) => Object.fromEntries(values.map((value, i) => [`p${first + i}`, value])),
  identifier,
  column,
  select(place) {
    const name = nameOf(place)
    // Formats of JSON leave integers of 64 bits to readers that round them.
    const isInt64 = !place.json && typeOf(place).texts[0] === 'Int64'
    if (!isInt64) return name
    return place.list ? sql`arrayMap(x -> toString(x), ${name})` : sql`toString(${name})`
  },
  order: (value, direction) =>
    direction === 1 ? sql`${value} ASC NULLS FIRST` : sql`${value} DESC NULLS LAST`,
  limit: (limit, offset) => sql`LIMIT ${BigInt(limit)} OFFSET ${BigInt(offset)}`,
  encode,
  encodeList: (place, values) => values.map((value) => encode(place, value)),
  store(place, parameter) {
    if (place.list) return arrayFrom(place, parameter ?? [])
    return isDouble(place) ? sql`toFloat64(${parameter})` : sql`${parameter}`
  },
  decode(place, stored) {
    if (stored === null || stored === undefined) return undefined
    if (!place.list) return decodeOne(place, stored)
    return (stored as readonly unknown[]).map((each) => decodeOne(place, each))
  },
  define,
  companion: (place) =>
    place.list && !place.json && place.nullable
      ? { column: companionOf(place), definition: sql`Bool` }
      : undefined,
  words: () => sql`Nullable(String)`,
  tableOptions: (key) => sql` ENGINE = MergeTree ORDER BY ${identifier(key.column)}`,
  indexed(place) {
    if (place.json || place.kind.name === 'boolean') return []
    const isText = !isDouble(place) && (place.list || typeOf(place).texts[0] === 'String')
    const as = isText ? sql` TYPE bloom_filter` : sql` TYPE minmax`
    return place.list && isDouble(place) ? [] : [{ label: '', on: identifier(place.column), as }]
  },
}
