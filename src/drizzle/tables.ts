/** What Drizzle says of a table, in one way for its dialects. */

import { type Column, getTableColumns, is, type SQL, Table } from 'drizzle-orm'
import { toCamelCase, toSnakeCase } from 'drizzle-orm/casing'
import { MySqlTable, getTableConfig as mysqlConfig } from 'drizzle-orm/mysql-core'
import { PgTable, getTableConfig as postgresConfig } from 'drizzle-orm/pg-core'
import { SQLiteTable, getTableConfig as sqliteConfig } from 'drizzle-orm/sqlite-core'
import type { IndexFacts, IndexKey } from '../check/facts.ts'
import { describe } from '../error/describe.ts'

export type Casing = 'snake_case' | 'camelCase'

export type DrizzleDialect = 'postgres' | 'mysql' | 'sqlite'

/** A column, and the property by which programs name it. */
export interface Property {
  readonly property: string
  /** Its name in the database. */
  readonly name: string
  readonly column: Column
}

export interface DrizzleFacts {
  readonly dialect: DrizzleDialect
  readonly schema: string | undefined
  readonly name: string
  readonly properties: readonly Property[]
  readonly primaryKey: readonly string[]
  readonly uniques: readonly (readonly string[])[]
  readonly indexes: readonly IndexFacts[]
}

/** A column as indexes and constraints name it. */
interface Named {
  readonly name?: string | undefined
  readonly keyAsName: boolean
}

interface Config {
  readonly name: string
  readonly schema?: string | undefined
  readonly columns: readonly Column[]
  readonly primaryKeys: readonly { readonly columns: readonly Column[] }[]
  readonly uniqueConstraints: readonly { readonly columns: readonly Column[] }[]
  readonly indexes: readonly { readonly config: IndexConfig }[]
}

interface IndexConfig {
  readonly name?: string | undefined
  readonly unique?: boolean | undefined
  /** Columns and expressions. */
  readonly columns: readonly object[]
  readonly where?: SQL | undefined
  /** PostgreSQL's and MySQL's word for the method. */
  readonly method?: string | undefined
  readonly using?: string | undefined
}

/** An expression or a condition: what it says does not matter here. */
const UNREAD = ''

const CASINGS: Readonly<Record<Casing, (name: string) => string>> = {
  snake_case: toSnakeCase,
  camelCase: toCamelCase,
}

function configOf(table: unknown): readonly [dialect: DrizzleDialect, config: Config] {
  if (is(table, PgTable)) return ['postgres', postgresConfig(table)]
  if (is(table, MySqlTable)) return ['mysql', mysqlConfig(table)]
  if (is(table, SQLiteTable)) return ['sqlite', sqliteConfig(table)]
  throw new TypeError(
    `tamis/drizzle: expected a table of pgTable, mysqlTable or sqliteTable, received ${kindOf(table)}`,
  )
}

/** What Drizzle calls the kind of its objects: `SingleStoreTable`, `PgView`. */
function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return describe(value)
  // A view is a proxy, whose constructor is a column that it does not have.
  const made = Reflect.getPrototypeOf(value)?.constructor ?? {}
  const kind: unknown = Reflect.get(made, Symbol.for('drizzle:entityKind'))
  return typeof kind === 'string' ? `a ${kind}` : describe(value)
}

const isAlias = (table: object): boolean =>
  Reflect.get(table, Symbol.for('drizzle:IsAlias')) === true

export function factsOf(table: unknown, casing: Casing | undefined): DrizzleFacts {
  const [dialect, config] = configOf(table)
  if (!is(table, Table)) throw new TypeError('tamis/drizzle: expected a table')
  if (isAlias(table)) {
    throw new TypeError(
      'tamis/drizzle: expected a table, received an alias of one; give the table itself, and its alias to compileQuery',
    )
  }
  const nameOf = ({ name = UNREAD, keyAsName }: Named): string =>
    keyAsName && casing !== undefined ? CASINGS[casing](name) : name
  const namesOf = ({ columns }: { readonly columns: readonly Named[] }) => columns.map(nameOf)
  const keyIn = (each: object): IndexKey =>
    isNamed(each)
      ? { column: nameOf(each), direction: directionOf(each) }
      : { expression: UNREAD, direction: 'asc' }

  const inline = config.columns.filter(({ primary }) => primary).map(nameOf)
  const [primary] = config.primaryKeys
  const primaryKey = primary === undefined ? inline : namesOf(primary)
  const indexes = config.indexes.map(({ config: own }): IndexFacts => {
    const { name = UNREAD, unique = false, where, method, using } = own
    return {
      name,
      keys: own.columns.map(keyIn),
      unique,
      method: method ?? using ?? 'btree',
      ...(where === undefined ? {} : { where: UNREAD }),
    }
  })
  const constraints = [
    ...config.columns.filter(({ isUnique }) => isUnique).map((column) => [nameOf(column)]),
    ...config.uniqueConstraints.map(namesOf),
  ]
  return {
    dialect,
    schema: config.schema,
    name: config.name,
    properties: Object.entries(getTableColumns(table)).map(([property, column]) => ({
      property,
      name: nameOf(column),
      column,
    })),
    primaryKey,
    uniques: [
      ...constraints,
      ...indexes
        .filter(({ unique, where }) => unique && where === undefined)
        .map(({ keys }) => keys.map(({ column = UNREAD }) => column)),
    ],
    indexes: [
      ...[primaryKey, ...constraints].filter((columns) => columns.length > 0).map(indexOn),
      ...indexes,
    ],
  }
}

const isNamed = (key: object): key is Named => 'name' in key && 'keyAsName' in key

/** The index that a key or a unique constraint has. */
const indexOn = (columns: readonly string[]): IndexFacts => ({
  name: UNREAD,
  keys: columns.map((column) => ({ column, direction: 'asc' })),
  unique: true,
  method: 'btree',
})

const directionOf = (key: object): IndexKey['direction'] => {
  const config: unknown = Reflect.get(key, 'indexConfig')
  const isDescending =
    typeof config === 'object' && config !== null && Reflect.get(config, 'order') === 'desc'
  return isDescending ? 'desc' : 'asc'
}
