/** A schema as JSON: the fields as the conformance suites describe them, and the builders' options. */

import {
  boolean,
  date,
  decimal,
  defineSchema,
  dynamic,
  enumeration,
  integer,
  list,
  number,
  object,
  relativeTime,
  type Schema,
  string,
  timestamp,
  uuid,
} from 'tamis'
import { LONGEST_SCHEMA, MOST_FIELDS } from './limits.ts'
import { isObject, type Problem, problemOfJson } from './problems.ts'

const BUILDERS = {
  ...{ boolean, date, decimal, defineSchema, dynamic, enumeration, integer, list, number },
  ...{ object, relativeTime, string, timestamp, uuid },
} as const

type BuilderName = keyof typeof BUILDERS

/**
 * A call of one of the builders of tamis. The schema is made by running it, and the program that is
 * shown is it as text, so that the two are the same.
 */
export class Call {
  readonly builder: BuilderName
  readonly args: readonly unknown[]

  constructor(builder: BuilderName, ...args: readonly unknown[]) {
    this.builder = builder
    this.args = args
  }
}

/** What a schema's text says, or what is wrong with it. */
export type SchemaReading =
  | { readonly schema: Schema; readonly call: Call }
  | { readonly problems: readonly Problem[] }

/** The options of all fields, and those that a kind has besides. */
const OPTIONS = ['operators', 'required', 'sortable', 'hidden'] as const
const OWN_OPTIONS: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['string', ['insensitive']],
  ['boolean', []],
  ['integer', ['as']],
  ['number', []],
  ['timestamp', ['digits', 'unit']],
  ['date', []],
  ['uuid', []],
  ['decimal', ['precision', 'scale']],
  ['enumeration', []],
  ['dynamic', ['digits', 'precision', 'scale', 'values']],
  ['object', []],
])

const SCHEMA_KEYS = ['fields', 'key', 'defaultSort', 'relativeTime']

/** A mistake in the JSON of a schema, in the words of the errors of `defineSchema`. */
class Mistake extends TypeError {}

function pick(from: Readonly<Record<string, unknown>>, keys: readonly string[]): object {
  return Object.fromEntries(
    keys.flatMap((key) => (Object.hasOwn(from, key) ? [[key, from[key]]] : [])),
  )
}

function onlyKeys(subject: string, given: object, known: readonly string[]): void {
  const other = Object.keys(given).find((key) => !known.includes(key))
  if (other === undefined) return
  throw new Mistake(
    `${subject}: unknown setting ${JSON.stringify(other)}; expected one of ${known.join(', ')}`,
  )
}

/** The arguments of a builder; options that are empty are left out. */
const withOptions = (first: readonly unknown[], options: object): readonly unknown[] =>
  Object.keys(options).length === 0 ? first : [...first, options]

function fieldCall(name: string, given: unknown): Call {
  const subject = `field ${JSON.stringify(name)}`
  if (!isObject(given))
    throw new Mistake(`${subject}: expected an object such as {"kind": "string"}`)
  const { kind, list: isList = false, values = [], kinds = [], fields = {} } = given
  const own = OWN_OPTIONS.get(kind)
  if (own === undefined) {
    const known = [...OWN_OPTIONS.keys()].join(', ')
    throw new Mistake(`${subject}: unknown kind ${JSON.stringify(kind)}; expected one of ${known}`)
  }
  const more =
    kind === 'dynamic'
      ? ['kinds']
      : kind === 'enumeration'
        ? ['values']
        : kind === 'object'
          ? ['fields']
          : []
  onlyKeys(subject, given, ['kind', 'list', ...more, ...own, ...OPTIONS])
  if (typeof isList !== 'boolean') throw new Mistake(`${subject}: list: expected true or false`)
  if (kind === 'object' && !isList) {
    throw new Mistake(`${subject}: objects are in lists only: add "list": true`)
  }
  if (kind === 'dynamic' && isList)
    throw new Mistake(`${subject}: a dynamic field cannot be a list`)
  const first = kind === 'dynamic' ? [kinds] : kind === 'enumeration' ? [values] : []
  const shape = pick(given, own)
  const options = pick(given, OPTIONS)
  const scalar = (all: object) => new Call(kind as BuilderName, ...withOptions(first, all))
  if (!isList) return scalar({ ...shape, ...options })
  const element = kind === 'object' ? new Call('object', fieldCalls(fields)) : scalar(shape)
  return new Call('list', ...withOptions([element], options))
}

function fieldCalls(given: unknown): Readonly<Record<string, Call>> {
  if (!isObject(given)) throw new Mistake('fields: expected an object of fields by name')
  const entries = Object.entries(given)
  if (entries.length > MOST_FIELDS) {
    throw new Mistake(`fields: expected at most ${MOST_FIELDS}, received ${entries.length}`)
  }
  return Object.fromEntries(entries.map(([name, each]) => [name, fieldCall(name, each)]))
}

function schemaCall(given: unknown): Call {
  if (!isObject(given)) throw new Mistake('The schema: expected an object with "fields"')
  onlyKeys('The schema', given, SCHEMA_KEYS)
  const { relativeTime: time = false } = given
  if (typeof time !== 'boolean') throw new Mistake('relativeTime: expected true or false')
  return new Call('defineSchema', {
    fields: fieldCalls(given.fields),
    ...pick(given, ['key', 'defaultSort']),
    ...(time ? { relativeTime: new Call('relativeTime') } : {}),
  })
}

/** Runs a call and those in its arguments. */
function run(value: unknown): unknown {
  if (value instanceof Call) {
    const builder: (...args: never[]) => unknown = BUILDERS[value.builder]
    return builder(...(value.args.map(run) as never[]))
  }
  if (Array.isArray(value)) return value.map(run)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, run(each)]))
}

/** Makes the schema of a JSON value. @throws TypeError that says what is wrong. */
export function schemaOf(json: unknown): { readonly schema: Schema; readonly call: Call } {
  const call = schemaCall(json)
  return { schema: run(call) as Schema, call }
}

/** The place that a message is about: the key of the field that it names first. */
function placeOf(text: string, message: string): { readonly from: number; readonly to: number } {
  for (const [quoted] of message.matchAll(/"(?:[^"\\]|\\.)*"/g)) {
    const from = text.indexOf(quoted)
    if (from >= 0) return { from, to: from + quoted.length }
  }
  return { from: 0, to: Math.min(1, text.length) }
}

/** Reads the text of a schema. */
export function readSchema(text: string): SchemaReading {
  if (text.length > LONGEST_SCHEMA) {
    const message = `The schema: expected at most ${LONGEST_SCHEMA} characters, received ${text.length}`
    return { problems: [{ from: 0, to: 1, message }] }
  }
  if (text.trim() === '') {
    const message = 'The schema is empty: expected an object with "fields"'
    return { problems: [{ from: 0, to: 0, message }] }
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return { problems: [problemOfJson(text)] }
  }
  try {
    return schemaOf(json)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    const message = error.message.replace(/^tamis: /, '')
    return { problems: [{ ...placeOf(text, message), message }] }
  }
}
