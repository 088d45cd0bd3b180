/**
 * PostgreSQL 14 or newer (subscripts of jsonb), by pg or PGlite, and what speaks its SQL. Longer than
 * a page because jsonb is not compared by one expression: each kind of value is a range of jsonb's
 * order (Object > Array > Boolean > Number > String > Null, postgresql.org/docs/current/
 * datatype-json.html), which an index on `custom['k']` serves, and a test by jsonpath.
 *
 * Nothing here names a collation, a CASE or IS NOT TRUE where it can be helped: postgres_fdw keeps
 * those on the coordinator. jsonpath is sent to the shards, and compares strings by code point.
 */

import { membersOf } from '../kinds/dynamic.ts'
import { printDouble } from '../kinds/json.ts'
import type { Kind, Scalar } from '../kinds/kind.ts'
import { type DecimalRange, MAX_INT64, MIN_INT64, roundingRange } from '../kinds/numbers.ts'
import { string } from '../kinds/string.ts'
import { fromEpoch, toEpoch } from '../kinds/timestamp.ts'
import { chain } from './balance.ts'
import {
  COMPARISONS,
  isNotTrue,
  needlesOf,
  OR,
  presence,
  replaceBy,
  searchedIn,
  valuesOf,
} from './column.ts'
import type { Column, Comparison, Dialect, Place, TimestampStorage, Values } from './dialect.ts'
import { type Fragment, isWord, join, raw, settled, sql, word } from './fragment.ts'
import { nameOf as nameBy, quoteName, type Refuse, refuser } from './names.ts'
import { EPOCH_RANGE, integerFrom, timestampPattern } from './stored.ts'

// postgresql.org/docs/current/sql-syntax-lexical.html; longer names are cut without an error.
const identifier = (name: string): Fragment => quoteName(name, '"', 'postgres', 63)

const nameOf = (place: Pick<Place, 'column' | 'table'>): Fragment => nameBy(place, identifier)

const refuse: Refuse = refuser('postgres')

// Types

type Storage = Exclude<TimestampStorage, 'datetime'>

function storageOf(place: Place): Storage {
  const { storage, digits, list } = place
  if (storage === 'datetime') return refuse(place, 'there is no datetime here, but timestamptz')
  // Elements are text: drivers turn an array of timestamptz into Dates, of three digits.
  return storage ?? (digits <= 6 && !list ? 'timestamptz' : 'text')
}

function typeOf(place: Place): Fragment {
  const { kind, json } = place
  if (json) return sql`jsonb`
  switch (kind.name) {
    case 'string':
      return sql`text`
    case 'boolean':
      return sql`boolean`
    case 'integer':
      return sql`bigint`
    case 'number':
    case 'numeric':
      return sql`double precision`
    case 'timestamp': {
      const storage = storageOf(place)
      return typeof storage === 'object' ? sql`bigint` : raw(storage)
    }
    default:
      return refuse(place, 'a dynamic field lives in a JSON column')
  }
}

function encode(place: Place, value: Scalar): string | number | bigint | boolean {
  if (place.kind.name !== 'timestamp') return value
  const storage = storageOf(place)
  if (typeof storage === 'object') return toEpoch(value as string, storage.epoch)
  // A timestamp without a zone is of UTC: the letter would be read, and ignored.
  return storage === 'timestamp' ? (value as string).slice(0, -1) : value
}

const arrayOf = (place: Place, constants: readonly Scalar[]): Fragment =>
  sql`${constants.map((constant) => encode(place, constant))}::${typeOf(place)}[]`

// JSON

const BOUND = sql`1.797693134862315808e308`

/**
 * The values of a kind as a range of jsonb, which an index serves, and as a condition of jsonpath,
 * which is never unknown.
 */
interface JsonKind {
  readonly low: Fragment
  readonly high: Fragment
  is(subject: '$' | '@'): Fragment
  /** Whether the range holds nothing else, so that no condition is needed beside it. */
  readonly isRange: boolean
}

