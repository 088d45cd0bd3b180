/**
 * SQL text and its parameters. The sql tag is the only way to make SQL: what is interpolated is a
 * parameter, or a fragment that the tag made. Names reach the text through a dialect's `identifier`
 * and checked words through `word`, which are the two callers of `raw`.
 */

/** What a driver is handed for one parameter; a list where the database has arrays. */
export type Parameter = string | number | bigint | boolean | null | readonly Parameter[]

export class Fragment {
  /** One text more than there are parameters: they stand between them. */
  readonly texts: readonly string[]
  readonly parameters: readonly Parameter[]

  constructor(texts: readonly string[], parameters: readonly Parameter[]) {
    this.texts = texts
    this.parameters = parameters
  }
}

/** Text that is known to be safe: for a dialect's quoted identifiers and for `word`. */
export const raw = (text: string): Fragment => new Fragment([text], [])

/** Collects text and parameters in their order. */
class Writer {
  readonly #texts: string[] = []
  readonly #parameters: Parameter[] = []
  #text = ''

  text(text: string): void {
    this.#text += text
  }

  add(value: Fragment | Parameter): void {
    if (!(value instanceof Fragment)) {
      this.#parameter(value)
      return
    }
    value.parameters.forEach((parameter, i) => {
      this.#text += value.texts[i]!
      this.#parameter(parameter)
    })
    this.#text += value.texts.at(-1)!
  }

  #parameter(value: Parameter): void {
    this.#texts.push(this.#text)
    this.#parameters.push(value)
    this.#text = ''
  }

  finish(): Fragment {
    return new Fragment([...this.#texts, this.#text], this.#parameters)
  }
}

/** A fragment of the text; what is interpolated is a fragment, or becomes a parameter. */
export function sql(
  strings: TemplateStringsArray,
  ...values: readonly (Fragment | Parameter)[]
): Fragment {
  const writer = new Writer()
  strings.forEach((text, i) => {
    writer.text(text)
    if (i < values.length) writer.add(values[i] as Fragment | Parameter)
  })
  return writer.finish()
}

/** The fragments, with the separator between them. */
export function join(fragments: readonly Fragment[], separator: Fragment): Fragment {
  const writer = new Writer()
  fragments.forEach((fragment, i) => {
    if (i > 0) writer.add(separator)
    writer.add(fragment)
  })
  return writer.finish()
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
  { texts, parameters }: Fragment,
  dialect: Placeholders<Params>,
  first = 1,
): Statement<Params> {
  let text = texts[0]!
  for (let i = 1; i < texts.length; i++) {
    text += dialect.placeholder(first + i - 1, parameters[i - 1]!) + texts[i]!
  }
  return { text, params: dialect.params(parameters, first) }
}
