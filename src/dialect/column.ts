/** What the dialects have in common: the pieces that a column is made of. */

import { membersOf } from '../kinds/dynamic.ts'
import { beside, type Kind, type Scalar } from '../kinds/kind.ts'
import { positionAmongDoubles, positionAmongIntegers } from '../kinds/numbers.ts'
import { chain } from './balance.ts'
import { type Column, type Comparison, FALSE, type Place, type Values } from './dialect.ts'
import { ending, type Fragment, join, type Parameter, raw, settled, sql } from './fragment.ts'
import type { Refuse } from './names.ts'

export const COMPARISONS: Readonly<Record<Comparison, Fragment>> = {
  '=': sql`=`,
  '<': sql`<`,
  '<=': sql`<=`,
  '>': sql`>`,
  '>=': sql`>=`,
}

/** What is true of the values that a comparison is not true of. */
export const COMPLEMENTS: Readonly<Record<Comparison, Fragment>> = {
  '=': sql`<>`,
  '<': sql`>=`,
  '<=': sql`>`,
  '>': sql`<=`,
  '>=': sql`<`,
}

export const AND = sql` AND `
export const OR = sql` OR `

/** How an expression that is NULL where the value is absent is asked. */
export interface Expression {
  readonly value: Fragment
  readonly nullable: boolean
  /** A constant as the database compares it: a parameter, cast where its type is not plain. */
  constant(constant: Scalar): Fragment | Parameter
  /** What follows IN for a list of constants. */
  members(constants: readonly Scalar[]): Fragment
}

/** An expression's comparisons with a value, the part before the value written out once each. */
function comparing(value: Fragment, symbols: Readonly<Record<Comparison, Fragment>>) {
  const known = new Map<Comparison, ReturnType<typeof ending>>()
  return (comparison: Comparison, to: Fragment | Parameter): Fragment => {
    let compare = known.get(comparison)
    if (compare === undefined) {
      compare = ending(sql`${value} ${symbols[comparison]} `)
      known.set(comparison, compare)
    }
    return compare(to)
  }
}

/** The values of an expression that is short enough to be said twice, and so is served by indexes. */
export function valuesOf({ value: own, nullable, constant, members }: Expression): Values {
  const value = settled(own)
  const like = comparing(value, COMPARISONS)
  const unlike = comparing(value, COMPLEMENTS)
  const orAbsent = (condition: Fragment): Fragment =>
    nullable ? sql`(${condition} OR ${value} IS NULL)` : condition
  return {
    compare: (comparison, to, negated) =>
      negated ? orAbsent(unlike(comparison, constant(to))) : like(comparison, constant(to)),
    isIn: (constants, negated) =>
      negated
        ? orAbsent(sql`${value} NOT IN ${members(constants)}`)
        : sql`${value} IN ${members(constants)}`,
  }
}

/** A condition, or exactly its complement; NULL counts as not true. */
export type Negate = (condition: Fragment, negated: boolean) => Fragment

/** Says the condition once, however long it is. */
export const isNotTrue: Negate = (condition, negated) =>
  negated ? sql`((${condition}) IS NOT TRUE)` : condition

/** The same for long expressions: the condition is said once, the value in it once. */
export function longValuesOf(
  { value: own, constant, members }: Omit<Expression, 'nullable'>,
  negate: Negate,
): Values {
  const value = settled(own)
  const like = comparing(value, COMPARISONS)
  return {
    compare: (comparison, to, negated) => negate(like(comparison, constant(to)), negated),
    isIn: (constants, negated) => negate(sql`${value} IN ${members(constants)}`, negated),
  }
}

/**
 * The values of a column that holds integers and doubles, each asked of what it can be: a database
 * that compares an integer with a double as doubles takes 2^53 + 1 for 2^53.
 */
export function numericValuesOf(integers: Values, doubles: Values, negate: Negate): Values {
  const arms = (
    make: (
      values: Values,
      position: typeof positionAmongIntegers | typeof positionAmongDoubles,
    ) => readonly Fragment[],
  ) => {
    const all = [...make(integers, positionAmongIntegers), ...make(doubles, positionAmongDoubles)]
    return all.length === 0 ? FALSE : chain(all, OR)
  }
  return {
    compare(comparison, constant, negated) {
      const condition = arms((values, position) => {
        const { value, side } = position(constant as number | bigint)
        if (comparison !== '=') return [values.compare(beside(comparison, side), value, false)]
        return side === 0 ? [values.compare('=', value, false)] : []
      })
      return negate(condition, negated)
    },
    isIn(constants, negated) {
      const condition = arms((values, position) => {
        const own = constants
          .map((constant) => position(constant as number | bigint))
          .filter(({ side }) => side === 0)
          .map(({ value }) => value)
        return own.length === 0 ? [] : [values.isIn(own, false)]
      })
      return negate(condition, negated)
    },
  }
}

/** As many constants are asked for one by one: databases enter an index for each. */
const FEW = 8

/**
 * What is asked of a table of (owner, value) rows that mirrors the list. The owner is never NULL.
 * One value is compared, and not sought in a list of one, whose length databases guess.
 */
