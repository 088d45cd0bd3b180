import type { Dialect } from '../dialect/dialect.ts'
import { quote } from '../error/describe.ts'
import { isPlainObject } from '../kinds/objects.ts'
import type { FieldsOf, Schema } from '../parse/schema.ts'
import { relationsOf } from '../parse/scopes.ts'
import type { Mapping } from '../schema/mapping.ts'
import { addForeignKey, printTable } from './table.ts'
import { tableOf } from './table-of.ts'
import { checkTarget } from './target.ts'

type Schemas = Readonly<Record<string, Schema>>

/** Where the tables of related schemas are made. */
export interface CreateTablesTarget<S extends Schemas = Schemas> {
  readonly dialect: Dialect<unknown>
  /** The mapping of each schema, by its name; without one, each field is in the column of its name. */
  readonly mappings?: { readonly [N in keyof S]?: Mapping<FieldsOf<S[N]>> | undefined } | undefined
  /** Extensions of the database to use where they serve, as `createTable` takes them. */
  readonly extensions?: readonly string[] | undefined
  /** Whether to-one relations are foreign keys; they are, if nothing is said. */
  readonly foreignKeys?: boolean | undefined
}

/**
 * The statements that make the tables of related schemas, each under the name of its schema, in an
 * order in which foreign keys can be made: what a table refers to stands before it. Where tables refer
 * to each other in a circle, the last foreign key is added behind them.
 *
 * @throws TypeError where a mapping or an option is wrong, and in DuckDB, which adds no foreign keys to
 * tables that are there, for such a circle.
 * @example
 * for (const text of createTables({ customers, orders }, { dialect: postgres })) await db.query(text)
 */
export function createTables<S extends Schemas>(
  schemas: S,
  target: CreateTablesTarget<NoInfer<S>>,
): string[] {
  if (!isPlainObject(schemas)) throw new TypeError('tamis: expected an object of schemas by name')
  checkTarget(target)
  const { dialect, mappings = {}, extensions, foreignKeys = true } = target
  const made = new Set<string>()
  const statements: string[] = []
  const later: string[] = []
  for (const table of inOrder(schemas)) {
    const mapping = (mappings as Readonly<Record<string, Mapping | undefined>>)[table]
    const whole = tableOf(schemas[table] as Schema, {
      dialect,
      table,
      mapping,
      extensions,
      foreignKeys,
    })
    made.add(table)
    const isThere = ({ relation }: { readonly relation: string }) => {
      const to = targetOf(schemas[table] as Schema, relation)
      return to === undefined || made.has(to) || !Object.hasOwn(schemas, to)
    }
    const isNamedBefore = dialect.foreignKeys?.toLater === 'named'
    const now = whole.foreignKeys.filter((key) => isNamedBefore || isThere(key))
    statements.push(...printTable({ ...whole, foreignKeys: now }, { dialect }))
    for (const key of whole.foreignKeys) {
      if (now.includes(key)) continue
      if (dialect.foreignKeys?.toLater === undefined) {
        throw new TypeError(
          `tamis: ${dialect.name}: the foreign key of ${quote(`${table}.${key.relation}`)} cannot be added to a table that is there, and its tables refer to each other; say foreignKeys: false`,
        )
      }
      later.push(addForeignKey(key, { dialect, table }))
    }
  }
  // An extension is installed once.
  return [...new Set([...statements, ...later])]
}

const targetOf = (schema: Schema, relation: string): string | undefined =>
  relationsOf(schema)
    ?.links()
    .references.find(({ name }) => name === relation)?.target

/** The names of the schemas, each behind those that its to-one relations lead to. */
function inOrder(schemas: Schemas): readonly string[] {
  const seen = new Set<string>()
  const order: string[] = []
  const visit = (name: string): void => {
    const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined
    if (schema === undefined || seen.has(name)) return
    seen.add(name)
    for (const { target } of relationsOf(schema)?.links().references ?? []) visit(target)
    order.push(name)
  }
  for (const name of Object.keys(schemas)) visit(name)
  return order
}
