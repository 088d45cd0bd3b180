/** Orders by fields of related rows: `sort: [{ 'customer.country': 1 }]`. */

import { canonical } from '../condition/canonical.ts'
import { type Condition, isTrue } from '../condition/condition.ts'
import type { Outer, RelatedSql, Relation, SortedValue, Through } from '../condition/relation.ts'
import { atTime, isTimed } from '../condition/timed.ts'
import type { Dialect } from '../dialect/dialect.ts'
import { type Fragment, sql, word } from '../dialect/fragment.ts'
import { AND } from '../dialect/values.ts'
import { quote } from '../error/describe.ts'
import { parseJson } from '../kinds/json.ts'
import { hasProperties } from '../kinds/objects.ts'
import type { Field } from '../schema/field.ts'
import { type AnyMapping, mappingOf } from '../schema/mapping.ts'
import { placeOf } from '../schema/places.ts'
import { accessor } from './accessor.ts'
import { compilePredicate } from './predicate.ts'
import { put } from './put.ts'

/** A relation on the way to a field, and what selects its rows first. */
export interface Step {
  readonly field: Field
  readonly relation: Relation
  readonly scope: Condition
}

/** What a row that a database found holds of related rows. A symbol is in no JSON of it, and in copies. */
const SORTED = Symbol('tamis: what the row was sorted by')

type SortValues = ReadonlyMap<string, unknown>

const isFoundRow = (row: unknown): row is { readonly [SORTED]: SortValues } =>
  typeof row === 'object' && row !== null && Object.hasOwn(row, SORTED)

/** The field of a related row as a field that rows are sorted by. */
export function sortedBy(
  name: string,
  steps: readonly [Step, ...Step[]],
  end: Field,
  position: number,
  scopes = scopesOf(steps),
  isJoined = false,
): Field {
  const through: Through = {
    end,
    scopes,
    isTimed: steps.some(({ scope }) => isTimed(scope)),
    at(times) {
      const [first, ...rest] = steps
      const timed = (step: Step): Step => ({ ...step, scope: atTime(step.scope, times) })
      // Cursors are bound to what was said, whatever the time.
      return sortedBy(name, [timed(first), ...rest.map(timed)], end, position, scopes, isJoined)
    },
    joined: () => sortedBy(name, steps, end, position, scopes, true),
    condition: (on) =>
      steps.reduceRight(
        (inner, { relation, scope }) => relation.apply(undefined, inner, scope),
        on(end),
      ),
    reader: (isFound) => readerOf(name, steps, end, isFound),
    sql: (outer, tools) =>
      sqlOf({ steps, end, tools, isJoined, alias: word(`sorted_${position}`) }, outer),
  }
  const path = [...steps.map(({ field }) => field.name), ...end.path]
  // The row's own document is not what holds it.
  return { ...end, name, path, required: false, wildcard: undefined, through }
}

const scopesOf = (steps: readonly Step[]): string =>
  JSON.stringify(steps.map(({ scope }) => canonical(scope)))

/** Reads the value: of rows that a database found as it was selected, of others by the loaded rows. */
function readerOf(
  name: string,
  steps: readonly Step[],
  end: Field,
  isFound: boolean,
): (row: unknown) => unknown {
  const value = accessor(end)
  const read = steps.reduceRight((next, { field, relation, scope }) => {
    const own = accessor(field)
    const isVisible = isTrue(scope) ? undefined : compilePredicate(scope)
    return (row) => {
      const related = relation.read(own(row))
      if (related === undefined || isVisible?.(related) === false) return undefined
      return next(related)
    }
  }, value)
  if (!isFound) return read
  const [{ field: first }] = steps as readonly [Step]
  return (row) => {
    if (isFoundRow(row) && row[SORTED].has(name)) return row[SORTED].get(name)
    if (hasProperties(row) && row[first.name] === undefined) {
      throw new TypeError(
        `tamis: ${quote(name)}: the page is sorted by it: read the records of compileQuery with readRow, or load ${quote(first.name)}`,
      )
    }
    return read(row)
  }
}

/** A value of related rows in SQL. */
interface Asked {
  readonly steps: readonly Step[]
  readonly end: Field
  readonly tools: RelatedSql
  readonly isJoined: boolean
  readonly alias: Fragment
}

/** The names that a value is joined as: to sort by, and to select. */
const SORTED_AS = sql`sorted`
const SHOWN_AS = sql`shown`

function sqlOf(asked: Asked, outer: Outer): SortedValue {
  const { steps, end, tools, isJoined, alias } = asked
  const [step, ...rest] = steps as readonly [Step, ...Step[]]
  const { dialect } = outer
  const { rows, related } = step.relation.rows(outer)
  const inner: Outer = { dialect, mapping: related.mapping, table: { qualifier: related.alias } }
  const value: Pick<SortedValue, 'order' | 'select'> & Partial<SortedValue> =
    rest.length === 0 ? tools.value(end, related) : sqlOf({ ...asked, steps: rest }, inner)
  const joinRelated = isJoined ? dialect.joinRelated : undefined
  const scope = isTrue(step.scope) ? undefined : tools.where(step.scope, related)
  if (joinRelated === undefined) {
    const where = scope === undefined ? rows.isRelated : sql`${rows.isRelated}${AND}${scope}`
    const find = (each: Fragment) => sql`(SELECT ${each} FROM ${rows.from} WHERE ${where})`
    return { order: find(value.order), select: find(value.select), join: undefined }
  }
  const from = value.join === undefined ? rows.from : sql`${rows.from}${value.join}`
  const condition = scope ?? dialect.syntax.truth(true)
  const join = joinRelated(
    { ...rows, from, condition },
    [
      { value: value.order, name: SORTED_AS },
      { value: value.select, name: SHOWN_AS },
    ],
    alias,
  )
  return { order: sql`${alias}.${SORTED_AS}`, select: sql`${alias}.${SHOWN_AS}`, join }
}

/** Reads what a database sorted by in its records: the columns that are named by paths. */
export function sortValuesOf(
  fieldsOf: (
    path: string,
  ) => { readonly relations: readonly Field[]; readonly end: Field } | undefined,
  dialect: Dialect<unknown>,
  mapping: AnyMapping,
): (record: object) => object | undefined {
  const readers = new Map<string, ((stored: unknown) => unknown) | undefined>()
  const readerFor = (path: string) => {
    if (readers.has(path)) return readers.get(path)
    const found = fieldsOf(path)
    const own = found?.relations.reduce<AnyMapping>(
      (outer, { name }) => mappingOf(outer, name).mapping ?? {},
      mapping,
    )
    const reader = found && storedReader(found.end, dialect, own ?? {})
    readers.set(path, reader)
    return reader
  }
  return (record) => {
    const values = new Map<string, unknown>()
    for (const [name, stored] of Object.entries(record)) {
      if (name.includes('.')) {
        const reader = readerFor(name)
        if (reader !== undefined) values.set(name, stored === null ? undefined : reader(stored))
      }
    }
    return values.size === 0 ? undefined : { [SORTED]: values }
  }
}

/** Reads a value as its column was selected: of one in a document, the whole. */
function storedReader(
  field: Field,
  dialect: Dialect<unknown>,
  mapping: AnyMapping,
): (stored: unknown) => unknown {
  const place = placeOf(field, mapping)
  if (!place.json) return (stored) => dialect.decode(place, stored)
  const read = accessor(field)
  return (stored) => {
    const row: Record<string, unknown> = {}
    put(row, (field.wildcard ?? field.name).split('.'), parseJson(String(stored)))
    return read(row)
  }
}