function jsonKind(kind: Kind, digits: number): JsonKind {
  switch (kind.name) {
    case 'boolean':
      return {
        low: sql`'false'::jsonb`,
        high: sql`'true'::jsonb`,
        is: (subject) => sql`${raw(subject)}.type() == "boolean"`,
        isRange: true,
      }
    case 'integer': {
      const [low, high] = [raw(String(MIN_INT64)), raw(String(MAX_INT64))]
      return {
        low: sql`'${low}'::jsonb`,
        high: sql`'${high}'::jsonb`,
        is(own) {
          const subject = raw(own)
          return sql`${subject}.type() == "number" && ${subject}.floor() == ${subject} && ${subject} >= ${low} && ${subject} <= ${high}`
        },
        isRange: false,
      }
    }
    case 'number':
    case 'numeric':
      // What is read as a finite double: 1e400 is no number.
      return {
        low: sql`'-${BOUND}'::jsonb`,
        high: sql`'${BOUND}'::jsonb`,
        is(own) {
          const subject = raw(own)
          return sql`${subject}.type() == "number" && ${subject} >= -${BOUND} && ${subject} <= ${BOUND}`
        },
        isRange: true,
      }
    case 'string':
    case 'timestamp': {
      const pattern = raw(timestampPattern(digits))
      return {
        low: sql`'""'::jsonb`,
        // Below every number that a column holds but for those of some 100,000 digits.
        high: sql`'-1e131071'::jsonb`,
        is: (subject) =>
          kind.name === 'string'
            ? sql`${raw(subject)}.type() == "string"`
            : sql`${raw(subject)}.type() == "string" && ${raw(subject)} like_regex "${pattern}"`,
        isRange: false,
      }
    }
    default:
      return kind.name satisfies never
  }
}

/** A key of digits would go through a list. */
const isIndex = (key: string): boolean => /^-?\d+$/.test(key)

/** Longer paths stand as parameters, so that no filter makes a long text. */
const LONGEST_LITERAL = 200

const isLiteral = (path: readonly string[]): boolean =>
  path.every(isWord) && path.join('').length <= LONGEST_LITERAL

/**
 * The jsonb that a path leads to, NULL where there is none. Keys of letters, digits and underscores
 * stand in the text, so that an index on `custom['k']` serves them; others are parameters. jsonpath
 * in strict mode goes through objects alone, a subscript of digits through lists, too.
 */
function reach(place: Pick<Place, 'column' | 'table'>, path: readonly string[]): Fragment {
  const document = nameOf(place)
  const literal = isLiteral(path)
  if (literal && !path.slice(1).some(isIndex)) {
    return sql`${document}${join(
      path.map((key) => sql`['${word(key)}']`),
      sql``,
    )}`
  }
  if (literal) {
    const members = path.map((key) => sql`."${word(key)}"`)
    return sql`jsonb_path_query_first(${document}, 'strict $${join(members, sql``)}', '{}', TRUE)`
  }
  const keys = Object.fromEntries(path.map((key, i) => [`k${i}`, key]))
  const steps = path.map((_, i) => sql`.keyvalue() ? (@.key == $${raw(`k${i}`)}).value`)
  return sql`jsonb_path_query_first(${document}, 'strict $${join(steps, sql``)}', ${JSON.stringify(keys)}::jsonb, TRUE)`
}

/** A constant as JSON text: doubles exactly, for jsonb keeps decimals. */
const print = (value: Scalar): string =>
  typeof value === 'string'
    ? JSON.stringify(value)
    : typeof value === 'number'
      ? printDouble(value)
      : String(value)

const jsonb = (text: string): Fragment => sql`${text}::jsonb`

/**
 * Whether a number stands for all the decimals that are read as it: jsonb keeps 0.10000000000000001
 * and 0.1 apart. Whole numbers that 64 bits hold, and doubles do not, stand for themselves.
 */
const isRounded = (kind: Kind, value: Scalar): value is number =>
  typeof value === 'number' &&
  (kind.name === 'number' ||
    (kind.name === 'numeric' && (Math.abs(value) < 2 ** 53 || Math.abs(value) >= 2 ** 63)))

/** The comparison with the decimals that are read as a double. */
function compareRounded(
  value: Fragment,
  comparison: Comparison,
  { low, hasLow, high, hasHigh }: DecimalRange,
): Fragment {
  const from = sql`${value} ${hasLow ? sql`>=` : sql`>`} ${jsonb(low)}`
  const to = sql`${value} ${hasHigh ? sql`<=` : sql`<`} ${jsonb(high)}`
  switch (comparison) {
    case '=':
      return sql`${from} AND ${to}`
    case '>':
      return sql`${value} ${hasHigh ? sql`>` : sql`>=`} ${jsonb(high)}`
    case '>=':
      return from
    case '<':
      return sql`${value} ${hasLow ? sql`<` : sql`<=`} ${jsonb(low)}`
    case '<=':
      return to
    default:
      return comparison satisfies never
  }
}

