// Longer than most files here: one function for each kind of finding about a whole table.
/** Findings about a whole table: its key, its encoding, its search columns, side tables and indexes. */

import {
  indexedKeys,
  isWorthAFoldedIndex,
  isWorthAnIndex,
  type Layout,
  type Placed,
} from '../compile/layout.ts'
import { createIndexOf } from '../compile/table.ts'
import { typeOfSearch } from '../compile/table-of.ts'
import { type Fragment, flatten, sql } from '../dialect/fragment.ts'
import type { ColumnPlace, Place } from '../dialect/place.ts'
import type { ColumnDefinition, Index } from '../dialect/table.ts'
import type { Field } from '../schema/field.ts'
import type { AnyMapping } from '../schema/mapping.ts'
import type { Structure } from '../schema/schema.ts'
import { addColumn, addUnique } from './ddl.ts'
import { isMysqlFamily, isSameName } from './engines.ts'
import type { IndexFacts, TableFacts } from './facts.ts'
import { linkDrafts } from './links.ts'
import { LONGEST_SORTED } from './promises.ts'
import { columnNamed, type Draft, draft, type Site } from './site.ts'
import { hasReading } from './types-of-columns.ts'

/** The encodings whose order of bytes is that of code points. */
function encodingDrafts({ facts }: Site, key: Placed): readonly Draft[] {
  const { engine, encoding, settings } = facts
  const connection = settings.character_set_connection
  const isNarrow = connection !== undefined && connection !== 'utf8mb4'
  const found = isNarrow ? `the connection's character set ${connection}` : encoding
  const isOther =
    (engine === 'sqlite' && encoding !== 'UTF-8') || (engine === 'postgres' && encoding !== 'UTF8')
  if (!isOther && !isNarrow) return []
  const remedy = isNarrow ? { ddl: 'SET NAMES utf8mb4' } : {}
  return [draft('encoding', key, { promised: 'texts in UTF-8', found, remedy })]
}

/** Modes of a session of MySQL or MariaDB in which a statement means something else. */
const MODES: ReadonlyMap<string, string> = new Map([
  ['EMPTY_STRING_IS_NULL', "'' is the empty text"],
  ['HIGH_NOT_PRECEDENCE', 'NOT negates the whole comparison'],
])

/** Settings of the session in which SQL means something else than what the dialect writes. */
function sessionDrafts({ facts }: Site, key: Placed): readonly Draft[] {
  const { engine, settings } = facts
  const collation = settings.default_collation ?? ''
  if (engine === 'duckdb' && !/^(|binary|c|posix)$/i.test(collation)) {
    const found = `the session's default_collation is ${collation}`
    const remedy = { ddl: 'RESET default_collation' }
    return [
      draft('session_setting', key, {
        promised: 'texts that compare by code point',
        found,
        remedy,
      }),
    ]
  }
  if (!isMysqlFamily(facts)) return []
  const modes = (settings.sql_mode ?? '').split(',')
  return [...MODES]
    .filter(([mode]) => modes.includes(mode))
    .map(([mode, promised]) => {
      const others = modes.filter((each) => each !== mode)
      const found = `the session's sql_mode has ${mode}`
      const remedy = { ddl: `SET SESSION sql_mode = '${others.join(',')}'` }
      return draft('session_setting', key, { promised, found, remedy })
    })
}

/** ClickHouse has no unique constraints: the sorting key is the next best that a table can say. */
const isUnique = ({ primaryKey, uniques, indexes, engine }: TableFacts, name: string): boolean =>
  engine === 'clickhouse'
    ? indexes.some(({ method, keys }) => method === 'sorting key' && isOnly(keys, name))
    : [primaryKey, ...uniques].some(
        (key) => key.length === 1 && isSameName(engine, key[0] ?? '', name),
      )

const isOnly = (keys: IndexFacts['keys'], name: string): boolean =>
  keys.length === 1 && keys[0]?.column === name

function keyDrafts(site: Site, key: Placed<ColumnPlace>): readonly Draft[] {
  const { dialect, facts } = site
  const { place } = key
  const isUniqueHere = isUnique(facts, place.column)
  if (columnNamed(facts, place.column) === undefined) return []
  if (isUniqueHere && facts.engine !== 'clickhouse') return []
  const name = dialect.identifier(place.column)
  // No statement makes it unique: views have no keys, and keys do not bind the rows of tables that inherit.
  const isBound = facts.engine !== 'clickhouse' && facts.kind === 'table' && !facts.inherited
  const own = draft('key_not_unique', key, {
    promised: 'another value in every row: it is the key',
    found: isUniqueHere
      ? 'the database enforces no key'
      : facts.inherited
        ? 'other tables inherit from it, whose rows its keys do not bind'
        : 'no key and no unique index of it alone',
    remedy: isBound ? { ddl: addUnique(site, place.column) } : {},
    broken: sql`count(${name}) - count(DISTINCT ${name})`,
  })
  return [isUniqueHere ? { ...own, isSilent: true } : own]
}

