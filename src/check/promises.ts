/** What createTable's constraints enforce of values, and what a table has in their place. */

import type { Placed } from '../compile/layout.ts'
import { type Fragment, flatten, sql } from '../dialect/fragment.ts'
import { integerLiteral } from '../dialect/literal.ts'
import type { ColumnPlace, JsonPlace, Place } from '../dialect/place.ts'
import { formIn } from '../dialect/timestamp-text.ts'
import type { Representation } from '../dialect/types.ts'
import { isEnforced } from './constraints.ts'
import { isMysqlFamily } from './engines.ts'
import type { ColumnFacts, TableFacts } from './facts.ts'
import type { FindingCode, Remedy } from './finding.ts'
import { type Draft, definitionOf, draft, type Site } from './site.ts'
import { heldDigits, retyped } from './types-of-columns.ts'

/** A condition that every row satisfies, or is NULL for. */
interface Promised {
  readonly code: FindingCode
  readonly promised: string
  readonly found: string
  readonly check: Fragment
}

/** What the types of times hold: fewer digits of the second are a promise of their own. */
const MOST_DIGITS = 6

/** By the kind of a field: what its values are, and what others a column may hold. */
const VALUES: Readonly<
  Record<string, readonly [code: FindingCode, promised: string, found: string]>
> = {
  string: ['text_nul', 'texts without U+0000', 'any text'],
  boolean: ['boolean_values', '0 and 1', 'any number'],
  integer: ['integer_range', 'integers of signed 64 bits', 'larger integers'],
  number: ['number_not_finite', 'finite numbers', 'NaN and infinite numbers'],
  timestamp: ['timestamp_range', 'instants of the years 0001 to 9999', 'other instants'],
  decimal: ['decimal_range', 'decimals of the precision', 'more digits, or NaN'],
  uuid: ['uuid_text', 'canonical text of a UUID, in lower case', 'any text'],
  enumeration: ['enumeration_members', 'the values of the enumeration', 'any text'],
  date: ['date_range', 'days of the years 0001 to 9999', 'other days'],
}

const UNKNOWN = ['value_range', 'values of the kind', 'other values'] as const

/** Text of timestamps, in the form that the mapping says. */
function timeText({ storage }: ColumnPlace) {
  const form = formIn(storage)
  const promised =
    form === undefined
      ? 'canonical text of RFC 3339 in UTC'
      : form === 'any'
        ? 'text of timestamps'
        : `text as ${form}`
  return ['timestamp_text', promised, 'any text'] as const
}

const DAY = ['date_range', 'days as YYYY-MM-DD', 'any text'] as const

function valuePromise(
  { dialect, facts }: Site,
  place: ColumnPlace,
  { type: { members } }: ColumnFacts,
): Promised | undefined {
  // MySQL and MariaDB store an error value, '', in an ENUM when they are not strict.
  if (members !== undefined && !isMysqlFamily(facts)) return undefined
  const name = dialect.identifier(place.column)
  if (place.list) {
    const check = dialect.columnCheck(place)
    const promised = facts.engine === 'postgres' ? 'lists of one dimension without NULL' : 'lists'
    return check && { code: 'list_elements', promised, found: 'other values', check }
  }
  const type = dialect.typeOf(place)
  const form = type.representation(place)
  // What is read as another expression, any number is a boolean to.
  if (type.check === undefined || (form === 'boolean' && type.instead !== undefined))
    return undefined
  // The SQL takes what the field does not hold for absent, as memory does.
  if (place.kind.name === 'decimal' && type.exact?.(name, place) !== undefined) return undefined
  const ofKind = VALUES[place.kind.name] ?? UNKNOWN
  const isText = form === 'text'
  const [code, promised, found] =
    isText && place.kind.name === 'timestamp'
      ? timeText(place)
      : isText && place.kind.name === 'date'
        ? DAY
        : ofKind
  const own = form === 'time' ? daysIn(facts, found) : found
  const check = type.check(name, form === 'text' ? place : { ...place, digits: MOST_DIGITS })
  return check && { code, promised, found: own, check }
}

/** The greatest integer below which a double holds all. */
const MOST_EXACT = 2n ** 53n

/**
 * SQLite keeps integers of 64 bits as such unless the type's name has REAL, FLOA or DOUB in it: rows
 * have doubles, which are not equal to all of them.
 */
function exactPromise(
  { dialect, facts }: Site,
  place: ColumnPlace,
  { type }: ColumnFacts,
): Promised | undefined {
  const isExposed = facts.engine === 'sqlite' && type.affinity !== 'real' && !place.list
  if (!isExposed || place.kind.name !== 'number') return undefined
  const name = dialect.identifier(place.column)
  const most = integerLiteral(MOST_EXACT)
  // abs() fails of the least integer of 64 bits.
  const check = sql`CASE typeof(${name}) WHEN 'integer' THEN ${name} BETWEEN -${most} AND ${most} WHEN 'real' THEN abs(${name}) < 9e999 END`
  return {
    code: 'number_exact',
    promised: 'numbers that a double holds',
    found: 'integers beyond 2^53, and infinite numbers',
    check,
  }
}