function jsonValuesOf(place: Place, kind: Kind): Values {
  const value = settled(reach(place, place.path))
  const { low, high, is, isRange } = jsonKind(kind, place.digits)
  const isText = kind.name === 'string' || kind.name === 'timestamp'
  const not = (condition: Fragment) => sql`(NOT (${condition}) OR ${value} IS NULL)`
  /** Within the kind, on the side of a range that the constant leaves open. */
  const within = (comparison: Comparison) =>
    comparison === '<' || comparison === '<=' ? sql`${value} >= ${low}` : sql`${value} <= ${high}`
  const isKind = isRange ? sql`` : settled(sql` AND ${value} @@ 'strict ${is('$')}'`)

  function range(comparison: Comparison, constant: Scalar): Fragment {
    if (isText && place.jsonCollation !== 'C') {
      const vars = jsonb(JSON.stringify({ c: constant }))
      return sql`jsonb_path_match(${value}, 'strict ${is('$')} && $ ${COMPARISONS[comparison]} $c', ${vars})`
    }
    const compared = isRounded(kind, constant)
      ? compareRounded(value, comparison, roundingRange(constant, kind))
      : sql`${value} ${COMPARISONS[comparison]} ${jsonb(print(constant))}`
    return sql`(${compared} AND ${within(comparison)}${isKind})`
  }

  function isOneOf(constants: readonly Scalar[]): Fragment {
    const exact = constants.filter((each) => !isRounded(kind, each)).map(print)
    const rounded = constants.filter((each) => isRounded(kind, each))
    const arms: Fragment[] = []
    if (exact.length > 0) arms.push(sql`${value} = ANY(${exact}::jsonb[])`)
    if (rounded.length > 0) arms.push(isOneOfRounded(value, kind, rounded))
    return chain(arms, OR)
  }

  return {
    compare(comparison, constant, negated) {
      if (comparison === '=' && !isRounded(kind, constant)) {
        const own = jsonb(print(constant))
        return negated ? sql`(${value} <> ${own} OR ${value} IS NULL)` : sql`${value} = ${own}`
      }
      if (comparison === '=') {
        const own = sql`(${compareRounded(value, '=', roundingRange(constant as number, kind))})`
        return negated ? not(own) : own
      }
      return negated ? not(range(comparison, constant)) : range(comparison, constant)
    },
    isIn: (constants, negated) => (negated ? not(isOneOf(constants)) : isOneOf(constants)),
  }
}

/** The ranges of decimals as one parameter: their ends, and whether these are in them. */
const rangesOf = (kind: Kind, constants: readonly number[]): string => {
  const ranges = constants.map((each) => {
    const { low, high, hasLow, hasHigh } = roundingRange(each, kind)
    return `[${low},${high},${hasLow},${hasHigh}]`
  })
  return `{"c":[${ranges.join(',')}]}`
}

/** Whether a number is in the range that stands at a place of a jsonpath. */
const isWithin = (subject: Fragment, range: Fragment): Fragment =>
  sql`(${range}[0] < ${subject} && ${subject} < ${range}[1] || ${range}[2] == true && ${subject} == ${range}[0] || ${range}[3] == true && ${subject} == ${range}[1])`

const isOneOfRounded = (value: Fragment, kind: Kind, constants: readonly number[]): Fragment =>
  sql`jsonb_path_match(${value}, 'strict exists($c[*] ? ${isWithin(sql`$`, sql`@`)})', ${jsonb(rangesOf(kind, constants))})`

// Lists

