/** Conditions on lists, as far as dialects share them. */

import type { Scalar } from '../kinds/kind.ts'
import { chain } from './balance.ts'
import type { Column } from './dialect.ts'
import { type Fragment, sql } from './fragment.ts'
import { integerLiteral } from './literal.ts'
import { nameOf } from './names.ts'
import type { ColumnPlace } from './place.ts'
import type { Syntax } from './syntax.ts'
import { AND, type Expression, OR } from './values.ts'

export type ListColumn = Pick<
  Column,
  'holdsAny' | 'holdsAll' | 'holdsExactly' | 'hasSize' | 'hasObject'
>

/**
 * Conditions on the side table of a list. The owner is never NULL, so NOT IN is exact. A single
 * constant is compared with `=`, because databases misestimate an IN of a parameter.
 */
export function sideTableColumn(
  { table, owner }: NonNullable<ColumnPlace['sideTable']>,
  identifier: (name: string) => Fragment,
  { constant, members }: Pick<Expression, 'constant' | 'members'>,
  { fewMembers }: Pick<Syntax, 'fewMembers'>,
  from: string | undefined,
): Pick<ListColumn, 'holdsAny' | 'holdsAll'> {
  const [ownerColumn, value] = [identifier('owner'), identifier('value')]
  const owners = (constants: readonly Scalar[]) => {
    const [first] = constants
    const matches =
      first !== undefined && constants.length === 1
        ? sql`= ${constant(first)}`
        : sql`IN ${members(constants)}`
    return sql`SELECT ${ownerColumn} FROM ${identifier(table)} WHERE ${value} ${matches}`
  }
  const isOwner = (query: Fragment, negated: boolean) =>
    sql`${nameOf({ column: owner, table: from }, identifier)} ${negated ? sql`NOT IN` : sql`IN`} (${query})`
  return {
    holdsAny: (constants, negated) => isOwner(owners(constants), negated),
    holdsAll(constants, negated) {
      const distinct = [...new Set(constants)]
      if (distinct.length > fewMembers) {
        const count = integerLiteral(distinct.length)
        return isOwner(
          sql`${owners(distinct)} GROUP BY ${ownerColumn} HAVING count(*) = ${count}`,
          negated,
        )
      }
      const each = distinct.map((one) => isOwner(owners([one]), negated))
      return chain(each, negated ? OR : AND)
    },
  }
}
