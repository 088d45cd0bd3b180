/**
 * MariaDB 10.6 or newer and MySQL 8.0.17 or newer, by mysql2 and mariadb. Longer than a page because
 * neither compares JSON by kind: MariaDB keeps its text, MySQL values of its own, and what a value is
 * has to be spelt out for both. `mysql` is for MariaDB; where the two part, `mysqlFor('mysql')`.
 *
 * No literal holds a backslash, a quote or a question mark: what they mean hangs on the session.
 */

import { quote } from '../error/describe.ts'
import { FilterError } from '../error/filter-error.ts'
import { issue } from '../error/issue.ts'
import { membersOf } from '../kinds/dynamic.ts'
import { parseJson, printDouble } from '../kinds/json.ts'
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
  searchedIn,
  sideTableColumn,
} from './column.ts'
import type { Column, Dialect, Place, TimestampStorage } from './dialect.ts'
import { type Fragment, isWord, join, raw, sql, word } from './fragment.ts'
import { nameOf as nameBy, quoteName, type Refuse, refuser } from './names.ts'
import { EPOCH_RANGE, integerFrom, timestampPattern } from './stored.ts'

const identifier = (name: string): Fragment => {
  // mariadb.com/kb/en/identifier-names: no character beyond U+FFFF, no blank at the end.
  if (/[\ud800-\udfff]| $/.test(name) || name.length > 64) {
    throw new TypeError(`tamis: mysql: not a name: ${JSON.stringify(name)}`)
  }
  return quoteName(name, '`', 'mysql')
}

const nameOf = (place: Pick<Place, 'column' | 'table'>): Fragment => nameBy(place, identifier)

const refuse: Refuse = refuser('mysql')

// Types and parameters

function storageOf(place: Place): Exclude<TimestampStorage, 'timestamptz' | 'timestamp'> {
  const { storage, digits, list } = place
  if (storage === undefined) return digits <= 6 && !list ? 'datetime' : 'text'
  if (storage !== 'timestamptz' && storage !== 'timestamp') return storage
  return refuse(place, 'TIMESTAMP ends in 2038 here; use datetime')
}

function encode(place: Place, value: Scalar): string | number | bigint {
  const { kind } = place
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'number') return kind.name === 'integer' ? BigInt(value) : value
  if (kind.name !== 'timestamp') return value
  const storage = storageOf(place)
  if (typeof storage === 'object') return toEpoch(value as string, storage.epoch)
  // MariaDB refuses the letters, or ignores them.
  return storage === 'text' ? value : (value as string).replace('T', ' ').slice(0, -1)
}

/** A list as one parameter, for JSON_TABLE. */
const encodeAll = (place: Place, values: readonly Scalar[]): string => {
  const texts = values.map((value) => {
    const own = encode(place, value)
    if (typeof own === 'string') return JSON.stringify(own)
    return typeof own === 'number' ? printDouble(own) : String(own)
  })
  return `[${texts.join(',')}]`
}

/** A list as JSON, in which booleans and timestamps are its own. */
const encodeList = (place: Place, values: readonly Scalar[]): string =>
  place.kind.name === 'boolean'
    ? JSON.stringify(values)
    : encodeAll({ ...place, storage: 'text' }, values)

/**
 * How long a text is that can be sorted by: databases sort by the first 1,024 bytes of one
 * (`max_sort_length`), and a wider column could hold two that differ behind them.
 */
const LONGEST_SORTED = 255

/** How many constants are written out. */
const MOST_WRITTEN = 64

/** Words of JSON's numbers: integers of up to 18 digits, which 64 bits hold, of 19, and others. */
const SHORT = sql`'^-{0,1}[0-9]{1,18}$'`
const LONG = sql`'^-{0,1}[0-9]{19}$'`
const DIGITS_18 = sql`'^-{0,1}[0-9][.][0-9]{1,18}E(1[0-8]|[0-9])$'`
const INT64 = sql`BETWEEN -9223372036854775808 AND 9223372036854775807`