/** What an array holds. NULL is none, so that a complement looks for it. */
function arrayColumn(place: Place): Pick<Column, 'holdsAny' | 'holdsAll' | 'holdsExactly'> {
  const name = nameOf(place)
  const not = (condition: Fragment, negated: boolean) => {
    if (!negated) return condition
    return place.nullable ? sql`(NOT ${condition} OR ${name} IS NULL)` : sql`NOT ${condition}`
  }
  return {
    // Holding one of one is holding all of it, which postgres_fdw and an index take as well.
    holdsAny: (constants, negated) =>
      not(
        sql`(${name} ${constants.length === 1 ? sql`@>` : sql`&&`} ${arrayOf(place, constants)})`,
        negated,
      ),
    holdsAll: (constants, negated) => not(sql`(${name} @> ${arrayOf(place, constants)})`, negated),
    holdsExactly: (constants, negated) =>
      not(
        sql`(${name} @> ${arrayOf(place, constants)} AND ${name} <@ ${arrayOf(place, constants)})`,
        negated,
      ),
  }
}

/** What a list inside JSON holds: elements of its kind among others, asked by jsonpath. */
function jsonListColumn(place: Place): Pick<Column, 'holdsAny' | 'holdsAll' | 'holdsExactly'> {
  const value = reach(place, place.path)
  const [kind] = membersOf(place.kind) as [Kind]
  const { is } = jsonKind(kind, place.digits)
  const isNumber = kind.name === 'number'
  const matches = (path: Fragment, constants: readonly Scalar[], negated: boolean) => {
    const vars = isNumber
      ? rangesOf(kind, constants as readonly number[])
      : `{"c":[${constants.map(print).join(',')}]}`
    const match = sql`jsonb_path_match(${value}, 'strict $.type() == "array" && ${path}', ${jsonb(vars)}, TRUE)`
    return negated ? sql`(NOT ${match} OR ${value} IS NULL)` : match
  }
  /**
   * An element equals the constant of an index. A jsonpath cannot join two lists, so that numbers,
   * which are ranges, are named one by one.
   */
  const equals = (i: number): Fragment => {
    const constant = sql`$c[${raw(String(i))}]`
    return isNumber ? isWithin(sql`@`, constant) : sql`@ == ${constant}`
  }
  const any = (constants: readonly Scalar[]) =>
    isNumber
      ? join(
          constants.map((_, i) => equals(i)),
          sql` || `,
        )
      : sql`@ == $c[*]`
  const every = (constants: readonly Scalar[]) =>
    join(
      constants.map((_, i) => sql`exists($[*] ? (${equals(i)}))`),
      sql` && `,
    )
  return {
    holdsAny: (constants, negated) =>
      matches(sql`exists($[*] ? (${any(constants)}))`, constants, negated),
    holdsAll: (constants, negated) => matches(every(constants), constants, negated),
    holdsExactly(constants, negated) {
      const none = constants.length === 0
      const foreign = none ? is('@') : sql`${is('@')} && !(${any(constants)})`
      const only = sql`!exists($[*] ? (${foreign}))`
      return matches(none ? only : sql`${every(constants)} && ${only}`, constants, negated)
    },
  }
}

// Words

/** A text has each of the needles. Words are letters and digits: a pattern has nothing to escape. */
function hasNeedles(text: Fragment, needles: readonly string[]): Fragment {
  // One of them is asked alone, for a trigram index; the others are one parameter.
  const [longest, ...others] = needles.toSorted((a, b) => b.length - a.length)
  const first = sql`${text} LIKE ${`%${longest}%`}`
  if (others.length === 0) return first
  return sql`(${first} AND ${text} LIKE ALL(${others.map((each) => `%${each}%`)}::text[]))`
}

/**
 * The same of a JSON string, as a jsonpath: what is taken out of jsonb as text stays on the
 * coordinator. The flag makes no pattern of a needle.
 */
function hasNeedlesInJson(value: Fragment, needles: readonly string[]): Fragment {
  const each = needles.map((needle) => `$ like_regex ${JSON.stringify(needle)} flag "q"`)
  return sql`${value} @@ ${['strict $.type() == "string"', ...each].join(' && ')}::jsonpath`
}

function wordsColumn(place: Place): Pick<Column, 'hasWords'> {
  return {
    hasWords(words, prefix, negated) {
      const at = searchedIn(place, refuse)
      const needles = needlesOf(words, prefix)
      // A document's words stand in objects like its own: only at a string's place is there text.
      const stored = place.json ? reach(at, place.path) : nameOf(at)
      const has = at.isNative
        ? hasNeedles(nativeWords(place.json ? textOf(stored, string, 0) : stored), needles)
        : place.json
          ? hasNeedlesInJson(stored, needles)
          : hasNeedles(stored, needles)
      if (!negated) return has
      return at.isNative && place.json
        ? isNotTrue(has, negated)
        : sql`(NOT (${has}) OR ${stored} IS NULL)`
    },
  }
}

