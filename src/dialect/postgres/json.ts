/**
 * jsonb is not compared by one expression: each kind of value is a range of jsonb's order (Object >
 * Array > Boolean > Number > String > Null, postgresql.org/docs/current/datatype-json.html), which an
 * index on `custom['k']` serves, and a test by jsonpath.
 */

import type { Kind, Scalar } from '../../kinds/kind.ts'
import { type DecimalRange, roundingRange } from '../../kinds/numbers.ts'
import { chain } from '../balance.ts'
import type { Comparison, Values } from '../dialect.ts'
import { type Fragment, flatten, join, sql, word } from '../fragment.ts'
import { printScalar } from '../json.ts'
import { isLiteralPath, quotedKeys } from '../literal.ts'
import type { ColumnName, JsonPlace } from '../place.ts'
import { STANDARD } from '../syntax.ts'
import { COMPARISONS, OR } from '../values.ts'
import { nameOf } from './names.ts'
import { type JsonKind, types } from './types.ts'

/** The value itself, and an element of it, in a jsonpath. */
export const ROOT = sql`$`
export const ELEMENT = sql`@`

/** A key of digits would go through a list. */
const isIndex = (key: string): boolean => /^-?\d+$/.test(key)

const isLiteral = (path: readonly string[]): boolean => isLiteralPath(path, STANDARD.longestPath)

/** Whether the column is of the type json, which has neither subscripts nor an order. */
export const isPlainJson = ({ documentType }: Partial<Pick<JsonPlace, 'documentType'>>): boolean =>
  documentType?.name === 'json'

/** A column of documents; search columns are jsonb. */
type DocumentColumn = ColumnName & Partial<Pick<JsonPlace, 'documentType'>>

const documentOf = (column: DocumentColumn): Fragment =>
  isPlainJson(column) ? sql`(${nameOf(column)}::jsonb)` : nameOf(column)

/** Whether a path is one of subscripts, which an index serves. */
export const isSubscripted = (path: readonly string[]): boolean =>
  isLiteral(path) && !path.slice(1).some(isIndex)

/**
 * The jsonb at a path, or NULL. Keys of letters, digits and underscores
 * are literals, so that an index on `custom['k']` serves them; others are parameters. jsonpath
 * in strict mode leads through objects only; a subscript of digits leads through lists, too.
 */
export function reach(place: DocumentColumn, path: readonly string[]): Fragment {
  const document = documentOf(place)
  if (isSubscripted(path)) {
    const keys = path.map((key) => sql`['${word(key)}']`)
    return sql`${document}${join(keys, sql``)}`
  }
  if (isLiteral(path)) {
    return sql`jsonb_path_query_first(${document}, 'strict $${quotedKeys(path)}', '{}', TRUE)`
  }
  const at = `strict $${path.map((key) => `.${JSON.stringify(key)}`).join('')}`
  return sql`jsonb_path_query_first(${document}, ${at}::jsonpath, '{}', TRUE)`
}

export const jsonb = (text: string): Fragment => sql`${text}::jsonb`

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
    /* v8 ignore next -- the type has no other values */
    default:
      return comparison satisfies never
  }
}

/** Without the index each row is compared with every document; other lists are hashed. */
const MOST_CONTAINED = 100

/** The document that has a value at a path, and nothing else: `{"a":{"b":1}}`. */
const nested = (path: readonly string[], value: string): string =>
  path.reduceRight((inner, key) => `{${JSON.stringify(key)}:${inner}}`, value)

const isNever = (_value: Scalar): _value is never => false

