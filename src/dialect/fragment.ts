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

/** Longer joins are rare. */
const MOST_SHARED = 100

type Seams = (readonly string[])[]

/**
 * The texts around so many fragments, by what is between, before and after them: shared by all that
 * are joined alike, so that `render` knows them again.
 */
const seams = new Map<string, Map<string, Map<string, Seams>>>()

function seamsOf(between: string, before: string, after: string): Seams {
  const known = seams.get(between)?.get(before)?.get(after)
  if (known !== undefined) return known
  const made: Seams = []
  const byBefore = seams.get(between) ?? new Map<string, Map<string, Seams>>()
  const byAfter = byBefore.get(before) ?? new Map<string, Seams>()
  seams.set(between, byBefore.set(before, byAfter.set(after, made)))
  return made
}

/** The fragments, with the separator between them, and text before and after them all. */
export function join(
  fragments: readonly Fragment[],
  separator: Fragment,
  before = '',
  after = '',
): Fragment {
  const { length } = fragments
  if (length === 0) return raw(before + after)
  if (separator.values.length > 0) throw new TypeError('tamis: a separator is text alone')
  const between = separator.strings[0]!
  const known = seamsOf(between, before, after)
  let strings = known[length]
  if (strings === undefined) {
    strings = [before, ...Array<string>(length - 1).fill(between), after]
    if (length <= MOST_SHARED) known[length] = strings
  }
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
  readonly typed?: true
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
  const text =
    first === 1 && dialect.typed !== true
      ? textOf(fragment, dialect, parameters)
      : write(fragment, '', parameters, dialect, first)
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

/**
 * Statements of one shape have one text, which is written once. A shape is the way from the root by
 * what a fragment is made of, in its order: its strings, which are the same object each time that the
 * same code or the same plan makes them; of text alone, the text; and PARAMETER.
 */
class Shape {
  /** Most lead to one other. */
  #key: unknown
  #next: Shape | undefined
  #others: Map<unknown, Shape> | undefined
  text: string | undefined

  by(key: unknown): Shape | undefined {
    return this.#key === key ? this.#next : this.#others?.get(key)
  }

  add(key: unknown): Shape {
    const made = new Shape()
    if (this.#next === undefined) {
      this.#key = key
      this.#next = made
    } else {
      this.#others ??= new Map()
      this.#others.set(key, made)
    }
    return made
  }
}

const PARAMETER = Symbol()

/** What the shapes of one dialect may weigh, in characters; whoever sends ever new ones gains nothing. */
const MOST_KEPT = 4_000_000
const SHAPE = 100

class Shapes {
  #root = new Shape()
  #kept = 0

  /** The shape of a fragment, whose parameters are added to those before it. */
  of(fragment: Fragment, parameters: Parameter[]): Shape {
    if (this.#kept > MOST_KEPT) {
      this.#root = new Shape()
      this.#kept = 0
    }
    return this.#follow(fragment, this.#root, parameters)
  }

  keep(shape: Shape, text: string): void {
    shape.text = text
    this.#kept += text.length
  }

  #follow({ strings, values }: Fragment, from: Shape, parameters: Parameter[]): Shape {
    const { length } = values
    let shape = this.#step(from, length === 0 ? strings[0] : strings)
    for (let i = 0; i < length; i++) {
      const value = values[i] as Fragment | Parameter
      if (value instanceof Fragment) shape = this.#follow(value, shape, parameters)
      else {
        shape = this.#step(shape, PARAMETER)
        parameters.push(value)
      }
    }
    return shape
  }

  #step(from: Shape, key: unknown): Shape {
    const known = from.by(key)
    if (known !== undefined) return known
    this.#kept += SHAPE
    return from.add(key)
  }
}

const shapes = new WeakMap<object, Shapes>()

function textOf(
  fragment: Fragment,
  dialect: Placeholders<unknown>,
  parameters: Parameter[],
): string {
  const own = shapes.get(dialect) ?? new Shapes()
  shapes.set(dialect, own)
  const shape = own.of(fragment, parameters)
  if (shape.text !== undefined) return shape.text
  const text = write(fragment, '', [], dialect, 1)
  own.keep(shape, text)
  return text
}
