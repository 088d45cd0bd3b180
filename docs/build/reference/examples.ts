import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Condition,
  compilePredicate,
  defineSchema,
  integer,
  parseFilter,
  type Schema,
  string,
} from 'tamis'
import type { FieldType, TypeName } from '../../../src/operators/operator.ts'
import { caseSchema, cases, customCases, type FieldCases } from '../../../test/support/cases.ts'
import { OBJECTS, OBJECTS_CASES, objectsSchema } from '../../../test/support/objects-cases.ts'
import {
  all,
  DATA,
  loaded,
  type Name,
  RELATED_CASES,
  SCHEMAS,
} from '../../../test/support/related-rows.ts'
import { textCases } from '../../../test/support/text-cases.ts'
import { root } from '../pages.ts'
import { code, codeOf, show } from './values.ts'

/**
 * The examples of pages are the tables of cases of the tests, which run on every engine. Each is run
 * again in memory when the pages are made.
 */
export interface Example {
  readonly filter: object
  readonly condition: Condition
  /** The rows as they are shown. */
  readonly matching: readonly string[]
  readonly others: readonly string[]
}

interface Row {
  readonly name: string
  readonly shown: string
  readonly row: unknown
  /** Whether the value counts as absent: all of those match a filter, or none does. */
  readonly isAbsent?: boolean
}

const ABSENT = '*absent values*'

function exampleOf(
  filter: object,
  condition: Condition,
  rows: readonly Row[],
  expected: readonly string[],
): Example {
  const matches = compilePredicate(condition)
  const found = rows.filter(({ row }) => matches(row))
  const names = found.map(({ name }) => name).sort()
  if (names.join(' ') !== [...expected].sort().join(' ')) {
    throw new Error(`${show(filter)} matches ${names.join(' ')}, not ${expected.join(' ')}.`)
  }
  const shown = (some: readonly Row[]) => [
    ...new Set(some.map((each) => (each.isAbsent ? ABSENT : each.shown))),
  ]
  return {
    filter,
    condition,
    matching: shown(found),
    others: shown(rows.filter((each) => !found.includes(each))),
  }
}

/** Examples of one field. */
export interface FieldExamples {
  readonly type: FieldType
  /** The values of the field in rows. */
  readonly values: readonly unknown[]
  readonly examples: readonly (Example & { readonly operand: unknown })[]
}

const nested = ([key = '', ...rest]: readonly string[], value: unknown): object => ({
  [key]: rest.length === 0 ? value : nested(rest, value),
})

/** Keys of a wildcard, such as `custom.*`, are no fields of their own. */
const typeOf = (schema: Schema, field: string): FieldType => {
  const found = schema.fields.get(field) ?? schema.wildcards.get(field.split('.')[0] ?? '')
  if (found === undefined) throw new Error(`The schema of the cases has no field ${field}.`)
  return found.type
}

export const isAbsent = ({ list, kind }: FieldType, value: unknown): boolean =>
  list ? !Array.isArray(value) : kind.read(value) === undefined

function examplesOf(schema: Schema, { field, values, filters }: FieldCases): FieldExamples {
  const type = typeOf(schema, field)
  const rows = Object.entries(values).map(([name, value]) => ({
    name,
    shown: codeOf(value),
    isAbsent: isAbsent(type, value),
    row: value === undefined ? {} : nested(field.split('.'), value),
  }))
  return {
    type,
    values: Object.values(values),
    examples: filters.map(([operand, names]) => {
      const filter = { [field]: operand }
      const expected = names.split(' ').filter((name) => name !== '')
      return { operand, ...exampleOf(filter, parseFilter(schema, filter), rows, expected) }
    }),
  }
}

/** The operator that a condition on one field is about, if it is about one. */
export function operatorOf(operand: unknown): string | undefined {
  const isOperators =
    typeof operand === 'object' &&
    operand !== null &&
    Object.keys(operand).some((key) => key.startsWith('$'))
  if (!isOperators) return '$eq'
  const [name, ...others] = Object.keys(operand)
  return others.length === 0 ? name : undefined
}