/** A JSON value as SQL has it, and what it is of each kind, NULL where it is of another. */
interface Json extends Pick<JsonValue, 'isList' | 'int64' | 'rest'> {
  readonly string: Fragment
  readonly integer: Fragment
  readonly number: Fragment
}

/** Where MariaDB and MySQL part. */
interface Server {
  readonly collation: Fragment
  /** The type of a JSON column, and what it must be beside. */
  readonly document: Fragment
  json(value: Fragment): Json
  /** Whether a key is out of the reach of every path. */
  isUnreachable(key: string): boolean
}

const SERVERS: Readonly<Record<'mariadb' | 'mysql', Server>> = {
  mariadb: {
    collation: sql`utf8mb4_nopad_bin`,
    document: sql`LONGTEXT COLLATE utf8mb4_nopad_bin`,
    json(value) {
      // The text of the value: compared as JSON, it would be unquoted, or be a number.
      const text = sql`CONCAT(${value})`
      // The list around it keeps JSON_NORMALIZE from reading past the end of a bare number.
      const normal = sql`REPLACE(REPLACE(JSON_NORMALIZE(CONCAT('[', ${text}, ']')) COLLATE utf8mb4_nopad_bin, '[', ''), ']', '')`
      const decimal = sql`CAST(${normal} AS DECIMAL(65, 30))`
      const isNumber = sql`${text} REGEXP '^[-0-9]'`
      const isInt64 = sql`(${text} REGEXP ${SHORT} OR (${text} REGEXP ${LONG} AND CAST(${text} AS DECIMAL(20, 0)) ${INT64}))`
      // What is beyond the doubles is read as the last of them, but its digits are behind it.
      const double = sql`${value} + 0e0`
      const isLast = sql`(${normal} LIKE '%E308' AND SUBSTRING_INDEX(TRIM(LEADING '-' FROM ${normal}), 'E', 1) < '1.797693134862315807937289714053')`
      const isRead = sql`(ABS(${double}) < 1.7976931348623157e308 OR ${isLast})`
      return {
        isList: sql`${text} LIKE '[%'`,
        string: sql`(CASE WHEN ${text} LIKE '"%' THEN JSON_UNQUOTE(${value}) END COLLATE utf8mb4_nopad_bin)`,
        integer: sql`(CASE WHEN ${text} REGEXP ${SHORT} THEN CAST(${text} AS SIGNED) WHEN ${isNumber} AND ${normal} REGEXP ${DIGITS_18} THEN CASE WHEN ${decimal} = TRUNCATE(${decimal}, 0) AND ${decimal} ${INT64} THEN CAST(${decimal} AS SIGNED) END END)`,
        number: sql`(CASE WHEN ${isNumber} THEN CASE WHEN ${isRead} THEN ${double} END END)`,
        int64: sql`(CASE WHEN ${isInt64} THEN CAST(${text} AS SIGNED) END)`,
        rest: sql`(CASE WHEN ${isInt64} THEN NULL WHEN ${isNumber} THEN CASE WHEN ${isRead} THEN ${double} END END)`,
      }
    },
    isUnreachable: (key) => key.startsWith('-'),
  },
  mysql: {
    collation: sql`utf8mb4_0900_bin`,
    document: sql`JSON`,
    json(value) {
      const type = sql`JSON_TYPE(${value})`
      const double = sql`CAST(${value} AS DOUBLE)`
      const isWhole = sql`${double} = FLOOR(${double}) AND ${double} >= -9223372036854775808e0 AND ${double} < 9223372036854775808e0`
      const isNumber = sql`${type} IN ('INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL')`
      return {
        isList: sql`${type} = 'ARRAY'`,
        string: sql`(CASE WHEN ${type} = 'STRING' THEN JSON_UNQUOTE(${value}) END COLLATE utf8mb4_0900_bin)`,
        integer: sql`(CASE WHEN ${type} = 'INTEGER' THEN CAST(${value} AS SIGNED) WHEN ${type} = 'DOUBLE' THEN CASE WHEN ${isWhole} THEN CAST(${double} AS SIGNED) END END)`,
        number: sql`(CASE WHEN ${isNumber} THEN ${double} END)`,
        int64: sql`(CASE WHEN ${type} = 'INTEGER' THEN CAST(${value} AS SIGNED) END)`,
        rest: sql`(CASE WHEN ${type} <> 'INTEGER' AND ${isNumber} THEN ${double} END)`,
      }
    },
    isUnreachable: () => false,
  },
}