/** The columns that are derived from others: search columns, and those that say if a list is there. */
function derivedDrafts(
  site: Site,
  { companions, words }: Layout,
  keys: readonly Placed[],
): readonly Draft[] {
  const { dialect, facts } = site
  const derived = [
    ...words.map(({ column, of, holds, place }) => ({
      code: 'search_column_missing' as const,
      of,
      column,
      type: typeOfSearch(dialect, { of, place }),
      promised: `${CONTENTS[holds]} in the column ${column}`,
      remedy: {
        schema: of.field.type.kind.isFolded
          ? 'leave out insensitive'
          : holds === 'folded'
            ? 'list operators without those whose names begin with $i, but $in and $includes'
            : 'list operators without $autocomplete',
      },
    })),
    ...companions.map(({ column, type, of }) => ({
      code: 'column_missing' as const,
      of,
      column,
      type,
      promised: `whether the list is there, in the column ${column}`,
      remedy: { schema: 'required: true' },
    })),
    ...keys.flatMap((of) =>
      (of.place.json ? (dialect.generated?.(of.place) ?? []) : []).map(
        ({ column, type, generatedAs }) => ({
          code: 'column_missing' as const,
          of,
          column,
          type,
          generatedAs,
          promised: `the key of an index, in the generated column ${column}`,
          remedy: {},
        }),
      ),
    ),
  ]
  return derived
    .filter(({ column }) => columnNamed(facts, column) === undefined)
    .map(({ code, of, column, promised, remedy, type, ...rest }) => {
      const definition: ColumnDefinition = {
        name: column,
        field: of.field.name,
        holds: 'words',
        type: flatten(type),
        nullable: true,
        isKey: false,
        check: undefined,
        generatedAs: 'generatedAs' in rest ? rest.generatedAs : undefined,
      }
      const ddl = addColumn(site, definition)
      const own = draft(code, of, { promised, found: 'no such column', remedy: { ...remedy, ddl } })
      return { ...own, finding: { ...own.finding, column } }
    })
}

/** What search columns hold. */
const CONTENTS = { words: 'folded words', folded: 'the folded text' } as const

/** Rows that have a text but no words: those that were there before their search column. */
function unfilledDrafts({ dialect, facts }: Site, { words }: Layout): readonly Draft[] {
  return words
    .filter(({ column }) => columnNamed(facts, column) !== undefined)
    .filter(({ of }) => columnNamed(facts, of.place.column) !== undefined)
    .map(({ column, of, holds }) => {
      const own = draft('search_column_unfilled', of, {
        promised: `${CONTENTS[holds]} in the column ${column}`,
        found: holds === 'folded' ? 'texts without it' : 'texts without words',
        remedy: { command: 'tamis backfill' },
        breaks: sql`${dialect.identifier(column)} IS NULL AND ${dialect.identifier(of.place.column)} IS NOT NULL`,
      })
      return { ...own, finding: { ...own.finding, column }, isSilent: true }
    })
}

/** `tables` are the facts of the side tables that are there; undefined where none were read. */
function sideDrafts(
  { dialect, facts: { engine } }: Site,
  { typed }: Layout,
  tables: readonly TableFacts[] | undefined,
): readonly Draft[] {
  return typed.flatMap((placed) => {
    const side = dialect.sideTypes && placed.place.sideTable?.table
    if (side === undefined) return []
    const promised = `a table ${side} of its elements`
    if (tables === undefined) {
      return [draft('side_table_unread', placed, { promised, found: 'its facts were not given' })]
    }
    const own = tables.find(({ table }) => isSameName(engine, table.name, side))
    const missing = ['owner', 'value'].filter(
      (name) => own === undefined || columnNamed(own, name) === undefined,
    )
    if (missing.length === 0) return []
    const found = own === undefined ? 'no such table' : `no column ${missing.join(', ')}`
    return [draft('side_table_missing', placed, { promised, found })]
  })
}

/** Whether rows are read in the order of an index. DuckDB's ART and minmax only find them. */
export const isWalked = ({ method }: IndexFacts): boolean =>
  ['btree', 'rowid', 'sorting key'].includes(method)

/** Whether an index serves ranges. */
const isOrdered = (index: IndexFacts): boolean =>
  isWalked(index) || ['art', 'minmax', 'spgist'].includes(index.method)

/** The index that a query on the column could use, if there is one. */
export const indexOf = ({ engine, indexes }: TableFacts, column: string): readonly IndexFacts[] =>
  indexes.filter(
    ({ keys: [first], where }) =>
      where === undefined &&
      first?.column !== undefined &&
      isSameName(engine, first.column, column),
  )

/**
 * Whether a text has a key as a whole: in an expression it stands between signs, in the name of a
 * generated column between underscores.
 */
