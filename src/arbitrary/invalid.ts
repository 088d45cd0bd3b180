import fc from 'fast-check'
import { isOperatorName, operatorNames } from '../operators/index.ts'
import { safeParseFilter } from '../parse/index.ts'
import type { Schema } from '../parse/schema.ts'
import type { Fields } from '../schema/definition.ts'
import type { Field } from '../schema/field.ts'
import { filterArbitrary } from './filters.ts'
import { foreign } from './values.ts'

const object = (key: string, value: unknown): object => Object.fromEntries([[key, value]])

/** What no field takes for an operand. */
const nonsense = fc.oneof(
  foreign,
  fc.constantFrom<unknown[]>(undefined, Number.NaN, '\0', '\uD800', 2 ** 60),
  fc.constantFrom<unknown[]>(new Map(), new Date(Number.NaN), /a/, () => 1, Symbol('s')),
  fc.constantFrom<unknown[]>({}, [[]], { $gt: {} }, { a: 1 }, { $eq: 1, a: 1 }),
)

/** One mistake with a field: its operand, its operators, or its name. */
function mistakeWith(field: Field): fc.Arbitrary<unknown> {
  const { name, operators } = field
  const forbidden = operatorNames.filter((own) => !operators.has(own))
  return fc.oneof(
    nonsense.map((operand) => object(name, operand)),
    fc
      .tuple(fc.constantFrom(...operatorNames), nonsense)
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

/**
 * Filters that the schema refuses: fields that it does not have or does not show, operators that are
 * none or not allowed, operands of the wrong shape, what is no data, and what is over its caps; alone,
 * or beside what would be right.
 */
export function invalidFilterArbitrary<F extends Fields>(schema: Schema<F>): fc.Arbitrary<unknown> {
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
  const beside = filterArbitrary(schema)
  const placed = fc.oneof(
    mistakes,
    fc.tuple(beside, mistakes).map((filters) => ({ $and: filters })),
    fc.tuple(mistakes, beside).map((filters) => ({ $nor: [{ $or: filters }] })),
  )
  return placed.filter((own) => !safeParseFilter(schema as Schema, own).ok)
}
