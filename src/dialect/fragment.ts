/**
 * SQL text and its parameters. SQL is made by the sql tag only: an interpolated value becomes a
 * parameter, unless it is a fragment. `raw`, which makes a fragment of any text, is called for quoted
 * identifiers (`names.ts`), checked words (`word`) and literals (`literal.ts`) only.
 */

import { joinedStrings } from '../cache/joined-strings.ts'

/** The value of one parameter; a list in databases with arrays. */
export type Parameter = string | number | bigint | boolean | null | readonly Parameter[]

/** The mark of fragments: a symbol, which nothing that came as JSON has. */
const BRAND = /* @__PURE__ */ Symbol.for('tamis.fragment')

/**
 * Pieces of text with fragments and parameters between them. Fragments form a tree that is flattened
 * only when it is rendered, so that composing them does not copy text.
 */
export class Fragment {
  // `declare` avoids that each field is defined twice: many fragments are made for each statement.
  /** One more than `values`. */
  declare readonly strings: readonly string[]
  declare readonly values: readonly (Fragment | Parameter)[]

  constructor(strings: readonly string[], values: readonly (Fragment | Parameter)[]) {
    this.strings = strings
    this.values = values
  }

  get [BRAND](): true {
    return true
  }

  /** The pieces of text around all parameters of the tree. */
  get texts(): readonly string[] {
    return flatten(this).strings
  }

  get parameters(): readonly Parameter[] {
    return flatten(this).values as readonly Parameter[]
  }
}

/**
 * Whether a value is a fragment, of whatever copy of the package: a schema and what compiles its
 * filters may come from the ES module and from the CommonJS one, or from a program that bundles tamis.
 */
export const isFragment = (value: unknown): value is Fragment =>
  typeof value === 'object' && value !== null && BRAND in value

/** The same SQL without nested fragments; renders faster, for fragments that are used often. */
export function flatten(fragment: Fragment): Fragment {
  const texts: string[] = []
  const parameters: Parameter[] = []
  let text = ''
  const write = ({ strings, values }: Fragment): void => {
    text += strings[0]!
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as Fragment | Parameter
      if (isFragment(value)) write(value)
      else {
        texts.push(text)
        parameters.push(value)
        text = ''
      }
      text += strings[i + 1]!
    }
  }
  write(fragment)
  texts.push(text)
  return new Fragment(texts, parameters)
}

/** A fragment of text that is known to be safe. */
export const raw = (text: string): Fragment => new Fragment([text], [])

/**
 * Makes a fragment; interpolated values that are not fragments become parameters. The annotation lets
 * bundlers leave out the constants that it makes where a program does not use them.
 */
export const sql = /* @__NO_SIDE_EFFECTS__ */ (
  strings: TemplateStringsArray,
  ...values: readonly (Fragment | Parameter)[]
): Fragment => new Fragment(strings, values)

/** Joins fragments with a separator, and text before the first and after the last. */
export function join(
  fragments: readonly Fragment[],
  separator: Fragment,
  before = '',
  after = '',
): Fragment {
  const { length } = fragments
  if (length === 0) return raw(before + after)
  if (separator.values.length > 0) throw new TypeError('tamis: a separator has no parameters')
  return new Fragment(joinedStrings(length, separator.strings[0]!, before, after), fragments)
}

/** Makes a function that appends a value to the same fragment, which is flattened once. */
export function appender(start: Fragment): (value: Fragment | Parameter) => Fragment {
  const { strings, values } = flatten(start)
  const texts = [...strings, '']
  if (values.length === 0) return (value) => new Fragment(texts, [value])
  return (value) => new Fragment(texts, [...values, value])
}

/** Whether a text is safe without quotes: ASCII letters, digits and underscores. */
export const isWord = (text: string): boolean => /^[A-Za-z0-9_]+$/.test(text)

/** A fragment of a text that {@link isWord} accepts. */
export function word(text: string): Fragment {
  if (!isWord(text)) throw new TypeError(`tamis: not a word of SQL: ${JSON.stringify(text)}`)
  return raw(text)
}

/** SQL and parameters, as a driver takes them. */
export interface Statement<Params = readonly Parameter[]> {
  readonly text: string
  readonly params: Params
}