/**
 * Words without a column that holds them: ASCII letters are folded, all else that is no ASCII letter
 * or digit parts words.
 */
const nativeWords = (text: Fragment): Fragment =>
  sql`(' ' || regexp_replace(lower(${text} COLLATE "C"), '[^0-9a-z]+', ' ', 'g') || ' ')`

/** The text of a JSON string of a kind; NULL for anything else. */
const textOf = (value: Fragment, kind: Kind, digits: number): Fragment =>
  sql`(CASE WHEN ${value} @@ 'strict ${jsonKind(kind, digits).is('$')}' THEN ${value} #>> '{}' END)`

/**
 * What a field inside JSON is sorted by: jsonb's own order, but of text, which is of the database's
 * collation there, and of decimals that are read as one double. Timestamps are alike in any.
 */
function jsonOrder(place: Place): Fragment {
  const value = reach(place, place.path)
  const [kind] = membersOf(place.kind) as [Kind]
  const { is } = jsonKind(kind, place.digits)
  if (kind.name === 'string') return sql`${textOf(value, kind, place.digits)} COLLATE "C"`
  const own = kind.name === 'number' ? sql`(${value} #>> '{}')::double precision` : value
  return sql`(CASE WHEN ${value} @@ 'strict ${is('$')}' THEN ${own} END)`
}

function column(place: Place): Column {
  if (place.sideTable !== undefined)
    refuse(place, 'an array has an index of its own; leave out the side table')
  const kinds = membersOf(place.kind)
  const words = wordsColumn(place)
  if (!place.json) {
    const name = nameOf(place)
    const values = (kind: Kind): Values => {
      const own = { ...place, kind }
      return {
        ...valuesOf({
          value: name,
          nullable: place.nullable,
          constant: (constant) => encode(own, constant),
          members: () => sql``,
        }),
        isIn(constants, negated) {
          const array = arrayOf(own, constants)
          if (!negated) return sql`${name} = ANY(${array})`
          const none = sql`${name} <> ALL(${array})`
          return place.nullable ? sql`(${none} OR ${name} IS NULL)` : none
        },
      }
    }
    return { present: presence(name), of: values, ...arrayColumn(place), ...words, order: name }
  }
  const value = reach(place, place.path)
  const tests = place.list
    ? [sql`$.type() == "array"`]
    : kinds.map((kind) => sql`(${jsonKind(kind, place.digits).is('$')})`)
  const isPresent = sql`${value} @@ 'strict ${join(tests, sql` || `)}'`
  return {
    present: (negated) => (negated ? sql`(NOT ${isPresent} OR ${value} IS NULL)` : isPresent),
    of: (kind) => jsonValuesOf(place, kind),
    ...jsonListColumn(place),
    ...words,
    get order() {
      return jsonOrder(place)
    },
  }
}

// Tables

function checkOf(place: Place, name: Fragment): Fragment | undefined {
  const { kind, list, json, digits } = place
  if (json) return sql`jsonb_typeof(${name}) = 'object'`
  const bounds = (low: Fragment, high: Fragment) => sql`${name} >= ${low} AND ${name} <= ${high}`
  if (list) {
    const flat = sql`coalesce(array_ndims(${name}), 1) = 1 AND array_position(${name}, NULL) IS NULL`
    if (kind.name !== 'number') return flat
    return sql`${flat} AND 'NaN' <> ALL(${name}) AND 'Infinity' <> ALL(${name}) AND '-Infinity' <> ALL(${name})`
  }
  if (kind.name === 'number') return sql`${name} > '-Infinity' AND ${name} < 'Infinity'`
  if (kind.name !== 'timestamp') return undefined
  const storage = storageOf(place)
  if (storage === 'text') return sql`${name} ~ '${raw(timestampPattern(digits))}'`
  if (typeof storage === 'object') {
    const [low, high] = EPOCH_RANGE.map((at) => raw(`'${toEpoch(at, storage.epoch)}'`))
    return bounds(low as Fragment, high as Fragment)
  }
  return bounds(sql`'0001-01-01T00:00:00Z'`, sql`'9999-12-31T23:59:59.999999Z'`)
}