/** The dialect of one of the two. */
export function mysqlFor(server: keyof typeof SERVERS): Dialect {
  const { collation, document, json, isUnreachable } = SERVERS[server]
  const text = sql`CHARACTER SET utf8mb4 COLLATE ${collation}`

  /** The type of a column of a place's own. */
  function typeOf(place: Place): Fragment {
    const { kind, isSorted } = place
    if (place.json || place.list) return document
    switch (kind.name) {
      case 'string':
        return isSorted
          ? sql`VARCHAR(${raw(String(LONGEST_SORTED))}) ${text}`
          : sql`LONGTEXT ${text}`
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
        return storage === 'text' ? sql`VARCHAR(32) ${text}` : sql`DATETIME(6)`
      }
      default:
        return refuse(place, 'a dynamic field lives in a JSON column')
    }
  }

  /**
   * The type of constants as JSON_TABLE gives them. Longer ones are cut without an error: one letter
   * more than the column holds keeps them apart from all that it holds.
   */
  function constantType(place: Place): Fragment {
    switch (place.kind.name) {
      case 'string':
        return place.isSorted
          ? sql`VARCHAR(${raw(String(LONGEST_SORTED + 1))}) ${text}`
          : sql`LONGTEXT ${text}`
      case 'boolean':
        return sql`TINYINT`
      default:
        return typeOf({ ...place, json: false, list: false })
    }
  }

  const tableOf = (place: Place, constants: readonly Scalar[], alias: Fragment): Fragment =>
    sql`JSON_TABLE(${encodeAll(place, constants)}, '$[*]' COLUMNS (v ${constantType(place)} PATH '$')) AS ${alias}`

  /**
   * What follows IN. A long list is one parameter, as a table; a short one is not, because MariaDB
   * takes every such table for one of 40 rows, and scans; nor are texts that need not be short, for
   * which it would go through the table for each row. Lists that are written out are filled up, so
   * that their texts are few.
   */
  function membersOfPlace(place: Place, constants: readonly Scalar[]): Fragment {
    const isLong = place.kind.name === 'string' && !place.isSorted
    if (isLong || constants.length <= MOST_WRITTEN) {
      const length = 2 ** Math.ceil(Math.log2(constants.length))
      const last = constants.at(-1) as Scalar
      const all = [...constants, ...new Array<Scalar>(length - constants.length).fill(last)]
      const each = all.map((constant) => sql`${encode(place, constant)}`)
      return sql`(${join(each, sql`, `)})`
    }
    return sql`(SELECT j.v FROM ${tableOf(place, constants, sql`j`)})`
  }

  const expressionOf = (place: Place, value: Fragment): Expression => ({
    value,
    nullable: place.nullable,
    constant: (constant) => encode(place, constant),
    members: (constants) => membersOfPlace(place, constants),
  })

  // JSON

  function reach(
    place: Pick<Place, 'field' | 'column' | 'table'>,
    path: readonly string[],
  ): Fragment {
    if (path.some(isUnreachable)) {
      const hint = 'MariaDB reaches no key that begins with a hyphen'
      throw new FilterError([issue('unknown_field', '', { subject: quote(place.field), hint })])
    }
    const isLiteral = path.every(isWord) && path.join('').length <= LONGEST_LITERAL
    const at = isLiteral
      ? sql`'$${join(
          path.map((key) => sql`."${word(key)}"`),
          sql``,
        )}'`
      : sql`${`$${path.map((key) => `.${JSON.stringify(key)}`).join('')}`}`
    return sql`JSON_EXTRACT(${nameOf(place)}, ${at})`
  }

  /** A JSON value where it is of a kind, else NULL. */
  function ofKind(kind: Kind, value: Fragment, digits: number): Fragment {
    const own = json(value)
    switch (kind.name) {
      case 'string':
        return own.string
      case 'boolean':
        return sql`(CASE CONCAT(${value}) WHEN 'true' THEN 1 WHEN 'false' THEN 0 END)`
      case 'integer':
        return own.integer
      case 'number':
      case 'numeric':
        return own.number
      case 'timestamp':
        return sql`(CASE WHEN ${isTimestamp(own.string, digits)} THEN ${own.string} END)`
      default:
        return kind.name satisfies never
    }
  }

  /** An expression's text is a canonical timestamp. The pattern's end matches before a last newline. */
  const isTimestamp = (value: Fragment, digits: number): Fragment =>
    sql`${value} REGEXP '${raw(timestampPattern(digits))}' AND CHAR_LENGTH(${value}) = ${raw(String(digits === 0 ? 20 : 21 + digits))}`

  /** The column that holds a key's values of a kind, so that an index serves them. */
  const generatedName = ({ column, path }: Place, kind: string): string =>
    [column, ...path, kind].join('_')

  const generated = (
    place: Place,
    kind: Kind,
  ): readonly (readonly [string, Fragment, Fragment])[] => {
    const value = reach(place, place.path)
    const own = json(value)
    if (kind.name === 'numeric') {
      return [
        ['int64', sql`BIGINT`, own.int64],
        ['double', sql`DOUBLE`, own.rest],
      ]
    }
    const type = constantType({ ...place, kind, isSorted: false })
    return [[kind.name, type, ofKind(kind, value, place.digits)]]
  }

  /** What a field's value in JSON is; by the columns that hold it, where it has an index. */
  function jsonOf(place: Place, value: Fragment): JsonValue {
    const named = (name: string) => nameOf({ ...place, column: generatedName(place, name) })
    const own = json(value)
    if (!place.indexed) return { ...own, ofKind: (kind) => ofKind(kind, value, place.digits) }
    return {
      isList: own.isList,
      ofKind: (kind) =>
        kind.name === 'numeric' ? ofKind(kind, value, place.digits) : named(kind.name),
      int64: named('int64'),
      rest: named('double'),
    }
  }

  // Lists

  /** What a list holds, element by element: JSON_CONTAINS takes 2^53 + 1 for 2^53, and looks into lists. */
  function listColumn(place: Place, value: Fragment): ColumnParts['lists'] {
    const [kind] = membersOf(place.kind) as [Kind]
    const own: Place = { ...place, storage: 'text', isSorted: false }
    const { isList } = json(value)
    const elements = sql`JSON_TABLE(CASE WHEN ${isList} THEN ${value} END, '$[*]' COLUMNS (e JSON PATH '$')) AS l`
    const element = ofKind(
      kind,
      server === 'mariadb' ? sql`JSON_EXTRACT(l.e, '$')` : sql`l.e`,
      place.digits,
    )
    const isOne = (constants: readonly Scalar[]) =>
      sql`${element} IN ${membersOfPlace(own, constants)}`
    const any = (constants: readonly Scalar[]) =>
      sql`EXISTS (SELECT 1 FROM ${elements} WHERE ${isOne(constants)})`
    const all = (constants: readonly Scalar[]) =>
      sql`(${isList} AND NOT EXISTS (SELECT 1 FROM ${tableOf(own, constants, sql`c`)} WHERE NOT EXISTS (SELECT 1 FROM ${elements} WHERE ${element} = c.v)))`
    const only = (constants: readonly Scalar[]) =>
      constants.length === 0
        ? sql`NOT EXISTS (SELECT 1 FROM ${elements} WHERE ${element} IS NOT NULL)`
        : sql`NOT EXISTS (SELECT 1 FROM ${elements} WHERE ${element} IS NOT NULL AND NOT (${isOne(constants)}))`
    return {
      holdsAny: (constants, negated) => isNotTrue(any(constants), negated),
      holdsAll: (constants, negated) => isNotTrue(all(constants), negated),
      holdsExactly(constants, negated) {
        const every = constants.length === 0 ? isList : all(constants)
        return isNotTrue(sql`(${every} AND ${only(constants)})`, negated)
      },
    }
  }

  // Words

  function hasWords(place: Place, words: readonly string[], prefix: string): Fragment {
    const at = searchedIn(place, refuse)
    const stored = place.json ? ofKind(string, reach(at, place.path), 0) : nameOf(at)
    // Without stored words: ASCII letters are folded, all else that is no ASCII letter or digit parts
    // words.
    const own = at.isNative
      ? sql`CONCAT(' ', REGEXP_REPLACE(LOWER(${stored}), '[^0-9a-z]+', ' '), ' ')`
      : stored
    const needles = needlesOf(words, prefix)
    if (needles.length === 1) return sql`LOCATE(${needles[0] as string}, ${own}) > 0`
    const table = sql`JSON_TABLE(${JSON.stringify(needles)}, '$[*]' COLUMNS (n LONGTEXT ${text} PATH '$')) AS w`
    return sql`(${own} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ${table} WHERE LOCATE(w.n, ${own}) = 0))`
  }

  function column(place: Place): Column {
    const name = nameOf(place)
    const value = place.json ? reach(place, place.path) : sql`JSON_EXTRACT(${name}, '$')`
    const own = columnOf(place, {
      name,
      json: place.json ? jsonOf(place, value) : undefined,
      lists: listColumn(place, value),
      expressionOf,
      hasWords: (words, prefix) => hasWords(place, words, prefix),
    })
    const { sideTable } = place
    if (sideTable !== undefined) {
      const value = expressionOf({ ...place, storage: 'text', isSorted: true }, sql``)
      return { ...own, ...sideTableColumn(sideTable, identifier, value) }
    }
    if (!place.json || membersOf(place.kind)[0]?.name !== 'string') return own
    return {
      ...own,
      get order(): never {
        return refuse(place, 'text in JSON is sorted by its first 1,024 bytes; map it to a column')
      },
    }
  }

  // Tables

  function checkOf(place: Place, name: Fragment): Fragment | undefined {
    const { kind, list, digits } = place
    if (place.json) return sql`JSON_VALID(${name}) AND JSON_TYPE(${name}) = 'OBJECT'`
    if (list) return sql`JSON_VALID(${name}) AND JSON_TYPE(${name}) = 'ARRAY'`
    switch (kind.name) {
      case 'string':
        return sql`LOCATE(CHAR(0), ${name}) = 0`
      case 'boolean':
        return sql`${name} IN (0, 1)`
      case 'timestamp': {
        const storage = storageOf(place)
        if (storage === 'text') return isTimestamp(name, digits)
        if (storage === 'datetime') {
          return sql`${name} >= '0001-01-01' AND MONTH(${name}) > 0 AND DAYOFMONTH(${name}) > 0`
        }
        const [low, high] = EPOCH_RANGE.map((at) => raw(String(toEpoch(at, storage.epoch))))
        return sql`${name} BETWEEN ${low as Fragment} AND ${high as Fragment}`
      }
      default:
        return undefined
    }
  }

  function define(place: Place, isKey: boolean): Fragment {
    const name = identifier(place.column)
    const required = isKey ? sql` NOT NULL PRIMARY KEY` : place.nullable ? sql`` : sql` NOT NULL`
    const check = checkOf(place, name)
    return sql`${typeOf(place)}${required}${check === undefined ? sql`` : sql` CHECK (${check})`}`
  }

  return {
    name: server,
    placeholder: () => '?',
    params: (values) => values,
    identifier,
    column,
    select(place) {
      const name = nameOf(place)
      // mysql2 rounds integers of 64 bits and some doubles; both drivers parse JSON, and make a Date,
      // of three digits, of a DATETIME.
      if (place.json || place.list) return sql`CONCAT(${name})`
      switch (place.kind.name) {
        case 'integer':
        case 'number':
          // Without a length MariaDB makes room for 22 characters, and cuts longer doubles in a
          // derived table without a word; the longest has some 33.
          return sql`CAST(${name} AS CHAR(64))`
        case 'timestamp':
          if (storageOf(place) === 'datetime') {
            return sql`DATE_FORMAT(${name}, '%Y-%m-%dT%H:%i:%s.%fZ')`
          }
          return sql`CAST(${name} AS CHAR(64))`
        default:
          return name
      }
    },
    // NULL is the smallest value of all here, as absent values are.
    order: (value, direction) => sql`${value} ${direction === 1 ? sql`ASC` : sql`DESC`}`,
    // mysql2 sends numbers as doubles, which MySQL refuses here: a checked integer stands in the text.
    limit: (limit, offset) => sql`LIMIT ${count(limit)} OFFSET ${count(offset)}`,
    encode,
    encodeList,
    replace(key, others) {
      const names = others.length === 0 ? [key] : others
      const sets = names.map((name) => sql`${identifier(name)} = VALUES(${identifier(name)})`)
      return sql` ON DUPLICATE KEY UPDATE ${join(sets, sql`, `)}`
    },
    decode(place, stored) {
      if (stored === null || stored === undefined) return undefined
      if (place.list) return typeof stored === 'string' ? parseJson(stored) : stored
      switch (place.kind.name) {
        case 'boolean':
          return Number(stored) === 1
        case 'integer':
          return integerFrom(place, stored, refuse, 'select what compileQuery does, as text')
        case 'number':
        case 'numeric':
          return Number(stored)
        case 'timestamp': {
          const storage = storageOf(place)
          return typeof storage === 'object'
            ? fromEpoch(BigInt(stored as string), storage.epoch, place.digits)
            : place.kind.read(stored)
        }
        default:
          return stored
      }
    },
    define,
    generated: (place) =>
      place.indexed
        ? membersOf(place.kind).flatMap((kind) =>
            generated(place, kind).map(([label, type, value]) => ({
              column: generatedName(place, label),
              definition: sql`${type} GENERATED ALWAYS AS (${value}) VIRTUAL`,
            })),
          )
        : [],
    words: (isJson) => (isJson ? document : sql`LONGTEXT ${text}`),
    tableOptions: () => sql` ENGINE = InnoDB, CHARACTER SET = utf8mb4, COLLATE = ${collation}`,
    indexed(place) {
      if (place.list) return []
      // A text that need not be short is found by its beginning.
      const prefix = (name: Fragment) => sql`${name}(191)`
      if (!place.json) {
        const name = identifier(place.column)
        const isLong = place.kind.name === 'string' && !place.isSorted
        return [{ label: '', on: isLong ? prefix(name) : name }]
      }
      if (!place.indexed) return []
      return membersOf(place.kind).flatMap((kind) =>
        generated(place, kind).map(([label]) => {
          const own = nameOf({ column: generatedName(place, label) })
          return { label, on: kind.name === 'string' ? prefix(own) : own }
        }),
      )
    },
    sideTable(place, { table, key }) {
      const side = place.sideTable?.table ?? ''
      const owner = sql`${identifier(table)} (${identifier(key.column)})`
      const value = typeOf({ ...place, list: false, storage: 'text', isSorted: true })
      return [
        sql`CREATE TABLE ${identifier(side)} (\`owner\` ${typeOf(key)} NOT NULL, \`value\` ${value} NOT NULL, PRIMARY KEY (\`value\`, \`owner\`), INDEX (\`owner\`), FOREIGN KEY (\`owner\`) REFERENCES ${owner} ON DELETE CASCADE) ENGINE = InnoDB`,
      ]
    },
    insertSide(place, owner, values) {
      const own: Place = { ...place, list: false, storage: 'text', isSorted: true }
      const side = identifier(place.sideTable?.table ?? '')
      return sql`INSERT INTO ${side} (\`owner\`, \`value\`) SELECT ${owner}, j.v FROM ${tableOf(own, [...new Set(values)], sql`j`)}`
    },
  }
}

/** Longer paths stand as parameters, so that no filter makes a long text. */
const LONGEST_LITERAL = 200

const count = (value: number): Fragment => word(String(value))

/** The dialect of MariaDB: `compileFilter(condition, { dialect: mysql })`. */
export const mysql: Dialect = mysqlFor('mariadb')
