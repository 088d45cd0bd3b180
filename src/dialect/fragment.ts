/**
 * SQL text and its parameters. The sql tag is the only way to make SQL: what is interpolated is a
 * parameter, or a fragment that the tag made. Names reach the text through a dialect's `identifier`
 * and checked words through `word`, which are the two callers of `raw`.
 */

/** What a driver is handed for one parameter; a list where the database has arrays. */
export type Parameter = string | number | bigint | boolean | null | readonly Parameter[]

/**
 * Text with what stands between its pieces: other fragments, and parameters. It is a tree, written
 * out once, when it is rendered: to make a fragment of others costs the same however long they are.
 */
export class Fragment {
  // Declared, and not defined twice: many are made for each statement.
  /** One text more than there are values. */
  declare readonly strings: readonly string[]
  declare readonly values: readonly (Fragment | Parameter)[]

  constructor(strings: readonly string[], values: readonly (Fragment | Parameter)[]) {
    this.strings = strings
    this.values = values
  }

  /** The texts around the parameters, all the way down. */
  get texts(): readonly string[] {
    return settled(this).strings
  }

  get parameters(): readonly Parameter[] {
    return settled(this).values as readonly Parameter[]
  }
}

/** The same fragment written out, for one that is used again and again. */
export function settled(fragment: Fragment): Fragment {
  const texts: string[] = []
  const parameters: Parameter[] = []
  let text = ''
  const write = ({ strings, values }: Fragment): void => {
    text += strings[0]!
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as Fragment | Parameter
      if (value instanceof Fragment) write(value)
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

/** Text that is known to be safe: for a dialect's quoted identifiers and for `word`. */
export const raw = (text: string): Fragment => new Fragment([text], [])

/** A fragment of the text; what is interpolated is a fragment, or becomes a parameter. */
export const sql = (
  strings: TemplateStringsArray,
  ...values: readonly (Fragment | Parameter)[]
): Fragment => new Fragment(strings, values)

/** The fragments, with the separator between them, and text before and after them all. */
export function join(
  fragments: readonly Fragment[],
  separator: Fragment,
  before = '',
  after = '',
): Fragment {
  if (fragments.length === 0) return raw(before + after)
  if (separator.values.length > 0) throw new TypeError('tamis: a separator is text alone')
  const between = separator.strings[0]!
  const strings = [before]
  for (let i = 1; i < fragments.length; i++) strings.push(between)
  strings.push(after)
  return new Fragment(strings, fragments)
}

/** Fragments that begin alike, each with a value at its end. */
export function ending(start: Fragment): (value: Fragment | Parameter) => Fragment {
  const { strings, values } = settled(start)
  const texts = [...strings, '']
  if (values.length === 0) return (value) => new Fragment(texts, [value])
  return (value) => new Fragment(texts, [...values, value])
}

/** What may stand in the text as itself: letters, digits and underscores of ASCII. */
export const isWord = (text: string): boolean => /^[A-Za-z0-9_]+$/.test(text)

/** A checked word, as a piece of a literal. */
export function word(text: string): Fragment {
  if (!isWord(text)) throw new TypeError('tamis: not a word that may stand in SQL')
  return raw(text)
}

/** A statement or a piece of one, as a driver takes it. */
export interface Statement<Params = readonly Parameter[]> {
  readonly text: string
  readonly params: Params
}

/** What rendering asks of a dialect. */
interface Placeholders<Params> {
  placeholder(index: number, value: Parameter): string
  params(values: readonly Parameter[], first: number): Params
}

/** The text with a dialect's placeholders, numbered from `first`, and what stands for them. */
export function render<Params>(
  fragment: Fragment,
  dialect: Placeholders<Params>,
  first = 1,
): Statement<Params> {
  const parameters: Parameter[] = []
  const text = write(fragment, '', parameters, dialect, first)
  return { text, params: dialect.params(parameters, first) }
}

function write(
  { strings, values }: Fragment,
  before: string,
  parameters: Parameter[],
  dialect: Placeholders<unknown>,
  first: number,
): string {
  let text = before + strings[0]!
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as Fragment | Parameter
    if (value instanceof Fragment) text = write(value, text, parameters, dialect, first)
    else {
      text += dialect.placeholder(first + parameters.length, value)
      parameters.push(value)
    }
    text += strings[i + 1]!
  }
  return text
}
