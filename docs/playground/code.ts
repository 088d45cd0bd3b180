/** The schema and the query as a TypeScript program. */

import { isObject } from './problems.ts'
import type { Payload } from './query-text.ts'
import { Call } from './schema-text.ts'

const WIDTH = 88

const quoted = (text: string): string =>
  `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
    // They end lines in what reads JavaScript of before 2019.
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029')

/** A key of an object literal; `__proto__: …` would set the prototype. */
const keyText = (key: string): string => {
  if (key === '__proto__') return "['__proto__']"
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key)
}

/** An expression on one line if it fits there, else on several. */
function expression(value: unknown, indent: string, used: number): string {
  const short = inline(value)
  if (indent.length + used + short.length <= WIDTH) return short
  const inner = `${indent}  `
  const lines = (all: readonly string[]) => all.map((each) => `${inner}${each},\n`).join('')
  if (value instanceof Call) {
    const last = value.args.at(-1)
    const before = value.args.slice(0, -1).map((each) => `${inline(each)}, `)
    const head = `${value.builder}(${before.join('')}`
    return `${head}${expression(last, indent, used + head.length)})`
  }
  if (Array.isArray(value)) {
    return `[\n${lines(value.map((each) => expression(each, inner, 1)))}${indent}]`
  }
  if (!isObject(value)) return short
  const entries = Object.entries(value).map(([key, each]) => {
    const name = `${keyText(key)}: `
    return name + expression(each, inner, name.length + 1)
  })
  return `{\n${lines(entries)}${indent}}`
}

function inline(value: unknown): string {
  if (value instanceof Call) return `${value.builder}(${value.args.map(inline).join(', ')})`
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'bigint') return `${value}n`
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`
  if (!isObject(value)) return String(value)
  const entries = Object.entries(value).map(([key, each]) => `${keyText(key)}: ${inline(each)}`)
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
}

/** The builders that a call uses. */
function buildersIn(value: unknown): readonly string[] {
  if (value instanceof Call) return [value.builder, ...value.args.flatMap(buildersIn)]
  if (Array.isArray(value)) return value.flatMap(buildersIn)
  return isObject(value) ? Object.values(value).flatMap(buildersIn) : []
}

function importOf(names: readonly string[], from: string): string {
  const line = `import { ${names.join(', ')} } from '${from}'`
  if (line.length <= WIDTH) return line
  return `import {\n${names.map((name) => `  ${name},\n`).join('')}} from '${from}'`
}

/** The names of the entry points of dialects, which are those of their exports. */
export type DialectName = 'sqlite' | 'postgres' | 'mariadb' | 'mysql' | 'duckdb' | 'clickhouse'

/**
 * A module that makes the schema, checks the payload and compiles it for a database and for memory.
 * `payload` stands where a server has what the client sent.
 */
export function codeOf(schema: Call, payload: Payload, dialect: DialectName): string {
  const names = new Set([
    ...buildersIn(schema),
    'compileQuery',
    'parseQuery',
    'runQuery',
    'type Row',
  ])
  const sorted = [...names].sort((a, b) => {
    const [left, right] = [a.replace('type ', ''), b.replace('type ', '')]
    return left.toLowerCase() < right.toLowerCase() ? -1 : 1
  })
  return [
    importOf(sorted, 'tamis'),
    `import { ${dialect} } from 'tamis/${dialect}'`,
    '',
    `const schema = ${expression(schema, '', 'const schema = '.length)}`,
    '',
    '// What a client sent, as JSON.',
    `const payload: unknown = ${expression(payload, '', 'const payload: unknown = '.length)}`,
    '',
    '// Checked; a FilterError lists everything that is wrong.',
    'export const query = parseQuery(schema, payload)',
    '',
    '// The SQL and its parameters.',
    `export const { text, params } = compileQuery(query, { dialect: ${dialect}, table: 'items' })`,
    '',
    '// The same rows, in memory.',
    'export const find = (rows: readonly Row<typeof schema>[]) => runQuery(query, rows).items',
    '',
  ].join('\n')
}
