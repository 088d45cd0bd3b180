// Longer than most files here: the options, the answer and each refusal are described beside the one function.

import type { ColumnFacts, TableFacts } from '../check/facts.ts'
import {
  type Candidate,
  fieldsOf,
  isKeyShape,
  keyOf,
  mappingOf,
  schemaOf,
} from '../check/fields.ts'
import { isSecretName } from '../check/secret-names.ts'
import type { TableName } from '../compile/table-name.ts'
import type { Dialect } from '../dialect/dialect.ts'
import { mariadb } from '../dialect/mariadb/index.ts'
import { mysql } from '../dialect/mysql/index.ts'
import { postgres } from '../dialect/postgres/index.ts'
import { sqlite } from '../dialect/sqlite/index.ts'
import { quote } from '../error/describe.ts'
import { didYouMean } from '../error/nearest.ts'
import { checkOptions } from '../error/options.ts'
import type { FieldsRow, LiteralName } from '../schema/definition.ts'
import type { Mapping } from '../schema/mapping.ts'
import { buildStructure } from '../schema/schema.ts'
import { type ColumnContext, columnFacts, type Engine } from './column-facts.ts'
import { madeOf, nameFault } from './fields.ts'
import { DRIZZLE_OPTIONS } from './options.ts'
import { rowReader } from './rows.ts'
import { type Casing, type DrizzleFacts, factsOf, type Property } from './tables.ts'
import type { DrizzleFields, DrizzleTable, PropertyOf } from './types.ts'

export interface DrizzleOptions<K extends string = string, O extends string = string> {
  /**
   * The properties to make fields of: what clients may filter by. One that no field can hold is an
   * error. By default all, without those that no field can hold.
   */
  readonly columns?: readonly K[]
  /** The properties to leave out, in the place of `columns`: no filter, no sort and no row has them. */
  readonly omit?: readonly O[]
  /** The property of the key: unique, with a value in every row. By default the primary key. */
  readonly key?: NoInfer<K>
  /** The `casing` that the database was made with: `drizzle(client, { casing: 'snake_case' })`. */
  readonly casing?: Casing
  /** Which database a `mysqlTable` is in; by default `mysql`. */
  readonly dialect?: 'mysql' | 'mariadb'
  /**
   * The collation of the table's texts, which Drizzle does not know. MySQL and MariaDB: by default
   * that of a new database, `utf8mb4_0900_ai_ci` and `utf8mb4_general_ci`. PostgreSQL: the database's;
   * where it is `C` or `C.UTF-8`, indexes serve ranges and orders of texts. SQLite has no such setting.
   */
  readonly collation?: string
}

/** What a Drizzle table makes: `schema` is for `defineSchema`; the rest is a target of queries. */
export interface FromDrizzle<T extends DrizzleTable, K extends PropertyOf<T> = PropertyOf<T>> {
  readonly schema: {
    readonly fields: DrizzleFields<T, K>
    readonly key: LiteralName<DrizzleFields<T, K>>
  }
  readonly mapping: Mapping<DrizzleFields<T, K>>
  readonly table: TableName
  readonly dialect: Dialect
  /** The columns that were left out, each with the reason, and those that may be secrets. */
  readonly warnings: readonly string[]
  /**
   * Turns a row that Drizzle selected into the row that `readRow` gives: days instead of Dates, RFC
   * 3339 text instead of what a mode `string` has, decimals as text. Properties that are not there are
   * left out.
   *
   * @throws TypeError where a Date has fewer digits of the second than the column holds, where a
   * document holds a whole number beyond 2^53, of which JSON.parse loses digits, and as `readRow` does.
   */
  readonly rowOf: (row: object) => FieldsRow<DrizzleFields<T, K>>
}

const DIALECTS: Readonly<Record<Engine, Dialect>> = { sqlite, postgres, mysql, mariadb }

const COLLATIONS: Readonly<Record<Engine, string>> = {
  sqlite: 'BINARY',
  postgres: 'default',
  mysql: 'utf8mb4_0900_ai_ci',
  mariadb: 'utf8mb4_general_ci',
}

function refuse(message: string): never {
  throw new TypeError(`tamis/drizzle: ${message}`)
}

function tableFacts(
  engine: Engine,
  own: DrizzleFacts,
  columns: readonly ColumnFacts[],
): TableFacts {
  const { schema, name, primaryKey, uniques, indexes } = own
  return {
    engine,
    version: '',
    table: { schema, name },
    kind: 'table',
    columns,
    primaryKey,
    uniques,
    indexes,
    checks: [],
    foreignKeys: [],
    zone: undefined,
    encoding: engine === 'sqlite' ? 'UTF-8' : engine === 'postgres' ? 'UTF8' : 'utf8mb4',
    settings: {},
  }
}

function unknownProperty(option: string, property: string, known: readonly Property[]): never {
  const names = known.map((each) => each.property)
  const hint = didYouMean(property, names)
  return refuse(
    `${option}: unknown property ${quote(property)}${hint === undefined ? '' : `; ${hint}`}`,
  )
}

/** The properties that were asked for, or all. */
function chosen(
  { properties }: DrizzleFacts,
  { columns, omit = [] }: DrizzleOptions,
): readonly Property[] {
  const other = omit.find((name) => properties.every(({ property }) => property !== name))
  if (other !== undefined) unknownProperty('omit', other, properties)
  if (columns === undefined) return properties.filter(({ property }) => !omit.includes(property))
  if (omit.length > 0) refuse('omit conflicts with columns')
  const unknown = columns.find((name) => properties.every(({ property }) => property !== name))
  if (unknown !== undefined) unknownProperty('columns', unknown, properties)
  return properties.filter(({ property }) => columns.includes(property))
}

