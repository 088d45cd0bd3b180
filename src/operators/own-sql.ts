/** Operators of one's own as SQL: on columns, in JSON, and on the elements of lists. */

import { chain } from '../dialect/balance.ts'
import type { Dialect, FieldColumn } from '../dialect/dialect.ts'
import { type Fragment, isFragment, sql } from '../dialect/fragment.ts'
import { named, ofDocument } from '../dialect/grouped.ts'
import { nameOf } from '../dialect/names.ts'
import { type ColumnPlace, type Place, plainOf } from '../dialect/place.ts'
import { formsOf } from '../dialect/typed.ts'
import type { Representation } from '../dialect/types.ts'
import { OR } from '../dialect/values.ts'
import type { Kind, KindName, Scalar } from '../kinds/kind.ts'
import { string } from '../kinds/string.ts'
import type { Operand, OwnOperand, Shape } from './operator.ts'
import { isList } from './own-operand.ts'

/** What the SQL of an operator gets to know of a value. */
export interface OwnValue {
  readonly kind: KindName
  /** The class of its type: dates and timestamps may be of one of the database's, or text. */
  readonly representation: Representation
}

/** An operand as the SQL of an operator gets it: each value is a parameter. */
export type AsParameters<O> = O extends Scalar | null
  ? Fragment
  : O extends readonly (infer E)[]
    ? readonly AsParameters<E>[]
    : { readonly [K in keyof O]: AsParameters<O[K]> }

/** The condition that a present value meets, as the definition has it. */
export type OwnSql<O> = (value: Fragment, operand: AsParameters<O>, of: OwnValue) => Fragment

/** A value with where it is, of one kind. */
interface Asked {
  readonly value: Fragment
  readonly at: ColumnPlace
  readonly isNullable: boolean
}

/** What an operator is, as far as its SQL depends on it. */
export interface OwnStatement {
  readonly name: string
  readonly shape: Shape
  readonly sql: ReadonlyMap<string, OwnSql<never>>
  /** The kinds of a field that it compares. */
  readonly kinds: readonly Kind[]
}

/** Exactly the rows that the operator is true of or, if `negated`, exactly the others. */
export function ownSql(
  own: OwnStatement,
  { dialect, place }: FieldColumn,
  operand: Operand,
  negated: boolean,
): Fragment {
  const make = own.sql.get(dialect.name)
  if (make === undefined) {
    const known = own.sql.size === 0 ? 'none' : [...own.sql.keys()].join(', ')
    throw new TypeError(
      `tamis: ${dialect.name}: ${place.field}: ${own.name} has no SQL for this database; its definition has: ${known}`,
    )
  }
  const meets = ({ value, at, isNullable }: Asked): Fragment => {
    const { representation } = dialect.typeOf(at)
    const of = { kind: at.kind.name, representation: representation(at) }
    const condition: unknown = make(
      value,
      parametersOf(dialect, at, own.shape, operand) as never,
      of,
    )
    if (!isFragment(condition)) {
      throw new TypeError(
        `tamis: ${own.name}: sql.${dialect.name} returned no fragment of the sql tag`,
      )
    }
    // Of an absent value it is false, whatever the condition says of NULL.
    return isNullable ? sql`(${value} IS NOT NULL AND (${condition}))` : sql`(${condition})`
  }
  return dialect.syntax.negate(conditionOf(dialect, place, own.kinds, meets), negated)
}

function conditionOf(
  dialect: Dialect<unknown>,
  place: Place,
  kinds: readonly Kind[],
  meets: (asked: Asked) => Fragment,
): Fragment {
  if (place.list) {
    const { list, from, element, at, exists } = dialect.grouped.list(place)
    const all = kinds.map((kind) =>
      meets({ value: element.ofKind(kind), at: at(kind), isNullable: true }),
    )
    const some = chain(all, OR)
    return (
      exists?.(some) ?? sql`EXISTS (SELECT 1 FROM (SELECT ${list} AS l) AS c${from} WHERE ${some})`
    )
  }
  if (!place.json) {
    const name = nameOf(place, dialect.identifier)
    const { instead, exact } = formsOf(dialect.typeOf(place), name, place)
    const value = instead ?? exact ?? name
    const at = value === name ? place : plainOf(place)
    return meets({ value, at, isNullable: place.nullable || value !== name })
  }
  const inside = dialect.grouped.json(place)
  const all = kinds.flatMap((kind) => {
    const asked = (each: Kind, value: Fragment) =>
      meets({ value, at: ofDocument(place, each), isNullable: true })
    const { halves } = inside
    if (kind.name !== 'numeric' || halves === undefined) return [asked(kind, inside.ofKind(kind))]
    return [asked(named(kind, 'integer'), halves.int64), asked(named(kind, 'number'), halves.rest)]
  })
  return chain(all, OR)
}

/** The operand with a parameter for each of its values: none of them can become text of the SQL. */
function parametersOf(
  dialect: Dialect<unknown>,
  at: ColumnPlace,
  shape: Shape,
  operand: OwnOperand | Operand,
): unknown {
  const isOfField = shape === 'scalar' || shape === 'elements'
  const parameter = (value: OwnOperand): unknown => {
    if (value === null) return sql`${null}`
    if (typeof value !== 'object') {
      return constantOf(dialect, isOfField ? at : plainAt(at, value, shape), value)
    }
    if (isList(value)) return value.map(parameter)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, parameter(each)]))
  }
  return parameter(operand as OwnOperand)
}

/** A value of the kind that JavaScript has it in: numbers are doubles, whatever their value. */
function plainAt(at: ColumnPlace, value: Scalar, shape: Shape): ColumnPlace {
  const isWhole = typeof value === 'bigint' || shape === 'count'
  const kind =
    typeof value === 'string'
      ? 'string'
      : typeof value === 'boolean'
        ? 'boolean'
        : isWhole
          ? 'integer'
          : 'number'
  return { ...ofDocument(at, named(string as Kind, kind)), isSorted: false }
}

function constantOf(dialect: Dialect<unknown>, at: ColumnPlace, value: Scalar): Fragment {
  const { encode, cast, convert } = dialect.typeOf(at)
  const encoded = encode(value, at)
  return cast?.(encoded, at) ?? convert?.(encoded, at) ?? sql`${encoded}`
}
