import type { Dialect } from '../dialect/dialect.ts'
import { type Fragment, sql } from '../dialect/fragment.ts'

/** A table and the schema that it is in; in MySQL, MariaDB and ClickHouse the database. */
export interface TableName {
  readonly schema?: string | undefined
  readonly name: string
}

/** A table: a text is one name, which is quoted as a whole. */
export type TableRef = string | TableName

const nameIn = (table: TableRef): string => (typeof table === 'string' ? table : table.name)

/** A table in FROM. */
export class TableSource {
  /** The name to put before columns. */
  readonly qualifier: string
  /** The table's own name, whatever its alias. */
  readonly name: string
  readonly hasAlias: boolean
  readonly #table: TableRef

  constructor(table: TableRef, alias?: string) {
    this.#table = table
    this.name = nameIn(table)
    this.qualifier = alias ?? this.name
    this.hasAlias = alias !== undefined
  }

  /** A text that is different for each table and alias. */
  get key(): string {
    if (typeof this.#table === 'string' && !this.hasAlias) return this.#table
    const { schema, name } =
      typeof this.#table === 'string' ? { schema: undefined, name: this.#table } : this.#table
    return JSON.stringify([schema, name, this.hasAlias ? this.qualifier : null])
  }

  /** As it stands in FROM. */
  in({ identifier }: Pick<Dialect<unknown>, 'identifier'>): Fragment {
    const table = tableFragment({ identifier }, this.#table)
    return this.hasAlias ? sql`${table} AS ${identifier(this.qualifier)}` : table
  }
}

/** The quoted name of a table. */
export function tableFragment(
  { identifier }: Pick<Dialect<unknown>, 'identifier'>,
  table: TableRef,
): Fragment {
  if (typeof table === 'string' || table.schema === undefined) return identifier(nameIn(table))
  return sql`${identifier(table.schema)}.${identifier(table.name)}`
}
