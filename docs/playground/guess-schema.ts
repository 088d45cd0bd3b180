/** A first schema for rows of one's own: that of `tamis infer`, as JSON. */

import { type PrintedField, settingsOf } from '../../src/check/source.ts'
import type { Note } from '../../src/cli/inferred-fields.ts'
import { inferredSchema } from '../../src/cli/inferred-schema.ts'
import { Budget, ObjectFacts } from '../../src/cli/value-facts.ts'
import { MOST_FIELDS } from './limits.ts'
import { isObject } from './problems.ts'
import type { PlayRow } from './rows-text.ts'

function fieldJson({ shape, required, sortable }: PrintedField): object {
  const own = { ...(required ? { required } : {}), ...(sortable ? { sortable } : {}) }
  if (shape.of === 'objects') {
    const fields = shape.fields.map((each) => [each.name, fieldJson(each)])
    return { kind: 'object', list: true, fields: Object.fromEntries(fields), ...own }
  }
  if (shape.of === 'dynamic') return { kind: 'dynamic', kinds: shape.kinds }
  // Values that were seen make no document: their keys make a dynamic field.
  if (shape.of === 'document') return { kind: 'dynamic', kinds: ['string'] }
  const values = shape.values === undefined ? {} : { values: shape.values }
  const kind = { kind: shape.of, ...values, ...settingsOf(shape) }
  return { ...kind, ...(shape.list ? { list: true } : {}), ...own }
}

/** The text of a schema that fits rows, and what its fields do not show of them. */
export interface GuessedSchema {
  readonly text: string
  readonly notes: readonly Note[]
}

const decimalText = (precision: number, scale: number): string =>
  spaced({ kind: 'decimal', precision, scale })

/** A schema that fits rows, or the reason why there is none: a sentence without a full stop. */
export function guessSchema(rows: readonly PlayRow[]): GuessedSchema | string {
  const facts = new ObjectFacts(new Budget(), true)
  for (const row of rows) facts.add(row)
  const inferred = inferredSchema(facts, { decimalText })
  if (typeof inferred === 'string') return inferred
  const { key, notes } = inferred
  // The key comes first, so that it is not among those that are too many.
  const found = inferred.fields.toSorted((a, b) => Number(b.name === key) - Number(a.name === key))
  const shown = found.length > MOST_FIELDS ? found.slice(0, MOST_FIELDS) : inferred.fields
  const others = found.length - shown.length
  const fields = Object.fromEntries(shown.map((field) => [field.name, fieldJson(field)]))
  return {
    text: schemaText({ ...(key === 'id' ? {} : { key }), fields }),
    notes: others === 0 ? notes : [...notes, tooMany(others)],
  }
}

const tooMany = (count: number): Note => ({
  name: '',
  text: `${count} more fields are left out: a schema has at most ${MOST_FIELDS} in this page`,
})

/** JSON on one line, with spaces. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`
  if (!isObject(value)) return JSON.stringify(value)
  const entries = Object.entries(value).map(
    ([key, each]) => `${JSON.stringify(key)}: ${spaced(each)}`,
  )
  return `{${entries.join(', ')}}`
}

/** A schema as JSON, each field on its line. */
export function schemaText(schema: Readonly<Record<string, unknown>>): string {
  const { fields, ...others } = schema
  const lines = (all: object, indent: string) =>
    Object.entries(all).map(([key, value]) => `${indent}${JSON.stringify(key)}: ${spaced(value)}`)
  const inner = `  "fields": {\n${lines(isObject(fields) ? fields : {}, '    ').join(',\n')}\n  }`
  return `{\n${[...lines(others, '  '), inner].join(',\n')}\n}`
}
