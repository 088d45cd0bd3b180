import type { Kind, Range, Scalar } from '../kinds/kind.ts'
import type { Nulls } from '../kinds/nulls.ts'
import type { Fragment, Parameter } from './fragment.ts'
import type { Grouped } from './grouped.ts'
import type { ColumnPlace, Document, JsonPlace, Place } from './place.ts'
import type { Syntax } from './syntax.ts'
import type { Bound, ColumnDefinition, Companion, Index, SideTable } from './table.ts'
import type { TextPart } from './text.ts'
import type { ColumnType } from './types.ts'

export type Comparison = '=' | Range

/**
 * The values of one kind in a column, as SQL. Each method returns a condition that is true of exactly
 * the rows that match or, if `negated`, of exactly the others. Instead of FALSE it may be NULL.
 */
export interface Values {
  /** The value is present and `value comparison constant` is true. */
  compare(comparison: Comparison, constant: Scalar, negated: boolean): Fragment
  /** The value equals one of the constants, of which there is at least one. */
  isIn(constants: readonly Scalar[], negated: boolean): Fragment
}

/** A field as SQL, for the operators. Its methods return conditions as those of {@link Values} do. */
export interface Column {
  present(negated: boolean): Fragment
  /** The values of one of the field's kinds; values of its other kinds count as absent. */
  of(kind: Kind): Values
  /** The list is present and contains one of the constants, of which there is at least one. */
  holdsAny(constants: readonly Scalar[], negated: boolean): Fragment
  /** The list contains all of the constants, of which there is at least one. */
  holdsAll(constants: readonly Scalar[], negated: boolean): Fragment
  /** The list contains all of the constants and no other value of its kind. */
  holdsExactly(constants: readonly Scalar[], negated: boolean): Fragment
  /** The list has so many distinct elements of its kind; of objects, so many of these. */
  hasSize(size: number, negated: boolean): Fragment
  /** The list has an object of which the condition is true. */
  hasObject(inside: (document: Document) => Fragment, negated: boolean): Fragment
  /** The text has each of the folded words, and a word that begins with the prefix. */
  hasWords(words: readonly string[], prefix: string, negated: boolean): Fragment
  /** The text begins with, ends with or has in it another one, which is not empty. */
  hasText(part: TextPart, text: string, negated: boolean): Fragment
  /** The expression to sort by, NULL if the value is absent. */
  order(): Fragment
  /** The same for a SELECT inside of the statement, by whose results the statement sorts. */
  innerOrder(): Fragment
  /** A condition that is true of every row, or of none. */
  truth(value: boolean): Fragment
  /** Joins the conditions with OR or, if `negated`, their complements with AND. */
  either(conditions: readonly Fragment[], negated: boolean): Fragment
}

/** A field as SQL, and where it lives. */
export interface FieldColumn extends Column {
  readonly dialect: Dialect<unknown>
  readonly place: Place
  /** The column of the folded text. @throws TypeError if there is none. */
  folded(): Column
}

/**
 * How a page in the order of a column with NULL is found by an ordinary index: the rows with a value
 * by a SELECT of their own, and those without by another.
 */
export interface Apart {
  /** Whether an index of the column is read in an order with NULL where it stands: one SELECT does. */
  isWalked(direction: 1 | -1, nulls: Nulls): boolean
  /** Whether ORDER BY names a column that is NULL, so that its index is read. */
  readonly ordersByNull: boolean
  /** The same condition, which holds only where the column is NULL, so that it is a range of its index. */
  asRange?(value: Fragment, condition: Fragment): Fragment
  /** The ways to rows without a value; of several, the one whose condition holds. */
  ways?(value: Fragment, from: Fragment): readonly Way[]
  /** LIMIT where a condition on no column holds, and LIMIT 0 elsewhere; without it WHERE says so. */
  limitIf?(limit: number, conditions: readonly Fragment[]): Fragment
}

export interface Way {
  readonly isNull: Fragment
  readonly condition?: Fragment
}

/** The related rows of a row, as a query. */
export interface RelatedRows {
  /** Whether there can be several of a row. */
  readonly isMany: boolean
  /** The table with its alias. */
  readonly from: Fragment
  /** The columns of the row, and those of the related rows that equal them. */
  readonly keys: readonly {
    readonly own: Fragment
    readonly other: Fragment
    readonly isNullable: boolean
    /** Whether one of them has a collation of its own: `other = own` and `own IN (other)` use each another one. */
    readonly isCollated: boolean
  }[]
  /** `other = own` for each of them. */
  readonly isRelated: Fragment
  readonly condition: Fragment
}

/** An expression of a related row, and the name of the column that it is joined as. */
export interface RelatedValue {
  readonly value: Fragment
  readonly name: Fragment
}

/** The differences of one database's SQL; what databases share is in `compile`. */
export interface Dialect<Params = readonly Parameter[]> {
  readonly name: string
  readonly syntax: Syntax
  /** Whether aliases of SELECT hide columns of the same names, also in WHERE. */
  readonly aliasesHide?: true
  /** Whether placeholders contain the type, so that the text depends on the parameters. */
  readonly typed?: true
  placeholder(index: number, value: Parameter): string
  /** The parameters as the usual driver takes them; `first` is the number of the first. */
  params(values: readonly Parameter[], first: number): Params
  /** A quoted identifier. */
  identifier(name: string): Fragment
  /** Whether the database computes what is selected of all rows that it sorts, before LIMIT. */
  readonly selectsEarly?: true

  // Reading

