import type { Kind } from '../../kinds/kind.ts'
import { type Fragment, isWord, join, sql, word } from '../fragment.ts'
import { quotedKeys } from '../literal.ts'
import type { ColumnName, Place, Stored } from '../place.ts'
import { STANDARD } from '../syntax.ts'
import { nameOf } from './names.ts'
import { types } from './types.ts'

/** A JSON value as SQL sees it: its type's name, and the value of a scalar. */
interface JsonValue {
  readonly type: Fragment
  readonly value: Fragment
}

/** '$."a"."b"': the same spelling everywhere, or an index on the expression is missed. */
const jsonPath = (path: readonly string[]): Fragment => sql`'$${quotedKeys(path)}'`

/** How many of a path's keys can be literals: those before the first that cannot. */
export function literalKeys(path: readonly string[]): number {
  let length = 0
  const end = path.findIndex((key) => {
    length += key.length
    return !isWord(key) || length > STANDARD.longestPath
  })
  return end === -1 ? path.length : end
}

/** The names of json_each's columns (sqlite.org/json1.html#jeach), and those of every row's id. */
const HIDDEN_NAMES = [
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
export function outside(
  { column, document }: Pick<ColumnName, 'column' | 'document'>,
  value: Fragment,
): { readonly from: Fragment; readonly value: Fragment } {
  if (document !== undefined || !HIDDEN_NAMES.includes(column.toLowerCase()))
    return { from: sql``, value }
  return { from: sql`(SELECT ${value} AS d) AS c, `, value: sql`c.d` }
}

/**
 * What a quoted key in a path may not hold: a quote or a backslash, which no escape reaches in 3.45,
 * and what JSON text writes as an escape, or may.
 */
const NOT_IN_PATH = /["\\\u0000-\u001f\u007f-\uffff]/

/**
 * Calls `use` with the value at a path of a JSON column, or NULL. Keys of
 * letters, digits and underscores are literals, so that an index serves them; a path of other
 * ASCII is a parameter. Any other key is compared with the keys of json_each, which takes ten times
 * as long and reaches every key. None of them goes through a list: its keys are integers there.
 */
export function reach(
  place: ColumnName,
  path: readonly string[],
  use: (json: JsonValue) => Fragment,
): Fragment {
  const document = nameOf(place)
  const plain = literalKeys(path)
  const isLiteral = plain === path.length
  if (isLiteral || path.every((key) => !NOT_IN_PATH.test(key))) {
    const at = isLiteral ? jsonPath(path) : `$${path.map((key) => `."${key}"`).join('')}`
    return use({
      type: sql`json_type(${document}, ${at})`,
      value: sql`json_extract(${document}, ${at})`,
    })
  }
  // One join a key rather than subqueries in each other: SQLite's parser has a stack of 100.
  const { from, value } = outside(place, document)
  const start = plain === 0 ? value : sql`${value}, ${jsonPath(path.slice(0, plain))}`
  let last = sql``
  const steps = path.slice(plain).map((key, i) => {
    const of = i === 0 ? start : sql`CASE ${last}.type WHEN 'object' THEN ${last}.value END`
    last = word(`k${i}`)
    return { from: sql`json_each(${of}) AS ${last}`, where: sql`${last}.key = ${key}` }
  })
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

/** The value where it is of one of the kinds, else NULL. */
export const ofKinds =
  (kinds: readonly Kind[], at: Stored) =>
  ({ type, value }: JsonValue): Fragment => {
    const caseOf = (members: readonly Kind[]) => {
      const arms = members.map((kind) => types[kind.name].json(value, at))
      return sql`CASE ${type} ${join(arms, sql` `)} END`
    }
    // A CASE takes the first arm of a type: each further kind of text has a CASE of its own.
    const [, ...texts] = kinds.filter(({ family }) => family === 'text')
    if (texts.length === 0) return caseOf(kinds)
    const cases = [kinds.filter((kind) => !texts.includes(kind)), ...texts.map((kind) => [kind])]
    return sql`coalesce(${join(cases.map(caseOf), sql`, `)})`
  }

/** A place as an expression that is NULL where the value is absent. */
export function expression(place: Place, kinds: readonly Kind[]): Fragment {
  if (!place.json) return nameOf(place)
  if (!place.list) return reach(place, place.path, ofKinds(kinds, place))
  return reach(
    place,
    place.path,
    ({ type, value }) => sql`CASE ${type} WHEN 'array' THEN ${value} END`,
  )
}
