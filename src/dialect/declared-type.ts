/** The type of a column as a database prints it, for columns that `createTable` did not make. */

/** A type, read: its name in lower case, and what stands in parentheses behind it. */
export interface DeclaredType {
  /** Without arguments and without what wraps it: `varchar`, `timestamp with time zone`. */
  readonly name: string
  readonly args: readonly string[]
  /** The type of a column, or of a list's element, as it was written. */
  readonly text: string
  /** Whether it is a list of that type. */
  readonly list: boolean
}

/** What a type is wrapped in that changes nothing of its values. */
const WRAPPER = /^(?:nullable|lowcardinality)\((.*)\)$/is

const ARRAY = /^array\((.*)\)$/is

const SUFFIX = /^(.*\S)\s*\[\d*\]$/s

/** The arguments of a type: separated by commas that are not in quotes. */
const ARGUMENT = /'(?:[^']|'')*'(?:\s*=\s*-?\d+)?|[^',\s][^',]*/g

/** Reads a type: `varchar(20)[]`, `Array(LowCardinality(String))`, `timestamp(3) with time zone`. */
export function readType(text: string): DeclaredType {
  const trimmed = text.trim()
  const wrapped = WRAPPER.exec(trimmed)
  if (wrapped !== null) return readType(wrapped[1] ?? '')
  const element = (ARRAY.exec(trimmed) ?? SUFFIX.exec(trimmed))?.[1]
  if (element !== undefined) return { ...readType(element), list: true }
  const from = trimmed.indexOf('(')
  const to = trimmed.lastIndexOf(')')
  const hasArguments = from > 0 && to > from
  const name = hasArguments ? `${trimmed.slice(0, from)} ${trimmed.slice(to + 1)}` : trimmed
  const inside = hasArguments ? trimmed.slice(from + 1, to) : ''
  return {
    name: name.trim().replace(/\s+/g, ' ').toLowerCase(),
    args: (inside.match(ARGUMENT) ?? []).map((each) => each.trim()),
    text: trimmed,
    list: false,
  }
}

/** The types of text that may name the most characters that they hold. */
const TEXTS = ['varchar', 'character varying', 'char', 'character', 'bpchar']

/** The most characters of a text in a column of the type, if the type says it. */
export const lengthOf = (type: DeclaredType | undefined): number | undefined =>
  type !== undefined && TEXTS.includes(type.name) ? argumentOf(type, 0) : undefined

/** Whether a column of the type has room for a text. */
export function hasRoom(type: DeclaredType | undefined, text: string): boolean {
  const most = lengthOf(type)
  return most === undefined || text.length <= most || [...text].length <= most
}

/** A numeric argument of a type, such as its precision. */
export function argumentOf({ args }: DeclaredType, index: number): number | undefined {
  const value = Number(args[index])
  return args[index] !== undefined && Number.isInteger(value) ? value : undefined
}