function keyNamed(
  name: string,
  candidates: readonly Candidate[],
  { properties, primaryKey, uniques }: DrizzleFacts,
): Candidate {
  const found = candidates.find(({ field }) => field === name)
  if (found === undefined) {
    if (properties.every(({ property }) => property !== name)) {
      unknownProperty('key', name, properties)
    }
    return refuse(`key: ${quote(name)} is left out`)
  }
  if (!isKeyShape(found.shape)) refuse(`key: ${quote(name)} is not a scalar`)
  const isUnique = [primaryKey, ...uniques].some(
    ([first, ...more]) => first === found.column.name && more.length === 0,
  )
  // Two rows of one key have one cursor, and one of them is on no page.
  if (!isUnique) {
    refuse(
      `key: ${quote(name)} is not unique; declare the column with .unique() or .primaryKey(), or a unique index of it alone`,
    )
  }
  if (found.column.nullable) refuse(`key: ${quote(name)} may be NULL; declare it with .notNull()`)
  return found
}

function keyAmong(
  own: DrizzleFacts,
  facts: TableFacts,
  candidates: readonly Candidate[],
  isOmitted: boolean,
): Candidate {
  const found = keyOf(facts, candidates)
  if ('key' in found) return found.key
  const [only, ...others] = own.primaryKey
  const missing = own.properties.find(({ name }) => name === only && others.length === 0)
  const isThere = candidates.some(({ column }) => column.name === only)
  if (missing !== undefined && !isThere) {
    const key = quote(missing.property)
    return refuse(
      isOmitted ? `omit: ${key} is the key` : `columns: the key ${key} must be among them`,
    )
  }
  return refuse(`${found.why}; say which with key`)
}

/** The same, whatever the table. */
interface Untyped {
  readonly schema: { readonly fields: unknown; readonly key: string }
  readonly mapping: unknown
  readonly table: TableName
  readonly dialect: Dialect
  readonly warnings: readonly string[]
  readonly rowOf: (row: object) => unknown
}

/**
 * The schema and the mapping of a Drizzle table, of `pgTable`, `mysqlTable` or `sqliteTable`. A field
 * has the name of the property, and is mapped to its column: rows that Drizzle selects have the same
 * names. Fields are those that `introspect` (`tamis/check`) makes of the table in the database; where
 * Drizzle knows more, it decides: modes of integers, `enum` of texts, `mode: 'json'`, and `bigint`s.
 *
 * Without `columns`, every column of the table can be filtered by but those of `omit`, those that are
 * added later too. `warnings` names those that may be secrets.
 *
 * @throws TypeError for anything but a table of these dialects, and where no column can be the key:
 * say which with `key` where the primary key has several columns. A key is declared unique by itself,
 * and as NOT NULL.
 *
 * @example
 * ```ts
 * const { schema, ...target } = fromDrizzle(people, { columns: ['id', 'role', 'createdAt'] })
 * const own = defineSchema(schema)
 * const { text, params } = compileQuery(parseQuery(own, payload), target)
 * ```
 */
export function fromDrizzle<
  T extends DrizzleTable,
  const K extends PropertyOf<T> = PropertyOf<T>,
  const O extends PropertyOf<T> = never,
>(table: T, options?: DrizzleOptions<K, O>): FromDrizzle<T, Exclude<K, O>>
export function fromDrizzle(table: unknown, options: DrizzleOptions = {}): Untyped {
  checkOptions('tamis/drizzle', options, DRIZZLE_OPTIONS)
  const own = factsOf(table, options.casing)
  const engine = engineOf(own, options)
  const context: ColumnContext = { engine, collation: options.collation ?? COLLATIONS[engine] }
  const columns = chosen(own, options).map((each) => ({
    property: each.property,
    written: each.column,
    column: columnFacts(context, each, own.primaryKey.includes(each.name)),
  }))
  const facts = tableFacts(
    engine,
    own,
    columns.map(({ column }) => column),
  )
  const warnings: string[] = []
  const candidates = columns.flatMap(({ property, written, column }) => {
    const made = nameFault(property) ?? madeOf(written, column, facts)
    if (typeof made !== 'string') return [{ ...made, column, field: property, written }]
    if (options.columns !== undefined) refuse(`columns: ${quote(property)}: ${made}`)
    warnings.push(`${quote(property)} is left out: ${made}`)
    return []
  })
  const key =
    options.key === undefined
      ? keyAmong(own, facts, candidates, options.omit !== undefined)
      : keyNamed(options.key, candidates, own)
  for (const { field } of options.columns === undefined ? candidates : []) {
    if (isSecretName(field)) {
      warnings.push(`${quote(field)} may be a secret, and clients see it: leave it out by omit`)
    }
  }
  const fields = fieldsOf(facts, key, candidates)
  const schema = schemaOf(fields, key.field)
  const mapping = mappingOf(fields)
  const dialect = DIALECTS[engine]
  return {
    schema,
    mapping,
    table: own.schema === undefined ? { name: own.name } : { schema: own.schema, name: own.name },
    dialect,
    warnings,
    rowOf: rowReader(buildStructure(schema), { dialect, mapping }, candidates),
  }
}

function engineOf({ dialect: written }: DrizzleFacts, { dialect }: DrizzleOptions): Engine {
  if (dialect === undefined) return written
  if (written !== 'mysql') refuse(`dialect: the table is of ${written}; leave it out`)
  if (dialect !== 'mysql' && dialect !== 'mariadb') {
    refuse(`dialect: expected "mysql" or "mariadb", received ${quote(String(dialect))}`)
  }
  return dialect
}
