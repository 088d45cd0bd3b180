import {
  boolean,
  date,
  decimal,
  defineSchema,
  dynamic,
  enumeration,
  type FieldDefinition,
  integer,
  list,
  number,
  object,
  type Schema,
  string,
  timestamp,
  uuid,
} from 'tamis'
import { operatorNames } from '../../../src/operators/names.ts'
import type { FieldType } from '../../../src/operators/operator.ts'
import { columnsOf } from './dialects.ts'
import { type FieldExamples, isAbsent, type PageName } from './examples.ts'
import { valuesOf } from './meanings.ts'
import { absolute, allowance, operatorLink, type TypePage, tableOf, types } from './operators.ts'
import { code, codeOf, table } from './values.ts'

/** A field of each type, for its column. */
const FIELDS: Readonly<Record<PageName, FieldDefinition>> = {
  string: string(),
  boolean: boolean(),
  integer: integer(),
  number: number(),
  timestamp: timestamp(),
  date: date(),
  uuid: uuid(),
  decimal: decimal({ precision: 6, scale: 2 }),
  enumeration: enumeration(['low', 'medium', 'high']),
  list: list(string()),
  objects: list(object({ sku: string(), quantity: integer() })),
  dynamic: dynamic(['string', 'boolean', 'integer']),
}

function columns({ slug }: TypePage): string {
  const name = slug === 'dynamic' ? 'value.*' : 'value'
  const fields = { id: string({ required: true }), [name]: FIELDS[slug] }
  return columnsOf(defineSchema({ fields } as never) as unknown as Schema, 'value')
}

const joined = (values: readonly unknown[]): string => [...new Set(values.map(codeOf))].join(' ')

/** The values in their order, those that are equal side by side. */
function ordered({ kind }: FieldType, values: readonly unknown[]): string {
  const canonical = values
    .flatMap((value) => {
      const key = kind.read(value)
      return key === undefined ? [] : [{ value, key }]
    })
    .sort((a, b) => kind.compare(a.key, b.key))
  const equal = new Map<unknown, unknown[]>()
  for (const { value, key } of canonical) equal.set(key, [...(equal.get(key) ?? []), value])
  return [...equal.values()]
    .map((group) => [...new Set(group.map(codeOf))].join(' = '))
    .join(' &lt; ')
}

function valuesSection(fields: readonly FieldExamples[]): readonly string[] {
  const [first] = fields
  if (first === undefined) throw new Error('A type has no examples.')
  const { type, values } = first
  const hasOrder = !type.list && type.kind.name !== 'dynamic'
  const present = values.filter((value) => !isAbsent(type, value))
  return [
    '## Values',
    hasOrder
      ? `Values of rows in their order: ${ordered(type, present)}`
      : `Values of rows: ${joined(present)}`,
    `What counts as absent: ${joined(values.filter((value) => isAbsent(type, value)))}`,
  ]
}

function pageOf(type: TypePage): string {
  const links = (allowed: string) =>
    operatorNames.filter((name) => allowance(type, name) === allowed).map(operatorLink)
  const listed = links('if listed')
  const { builder, values } = valuesOf(type.builder)
  return [
    `# ${type.builder}`,
    `${code(builder)}: ${absolute(values)}.`,
    'A field of any type takes the [options of fields](/filters#fields).',
    ...valuesSection(type.examples),
    '## Operators',
    `Where the field lists none: ${links('by default').join(' ')}`,
    ...(listed.length > 0 ? [`Only where it lists them: ${listed.join(' ')}`] : []),
    '## Columns',
    'The column that `createTable` makes; a [mapping](/your-tables) takes others.',
    columns(type),
    '## Examples',
    'The filters and rows are those of the project’s tests, which run each filter and its complement in memory and on every database. *Absent values* are those above.',
    ...type.examples.map(({ examples }) => tableOf(examples)),
    '',
  ].join('\n\n')
}

/** Pages by the names of types. */
export const typePages = (): ReadonlyMap<string, string> =>
  new Map([
    ...types.map((type) => [type.slug, pageOf(type)] as const),
    [
      'index',
      [
        '# Types of fields',
        'Each has a page with its values, its operators, its columns and examples.',
        table(
          ['type', 'values'],
          types.map(({ slug, builder }) => [
            `[${code(builder)}](/types/${slug})`,
            absolute(valuesOf(builder).values),
          ]),
        ),
        '',
      ].join('\n\n'),
    ],
  ])
