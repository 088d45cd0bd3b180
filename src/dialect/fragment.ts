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
