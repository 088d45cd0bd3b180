import { costOf, type Schema } from 'tamis'
import { describeFilter, safeFromMongo } from 'tamis/interop'
import { logicalNames, type OperatorName, operatorNames } from '../../../src/operators/names.ts'
import type { Service } from '../../../src/operators/operator.ts'
import { caseSchema } from '../../../test/support/cases.ts'
import { sqlOf } from './dialects.ts'
import {
  type Example,
  type FieldExamples,
  logicExamples,
  operatorOf,
  type PageName,
  relatedData,
  relatedExamples,
  TYPES,
} from './examples.ts'
import { meaningOf } from './meanings.ts'
import { code, MORE, show, table } from './values.ts'

/** What joins conditions and belongs to no field. */
const JOINS = [...logicalNames, '$not'] as const
type Join = (typeof JOINS)[number]

const RELATED: ReadonlySet<string> = new Set(['$is', '$some', '$every', '$none'])

/** How many examples a page has of one field. */
const MOST = 4

export interface TypePage {
  readonly slug: PageName
  readonly builder: string
  readonly examples: readonly FieldExamples[]
}

const isPageName = (name: string): name is PageName => name in TYPES

export const types: readonly TypePage[] = Object.keys(TYPES)
  .filter(isPageName)
  .map((slug) => ({ slug, ...TYPES[slug] }))

/** Whether a field of a type has an operator: where it lists none, or only where it lists it. */
export function allowance(type: TypePage, name: OperatorName): 'by default' | 'if listed' | 'no' {
  const [first] = type.examples
  const fieldType = first?.type
  if (fieldType?.operators[name] === undefined) return 'no'
  return fieldType.defaultOperators[name] === undefined ? 'if listed' : 'by default'
}

const examplesOf = (fields: readonly FieldExamples[], name: string): readonly Example[] =>
  fields.flatMap(({ examples }) =>
    examples
      .filter(({ operand }) => operatorOf(operand) === name && !isLong(operand))
      .filter(({ matching, others }) => matching.length > 0 && others.length > 0)
      .slice(0, MOST),
  )

/** Cases with many operands are for what databases do with them. */
const isLong = (operand: unknown): boolean => show(operand).includes(MORE)

const cell = (values: readonly string[]): string => values.join(' ')

export const tableOf = (examples: readonly Example[]): string =>
  table(
    ['filter', 'matches', 'does not match'],
    examples
      .filter(({ filter }) => !isLong(filter))
      .map(({ filter, matching, others }) => [code(show(filter)), cell(matching), cell(others)]),
  )

const SERVICES: Readonly<Record<Service, string>> = {
  index: 'an index of the field',
  words: 'the [search column](/search-columns) of words',
  folded: 'an index of the [search column](/search-columns) of folded text',
}

function inMongo(examples: readonly Example[], name: string): string {
  const [first] = examples
  if (first === undefined) return ''
  const result = safeFromMongo(caseSchema as unknown as Schema, first.filter)
  if (result.ok) return `${code(name)} means the same in MongoDB.`
  const [issue] = result.issues
  return `Filters of MongoDB with ${code(name)} [are refused](/other-libraries): ${issue?.hint ?? issue?.message}.`
}

function exampleSection(examples: readonly Example[]): string {
  const [first] = examples
  if (first === undefined) throw new Error('An operator has no example.')
  return [
    '```js',
    show(first.filter),
    '```',
    '',
    `In words: ${describeFilter(first.condition)}. Its [cost](/filters#cost) is ${costOf(first.condition)}.`,
  ].join('\n')
}

const TESTED = `The rows are those of the project's tests, which run each filter and its complement in memory and on every database. *Absent values* are a field that is missing, null, and values of other types; the page of the type lists those of the tests.`

const pageOf = (name: string, isJoin: boolean, sections: readonly string[]): string => {
  const { operand, matches } = meaningOf(name, isJoin)
  return [
    `# ${name}`,
    `The operand is ${operand}. A row matches if ${absolute(matches)}.`,
    ...sections,
    '',
  ].join('\n\n')
}

/** Links of `docs/filters.md` as they are written from anywhere on the site. */
export const absolute = (text: string): string =>
  text.replaceAll('](#', '](/filters#').replaceAll(/\]\((\w+)\.md/g, '](/$1')

const typeLink = ({ builder, slug }: TypePage): string => `[${code(builder)}](/types/${slug})`

const ALLOWED = {
  'by default': 'Where the field lists no `operators`, or lists it',
  'if listed': 'Only where `operators` of the field lists it',
} as const