export function jsonValuesOf(place: JsonPlace, kind: Kind): Values {
  const value = flatten(reach(place, place.path))
  const { low, high, is, isRange, text, order, isRounded = isNever } = types[kind.name].json(place)
  const not = (condition: Fragment) => sql`(NOT (${condition}) OR ${value} IS NULL)`
  /** Within the kind, on the side of a range that the constant leaves open. */
  const within = (comparison: Comparison) =>
    comparison === '<' || comparison === '<=' ? sql`${value} >= ${low}` : sql`${value} <= ${high}`
  const isKind = isRange ? sql`` : flatten(sql` AND ${value} @@ 'strict ${is(ROOT)}'`)

  function range(comparison: Comparison, constant: Scalar): Fragment {
    if (text !== undefined && place.jsonCollation !== 'C') {
      const vars = jsonb(JSON.stringify({ c: constant }))
      // The pattern of a timestamp is slow, so it is tested only after the comparison.
      const pattern = text.hasPattern ? sql` && ${is(ROOT)}` : sql``
      return sql`jsonb_path_match(${value}, 'strict $.type() == "string" && $ ${COMPARISONS[comparison]} $c${pattern}', ${vars})`
    }
    if (order?.comparedAs !== undefined) {
      const compared = sql`${order.value(value)} ${COMPARISONS[comparison]} ${constant}::${order.comparedAs}`
      return sql`(CASE WHEN ${value} @@ 'strict ${is(ROOT)}' THEN ${compared} ELSE FALSE END)`
    }
    const compared = isRounded(constant)
      ? compareRounded(value, comparison, roundingRange(constant, kind))
      : sql`${value} ${COMPARISONS[comparison]} ${jsonb(printScalar(constant))}`
    return sql`(${compared} AND ${within(comparison)}${isKind})`
  }

  function equals(constant: Scalar, negated: boolean): Fragment {
    if (isRounded(constant)) {
      const equal = sql`(${compareRounded(value, '=', roundingRange(constant, kind))})`
      return negated ? not(equal) : equal
    }
    if (place.jsonIndex === 'gin' && !negated) {
      return sql`${documentOf(place)} @> ${jsonb(nested(place.path, printScalar(constant)))}`
    }
    const json = jsonb(printScalar(constant))
    return negated ? sql`(${value} <> ${json} OR ${value} IS NULL)` : sql`${value} = ${json}`
  }

  function isOneOf(constants: readonly Scalar[]): Fragment {
    const exact = constants.filter((each) => !isRounded(each)).map(printScalar)
    const rounded = constants.filter(isRounded)
    const arms: Fragment[] = []
    if (place.jsonIndex === 'gin' && exact.length > 0 && exact.length <= MOST_CONTAINED) {
      const documents = exact.map((each) => nested(place.path, each))
      arms.push(sql`${documentOf(place)} @> ANY(${documents}::jsonb[])`)
    } else if (exact.length > 0) arms.push(sql`${value} = ANY(${exact}::jsonb[])`)
    if (rounded.length > 0) arms.push(isOneOfRounded(value, kind, rounded, { low, high }))
    return chain(arms, OR)
  }

  return {
    compare(comparison, constant, negated) {
      if (comparison === '=') return equals(constant, negated)
      return negated ? not(range(comparison, constant)) : range(comparison, constant)
    },
    isIn: (constants, negated) => (negated ? not(isOneOf(constants)) : isOneOf(constants)),
  }
}

/** The ranges of decimals as one parameter: their ends, and whether these are in them. */
export const rangesOf = (kind: Kind, constants: readonly number[]): string => {
  const ranges = constants.map((each) => {
    const { low, high, hasLow, hasHigh } = roundingRange(each, kind)
    return `[${low},${high},${hasLow},${hasHigh}]`
  })
  return `{"c":[${ranges.join(',')}]}`
}

/** Whether the number at a place of a jsonpath is in a range. */
export const isWithin = (subject: Fragment, range: Fragment): Fragment =>
  sql`(${range}[0] < ${subject} && ${subject} < ${range}[1] || ${range}[2] == true && ${subject} == ${range}[0] || ${range}[3] == true && ${subject} == ${range}[1])`

/** Only beyond this, integers must be distinguished from doubles. */
const LARGEST = { number: sql`1e300`, numeric: sql`9007199254740992` }

/** Numbers with any digits that become doubles without an error: PostgreSQL refuses 1e-400. */
const isOrdinary = (value: Fragment, largest: Fragment): Fragment =>
  sql`(${value} >= '-${largest}'::jsonb AND ${value} <= '${largest}'::jsonb AND (${value} >= '1e-300'::jsonb OR ${value} <= '-1e-300'::jsonb OR ${value} = '0'::jsonb))`

/**
 * An ordinary number is cast to the double that it is read as, which is looked up in a hash table:
 * 1 µs a row. Any other is compared with the range of each constant, about 1 µs for each.
 */
const isOneOfRounded = (
  value: Fragment,
  kind: Kind,
  constants: readonly number[],
  { low, high }: Pick<JsonKind, 'low' | 'high'>,
): Fragment => {
  const isInRange = sql`jsonb_path_match(${value}, 'strict exists($c[*] ? ${isWithin(ROOT, ELEMENT)})', ${jsonb(rangesOf(kind, constants))})`
  return sql`(CASE WHEN ${isOrdinary(value, kind.name === 'numeric' ? LARGEST.numeric : LARGEST.number)} THEN (${value})::double precision = ANY(${[...constants]}::double precision[]) WHEN ${value} >= ${low} AND ${value} <= ${high} THEN ${isInRange} ELSE FALSE END)`
}

/** A part of a JSON value where the value is of a kind; NULL for anything else. */
export const where = (value: Fragment, is: Fragment, part: Fragment): Fragment =>
  sql`(CASE WHEN ${value} @@ 'strict ${is}' THEN ${part} END)`

/** What a field inside JSON is sorted by: jsonb's own order where that is the field's. */
export function jsonOrder(place: JsonPlace, kind: Kind): Fragment {
  const value = reach(place, place.path)
  const { is, order } = types[kind.name].json(place)
  return sql`${where(value, is(ROOT), order?.value(value) ?? value)}${order?.collation ?? sql``}`
}
