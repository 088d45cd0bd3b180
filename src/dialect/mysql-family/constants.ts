import type { KindName, Scalar } from '../../kinds/kind.ts'
import { type Fragment, join, sql, word } from '../fragment.ts'
import { printList } from '../json.ts'
import { integerLiteral } from '../literal.ts'
import { typeFinder } from '../other-types.ts'
import type { Stored } from '../place.ts'
import type { TypeAt } from '../types.ts'
import { type Expression, OR } from '../values.ts'
import type { Names } from './names.ts'
import { otherTypesOf } from './other-types.ts'
import { charsetOf, DENSE_WRITTEN, LONGEST_CONSTANT, MOST_WRITTEN, type Server } from './server.ts'
import { kindsOf, type MysqlType } from './types.ts'

/**
 * A constant as long as JSON_TABLE can give it. Of a longer one, MySQL would make NULL, with which
 * NOT IN is true of no row; MariaDB would cut it.
 */
const cut = (constant: Scalar): Scalar =>
  typeof constant !== 'string' || constant.length <= LONGEST_CONSTANT
    ? constant
    : [...constant].slice(0, LONGEST_CONSTANT).join('')

/** The types of columns, and constants as these are compared with them. */
export interface Types {
  /** What follows the type of a text. */
  readonly text: Fragment
  readonly types: Readonly<Record<KindName, MysqlType>>
  readonly typeAt: TypeAt
  constantType(kind: KindName, at: Stored): Fragment
  encode(kind: KindName, value: Scalar, at: Stored): Scalar
  /** Constants as a table of one column `v`, from one parameter. */
  tableOf(kind: KindName, constants: readonly Scalar[], at: Stored, alias: Fragment): Fragment
  /** What follows IN. */
  membersOf(kind: KindName, constants: readonly Scalar[], at: Stored): Fragment
  expressionOf(kind: KindName, at: Stored & { nullable: boolean }, value: Fragment): Expression
}

/** Whether constants can be longer than the columns of a table of constants. */
const isLong = (kind: KindName, { isSorted, type, collation }: Stored): boolean =>
  kind === 'string' && (!isSorted || type !== undefined || collation !== undefined)

/**
 * Membership of texts of any length in a long list. A hash table of short texts is looked up with the
 * beginning of the value, which is one letter longer than they are; long texts are written out.
 */
const denseMembership =
  (
    value: Fragment,
    members: (constants: readonly Scalar[]) => Fragment,
    table: (constants: readonly Scalar[]) => Fragment,
  ): NonNullable<Expression['isIn']> =>
  (constants, negated) => {
    const isShort = (constant: Scalar): boolean => String(constant).length < LONGEST_CONSTANT
    const short = constants.filter(isShort)
    const long = constants.filter((constant) => !isShort(constant))
    const start = sql`LEFT(${value}, ${integerLiteral(LONGEST_CONSTANT)})`
    const all = [
      ...(short.length === 0 ? [] : [sql`${start} IN (SELECT j.v FROM ${table(short)})`]),
      ...(long.length === 0 ? [] : [sql`${value} IN ${members(long)}`]),
    ]
    // In a CASE it is no semijoin: MySQL takes minutes to choose the order of many of them.
    const condition = sql`(CASE WHEN ${join(all, OR)} THEN TRUE ELSE FALSE END)`
    return negated ? sql`NOT ${condition}` : condition
  }

export function typesOf(server: Server, names: Names): Types {
  const types: Types['types'] = kindsOf(server, names)
  const typeAt = typeFinder(types, otherTypesOf(types, server, names), names.refuse)

  const constantType: Types['constantType'] = (kind, at) => {
    const { type, constantType = type } = typeAt(kind, at)
    return constantType(at)
  }

  const encode: Types['encode'] = (kind, value, at) => typeAt(kind, at).encode(value, at)

  const constantOf = (kind: KindName, constant: Scalar, at: Stored): Fragment | Scalar => {
    const { encode, cast, convert } = typeAt(kind, at)
    const encoded = encode(constant, at)
    return cast?.(encoded, at) ?? convert?.(encoded, at) ?? encoded
  }

  const mostWritten = server.isDense ? DENSE_WRITTEN : MOST_WRITTEN

  /** A table of short texts, in the collation of a column. */
  const tableAt =
    ({ collation }: Stored) =>
    (constants: readonly Scalar[]): Fragment => {
      const collated = collation === undefined ? server.collation : word(collation)
      const charset = collation === undefined ? sql`utf8mb4` : word(charsetOf(collation))
      const type = sql`VARCHAR(${integerLiteral(LONGEST_CONSTANT)}) CHARACTER SET ${charset} COLLATE ${collated}`
      return sql`JSON_TABLE(${printList(constants)}, '$[*]' COLUMNS (v ${type} PATH '$')) AS j`
    }

  const tableOf: Types['tableOf'] = (kind, constants, at, alias) => {
    const encoded = constants.map((each) => encode(kind, each, at))
    const list = printList(at.isSorted ? encoded.map(cut) : encoded)
    return sql`JSON_TABLE(${list}, '$[*]' COLUMNS (v ${constantType(kind, at)} PATH '$')) AS ${alias}`
  }

  /**
   * A long list is one parameter, as a table; a short one is not, because MariaDB takes every such
   * table for one of 40 rows, and scans; nor are texts that need not be short, for which it would go
   * through the table for each row. Lists that are written out are filled up, so that their texts are
   * few.
   */
  const membersOf: Types['membersOf'] = (kind, constants, at) => {
    if (!isLong(kind, at) && constants.length > mostWritten) {
      const value = typeAt(kind, at).convert?.(sql`j.v`, at) ?? sql`j.v`
      return sql`(SELECT ${value} FROM ${tableOf(kind, constants, at, sql`j`)})`
    }
    const length = 2 ** Math.ceil(Math.log2(constants.length))
    const each = constants.map((constant) => sql`${constantOf(kind, constant, at)}`)
    const last = each.at(-1) ?? sql`NULL`
    const filling = Array<Fragment>(length - constants.length).fill(last)
    return sql`(${join([...each, ...filling], sql`, `)})`
  }

  return {
    text: sql`CHARACTER SET utf8mb4 COLLATE ${server.collation}`,
    types,
    typeAt,
    constantType,
    encode,
    tableOf,
    membersOf,
    expressionOf(kind, at, value) {
      const members = (constants: readonly Scalar[]) => membersOf(kind, constants, at)
      const expression = {
        value,
        nullable: at.nullable,
        constant: (constant: Scalar) => constantOf(kind, constant, at),
        members,
      }
      if (!server.isDense || !isLong(kind, at)) return expression
      return { ...expression, isIn: denseMembership(value, members, tableAt(at)) }
    },
  }
}
