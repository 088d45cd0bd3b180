import type { Scalar } from '../../kinds/kind.ts'
import { type Fragment, sql } from '../fragment.ts'
import type { ListColumn } from '../lists.ts'
import { elementOf as documentOf, elementName, kindOf, type Place, plainOf } from '../place.ts'
import { STANDARD } from '../syntax.ts'
import type { Types } from './constants.ts'
import type { Server } from './server.ts'

const { negate } = STANDARD

/** What a list holds, element by element: JSON_CONTAINS takes 2^53 + 1 for 2^53, and looks into lists. */
export const listColumnOf =
  ({ json, element: elementOf, exists }: Server, { types, tableOf, membersOf: members }: Types) =>
  (place: Place, value: Fragment): ListColumn => {
    const kind = kindOf(place).name
    const at = { ...plainOf(place), storage: 'text', isSorted: false } as const
    const { isList } = json(value)
    const elementsAs = (table: Fragment, column: Fragment) =>
      sql`JSON_TABLE(CASE WHEN ${isList} THEN ${value} END, '$[*]' COLUMNS (${column} JSON PATH '$')) AS ${table}`
    const elements = elementsAs(sql`l`, sql`e`)
    const element = types[kind].json(elementOf(sql`l.e`), at)
    const isOne = (constants: readonly Scalar[]) =>
      sql`${element} IN ${members(kind, constants, at)}`
    const has = (condition: Fragment, negated: boolean) =>
      exists(sql`SELECT 1 FROM ${elements} WHERE ${condition}`, negated)
    const any = (constants: readonly Scalar[]) => has(isOne(constants), false)
    const all = (constants: readonly Scalar[]) => {
      const missing = sql`SELECT 1 FROM ${tableOf(kind, constants, at, sql`c`)} WHERE ${has(sql`${element} = c.v`, true)}`
      return sql`(${isList} AND ${exists(missing, true)})`
    }
    const only = (constants: readonly Scalar[]) => {
      const isOther =
        constants.length === 0
          ? sql`${element} IS NOT NULL`
          : sql`${element} IS NOT NULL AND NOT (${isOne(constants)})`
      return has(isOther, true)
    }
    return {
      holdsAny: (constants, negated) => negate(any(constants), negated),
      holdsAll: (constants, negated) => negate(all(constants), negated),
      holdsExactly(constants, negated) {
        const every = constants.length === 0 ? isList : all(constants)
        return negate(sql`(${every} AND ${only(constants)})`, negated)
      },
      hasSize(size, negated) {
        const count =
          place.json && place.isOfObjects
            ? sql`count(*) FROM ${elementsAs(sql`l`, sql`e`)} WHERE ${json(elementOf(sql`l.e`)).isObject}`
            : sql`count(DISTINCT ${element}) FROM ${elements}`
        return negate(sql`(${isList} AND (SELECT ${count}) = ${size})`, negated)
      },
      hasObject(inside, negated) {
        const name = elementName(place)
        const object = sql`${name}.j`
        const condition = inside(documentOf(place, object))
        const found = sql`SELECT 1 FROM ${elementsAs(name, sql`j`)} WHERE ${json(elementOf(object)).isObject} AND ${condition}`
        return exists(found, negated)
      },
    }
  }