/** What days there are in types of times beside those of the years 0001 to 9999. */
function daysIn(facts: TableFacts, found: string): string {
  if (!isMysqlFamily(facts)) return `${found}, infinity among them`
  const mode = facts.settings.sql_mode ?? ''
  return /STRICT/.test(mode) && /NO_ZERO_DATE/.test(mode)
    ? 'days such as 0000-00-00 from sessions whose sql_mode is not strict'
    : 'days such as 0000-00-00, which sql_mode lets in'
}

function digitsPromise(
  { dialect }: Site,
  place: ColumnPlace,
  column: ColumnFacts,
): Promised | undefined {
  if (place.list) return undefined
  const held = heldDigits(place, column)
  const check = dialect.typeOf(place).checkDigits?.(dialect.identifier(place.column), place)
  if (check === undefined || (held !== undefined && held <= place.digits)) return undefined
  const found = held === undefined ? 'more' : `up to ${held}`
  return { code: 'digits_more', promised: `${place.digits} digits of the second`, found, check }
}

/** MySQL and MariaDB sort by the beginnings of texts. */
export const LONGEST_SORTED = 255

function lengthPromise(
  { dialect, facts }: Site,
  place: ColumnPlace,
  { type }: ColumnFacts,
): Promised | undefined {
  const isSortedText = place.kind.name === 'string' && place.isSorted && !place.list
  if (!isMysqlFamily(facts) || !isSortedText || type.members !== undefined) return undefined
  if (type.name === 'uuid' || (type.length ?? Number.POSITIVE_INFINITY) <= LONGEST_SORTED) {
    return undefined
  }
  const name = dialect.identifier(place.column)
  return {
    code: 'text_too_long',
    promised: `at most ${LONGEST_SORTED} characters, by which texts are sorted`,
    found: type.text,
    check: sql`CHAR_LENGTH(${name}) <= ${integerLiteral(LONGEST_SORTED)}`,
  }
}

/** What SQLite calls the values of each representation. */
const STORED: Readonly<Record<Representation, Fragment>> = {
  text: sql`'text', 'null'`,
  boolean: sql`'integer', 'null'`,
  integer: sql`'integer', 'null'`,
  decimal: sql`'integer', 'null'`,
  uuid: sql`'text', 'null'`,
  enum: sql`'text', 'null'`,
  double: sql`'real', 'integer', 'null'`,
  time: sql`'text', 'null'`,
}

/** A table of SQLite that is not STRICT takes any value in any column. */
function loosePromise(
  { dialect, facts }: Site,
  place: ColumnPlace | JsonPlace,
  column: ColumnFacts,
): Promised | undefined {
  if (facts.engine !== 'sqlite' || facts.strict || column.identity) return undefined
  const form = place.json || place.list ? 'text' : dialect.typeOf(place).representation(place)
  return {
    code: 'loose_type',
    promised: 'values of the type that the column declares',
    found: 'values of any type: the table is not STRICT',
    check: sql`typeof(${dialect.identifier(place.column)}) IN (${STORED[form]})`,
  }
}

function promisesOf(site: Site, { place }: Placed, column: ColumnFacts): readonly Promised[] {
  const loose = loosePromise(site, place, column)
  const own = place.json
    ? [documentPromise(site, place)]
    : [
        exactPromise(site, place, column) ?? valuePromise(site, place, column),
        digitsPromise(site, place, column),
        lengthPromise(site, place, column),
      ]
  return [loose, ...own].filter((each) => each !== undefined)
}

function documentPromise({ dialect }: Site, place: JsonPlace): Promised | undefined {
  const check = dialect.columnCheck(place)
  return check && { code: 'json_object', promised: 'JSON objects', found: 'other values', check }
}

/** The promises of a column that no constraint of the table enforces. */
export const promiseDrafts = (site: Site, placed: Placed, column: ColumnFacts): readonly Draft[] =>
  promisesOf(site, placed, column)
    .filter(({ check }) => !isEnforced(flatten(check).strings.join(''), column, site.facts))
    .map(({ code, promised, found, check }) => {
      const definition = { ...definitionOf(site, placed), check }
      // MySQL and MariaDB let no CHECK name an AUTO_INCREMENT column.
      const isNumbered = isMysqlFamily(site.facts) && column.identity === true
      return draft(code, placed, {
        promised,
        found,
        remedy: mappingFor(site, code, placed.place, column),
        change: isNumbered ? retyped(site, placed, column) : { kind: 'check', definition },
        breaks: sql`NOT (${check})`,
      })
    })

/** What the mapping says instead where rows break the promise, if one reading takes all of them. */
function mappingFor(
  { facts }: Site,
  code: FindingCode,
  place: Place,
  column: ColumnFacts,
): Pick<Remedy, 'mapping'> {
  if (code === 'boolean_values') return { mapping: { type: column.type.text } }
  const isForm = code === 'timestamp_text' && facts.engine === 'sqlite' && place.type === undefined
  return isForm && formIn(place.storage) !== 'any' ? { mapping: { storage: { text: 'any' } } } : {}
}
