/** Operands of operators of one's own: plain data, copied and checked before a definition sees it. */

import { printable } from '../error/describe.ts'
import { isPlainObject } from '../kinds/objects.ts'
import { isText } from '../kinds/string.ts'
import type { OwnOperand, OwnParts } from './operator.ts'

type Limits = Parameters<OwnParts['read']>[1]

/** How deep lists and objects may stand in each other. */
const DEEPEST = 8

/** What an operand is not: the message of a copy that failed. */
class NotPlain {
  readonly why: string

  constructor(why: string) {
    this.why = why
  }
}

/** Copies plain data: each value is read once, and cannot change when it is used. */
class Copier {
  readonly #limits: Limits
  /** How many values may still come. */
  #left: number

  constructor(limits: Limits) {
    this.#limits = limits
    this.#left = limits.list
  }

  copy(input: unknown, depth = 0): OwnOperand | NotPlain {
    if (this.#left-- <= 0) return new NotPlain(`at most ${this.#limits.list} values`)
    switch (typeof input) {
      case 'boolean':
      case 'bigint':
        return input
      case 'number':
        return Number.isFinite(input) ? input + 0 : new NotPlain('finite numbers')
      case 'string':
        return this.#text(input)
      default:
    }
    if (input === null) return null
    if (depth >= DEEPEST) return new NotPlain(`nesting of at most ${DEEPEST}`)
    if (Array.isArray(input)) return this.#list(input, depth)
    return isPlainObject(input)
      ? this.#object(input, depth)
      : new NotPlain('plain values: lists, objects, strings, numbers, booleans and null')
  }

  #text(input: string): string | NotPlain {
    if (!isText(input)) return new NotPlain('strings without U+0000 and lone surrogates')
    const { string } = this.#limits
    return input.length <= string ? input : new NotPlain(`strings of at most ${string} characters`)
  }

  #list(input: readonly unknown[], depth: number): OwnOperand | NotPlain {
    const { length } = input
    if (length > this.#left) return new NotPlain(`at most ${this.#limits.list} values`)
    const copies: OwnOperand[] = []
    for (let i = 0; i < length; i++) {
      const copy = this.copy(input[i], depth + 1)
      if (copy instanceof NotPlain) return copy
      copies.push(copy)
    }
    return Object.freeze(copies)
  }

  /** With its keys in one order, so that equal objects are printed alike. */
  #object(input: Readonly<Record<string, unknown>>, depth: number): OwnOperand | NotPlain {
    const keys = Object.keys(input)
    if (keys.length > this.#left) return new NotPlain(`at most ${this.#limits.list} values`)
    const entries: [string, OwnOperand][] = []
    for (const key of keys.sort()) {
      const name = this.#text(key)
      const copy = name instanceof NotPlain ? name : this.copy(input[key], depth + 1)
      if (copy instanceof NotPlain) return copy
      entries.push([key, copy])
    }
    // fromEntries defines own properties, a key named __proto__ among them.
    return Object.freeze(Object.fromEntries(entries))
  }
}

const plain = (input: unknown, limits: Limits): OwnOperand | NotPlain => {
  try {
    return new Copier(limits).copy(input)
  } catch {
    // A proxy, or a getter.
    return new NotPlain('values that can be read')
  }
}

/** How long a hint of a definition may be. */
const LONGEST = 200

/** What JavaScript itself throws: its messages are about the code, which is no client's business. */
const isMistake = (error: unknown): boolean =>
  [TypeError, RangeError, ReferenceError, SyntaxError].some((each) => error instanceof each)

const messageOf = (error: unknown): string | undefined => {
  const message: unknown = error instanceof Error ? error.message : undefined
  return typeof message === 'string' && message !== ''
    ? printable(message.slice(0, LONGEST))
    : undefined
}

/** Reads operands by the function of a definition. */
export function ownReader(name: string, read: (input: unknown) => unknown): OwnParts['read'] {
  const expected = `an operand of ${name}`
  return (input, limits, refuse) => {
    const given = plain(input, limits)
    if (given instanceof NotPlain) return refuse(given.why)
    let value: unknown
    try {
      value = read(given)
    } catch (error) {
      value = error instanceof Error && !isMistake(error) ? error : undefined
    }
    // Nobody waits for it: its rejection would end the process.
    if (value instanceof Promise) value.catch(() => undefined)
    if (value instanceof Error) return refuse(expected, messageOf(value))
    const canonical = value === null ? undefined : plain(value, limits)
    return canonical === undefined || canonical instanceof NotPlain ? refuse(expected) : canonical
  }
}

/** An operand as text: that of another is another. */
export function textOf(operand: OwnOperand): string {
  if (typeof operand === 'bigint') return `${operand}n`
  if (typeof operand !== 'object' || operand === null) return JSON.stringify(operand)
  if (isList(operand)) return `[${operand.map(textOf).join()}]`
  const entries = Object.entries(operand).map(
    ([key, value]) => `${JSON.stringify(key)}:${textOf(value)}`,
  )
  return `{${entries.join()}}`
}

/** Whether it is a list. `Array.isArray` does not tell readonly lists. */
export const isList = (operand: OwnOperand): operand is readonly OwnOperand[] =>
  Array.isArray(operand)
