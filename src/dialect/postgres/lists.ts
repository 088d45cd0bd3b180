import type { Kind, KindName, Scalar } from '../../kinds/kind.ts'
import { type Fragment, join, sql } from '../fragment.ts'
import { printScalar } from '../json.ts'
import type { ListColumn } from '../lists.ts'
import { integerLiteral } from '../literal.ts'
import {
  type ColumnPlace,
  elementName,
  elementOf,
  type JsonPlace,
  plainOf,
  type Stored,
} from '../place.ts'
import { STANDARD } from '../syntax.ts'
import { typedList } from '../typed.ts'
import { arrayOf } from './constants.ts'
import { ELEMENT, isWithin, jsonb, ROOT, rangesOf, reach, where } from './json.ts'
import { nameOf, refuse } from './names.ts'
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
    hasSize(size, negated) {
      const count = sql`(SELECT count(DISTINCT x) FROM unnest(${name}) AS x)`
      const is = negated ? sql`${count} <> ${size}` : sql`${count} = ${size}`
      if (!nullable) return is
      return negated ? sql`(${is} OR ${name} IS NULL)` : sql`(${is} AND ${name} IS NOT NULL)`
    },
    hasObject: () => refuse(at, 'a list of scalars has no objects'),
  }
}

const isObject = (json: Fragment): Fragment => sql`jsonb_typeof(${json}) = 'object'`

/** Conditions on a list in JSON, by jsonpath; elements of other kinds are ignored. */
export function jsonListColumn(place: JsonPlace, kind: Kind): ListColumn {
  const value = reach(place, place.path)
  const { is, isRounded } = types[kind.name].json(place)
  const isElement = is(ELEMENT)
  // Of NULL there are no elements.
  const elements = sql`jsonb_array_elements(CASE WHEN jsonb_typeof(${value}) = 'array' THEN ${value} END)`
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
    hasSize(size, negated) {
      const x = sql`l.x`
      const { order } = types[kind.name].json(place)
      const count = place.isOfObjects
        ? sql`count(*) FROM ${elements} AS l(x) WHERE ${isObject(x)}`
        : sql`count(DISTINCT ${where(x, is(ROOT), order?.value(x) ?? x)}) FROM ${elements} AS l(x)`
      const has = sql`jsonb_typeof(${value}) = 'array' AND (SELECT ${count}) = ${size}`
      return negated ? sql`(NOT (${has}) OR ${value} IS NULL)` : sql`(${has})`
    },
    hasObject(inside, negated) {
      const name = elementName(place)
      const object = sql`${name}.j`
      const condition = inside(elementOf(place, object))
      const has = sql`EXISTS (SELECT 1 FROM ${elements} AS ${name}(j) WHERE ${isObject(object)} AND ${condition})`
      return negated ? sql`(NOT ${has})` : has
    },
  }
}
