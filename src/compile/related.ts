/** What a relation means: in memory of the rows that were loaded, in SQL of a query of its table. */

import type { Outer, Relation } from '../condition/relation.ts'
import type { RelatedRows } from '../dialect/dialect.ts'
import { type Fragment, join, sql } from '../dialect/fragment.ts'
import { not } from '../dialect/syntax.ts'
import { AND } from '../dialect/values.ts'
import { describe, quote } from '../error/describe.ts'
import type { Field } from '../schema/field.ts'
import { mappingOf } from '../schema/mapping.ts'
import { placeOf } from '../schema/places.ts'
import { TableSource } from './table-name.ts'

/** The columns that a relation leads from and to, and the name of the related schema. */
export interface RelationKeys extends Pick<Relation, 'isMany' | 'target' | 'from' | 'to'> {
  readonly name: string
}

/** Whether a row under a relation's name is there; it must have been loaded. */
function checkLoaded(name: string, value: unknown): void {
  const isPromise =
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  if (value !== undefined && !isPromise) return
  const what = isPromise ? 'a promise' : 'undefined'
  throw new TypeError(
    `tamis: ${quote(name)}: relation not loaded: expected the related rows under this name, received ${what}`,
  )
}

/** What stands under a relation's name: a row or a list of them, undefined where there is none. */
const readerOf =
  ({ name, isMany }: RelationKeys): Relation['read'] =>
  (value) => {
    checkLoaded(name, value)
    if (value === null) return undefined
    if (Array.isArray(value) !== isMany || typeof value !== 'object') {
      const expected = isMany ? 'a list of related rows' : 'the related row or null'
      throw new TypeError(
        `tamis: ${quote(name)}: expected ${expected}, received ${describe(value)}`,
      )
    }
    return value
  }

function testOf(keys: RelationKeys): Relation['test'] {
  const read = readerOf(keys)
  return (matches) => (value) => {
    const found = read(value)
    if (found === undefined) return false
    return keys.isMany
      ? (found as readonly unknown[]).some((each) => matches(each))
      : matches(found)
  }
}

/** A name that no table around has: these are numbered from the outside. */
function aliasIn(qualifier: string): string {
  const depth = /^related_(\d+)$/.exec(qualifier)?.[1]
  return `related_${Number(depth ?? 0) + 1}`
}

const columnOf = (field: Field, { dialect, mapping = {} }: Outer, table: string): Fragment =>
  sql`${dialect.identifier(table)}.${dialect.identifier(placeOf(field, mapping).column)}`

const rowsOf =
  ({ name, isMany, target, from, to }: RelationKeys): Relation['rows'] =>
  (outer) => {
    const { dialect, mapping = {}, table: around } = outer
    if (around === undefined) {
      throw new TypeError(
        `tamis: ${quote(name)}: a filter or a sort of related rows needs the alias of the table: compileFilter(condition, { alias })`,
      )
    }
    const { table = target, mapping: own = NO_MAPPING } = mappingOf(mapping, name)
    const alias = aliasIn(around.qualifier)
    const keys = from.map((field, i) => {
      const other = to[i] as Field
      return {
        own: columnOf(field, outer, around.qualifier),
        other: columnOf(other, { dialect, mapping: own }, alias),
        isNullable: !field.required || !other.required,
        isCollated: [placeOf(field, mapping), placeOf(other, own)].some(
          ({ collation }) => collation !== undefined,
        ),
      }
    })
    const isRelated = join(
      keys.map(({ own, other }) => sql`${other} = ${own}`),
      AND,
    )
    return {
      rows: { isMany, from: new TableSource(table, alias).in(dialect), keys, isRelated },
      related: { mapping: own, table, alias },
    }
  }

function sqlOf(keys: RelationKeys): Relation['sql'] {
  const find = rowsOf(keys)
  return (outer, inside, negated) => {
    const { rows, related } = find(outer)
    return (outer.dialect.hasRelated ?? exists)({ ...rows, condition: inside(related) }, negated)
  }
}

const NO_MAPPING = {}

const exists = ({ from, isRelated, condition }: RelatedRows, negated: boolean): Fragment =>
  not(sql`EXISTS (SELECT 1 FROM ${from} WHERE ${isRelated} AND ${condition})`, negated)

/** A relation in memory and in SQL. */
export const relatedBy = (keys: RelationKeys): Omit<Relation, 'scope' | 'apply'> => ({
  isMany: keys.isMany,
  target: keys.target,
  from: keys.from,
  to: keys.to,
  test: testOf(keys),
  read: readerOf(keys),
  rows: rowsOf(keys),
  sql: sqlOf(keys),
})