export function sideTableColumn(
  { table, owner }: NonNullable<Place['sideTable']>,
  identifier: (name: string) => Fragment,
  { constant, members }: Pick<Expression, 'constant' | 'members'>,
): Pick<Column, 'holdsAny' | 'holdsAll'> {
  const [own, value] = [identifier('owner'), identifier('value')]
  const owners = (constants: readonly Scalar[]) => {
    const [first] = constants
    const isOne =
      constants.length === 1 ? sql`= ${constant(first as Scalar)}` : sql`IN ${members(constants)}`
    return sql`SELECT ${own} FROM ${identifier(table)} WHERE ${value} ${isOne}`
  }
  const isOwner = (query: Fragment, negated: boolean) =>
    sql`${identifier(owner)} ${negated ? sql`NOT IN` : sql`IN`} (${query})`
  return {
    holdsAny: (constants, negated) => isOwner(owners(constants), negated),
    holdsAll(constants, negated) {
      const distinct = [...new Set(constants)]
      if (distinct.length > FEW) {
        const count = raw(String(distinct.length))
        return isOwner(sql`${owners(distinct)} GROUP BY ${own} HAVING count(*) = ${count}`, negated)
      }
      const each = distinct.map((one) => isOwner(owners([one]), negated))
      return chain(each, negated ? OR : AND)
    },
  }
}

export const presence =
  (value: Fragment): Column['present'] =>
  (negated) =>
    negated ? sql`${value} IS NULL` : sql`${value} IS NOT NULL`

/** Each needle is in the words: `has` tests one. */
export const hasEach = (needles: readonly string[], has: (needle: string) => Fragment): Fragment =>
  chain(needles.map(has), AND)

/** What is looked for among folded words: whole words, and the beginning of one. */
export const needlesOf = (words: readonly string[], prefix: string): readonly string[] => [
  ...words.map((word) => ` ${word} `),
  ` ${prefix}`,
]

/** Where words are looked for: a search column, or with `native` the text itself. */
export function searchedIn(
  place: Place,
  refuse: Refuse,
): Pick<Place, 'field' | 'column' | 'table'> & { readonly isNative: boolean } {
  const { field, column, table, search } = place
  if (search === undefined) {
    return refuse(place, '$autocomplete needs a search column: map one with `search`')
  }
  const isNative = search === 'native'
  return { field, table, column: isNative ? column : search, isNative }
}

/** A value inside JSON, to a dialect that says in one expression what it is of a kind. */
export interface JsonValue {
  readonly isList: Fragment
  /** The value where it is of the kind, else NULL; in parentheses where it needs them. */
  ofKind(kind: Kind): Fragment
  /** A number that is an integer of 64 bits, and any other: NULL where it is not. */
  readonly int64: Fragment
  readonly rest: Fragment
}

/** What a column is made of where its JSON is a {@link JsonValue}. */
export interface ColumnParts {
  readonly name: Fragment
  /** Where the field lives in JSON. */
  readonly json: JsonValue | undefined
  readonly lists: Pick<Column, 'holdsAny' | 'holdsAll' | 'holdsExactly'>
  expressionOf(place: Place, value: Fragment): Expression
  hasWords(words: readonly string[], prefix: string): Fragment
}

export function columnOf(place: Place, parts: ColumnParts): Column {
  const { name, json, lists, expressionOf, hasWords } = parts
  const shared: Pick<Column, 'hasWords'> & typeof lists = {
    ...lists,
    hasWords: (words, prefix, negated) => isNotTrue(hasWords(words, prefix), negated),
  }
  if (json === undefined) {
    const of = (kind: Kind) => valuesOf(expressionOf({ ...place, kind }, name))
    return { ...shared, present: presence(name), of, order: name }
  }
  const kinds = membersOf(place.kind)
  const tests = place.list
    ? [json.isList]
    : kinds.map((kind) => sql`${json.ofKind(kind)} IS NOT NULL`)
  const isPresent = sql`(${join(tests, OR)})`
  return {
    ...shared,
    present: (negated) => isNotTrue(isPresent, negated),
    of(kind) {
      const own: Place = { ...place, kind, isSorted: false }
      const values = (as: Place, value: Fragment) =>
        longValuesOf(expressionOf(as, value), isNotTrue)
      if (kind.name !== 'numeric') return values(own, json.ofKind(kind))
      const integer: Place = { ...own, kind: { ...kind, name: 'integer' } }
      return numericValuesOf(values(integer, json.int64), values(own, json.rest), isNotTrue)
    },
    order: json.ofKind(kinds[0] as Kind),
  }
}

/** INSERT … ON CONFLICT, as SQLite, PostgreSQL and DuckDB have it. */
export const replaceBy =
  (identifier: (name: string) => Fragment) =>
  (key: string, others: readonly string[]): Fragment => {
    if (others.length === 0) return sql` ON CONFLICT (${identifier(key)}) DO NOTHING`
    const sets = others.map((name) => sql`${identifier(name)} = excluded.${identifier(name)}`)
    return sql` ON CONFLICT (${identifier(key)}) DO UPDATE SET ${join(sets, sql`, `)}`
  }
