import fc from 'fast-check'
import { isOperatorName, operatorNames } from '../operators/names.ts'
import { safeParseFilter } from '../parse/index.ts'
import type { Schema } from '../parse/schema.ts'
import type { Fields } from '../schema/definition.ts'
import type { Field } from '../schema/field.ts'
import { filterArbitrary, type ScopeOptions } from './filters.ts'
import { foreign } from './values.ts'

const object = (key: string, value: unknown): object => Object.fromEntries([[key, value]])

/** Values that are not a valid operand of any field, or only of some. */
const oddOperands = fc.oneof(
  foreign,
  fc.constantFrom<unknown[]>(undefined, Number.NaN, '\0', '\uD800', 2 ** 60),
  fc.constantFrom<unknown[]>(new Map(), new Date(Number.NaN), /a/, () => 1, Symbol('s')),
  fc.constantFrom<unknown[]>({}, [[]], { $gt: {} }, { a: 1 }, { $eq: 1, a: 1 }),
)

/** Filters with one mistake: in the operand, the operator or the name of a field. */
function mistakeWith(field: Field): fc.Arbitrary<unknown> {
  const { name, operators } = field
  const forbidden = operatorNames.filter((operator) => !operators.has(operator))
  return fc.oneof(
    oddOperands.map((operand) => object(name, operand)),
    fc
      .tuple(fc.constantFrom(...operatorNames), oddOperands)
      .map(([operator, operand]) => object(name, object(operator, operand))),
    fc.constantFrom(...(forbidden.length === 0 ? operatorNames : forbidden)).map((operator) => {
      return object(name, object(operator, 'a'))
    }),
    fc
      .constantFrom('$regex', '$where', '$EQ', '$', '$gtt', 'eq')
      .map((operator) => object(name, object(operator, 1))),
    fc.constant(object(`${name}x`, 1)),
    fc.constant(object(name.toUpperCase(), { $exists: 1 })),
  )
}

/** Filters of related rows with one mistake: a field that is hidden or unknown, another quantifier. */
function mistakeInside({ name, operators, elements }: Field): fc.Arbitrary<unknown> {
  const own = [...operators]
  const hidden = [...(elements?.fields.values() ?? [])].filter((field) => field.hidden)
  const others = ['$is', '$some', '$every', '$none', '$elemMatch', '$eq'].filter(
    (operator) => !own.some((each) => each === operator),
  )
  return fc.oneof(
    fc
      .constantFrom('nothing here', ...hidden.map((field) => field.name))
      .chain((field) =>
        fc.constantFrom(
          object(`${name}.${field}`, 1),
          ...own.map((operator) => object(name, object(operator, object(field, 1)))),
        ),
      ),
    fc.constantFrom(...others).map((operator) => object(name, object(operator, {}))),
    oddOperands.map((operand) => object(name, operand)),
  )
}

/**
 * Filters that the schema refuses: unknown and hidden fields, unknown and forbidden operators, operands
 * of the wrong shape, values that are not data, and filters over the limits; alone, or next to a valid
 * filter.
 */
export function invalidFilterArbitrary<F extends Fields>(
  schema: Schema<F>,
  { scopes }: ScopeOptions = {},
): fc.Arbitrary<unknown> {
  const { limits } = schema
  const fields = [...schema.fields.values(), ...schema.wildcards.values()]
  const shown = fields.filter(({ hidden }) => !hidden)
  const hidden = fields.filter((field) => field.hidden).map(({ name }) => object(name, 'a'))
  const deep = Array.from({ length: limits.depth + 1 }).reduce<object>(
    (inner) => ({ $and: [inner] }),
    {},
  )
  const mistakes = fc.oneof(
    ...shown.map(mistakeWith),
    ...[...(schema.relations?.named.values() ?? [])].map(mistakeInside),
    fc.constantFrom<unknown[]>(
      null,
      undefined,
      [],
      'role',
      1,
      deep,
      ...hidden,
      { $and: [] },
      { $or: {} },
      { $nor: [null] },
      { $not: {} },
      { $where: 'sleep(1)' },
      { '': 1 },
      { __proto__: null, $eq: 1 },
      { $or: Array.from({ length: limits.conditions + 1 }, () => ({})) },
    ),
    fc.string().map((name) => object(isOperatorName(name) ? `${name}.` : name, 1)),
  )
  const valid = filterArbitrary(schema, { scopes })
  const filters = fc.oneof(
    mistakes,
    fc.tuple(valid, mistakes).map((both) => ({ $and: both })),
    fc.tuple(mistakes, valid).map((both) => ({ $nor: [{ $or: both }] })),
  )
  return filters.filter((filter) => !safeParseFilter(schema as Schema, filter, { scopes }).ok)
}
