import type { Dialect } from '../dialect/dialect.ts'
import { type Fragment, join, sql, word } from '../dialect/fragment.ts'
import type {
  ColumnDefinition,
  ForeignKeyDefinition,
  IndexDefinition,
  TableDefinition,
} from '../dialect/table.ts'
import type { Fields } from '../schema/definition.ts'
import type { Structure } from '../schema/schema.ts'
import { tableFragment } from './table-name.ts'
import { type CreateTarget, tableOf } from './table-of.ts'
import { checkTarget } from './target.ts'

const NOTHING = sql``
const LINE = sql`,
`

/** A text without parameters: DDL takes none. */
function text(fragment: Fragment): string {
  if (fragment.parameters.length > 0) throw new TypeError('tamis: DDL takes no parameters')
  return fragment.texts.join('')
}

/** For which database a statement is printed. */
export interface PrintTarget {
  readonly dialect: Dialect<unknown>
  /** To do nothing where it is there already, if the database has a word for that. */
  readonly ifNotExists?: boolean
}

/**
 * The statements that make a table for a schema's rows: typed columns with the constraints under
 * which the promise holds, search columns, side tables, and the indexes that serve the schema's
 * filters and orders (drop those that you have no use for). It prints what `tableOf` gives.
 *
 * @throws TypeError where the mapping or an option is wrong, or two fields would share a column.
 */
export const createTable = <F extends Fields>(
  structure: Structure<F>,
  target: CreateTarget<NoInfer<F>>,
): string[] => printTable(tableOf(structure, target), target)

/** The statements that make a table, its extensions, side tables and indexes. */
export function printTable(
  { name, key, columns, uniques, foreignKeys, sideTables, indexes, extensions }: TableDefinition,
  target: Pick<PrintTarget, 'dialect'>,
): string[] {
  checkTarget(target)
  const { dialect } = target
  const definitions = [
    ...columns.map((column) => printColumn(column, dialect)),
    ...uniques.map((unique) => sql`UNIQUE (${names(unique, dialect)})`),
    ...foreignKeys.map((foreignKey) => printForeignKey(foreignKey, dialect)),
  ].map((definition) => sql`  ${definition}`)
  const create = sql`CREATE TABLE ${dialect.identifier(name)} (
${join(definitions, LINE)}
)${dialect.tableOptions(key)}`
  return [
    ...(extensions.length === 0 ? [] : (dialect.extensions?.(extensions) ?? [])),
    create,
    ...sideTables.flatMap((side) => dialect.printSideTable?.(side) ?? []),
    ...indexes.map((index) => printIndex(index, { dialect })),
  ].map(text)
}

const printColumn = (column: ColumnDefinition, dialect: Dialect<unknown>): Fragment =>
  sql`${dialect.identifier(column.name)} ${dialect.printColumn(column)}`

const names = (columns: readonly string[], { identifier }: Dialect<unknown>): Fragment =>
  join(columns.map(identifier), sql`, `)

const printForeignKey = (
  { columns, references }: ForeignKeyDefinition,
  dialect: Dialect<unknown>,
): Fragment =>
  sql`FOREIGN KEY (${names(columns, dialect)}) REFERENCES ${tableFragment(dialect, references.table)} (${names(references.columns, dialect)})`

/** The statement that adds a foreign key to a table that is there. */
export function addForeignKey(
  foreignKey: ForeignKeyDefinition,
  { dialect, table }: Pick<PrintTarget, 'dialect'> & { readonly table: string },
): string {
  return text(
    sql`ALTER TABLE ${dialect.identifier(table)} ADD ${printForeignKey(foreignKey, dialect)}`,
  )
}

function printIndex(
  { name, table, terms, method, type }: IndexDefinition,
  { dialect, ifNotExists = false, of = dialect.identifier(table) }: PrintTarget & { of?: Fragment },
): Fragment {
  const guard = ifNotExists && dialect.ifNotExists.index ? sql`IF NOT EXISTS ` : NOTHING
  const using = method === undefined ? NOTHING : sql` USING ${word(method)}`
  const as = type === undefined ? NOTHING : sql` TYPE ${word(type)}`
  return sql`CREATE INDEX ${guard}${dialect.identifier(name)} ON ${of}${using} (${join(terms, sql`, `)})${as}`
}

/** The statement that makes an index of a table that is there. */
export function createIndex(index: IndexDefinition, target: PrintTarget): string {
  checkTarget(target)
  return text(printIndex(index, target))
}

/** The same for a table under another name, such as one with its schema. */
export const createIndexOf = (index: IndexDefinition, target: PrintTarget, of: Fragment): string =>
  text(printIndex(index, { ...target, of }))

/** The statement that adds a column to a table that is there. */
export function addColumn(
  column: ColumnDefinition,
  target: PrintTarget & { readonly table: string },
): string {
  checkTarget(target)
  const { dialect, table, ifNotExists = false } = target
  const guard = ifNotExists && dialect.ifNotExists.column ? sql`IF NOT EXISTS ` : NOTHING
  return text(
    sql`ALTER TABLE ${dialect.identifier(table)} ADD COLUMN ${guard}${printColumn(column, dialect)}`,
  )
}
