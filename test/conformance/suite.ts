/** The format of the conformance suites; `conformance/README.md` describes it. */

/** The type of a field, as `schema.fields` of a suite spells it. */
export interface FieldSpec {
  readonly kind: string
  readonly operators: readonly string[]
  /** Whether the field holds lists of the kind. */
  readonly list?: true
  /** The kinds of a `dynamic` field. */
  readonly kinds?: readonly string[]
  /** The values of an enumeration, in their order. */
  readonly values?: readonly string[]
  readonly precision?: number
  readonly scale?: number
  /** The digits of the second that a timestamp keeps; 6 where it is left out. */
  readonly digits?: number
  /** What numbers count that stand for timestamps; without it, no number does. */
  readonly unit?: 's' | 'ms'
}

export type Row = Readonly<Record<string, unknown>> & { readonly id: string }

export interface FilterCase {
  readonly id: string
  readonly filter: unknown
  /** The rows that the filter selects, sorted. */
  readonly ids: readonly string[]
  /** The same by SQL's three-valued logic, where they differ; null where it leaves the case open. */
  readonly sql?: readonly string[] | null
  /** The same by MongoDB's rules for null and missing, where they differ. */
  readonly mongodb?: readonly string[] | null
}

export interface SortTerm {
  readonly field: string
  readonly direction: 1 | -1
  readonly nulls?: 'first' | 'last'
}

export interface PageCase {
  readonly id: string
  readonly filter: unknown
  readonly sort: readonly SortTerm[]
  readonly limit: number
  /** The rows of each page, from the first to the last, by the library's own cursors. */
  readonly pages: readonly (readonly string[])[]
}

export interface RefusalCase {
  readonly id: string
  readonly filter: unknown
  readonly refused: { readonly code: string; readonly path: string }
}

export type Profile = 'tamis' | 'sql' | 'mongodb'

/** Rows of another schema, which those of the suite are related to. */
export interface Related {
  readonly schema: Suite['schema']
  readonly rows: readonly Row[]
}

/** A relation to one row, or to many, of a related schema: those whose field `to` has the value of `from`. */
export type RelationSpec = { readonly from: string; readonly to: string } & (
  | { readonly one: string }
  | { readonly many: string }
)

export interface Suite {
  readonly name: string
  readonly about: string
  readonly profiles: readonly Profile[]
  readonly schema: { readonly key: 'id'; readonly fields: Readonly<Record<string, FieldSpec>> }
  /** The related schemas, by their names. */
  readonly related?: Readonly<Record<string, Related>>
  /** The relations by the name of their schema, `rows` for that of the suite, and their own names. */
  readonly relations?: Readonly<Record<string, Readonly<Record<string, RelationSpec>>>>
  readonly rows: readonly Row[]
  /** Rows with a value of another kind than its field's: only the profile `tamis` counts them. */
  readonly otherKind: readonly string[]
  readonly cases: readonly (FilterCase | PageCase | RefusalCase)[]
}