function hasWhole(text: string, key: string): boolean {
  const isPart = (char: string | undefined) => char !== undefined && /[\p{L}\p{N}]/u.test(char)
  for (let at = text.indexOf(key); at >= 0; at = text.indexOf(key, at + 1)) {
    if (!isPart(text[at - 1]) && !isPart(text[at + key.length])) return true
  }
  return false
}

function isServed(facts: TableFacts, field: Field, place: Place): boolean {
  if (place.json) {
    const key = place.path.at(-1) ?? ''
    return facts.indexes.some(({ keys: [first] }) =>
      [first?.expression, first?.column].some((text) => text !== undefined && hasWhole(text, key)),
    )
  }
  const found = indexOf(facts, place.column)
  const isRanged = field.sortable || (place.isPrefixed && place.kind.name === 'string')
  return isRanged && !place.list
    ? found.some(isOrdered) || (facts.engine === 'clickhouse' && found.length > 0)
    : found.length > 0
}

function indexDrafts(
  site: Site,
  structure: Structure,
  { typed, words }: Layout,
  keys: readonly Placed[],
) {
  const { dialect, facts } = site
  const key = typed.find(({ field }) => field === structure.key)?.place.column
  const print = ({ field, place }: Placed, { label, on, method, type }: Index): string => {
    const isOrdinary = method === undefined && type === undefined
    const behind =
      field.sortable && isOrdinary && key !== undefined ? [dialect.identifier(key)] : []
    const name = [facts.table.name, place.column, label].filter((part) => part !== '').join('_')
    const terms: readonly Fragment[] = [on, ...behind]
    const own = { name, table: facts.table.name, field: field.name, terms: terms.map(flatten) }
    // In SQLite the schema stands before the index's name, and the table has none.
    const of = facts.engine === 'sqlite' ? dialect.identifier(facts.table.name) : site.name
    return createIndexOf({ ...own, method, type }, { dialect }, of)
  }
  const worth = typed.filter(
    ({ field, place }) =>
      field !== structure.key && isWorthAnIndex(field) && hasReading(site, place),
  )
  const folded = words.flatMap(({ of: { field }, place }) =>
    place !== undefined && isWorthAFoldedIndex(field) && columnNamed(facts, place.column)
      ? [{ field, place }]
      : [],
  )
  return [...worth, ...keys, ...folded]
    .filter(({ field, place }) => !isServed(facts, field, place))
    .flatMap((placed) => {
      const [index] = dialect.indexed(placed.place)
      if (index === undefined || (facts.kind === 'view' && facts.indexes.length === 0)) return []
      const { field } = placed
      return [
        draft('index_missing', placed, {
          promised: field.sortable ? 'filters and orders by it' : 'filters on it',
          found: 'no index that begins with it',
          remedy: isTooLongToSort(site, placed)
            ? { schema: 'leave out sortable, or make the column VARCHAR(255)' }
            : { ddl: print(placed, index) },
        }),
      ]
    })
}

/** MySQL and MariaDB: whether no index can hold whole values, by which it would serve an order. */
function isTooLongToSort({ facts }: Site, { field, place }: Placed): boolean {
  if (!isMysqlFamily(facts) || !field.sortable || place.json || place.kind.name !== 'string') {
    return false
  }
  const { type } = columnNamed(facts, place.column) ?? {}
  return /text$/.test(type?.name ?? '') || (type?.length ?? 0) > LONGEST_SORTED
}

/** A text over MariaDB's UUID is sorted by an expression: the type has another order than its text. */
function orderDrafts({ facts }: Site, { typed }: Layout): readonly Draft[] {
  if (facts.engine !== 'mariadb') return []
  return typed
    .filter(({ field, place }) => field.sortable && !place.list && place.kind.name === 'string')
    .filter(({ place }) => columnNamed(facts, place.column)?.type.name === 'uuid')
    .map((placed) =>
      draft('index_missing', placed, {
        promised: 'orders by it',
        found: 'the type uuid, whose order no index serves: each page sorts all rows',
        remedy: { schema: 'another key, or a column binary(16) with uuid()' },
      }),
    )
}

export function tableDrafts(
  site: Site,
  structure: Structure,
  layout: Layout,
  mapping: AnyMapping,
  sideTables: readonly TableFacts[] | undefined,
): readonly Draft[] {
  const keys = indexedKeys(structure, layout, mapping)
  const key = layout.typed.find(({ field }) => field === structure.key)
  return [
    ...(key === undefined
      ? []
      : [...encodingDrafts(site, key), ...sessionDrafts(site, key), ...keyDrafts(site, key)]),
    ...derivedDrafts(site, layout, keys),
    ...unfilledDrafts(site, layout),
    ...sideDrafts(site, layout, sideTables),
    ...indexDrafts(site, structure, layout, keys),
    ...orderDrafts(site, layout),
    ...linkDrafts(site, structure, layout),
  ]
}