const named = (field: string): readonly FieldCases[] =>
  [...cases, ...customCases, ...textCases].filter((each) => each.field === field)

const ofFields = (...fields: readonly string[]): readonly FieldExamples[] =>
  fields.flatMap(named).map((each) => examplesOf(caseSchema as unknown as Schema, each))

/** The types of field that have a page: relations are on that of relations. */
export type PageName = Exclude<TypeName, 'object' | 'one' | 'many'>

/** Those types, each with its builder and fields of the tables of cases. */
export const TYPES = {
  string: { builder: 'string()', examples: ofFields('text', 'phrase') },
  boolean: { builder: 'boolean()', examples: ofFields('flag') },
  integer: { builder: 'integer()', examples: ofFields('whole') },
  number: { builder: 'number()', examples: ofFields('real') },
  timestamp: { builder: 'timestamp()', examples: ofFields('at', 'second') },
  date: { builder: 'date()', examples: ofFields('day') },
  uuid: { builder: 'uuid()', examples: ofFields('ref') },
  decimal: { builder: 'decimal()', examples: ofFields('price') },
  enumeration: { builder: 'enumeration()', examples: ofFields('level') },
  list: { builder: 'list(string())', examples: ofFields('tags') },
  objects: {
    builder: 'list(object())',
    examples: [
      examplesOf(objectsSchema, { field: 'items', values: OBJECTS, filters: OBJECTS_CASES }),
    ],
  },
  dynamic: { builder: 'dynamic()', examples: ofFields('custom.k', 'custom.x') },
} as const satisfies Readonly<
  Record<PageName, { readonly builder: string; readonly examples: readonly FieldExamples[] }>
>

/** As in the tests, customers are asked without those that are archived. */
const rootOf = (name: Name, filter: unknown): unknown =>
  name === 'customers' ? { $and: [filter, { archived: null }] } : filter

const relatedRows = (name: Name): readonly Row[] =>
  loaded(DATA, name, 4).map((row) => ({
    name: String(row.id),
    shown: code(`${name.replace(/s$/, '')} ${row.id}`),
    row,
  }))

/** The rows of those examples, by their tables. */
export const relatedData: string = Object.entries(DATA)
  .flatMap(([name, rows]) => [`// ${name}`, ...rows.map(show)])
  .join('\n')

/** The examples of relations, which are of rows with their related rows. */
export const relatedExamples: readonly (Example & {
  readonly operator: string
  readonly table: Name
})[] = RELATED_CASES.flatMap(([name, filter, ids]) => {
  const [field = '', ...others] = Object.keys(filter as object)
  const operand = (filter as Readonly<Record<string, unknown>>)[field]
  const operator = operatorOf(operand)
  if (operator === undefined || operator === '$eq' || others.length > 0) return []
  const condition = parseFilter(SCHEMAS[name] as Schema, rootOf(name, filter), all)
  return [
    {
      operator,
      table: name,
      ...exampleOf(filter as object, condition, relatedRows(name), ids.map(String)),
    },
  ]
})

/** The examples of `$and`, `$or`, `$nor` and `$not`: a suite of the conformance tests. */
interface Suite {
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  readonly cases: readonly { readonly filter: object; readonly ids: readonly string[] }[]
}

const logic: Suite = JSON.parse(readFileSync(join(root, 'conformance/suites/logic.json'), 'utf8'))

const logicSchema = defineSchema({
  fields: { id: string({ required: true }), n: integer(), text: string() },
}) as unknown as Schema

export const logicExamples: readonly Example[] = logic.cases.map(({ filter, ids }) => {
  const rows = logic.rows.map(({ id, ...row }) => ({ name: String(id), shown: codeOf(row), row }))
  return exampleOf(filter, parseFilter(logicSchema, filter), rows, ids)
})