function ofField(name: OperatorName): string {
  const having = types.filter((type) => allowance(type, name) !== 'no')
  const scalar = examplesOf(
    having.flatMap(({ examples }) => examples),
    name,
  )
  const [list] = examplesOf(TYPES.list.examples, name)
  const [json] = examplesOf(TYPES.dynamic.examples, name)
  const service = having.flatMap(({ examples: [first] }) => {
    const own = first?.type.operators[name]
    return own?.servedBy && !own.complement ? [own.servedBy] : []
  })[0]
  const [first] = scalar
  return pageOf(name, false, [
    exampleSection(scalar),
    '## Fields',
    ...(['by default', 'if listed'] as const).flatMap((allowed) => {
      const links = having.filter((type) => allowance(type, name) === allowed).map(typeLink)
      return links.length === 0 ? [] : [`${ALLOWED[allowed]}: ${links.join(' ')}`]
    }),
    service === undefined
      ? 'No index finds its rows; databases read the rows that other conditions leave.'
      : `Its rows are found by ${SERVICES[service]}.`,
    '## SQL',
    ...(first ? ['Of a column:', sqlOf(first.condition)] : []),
    ...(list && list !== first ? ['Of a list:', sqlOf(list.condition)] : []),
    ...(json && json !== first ? ['Of a key in JSON:', sqlOf(json.condition)] : []),
    '## Examples',
    TESTED,
    ...having.flatMap((type) => {
      const examples = examplesOf(type.examples, name)
      return examples.length === 0 ? [] : [`### ${type.builder}`, tableOf(examples)]
    }),
    '## MongoDB',
    inMongo(scalar, name),
  ])
}

function ofRelation(name: OperatorName): string {
  const examples = relatedExamples.filter(({ operator }) => operator === name)
  const [first] = examples
  if (first === undefined) throw new Error(`No example of ${name}.`)
  return pageOf(name, false, [
    exampleSection(examples),
    'Which related rows there are is said by [`relate`](/relations).',
    '## SQL',
    sqlOf(first.condition, first.table),
    '## Examples',
    "The rows are those of the project's tests, which run each filter and its complement in memory and on every database. Orders have a `customer` by its id, and an `account` by shop and code; customers have `orders` and a `region`, regions have `customers`. Customers that are `archived` are never found.",
    ['```js', relatedData, '```'].join('\n'),
    tableOf(examples),
  ])
}

function keysOf(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]) => [key, ...keysOf(each)])
}

function ofJoin(name: Join): string {
  const examples = logicExamples
    .filter(({ filter }) => keysOf(filter).includes(name))
    .sort((a, b) => show(a.filter).length - show(b.filter).length)
    .slice(0, 2 * MOST)
  const [first] = examples
  if (first === undefined) throw new Error(`No example of ${name}.`)
  return pageOf(name, true, [
    exampleSection(examples),
    name === '$not'
      ? 'It stands among the operators of a field. A row matches exactly if it does not match the same condition without `$not`, absent values included.'
      : 'It stands beside fields, at any depth of a filter.',
    '## SQL',
    sqlOf(first.condition),
    '## Examples',
    TESTED,
    tableOf(examples),
  ])
}

export const OPERATORS: readonly string[] = [...operatorNames, ...JOINS]

/** Pages by the operators' names without `$`. */
export const operatorPages = (): ReadonlyMap<string, string> =>
  new Map<string, string>([
    ...operatorNames.map(
      (name) => [name.slice(1), RELATED.has(name) ? ofRelation(name) : ofField(name)] as const,
    ),
    ...JOINS.map((name) => [name.slice(1), ofJoin(name)] as const),
    ['index', overview()],
  ])

const MARKS = { 'by default': '✓', 'if listed': '(✓)', no: '' } as const

export const operatorLink = (name: string): string => `[${code(name)}](/operators/${name.slice(1)})`

function overview(): string {
  return [
    '# Operators',
    'Each has a page with its meaning, the fields that have it, its SQL in every database and examples. The pages are made from the operators themselves and from the tables of cases of the tests.',
    table(
      ['operator', 'operand', 'a row matches if'],
      OPERATORS.map((name) => {
        const isJoin = JOINS.some((join) => join === name)
        const { operand, matches } = meaningOf(name, isJoin)
        return [operatorLink(name), operand, absolute(matches)]
      }),
    ),
    '## Which fields have them',
    '✓: where the field lists no `operators`. (✓): where it lists the operator.',
    table(
      ['', ...types.map(({ slug }) => `[${slug}](/types/${slug})`)],
      operatorNames
        .filter((name) => !RELATED.has(name))
        .map((name) => [operatorLink(name), ...types.map((type) => MARKS[allowance(type, name)])]),
    ),
    'Relations have [`$is`](/operators/is), or [`$some`](/operators/some), [`$every`](/operators/every) and [`$none`](/operators/none).',
    '',
  ].join('\n\n')
}
