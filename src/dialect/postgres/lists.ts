import type { Kind, KindName, Scalar } from '../../kinds/kind.ts'
import { type Fragment, join, sql } from '../fragment.ts'
import { printScalar } from '../json.ts'
import type { ListColumn } from '../lists.ts'
import { integerLiteral } from '../literal.ts'
import { type ColumnPlace, type JsonPlace, plainOf, type Stored } from '../place.ts'
import { STANDARD } from '../syntax.ts'
import { typedList } from '../typed.ts'
import { arrayOf } from './constants.ts'
import { ELEMENT, isWithin, jsonb, rangesOf, reach } from './json.ts'
import { nameOf } from './names.ts'
import { typeAt } from './other-types.ts'
import { types } from './types.ts'

/** Conditions on an array. They are NULL for NULL, so a complement must test it. */
export function arrayColumn(place: ColumnPlace): ListColumn {
  const name = nameOf(place)
  const type = typeAt(place.kind.name, place)
  const exact = type.exactElements?.(name, place)
  const list = arrayOperators(name, place.nullable, place.kind.name, place)
  return typedList(
    type,
    place,
    {
      list,
      exact: exact && arrayOperators(exact, place.nullable, place.kind.name, plainOf(place)),
    },
    STANDARD,
  )
}

function arrayOperators(name: Fragment, nullable: boolean, kind: KindName, at: Stored): ListColumn {
  const all = (constants: readonly Scalar[]) => arrayOf(kind, constants, at)
  const not = (condition: Fragment, negated: boolean) => {
    if (!negated) return condition
    return nullable ? sql`(NOT ${condition} OR ${name} IS NULL)` : sql`NOT ${condition}`
  }
  return {
    // Holding one of one is holding all of it, which postgres_fdw and an index take as well.
    holdsAny: (constants, negated) =>
      not(sql`(${name} ${constants.length === 1 ? sql`@>` : sql`&&`} ${all(constants)})`, negated),
    holdsAll: (constants, negated) => not(sql`(${name} @> ${all(constants)})`, negated),
    holdsExactly: (constants, negated) =>
      not(sql`(${name} @> ${all(constants)} AND ${name} <@ ${all(constants)})`, negated),
  }
}

/** Conditions on a list in JSON, by jsonpath; elements of other kinds are ignored. */
export function jsonListColumn(place: JsonPlace, kind: Kind): ListColumn {
  const value = reach(place, place.path)
  const { is, isRounded } = types[kind.name].json(place)
  const isElement = is(ELEMENT)
  const matches = (path: Fragment, constants: readonly Scalar[], negated: boolean) => {
    const vars =
      isRounded === undefined
        ? `{"c":[${constants.map(printScalar).join(',')}]}`
        : rangesOf(kind, constants.filter(isRounded))
    const match = sql`jsonb_path_match(${value}, 'strict $.type() == "array" && ${path}', ${jsonb(vars)}, TRUE)`
    return negated ? sql`(NOT ${match} OR ${value} IS NULL)` : match
  }
  /**
   * An element equals the constant of an index. A jsonpath cannot join two lists, so that numbers,
   * which are ranges, are named one by one.
   */
  const equals = (i: number): Fragment => {
    const constant = sql`$c[${integerLiteral(i)}]`
    return isRounded === undefined ? sql`@ == ${constant}` : isWithin(ELEMENT, constant)
  }
  const any = (constants: readonly Scalar[]) =>
    isRounded === undefined
      ? sql`@ == $c[*]`
      : join(
          constants.map((_, i) => equals(i)),
          sql` || `,
        )
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
      const foreign = none ? isElement : sql`${isElement} && !(${any(constants)})`
      const only = sql`!exists($[*] ? (${foreign}))`
      return matches(none ? only : sql`${every(constants)} && ${only}`, constants, negated)
    },
  }
}
