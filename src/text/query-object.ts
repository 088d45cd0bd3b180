import { describe, quote } from '../error/describe.ts'
import { FilterError } from '../error/filter-error.ts'
import type { QueryOf } from '../parse/index.ts'
import type { QueryOptions } from '../parse/query.ts'
import type { Result } from '../parse/report.ts'
import type { Schema } from '../parse/schema.ts'
import { queryOptionsOf, type TextOptions } from './options.ts'
import { LONGEST, refused, safeParseParameters } from './parameters.ts'

/**
 * Frameworks read at most this many parameters and drop the others, which would make the filter
 * wider: so many are refused.
 */
const MOST = 1000

/** How deep brackets may nest, as in a query string. */
const DEEPEST = 40

/** An object of parameters; without a prototype, so that every key is an ordinary one. */
type Bag = { [key: string]: unknown }

const newBag = (): Bag => Object.create(null)

/**
 * Checks a query that a framework has parsed already: `req.query` of Express and Fastify,
 * the value of Hono's `validator('query', …)`, `searchParams` of Next. Brackets may be objects and lists,
 * or in the names of the parameters (`{'age[$gte]': '18'}`). The meaning is that of `parseQueryString`.
 *
 * What the framework has dropped, nobody sees: 1,000 parameters or more are refused, since some read no
 * more. With the text of the URL at hand, `parseQueryString` is the safer choice.
 *
 * @throws FilterError with every issue that was found (at most 20); TypeError for an unknown option.
 * @example
 * app.get('/people', (req, res) => list(parseQueryObject(people, req.query), res))
 */
export function parseQueryObject<S extends Schema>(
  schema: S,
  query: unknown,
  options?: TextOptions & QueryOptions,
): QueryOf<S> {
  const result = safeParseQueryObject(schema, query, options)
  if (result.ok) return result.value
  throw new FilterError(result.issues)
}

/** The same, that answers the issues and throws none. */
export function safeParseQueryObject<S extends Schema>(
  schema: S,
  query: unknown,
  options: TextOptions & QueryOptions = {},
): Result<QueryOf<S>> {
  const own = queryOptionsOf(options)
  const reader = new Reader()
  let given: Bag
  try {
    given = reader.bag(query, 0)
  } catch (error) {
    if (error instanceof Refusal) return error.result
    return refused('invalid_operand', 'an object of parameters', 'an object that cannot be read')
  }
  const entries = Object.entries(given).map(([name, value]) => [name, listed(value)])
  return safeParseParameters(schema, Object.fromEntries(entries), options, own)
}

/** Ends the reading; never leaves this file. */
class Refusal extends Error {
  readonly result: Result<never>

  constructor(...particulars: Parameters<typeof refused>) {
    super()
    this.result = refused(...particulars)
  }
}

/** Whether an object holds parameters: it is plain, or of a class that adds nothing, as Fastify's is. */
function isBag(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: object | null = Object.getPrototypeOf(value)
  if (prototype === null || prototype === Object.prototype) return true
  if (Object.getPrototypeOf(prototype) !== null) return false
  return Object.hasOwn(prototype, 'isPrototypeOf') || Object.keys(prototype).length === 0
}

/** `$or[0][role]`: a name, and what follows in brackets. */
const NAME = /^([^[\]]*)((?:\[[^[\]]*\])+)$/

const INDEX = /^\d{1,4}$/

/** Copies parameters, with the brackets of names as objects and lists. */
class Reader {
  #parameters = 0
  #objects = 0
  #characters = 0

  bag(input: unknown, depth: number): Bag {
    if (!isBag(input)) {
      throw new Refusal('invalid_operand', 'an object of parameters', describe(input))
    }
    const keys = Object.keys(input)
    if (keys.length >= MOST) this.#tooMany()
    const result = newBag()
    for (const key of keys) {
      this.#characters += key.length
      this.#put(result, pathOf(key), this.#value((input as Bag)[key], depth), depth)
    }
    return result
  }

  #tooMany(): never {
    throw new Refusal('too_many', `fewer than ${MOST} parameters`)
  }

  #value(input: unknown, depth: number): unknown {
    if (depth >= DEEPEST) throw new Refusal('too_deep', 'fewer nested brackets')
    // Objects that hold one another more than once would take exponential time.
    if (typeof input === 'object' && ++this.#objects >= MOST * DEEPEST) this.#tooMany()
    if (Array.isArray(input)) {
      if (input.length >= MOST) this.#tooMany()
      return input.map((each) => this.#value(each, depth + 1))
    }
    if (typeof input === 'object' && input !== null) return this.bag(input, depth + 1)
    if (++this.#parameters >= MOST) this.#tooMany()
    if (typeof input === 'string') this.#characters += input.length
    if (this.#characters > LONGEST) throw new Refusal('too_long', `at most ${LONGEST} characters`)
    return input
  }

  /** Puts a value at the end of a path; a second value beside a first makes a list of both. */
  #put(bag: Bag, [head = '', ...rest]: readonly string[], value: unknown, depth: number): void {
    if (depth + rest.length >= DEEPEST) throw new Refusal('too_deep', 'fewer nested brackets')
    let added = value
    for (const segment of rest.toReversed()) {
      const inner = newBag()
      inner[segment] = added
      added = segment === '' ? [added].flat() : inner
    }
    bag[head] = head in bag ? joined(bag[head], added) : added
  }
}

/** The names of a parameter's objects, from the outermost; one that is lost in silence is refused. */
function pathOf(key: string): readonly string[] {
  const [, head = key, brackets = ''] = NAME.exec(key) ?? []
  const inner = brackets === '' ? [] : brackets.slice(1, -1).split('][')
  // What a parser of query strings left unparsed, being too deep, begins with a bracket.
  const path = head === '' && inner.length > 0 ? inner : [head, ...inner]
  if (path[0] === '' || path.includes('__proto__')) {
    throw new Refusal('unknown_field', 'only fields and options', quote(key))
  }
  return path
}

const isObject = (value: unknown): value is Bag =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function joined(one: unknown, other: unknown): unknown {
  if (!isObject(one) || !isObject(other)) return [one, other].flat()
  for (const [key, value] of Object.entries(other)) {
    one[key] = key in one ? joined(one[key], value) : value
  }
  return one
}

/**
 * The value with its lists: parsers make an object of a list that has more elements than they allow, or
 * whose indices are in the names of parameters.
 */
function listed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(listed)
  if (!isObject(value)) return value
  const entries = Object.entries(value).map(([key, member]) => [key, listed(member)] as const)
  const isList = entries.length > 0 && entries.every(([key]) => INDEX.test(key))
  // Integer keys are in ascending order.
  if (isList) return entries.map(([, member]) => member)
  return Object.assign(newBag(), Object.fromEntries(entries))
}
