// Longer than most files here: every kind of definition is printed here, in one form.

/** A schema and a mapping as the text of a TypeScript module, as Biome formats it. */

import type { ScalarTypeName } from '../kinds/kind.ts'
import type { OperatorName } from '../operators/names.ts'
import type { FieldMapping } from '../schema/mapping.ts'
import type { Settings, Shape } from './kinds-of-types.ts'
import type { MadeRelations } from './relations.ts'

/** A field that was made of a column, or why none was. */
export interface Planned {
  /** `custom.*` for a document. */
  readonly name: string
  readonly shape: Shape
  readonly required: boolean
  readonly sortable: boolean
  readonly hidden?: true
  readonly mapping: FieldMapping
}

/** The builder of a field that is printed: of a column, or of values that were seen. */
export type PrintedShape =
  | Shape
  | { readonly of: 'dynamic'; readonly kinds: readonly ScalarTypeName[] }
  | { readonly of: 'objects'; readonly fields: readonly PrintedField[] }

export interface PrintedField extends Omit<Planned, 'shape'> {
  readonly shape: PrintedShape
  /** Comments that the module has above the field. */
  readonly comments?: readonly string[]
}

/** What a builder is told of the values. */
export const settingsOf = ({
  digits,
  precision,
  scale,
  as,
}: Settings): Readonly<Record<string, number | string>> =>
  Object.fromEntries(
    Object.entries({ digits, precision, scale, as }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  )

/** The kinds that a value in a document may be of. */
export const DYNAMIC = ['string', 'boolean', 'integer', 'number'] as const

/** Operators that a field lists, and the variable of the module that holds them. */
interface Listed {
  readonly name: string
  readonly list: readonly OperatorName[]
}

/** Those that need no order. */
const OF_EQUALITY: Listed = {
  name: 'equality',
  list: ['$eq', '$ne', '$in', '$nin', '$exists'],
}

/** What a field lists because by default it has operators of ranges. */
export function operatorsOf(shape: PrintedShape): Listed | undefined {
  if (!('equalityOnly' in shape) || shape.list) return undefined
  return shape.equalityOnly ? OF_EQUALITY : undefined
}

const WIDTH = 100

const text = (value: string): string =>
  value.includes("'") && !value.includes('"')
    ? JSON.stringify(value)
    : `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`

/** A key of an object; `__proto__: …` would set the prototype. */
function keyOf(name: string): string {
  if (name === '__proto__') return "['__proto__']"
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : text(name)
}

type Value = string | boolean | number | readonly Value[] | { readonly [key: string]: Value }

const isList = (value: Value): value is readonly Value[] => Array.isArray(value)

/** A value on one line. */
function inline(value: Value): string {
  if (typeof value === 'string') return text(value)
  if (typeof value !== 'object') return String(value)
  if (isList(value)) return `[${value.map(inline).join(', ')}]`
  const entries = Object.entries(value).map(([key, own]) => `${keyOf(key)}: ${inline(own)}`)
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
}

/** A property of an object, broken into lines where it is too long for one. */
function property(key: string, value: Value, indent: string): string {
  const line = `${indent}${keyOf(key)}: ${inline(value)},`
  if (line.length <= WIDTH || typeof value !== 'object' || isList(value)) return line
  const inside = Object.entries(value).map(([own, each]) => property(own, each, `${indent}  `))
  return [`${indent}${keyOf(key)}: {`, ...inside, `${indent}},`].join('\n')
}

/** The call that makes a field: `timestamp({ digits: 3, required: true })`. */
function builderOf({ shape, required, sortable, hidden }: PrintedField): string {
  const isHidden = hidden ? { hidden } : {}
  if (shape.of === 'document') {
    return `dynamic(${inline(DYNAMIC)}${hidden ? `, ${inline(isHidden)}` : ''})`
  }
  if (shape.of === 'dynamic') return `dynamic(${inline(shape.kinds)})`
  if (shape.of === 'objects') {
    const fields = shape.fields.map((field) => `${keyOf(field.name)}: ${builderOf(field)}`)
    return `list(object({ ${fields.join(', ')} })${required ? ', { required: true }' : ''})`
  }
  const own = settingsOf(shape)
  const values = shape.values === undefined ? [] : [inline(shape.values)]
  const settings = {
    ...(required ? { required } : {}),
    ...(sortable ? { sortable } : {}),
    ...isHidden,
  }
  const print = (options: Value): string =>
    Object.keys(options).length === 0 ? '' : inline(options)
  const call = (...given: readonly string[]): string =>
    `${shape.of}(${[...values, ...given].filter((each) => each !== '').join(', ')})`
  if (!shape.list) {
    const line = print({ ...own, ...settings })
    const listed = operatorsOf(shape)
    if (listed === undefined) return call(line)
    const named = `operators: ${listed.name}`
    return call(line === '' ? `{ ${named} }` : line.replace('{ ', `{ ${named}, `))
  }
  const options = print(settings)
  return `list(${call(print(own))}${options === '' ? '' : `, ${options}`})`
}

/** A field on a line; the fields of objects on lines of their own where that is too long. */
function fieldLine(field: PrintedField, indent: string): string {
  const { name, shape, required } = field
  const line = `${indent}${keyOf(name)}: ${builderOf(field)},`
  if (line.length <= WIDTH || shape.of !== 'objects') return line
  const inside = shape.fields.map((each) => fieldLine(each, `${indent}    `))
  const options = required ? [`${indent}  { required: true },`] : []
  return [
    `${indent}${keyOf(name)}: list(`,
    `${indent}  object({`,
    ...inside,
    `${indent}  }),`,
    ...options,
    `${indent}),`,
  ].join('\n')
}

function builders({ shape }: PrintedField): readonly string[] {
  if (shape.of === 'document' || shape.of === 'dynamic') return ['dynamic']
  if (shape.of === 'objects') return ['list', 'object', ...shape.fields.flatMap(builders)]
  return shape.list ? ['list', shape.of] : [shape.of]
}

/** Names of variables that are the module's own already. */
const TAKEN: ReadonlySet<string> = new Set([
  ...[
    'mapping',
    'operators',
    'equality',
    'defineSchema',
    'string',
    'boolean',
    'integer',
    'number',
    'timestamp',
    'date',
  ],
  ...['list', 'dynamic', 'uuid', 'decimal', 'enumeration', 'object', 'one', 'relations'],
])

const RESERVED =
  /^(arguments|await|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|eval|export|extends|false|finally|for|function|if|implements|import|in|instanceof|interface|let|new|null|package|private|protected|public|return|static|super|switch|this|throw|true|try|typeof|undefined|var|void|while|with|yield)$/

/** The name of the variable that holds the schema, by the table's. */
export function variableOf(table: string): string {
  const words = table.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  const name = words
    .map((word, i) => (i === 0 ? word : word[0]?.toUpperCase() + word.slice(1)))
    .join('')
    .replace(/^[A-Z]+/, (start) => start.toLowerCase())
  const isName = /^[A-Za-z]/.test(name) && !RESERVED.test(name) && !TAKEN.has(name)
  return isName ? name : `${/^[A-Za-z]/.test(name) ? name : 'table'}Schema`
}

const PACKAGE = text('tamis')

/** On one line, or a line for each where that is too long. */
function importOf(names: readonly string[]): string {
  const line = `import { ${names.join(', ')} } from ${PACKAGE}`
  if (line.length <= WIDTH) return line
  return ['import {', ...names.map((name) => `  ${name},`), `} from ${PACKAGE}`].join('\n')
}

const comment = (line: string): string => `// ${line.replaceAll(/\s+/g, ' ')}`

export interface Module {
  readonly table: string
  readonly fields: readonly PrintedField[]
  readonly key: string
  readonly relations: MadeRelations
  /** Whether the schema is of a table, so that the module exports its mapping. */
  readonly isOfTable?: boolean
  readonly warnings: readonly string[]
  /** Fields of columns that were left out, to be edited: they are printed as comments. */
  readonly suggested?: readonly PrintedField[]
}

/** The relations of the schema, and how `relate` takes them. */
function relationLines(variable: string, table: string, relations: MadeRelations): string[] {
  const entries = Object.entries(relations)
  if (entries.length === 0) return []
  const targets = [...new Set([table, ...entries.map(([, { target }]) => target)])]
  const schemas = targets
    .map((target) =>
      target === table ? entryOf(table, variable) : entryOf(target, variableOf(target)),
    )
    .join(', ')
  return [
    '',
    comment(`relate({ ${schemas} }, { ${entryOf(table, 'relations')} })`),
    'export const relations = {',
    ...entries.map(
      ([name, { target, from, to }]) =>
        `  ${keyOf(name)}: one(${text(target)}, ${inline({ from, to })}),`,
    ),
    '} as const',
  ]
}

const entryOf = (key: string, variable: string): string =>
  key === variable ? variable : `${keyOf(key)}: ${variable}`

const mappingLine = ({ name, mapping }: PrintedField): string =>
  property(name.replace(/\.\*$/, ''), mapping as Value, '  ')

/** A line as a comment, after its indent. */
const commented = (line: string): string => line.replace(/^( *)/, '$1// ')

const mappingLines = (mappings: readonly string[]): readonly string[] =>
  mappings.length === 0
    ? ['export const mapping = {} as const']
    : ['export const mapping = {', ...mappings, '} as const']

export function sourceOf({
  table,
  fields,
  key,
  relations,
  warnings,
  isOfTable = true,
  suggested = [],
}: Module): string {
  const used = Object.keys(relations).length > 0 ? ['one'] : []
  const names = [...new Set(['defineSchema', ...used, ...fields.flatMap(builders)])].sort((a, b) =>
    a < b ? -1 : 1,
  )
  const lists = [OF_EQUALITY]
    .filter((each) => fields.some(({ shape }) => operatorsOf(shape) === each))
    .map(({ name, list }) => `const ${name} = ${inline(list)} as const`)
  const mapped = fields.filter(({ mapping }) => Object.keys(mapping).length > 0)
  const mappings = [...mapped.map(mappingLine), ...suggested.map(mappingLine).map(commented)]
  const unused = suggested.flatMap(builders).filter((name) => !names.includes(name))
  return [
    importOf(names),
    ...(unused.length === 0 ? [] : [commented(importOf([...new Set(unused)]))]),
    '',
    ...(lists.length > 0 ? [...lists, ''] : []),
    ...warnings.map(comment),
    `export const ${variableOf(table)} = defineSchema({`,
    '  fields: {',
    ...fields.flatMap((field) => [
      ...(field.comments ?? []).map((line) => `    ${comment(line)}`),
      fieldLine(field, '    '),
    ]),
    ...suggested.map((field) => commented(fieldLine(field, '    '))),
    '  },',
    ...(key === 'id' ? [] : [`  key: ${text(key)},`]),
    '})',
    ...(isOfTable ? ['', ...mappingLines(mappings)] : []),
    ...relationLines(variableOf(table), table, relations),
    '',
  ].join('\n')
}
