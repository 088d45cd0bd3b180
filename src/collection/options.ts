import { type Ordering, totalOrdering } from '../condition/ordering.ts'
import { describe, quote } from '../error/describe.ts'
import { didYouMean } from '../error/nearest.ts'
import { checkOptions, type OptionCheck, optionChecks, POSITIVE } from '../error/options.ts'
import { isPlainObject } from '../kinds/objects.ts'
import type { Schema } from '../parse/schema.ts'
import { type Field, isOrdered } from '../schema/field.ts'
import { UNLIMITED } from '../schema/limits.ts'
import { orderingTerm } from '../schema/ordering-term.ts'
import { findField } from '../schema/schema.ts'

/** A term of an order that `indexes` asks for. */
export interface IndexTerm {
  readonly field: string
  readonly direction?: 1 | -1
  readonly nulls?: 'first' | 'last'
}

/** An index to keep: of a field, or of an order of several. */
export type IndexDefinition = string | readonly IndexTerm[]

export interface CollectionOptions<T> {
  /** The rows to begin with. */
  readonly rows?: Iterable<T>
  /**
   * The indexes to keep: a field's name for what its operators can use, a list of terms for an order.
   * Without it, the collection makes those that its queries need.
   */
  readonly indexes?: readonly IndexDefinition[]
  /** How much memory indexes may take that nobody asked for, in bytes; by default 256 MiB. */
  readonly maxBytes?: number
  /**
   * How many changes of rows are kept, from which `watch` can go on (`after`); by default 1,000. The
   * rows as they were are kept with them. After a `load` of more rows than that, earlier versions are
   * unknown.
   */
  readonly changes?: number
}

const LIST: OptionCheck = ['a list of fields and orders', Array.isArray]

const ROWS: OptionCheck = [
  'rows',
  (value) => typeof value === 'object' && value !== null && Symbol.iterator in value,
]

const OPTIONS = /* @__PURE__ */ optionChecks<CollectionOptions<unknown>>({
  rows: ROWS,
  indexes: LIST,
  maxBytes: POSITIVE,
  changes: POSITIVE,
})

const refuse = (why: string): never => {
  throw new TypeError(`tamis/collection: indexes: ${why}`)
}

function fieldOf(schema: Schema, name: unknown): Field {
  if (typeof name !== 'string') return refuse(`expected a field's name, received ${describe(name)}`)
  const found = findField(schema, name, UNLIMITED)
  if (typeof found === 'string' || found.relation !== undefined || found.elements !== undefined) {
    const names = [...schema.fields.keys()]
    const hint = didYouMean(name, names) ?? `expected one of ${names.join(', ')}`
    return refuse(`no field ${quote(name)} that can be indexed; ${hint}`)
  }
  return found
}

function orderOf(schema: Schema, terms: readonly unknown[]): Ordering {
  if (terms.length === 0) refuse('an order has at least one term')
  const read = terms.map((term) => {
    if (!isPlainObject(term)) return refuse(`expected a term, received ${describe(term)}`)
    const { field: name, direction = 1, nulls } = term
    const field = fieldOf(schema, name)
    if (!isOrdered(field.type)) return refuse(`${quote(field.name)} has no order`)
    if (direction !== 1 && direction !== -1) {
      return refuse(`direction: expected 1 or -1, received ${describe(direction)}`)
    }
    if (nulls !== undefined && nulls !== 'first' && nulls !== 'last') {
      return refuse(`nulls: expected "first" or "last", received ${describe(nulls)}`)
    }
    return orderingTerm(field, direction, nulls)
  })
  return totalOrdering(schema, read)
}

/** Checks the options of a collection. @throws TypeError that names the one that is not valid. */
export function readOptions(schema: Schema, options: CollectionOptions<unknown>) {
  checkOptions('tamis/collection', options, OPTIONS)
  const { rows = [], indexes, maxBytes = 2 ** 28, changes = 1000 } = options
  const fields: Field[] = []
  const orders: Ordering[] = []
  for (const each of indexes ?? []) {
    if (Array.isArray(each)) orders.push(orderOf(schema, each))
    else fields.push(fieldOf(schema, each))
  }
  return { rows, fields, orders, maxBytes, changes, isAutomatic: indexes === undefined }
}
