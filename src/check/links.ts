/** Findings about what relations ask of a table: unique keys, and indexes of columns that rows are found by. */

import { isWorthAnIndex, type Layout, type Placed } from '../compile/layout.ts'
import { sql } from '../dialect/fragment.ts'
import type { ColumnPlace } from '../dialect/place.ts'
import { type LinkedFields, relationsOf } from '../parse/scopes.ts'
import type { Structure } from '../schema/schema.ts'
import { addIndex, addUnique } from './ddl.ts'
import { isSameName } from './engines.ts'
import type { IndexFacts, TableFacts } from './facts.ts'
import { columnNamed, type Draft, draft, type Site } from './site.ts'

/** Whether a list of columns is these, in whatever order. */
const areThese = ({ engine }: TableFacts, names: readonly string[], columns: readonly string[]) =>
  names.length === columns.length &&
  columns.every((column) => names.some((name) => isSameName(engine, name, column)))

const columnsOf = ({ keys }: IndexFacts): readonly string[] =>
  keys.map(({ column }) => column ?? '')

/** Whether no two rows have the same values; ClickHouse has no such promise but its sorting key. */
function areUnique(facts: TableFacts, columns: readonly string[]): boolean {
  const { primaryKey, uniques, indexes, engine } = facts
  const sorted = indexes.filter(({ method }) => engine === 'clickhouse' && method === 'sorting key')
  // Of whole rows: what some of the columns make unique, all of them do.
  return [primaryKey, ...uniques, ...sorted.map(columnsOf)].some(
    (key) =>
      key.length > 0 &&
      key.every((name) => columns.some((column) => isSameName(engine, name, column))),
  )
}

/** Whether an index begins with the columns. */
const areIndexed = (facts: TableFacts, columns: readonly string[]): boolean =>
  facts.indexes.some(
    (index) =>
      index.where === undefined &&
      areThese(facts, columnsOf(index).slice(0, columns.length), columns),
  )

export function linkDrafts(site: Site, structure: Structure, { typed }: Layout): readonly Draft[] {
  const { dialect, facts } = site
  const links = relationsOf(structure)?.links()
  if (links === undefined) return []
  const isClickHouse = facts.engine === 'clickhouse'
  const placesOf = ({ fields }: LinkedFields): readonly Placed<ColumnPlace>[] =>
    fields.flatMap(({ name }) => typed.filter(({ field }) => field.name === name))
  const asked = (each: LinkedFields) => {
    const places = placesOf(each)
    const columns = places.map(({ place }) => place.column)
    const areThere = columns.every((column) => columnNamed(facts, column) !== undefined)
    const [first] = places
    return first !== undefined && areThere ? [{ first, columns, ...each }] : []
  }
  const what = (columns: readonly string[]) => (columns.length === 1 ? 'it' : columns.join(', '))
  const uniques = links.uniques.flatMap(asked).flatMap(({ first, columns, relation }): Draft[] => {
    const isHere = areUnique(facts, columns)
    if (isHere && !isClickHouse) return []
    const [column, second] = columns
    const name = dialect.identifier(column ?? '')
    const own = draft('relation_not_unique', first, {
      promised: `at most one row for each value of ${what(columns)}: the relation ${relation} leads to one`,
      found: isHere
        ? 'the database enforces no key'
        : `no key and no unique index of ${what(columns)}`,
      remedy: isClickHouse ? {} : { ddl: addUnique(site, ...columns) },
      ...(second === undefined && { broken: sql`count(${name}) - count(DISTINCT ${name})` }),
    })
    return [isHere ? { ...own, isSilent: true } : own]
  })
  // In ClickHouse a subquery reads the related rows as a whole.
  const lookups = isClickHouse ? [] : links.lookups.flatMap(asked)
  const unindexed = lookups.flatMap(({ first, columns, relation }): Draft[] => {
    // What filters ask for as well has been found missing by them.
    const isFound = columns.length === 1 && isWorthAnIndex(first.field)
    if (isFound || areIndexed(facts, columns)) return []
    return [
      draft('index_missing', first, {
        promised: `the relation ${relation} finds its rows by ${what(columns)}`,
        found: `no index that begins with ${what(columns)}`,
        remedy: { ddl: addIndex(site, columns) },
      }),
    ]
  })
  return [...uniques, ...unindexed]
}
