/** Fragments written out: the text with placeholders, and what stands for them. */

import { Fragment, type Parameter, type Statement } from './fragment.ts'

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
