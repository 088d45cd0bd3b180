/** Search columns: what a row holds there, what it should hold, and the statements that set it. */

import { layoutOf, type Placed } from '../compile/layout.ts'
import { type Plan, planOf } from '../compile/plan.ts'
import { foldedText, wordsOfDocument, wordsOfText } from '../compile/search-words.ts'
import type { Dialect } from '../dialect/dialect.ts'
import { type Fragment, join, type Parameter, sql } from '../dialect/fragment.ts'
import type { ColumnPlace, Place } from '../dialect/place.ts'
import { parseJson } from '../kinds/json.ts'
import { isPlainObject } from '../kinds/objects.ts'
import type { AnyMapping } from '../schema/mapping.ts'
import type { Structure } from '../schema/schema.ts'

/** A search column next to the column whose words or folded text it holds. */
export interface SearchColumn {
  /** The column's name, and quoted. */
  readonly name: string
  readonly quoted: Fragment
  /** What to SELECT: the text or document, and the words that are stored. */
  readonly selected: readonly [source: Fragment, stored: Fragment]
  /** True of rows that have a text or document, but no words. */
  readonly isUnfilled: Fragment
  /** What insertRow would store for what was selected. */
  wordsOf(source: unknown): string | null
  /** Whether what is stored means the same words. */
  isStored(words: string | null, stored: unknown): boolean
  /** True of rows whose text or document is still what was selected. */
  isStill(source: unknown): Fragment
}

/** The search columns of a schema and a mapping. */
export function searchColumnsOf(
  dialect: Dialect<unknown>,
  structure: Structure,
  mapping: AnyMapping,
): readonly SearchColumn[] {
  const plan = planOf(dialect, mapping)
  return layoutOf(dialect, structure, mapping).words.map(({ column, of, holds }) => {
    const { place } = of
    const quoted = dialect.identifier(column)
    const source = dialect.select(place)
    const search = holds === 'folded' ? foldedText : wordsOfText
    const parts = place.json ? ofDocument(of, source) : ofText(of, place, plan, search)
    return {
      name: column,
      quoted,
      selected: [source, dialect.select(storedAt(place, column))],
      isUnfilled: sql`(${quoted} IS NULL AND ${dialect.identifier(place.column)} IS NOT NULL)`,
      ...parts,
      isStill: (value) =>
        value === null || value === undefined
          ? sql`${dialect.identifier(place.column)} IS NULL`
          : parts.isStill(value),
    }
  })
}

/** A search column has the type that createTable gives it, whatever its text's own is. */
const storedAt = (place: Place, column: string): Place =>
  place.json
    ? { ...place, column, path: [], documentType: undefined }
    : { ...place, column, type: undefined, collation: undefined, nullable: true }

type Parts = Pick<SearchColumn, 'wordsOf' | 'isStored' | 'isStill'>

function ofText(
  { field }: Placed,
  place: ColumnPlace,
  plan: Plan,
  search: (text: unknown) => string | null,
): Parts {
  const { dialect } = plan.site
  return {
    wordsOf: (source) => search(dialect.decode(place, source)),
    isStored: (words, stored) => words === (stored ?? null),
    isStill(source) {
      const text = place.kind.read(dialect.decode(place, source))
      return text === undefined
        ? sql`${dialect.identifier(place.column)} IS NOT NULL`
        : plan.of(field).column.of(place.kind).compare('=', text, false)
    },
  }
}

const ofDocument = ({ field }: Placed, selected: Fragment): Parts => ({
  wordsOf: (source) => wordsOfDocument(parsed(source), field.path),
  // Databases print documents in forms of their own.
  isStored: (words, stored) =>
    words === null
      ? stored === null || stored === undefined
      : isSameDocument(parsed(words), parsed(stored)),
  isStill: (source) => sql`${selected} = ${String(source)}`,
})

/** Undefined where a column of text holds no JSON. */
function parsed(text: unknown): unknown {
  try {
    return typeof text === 'string' ? parseJson(text) : undefined
  } catch {
    return undefined
  }
}

/** Whether documents have the same texts at the same places. */
function isSameDocument(one: unknown, other: unknown): boolean {
  if (!isPlainObject(one) || !isPlainObject(other)) return one === other
  const keys = Object.keys(one)
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isSameDocument(one[key], other[key]))
  )
}

/** Words to be stored in one column of one row. */
export interface Correction {
  readonly column: SearchColumn
  readonly source: unknown
  readonly words: string | null
}

/** A row with wrong words; `isKey` is true of it alone. */
export interface WrongRow {
  readonly isKey: Fragment
  readonly corrections: readonly Correction[]
}

/**
 * Corrects several rows, each column where its text is still the one that was read: a row may have
 * been changed since.
 */
export function correcting(
  table: Fragment,
  rows: readonly WrongRow[],
  isAmong: Fragment,
): Fragment {
  const cases = new Map<SearchColumn, Fragment[]>()
  for (const { isKey, corrections } of rows) {
    for (const { column, source, words } of corrections) {
      const when = sql`WHEN ${isKey} AND ${column.isStill(source)} THEN ${words as Parameter}`
      cases.set(column, [...(cases.get(column) ?? []), when])
    }
  }
  // ELSE gives the parameters their type.
  const sets = [...cases].map(
    ([{ quoted }, whens]) => sql`${quoted} = CASE ${join(whens, sql` `)} ELSE ${quoted} END`,
  )
  return sql`UPDATE ${table} SET ${join(sets, sql`, `)} WHERE ${isAmong}`
}