function define(place: Place, isKey: boolean): Fragment {
  const name = identifier(place.column)
  const type = typeOf(place)
  const isText = !place.json && type.texts[0] === 'text'
  const required = isKey ? sql` PRIMARY KEY` : place.nullable ? sql`` : sql` NOT NULL`
  const check = checkOf(place, name)
  return sql`${type}${place.list ? sql`[]` : sql``}${isText ? sql` COLLATE "C"` : sql``}${required}${check === undefined ? sql`` : sql` CHECK (${check})`}`
}

function decodeOne(place: Place, stored: unknown): unknown {
  const { kind, digits } = place
  switch (kind.name) {
    case 'number':
    case 'numeric':
      return Number(stored)
    case 'integer':
      return integerFrom(place, stored, refuse, 'read int8 as text or bigint')
    case 'timestamp': {
      const storage = storageOf(place)
      if (typeof storage === 'object') {
        return fromEpoch(BigInt(stored as string | number | bigint), storage.epoch, digits)
      }
      return kind.read(stored)
    }
    default:
      return stored
  }
}

const TRIGRAMS = 'pg_trgm'

/** The first ones are made once: they are in every statement. */
const PLACEHOLDERS: readonly string[] = Array.from({ length: 32 }, (_, index) => `$${index}`)

/** The PostgreSQL dialect: `compileFilter(condition, { dialect: postgres })`. */
export const postgres: Dialect = {
  name: 'postgres',
  placeholder: (index) => PLACEHOLDERS[index] ?? `$${index}`,
  params: (values) => values,
  identifier,
  column,
  select(place) {
    const name = nameOf(place)
    // Drivers read jsonb by JSON.parse, and timestamps as Dates: both lose digits.
    if (place.json) return sql`${name}::text`
    if (place.kind.name !== 'timestamp' || place.list) return name
    const storage = storageOf(place)
    if (storage === 'text' || typeof storage === 'object') return name
    const utc = storage === 'timestamp' ? name : sql`${name} AT TIME ZONE 'UTC'`
    return sql`to_char(${utc}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
  },
  order(value, direction, nullable) {
    if (direction === 1) return sql`${value} ASC${nullable ? sql` NULLS FIRST` : sql``}`
    return sql`${value} DESC${nullable ? sql` NULLS LAST` : sql``}`
  },
  limit: (limit, offset) => sql`LIMIT ${limit} OFFSET ${offset}`,
  replace: replaceBy(identifier),
  encode,
  encodeList: (place, values) => values.map((value) => encode(place, value)),
  decode(place, stored) {
    if (stored === null || stored === undefined) return undefined
    if (!place.list) return decodeOne(place, stored)
    return (stored as readonly unknown[]).map((each) => decodeOne(place, each))
  },
  define,
  words: (json) => (json ? sql`jsonb` : sql`text COLLATE "C"`),
  tableOptions: () => sql``,
  indexed(place) {
    if (place.list)
      return place.json ? [] : [{ label: '', on: identifier(place.column), using: sql` USING gin` }]
    if (place.json) {
      const isPlain = isLiteral(place.path) && !place.path.slice(1).some(isIndex)
      if (!isPlain) return []
      // One index serves every kind; what is sorted by is another expression.
      const serves = { label: '', on: sql`(${reach(place, place.path)})` }
      const sorts = { label: 'order', on: sql`(${jsonOrder(place)}) NULLS FIRST` }
      return place.isSorted ? [serves, sorts] : [serves]
    }
    const nulls = place.nullable ? sql` NULLS FIRST` : sql``
    return [{ label: '', on: sql`${identifier(place.column)}${nulls}` }]
  },
  extensions(names) {
    const unknown = names.find((name) => name !== TRIGRAMS)
    if (unknown !== undefined) {
      throw new TypeError(`tamis: postgres: unknown extension ${unknown}; known: ${TRIGRAMS}`)
    }
    return [sql`CREATE EXTENSION IF NOT EXISTS ${raw(TRIGRAMS)}`]
  },
  indexedWords: (name, extensions) =>
    extensions.includes(TRIGRAMS)
      ? [{ label: 'trigrams', on: sql`${identifier(name)} gin_trgm_ops`, using: sql` USING gin` }]
      : [],
}