  /** A field for WHERE and ORDER BY. @throws TypeError if the engine cannot match it exactly. */
  column(place: Place): Column
  /** The expression to SELECT, of a type that drivers return without loss. */
  select(place: Place): Fragment
  /** A term of ORDER BY; `nulls` says where NULL stands, undefined if there is none. */
  order(value: Fragment, direction: 1 | -1, nulls: Nulls | undefined): Fragment
  limit(limit: number, offset: number): Fragment
  /** How rows with and without a value are found apart, where an index finds them so. */
  readonly apart?: Apart
  /**
   * How to write a statement that would have more parameters than the database takes: each long list
   * of constants is one parameter, which is slower to look up.
   */
  readonly dense?: { readonly mostParameters: number; readonly dialect: Dialect<Params> }
  /**
   * How to write a statement that needs every row that matches, such as a count, in a database whose
   * planner does not turn EXISTS into a join: the related rows are found first.
   */
  readonly forAll?: Dialect<Params>
  /** An index hint after the table in FROM, in databases that have them. */
  useIndex?(name: string): Fragment
  /**
   * Whether there is a related row, in databases where EXISTS of a query that names columns of the
   * row does not do.
   */
  hasRelated?(related: RelatedRows, negated: boolean): Fragment
  /**
   * What joins values of the one related row to FROM, under an alias, in databases that find them faster
   * so than by a query for each row.
   */
  joinRelated?(related: RelatedRows, values: readonly RelatedValue[], alias: Fragment): Fragment
  /** Whether ORDER BY takes no query that names columns of the row. */
  readonly sortsJoinedOnly?: true
  /** The clause that locks the selected rows; undefined in databases that lock as a whole. */
  readonly forUpdate?: Fragment
  /** How the values of a column, or of a list's elements, are stored, read and compared. */
  typeOf(place: ColumnPlace): ColumnType
  /** How the values of a document and of a list are counted. */
  readonly grouped: Grouped
  /** Converts a driver's value of a column to that of a row; NULL becomes undefined. */
  decode(place: ColumnPlace, stored: unknown): unknown

  // Writing

  /** Canonical values as the parameter to store. */
  encode(place: ColumnPlace, value: Scalar): Parameter
  encodeList(place: ColumnPlace, values: readonly Scalar[]): Parameter
  /** The expression for INSERT, if the parameter alone does not do. */
  store?(place: ColumnPlace, parameter: Parameter): Fragment
  /** The clause that makes INSERT an upsert, in databases that have one. */
  replace?(key: string, others: readonly string[]): Fragment
  /** Inserts the side-table rows of a list; `owner` is the row's key as it is stored. */
  insertSide?(
    place: ColumnPlace,
    side: string,
    owner: Fragment | Parameter,
    values: readonly Scalar[],
  ): Fragment

  // Tables

  columnType(place: Place): Fragment
  /** The CHECK constraint under which filters find the same rows here as in memory. */
  columnCheck(place: Place): Fragment | undefined
  /** The type and constraints after a column's name in CREATE TABLE. */
  printColumn(column: ColumnDefinition): Fragment
  /** A column that stores whether a list is present, in databases whose lists cannot be NULL. */
  companion?(place: ColumnPlace): Companion | undefined
  /** Generated columns for a key of a JSON column, in databases that can index nothing else. */
  generated?(place: JsonPlace): readonly Companion[]
  /** The type of a search column: of one text or, if `json`, of all texts of a document. */
  words(json: boolean): Fragment
  /** The clauses after the columns in CREATE TABLE. */
  tableOptions(key: string): Fragment
  /** The indexes that serve filters on the place. */
  indexed(place: Place): readonly Index[]
  /** The indexes of a whole document that the mapping declares, in databases that have them. */
  indexedDocument?(place: JsonPlace): readonly Index[]
  /** The indexes of a column for what is inside of its texts, which need one of the extensions. */
  indexedText?(column: string, extensions: readonly string[]): readonly Index[]
  /** Whether CREATE INDEX and ADD COLUMN have IF NOT EXISTS. */
  readonly ifNotExists: { readonly index: boolean; readonly column: boolean }
  /** The statements that install the named extensions. */
  extensions?(names: readonly string[]): Fragment[]
  /**
   * How a foreign key refers to a table that is made later: it is `named` before, or `added` by ALTER
   * TABLE; undefined if not at all. Without this, the database has neither foreign nor unique keys.
   */
  readonly foreignKeys?: { readonly toLater: 'named' | 'added' | undefined }
  /** The types of a side table's columns. */
  sideTypes?(place: ColumnPlace, key: ColumnPlace): Pick<SideTable, 'ownerType' | 'valueType'>
  printSideTable?(side: SideTable): readonly Fragment[]
  /**
   * The maximal length of a text, or of a value in a JSON column; undefined if there is none.
   * `isIndexed` says whether createTable makes an index of it.
   */
  bound?(place: Place, isIndexed: boolean): Bound | undefined
  /** The nesting limit of JSON columns, if it is lower than JSON_DEPTH. */
  readonly jsonDepth?: number
}

/** The part of a dialect that its `table.ts` contains. */
export type Tables = Pick<
  Dialect,
  | 'columnType'
  | 'columnCheck'
  | 'printColumn'
  | 'companion'
  | 'generated'
  | 'words'
  | 'tableOptions'
  | 'indexed'
  | 'indexedDocument'
  | 'indexedText'
  | 'ifNotExists'
  | 'extensions'
  | 'foreignKeys'
  | 'sideTypes'
  | 'printSideTable'
  | 'insertSide'
  | 'bound'
  | 'jsonDepth'
>
