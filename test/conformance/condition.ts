/**
 * Conditions whose meaning is known without tamis: the rows' values are given by their place in the
 * order of their kind, and a condition by the places that it compares with.
 */

/** A value of a row: its kind, and its place in the order of the kind; undefined means absent. */
export interface Place {
  readonly kind: string
  readonly rank: number
}

export interface Operand extends Place {
  readonly json: unknown
}

export type Comparison = '$eq' | '$ne' | '$gt' | '$gte' | '$lt' | '$lte'

/** The value of a field, as each profile sees it. */
export interface Value {
  readonly place: Place | undefined
  readonly isMissing: boolean
}

export type Values = Readonly<Record<string, Value>>

/** What a condition is of a row: undefined stands for SQL's unknown. */
type Truth = boolean | undefined

export interface Test {
  readonly filter: Readonly<Record<string, unknown>>
  law(values: Values): boolean
  /** Undefined where SQL's three-valued logic leaves open what a library makes of it. */
  readonly sql: ((values: Values) => Truth) | undefined
  mongodb(values: Values): boolean
}

const HOLDS: Readonly<Record<Comparison, (difference: number) => boolean>> = {
  $eq: (d) => d === 0,
  $ne: (d) => d !== 0,
  $gt: (d) => d > 0,
  $gte: (d) => d >= 0,
  $lt: (d) => d < 0,
  $lte: (d) => d <= 0,
}

const of = (values: Values, field: string): Value =>
  values[field] ?? { place: undefined, isMissing: true }

/** A comparison with one value; `isBare` writes it without `$eq`. */
export function compare(
  field: string,
  operator: Comparison,
  operand: Operand,
  isBare = false,
): Test {
  const holds = ({ place }: Value): Truth => {
    if (place === undefined) return undefined
    if (place.kind !== operand.kind) return operator === '$ne'
    return HOLDS[operator](place.rank - operand.rank)
  }
  const law = (values: Values) => holds(of(values, field)) ?? operator === '$ne'
  return {
    filter: { [field]: isBare ? operand.json : { [operator]: operand.json } },
    law,
    sql: (values) => holds(of(values, field)),
    mongodb: law,
  }
}

/** Membership in a list of values, which may hold null. */
export function among(
  field: string,
  operands: readonly (Operand | null)[],
  negated: boolean,
): Test {
  const present = operands.filter((each) => each !== null)
  const hasNull = present.length < operands.length
  const holds = ({ place }: Value): Truth =>
    place && present.some(({ kind, rank }) => kind === place.kind && rank === place.rank)
  const law = (values: Values) => (holds(of(values, field)) ?? hasNull) !== negated
  return {
    filter: {
      [field]: {
        [negated ? '$nin' : '$in']: operands.map((each) => (each === null ? null : each.json)),
      },
    },
    law,
    sql:
      hasNull || operands.length === 0
        ? undefined
        : (values) => not3(holds(of(values, field)), negated),
    mongodb: law,
  }
}

const not3 = (truth: Truth, negated: boolean): Truth =>
  truth === undefined ? undefined : truth !== negated

/** Whether a value is there. To MongoDB, a null is. */
export function exists(field: string, operand: boolean): Test {
  const law = (values: Values) => (of(values, field).place !== undefined) === operand
  return {
    filter: { [field]: { $exists: operand } },
    law,
    sql: law,
    mongodb: (values) => !of(values, field).isMissing === operand,
  }
}

export function isNull(field: string, form: 'bare' | '$eq' | '$ne'): Test {
  const law = (values: Values) => (of(values, field).place === undefined) === (form !== '$ne')
  return {
    filter: { [field]: form === 'bare' ? null : { [form]: null } },
    law,
    sql: law,
    mongodb: law,
  }
}

const and3 = (truths: readonly Truth[]): Truth =>
  truths.includes(false) ? false : truths.includes(undefined) ? undefined : true
const or3 = (truths: readonly Truth[]): Truth =>
  truths.includes(true) ? true : truths.includes(undefined) ? undefined : false

function combined(
  filter: Test['filter'],
  tests: readonly Test[],
  {
    two,
    three,
  }: {
    readonly two: (truths: readonly boolean[]) => boolean
    readonly three: (truths: readonly Truth[]) => Truth
  },
): Test {
  const sql = tests.map((each) => each.sql)
  return {
    filter,
    law: (values) => two(tests.map((each) => each.law(values))),
    sql: sql.includes(undefined) ? undefined : (values) => three(sql.map((each) => each?.(values))),
    mongodb: (values) => two(tests.map((each) => each.mongodb(values))),
  }
}

const EVERY = { two: (truths: readonly boolean[]) => truths.every(Boolean), three: and3 }
const SOME = { two: (truths: readonly boolean[]) => truths.some(Boolean), three: or3 }
const NONE = {
  two: (truths: readonly boolean[]) => !truths.some(Boolean),
  three: (truths: readonly Truth[]) => not3(or3(truths), true),
}

const filtersOf = (tests: readonly Test[]) => tests.map(({ filter }) => filter)

export const and = (...tests: readonly Test[]): Test =>
  combined({ $and: filtersOf(tests) }, tests, EVERY)
export const or = (...tests: readonly Test[]): Test =>
  combined({ $or: filtersOf(tests) }, tests, SOME)
export const nor = (...tests: readonly Test[]): Test =>
  combined({ $nor: filtersOf(tests) }, tests, NONE)

/** Operators of one field in one object. */
export const both = (field: string, ...tests: readonly Test[]): Test =>
  combined(
    { [field]: Object.assign({}, ...tests.map(({ filter }) => filter[field])) },
    tests,
    EVERY,
  )

/** The complement of the operators of one field. */
export const not = (field: string, test: Test): Test =>
  combined({ [field]: { $not: test.filter[field] } }, [test], NONE)

/** Fields of one filter. */
export const beside = (...tests: readonly Test[]): Test =>
  combined(Object.assign({}, ...filtersOf(tests)), tests, EVERY)
