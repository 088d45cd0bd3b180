/** Libraries that write SQL, each by the spelling that it documents, with SQLite. */

import Database from 'libsql'
import type { FieldSpec, Row } from '../../test/conformance/suite.ts'
import { type Tree, translated } from './filter-tree.ts'
import {
  fillTable,
  type Library,
  load,
  recordsOf,
  refuseWords,
  requireColumns,
  stored,
  tableOf,
} from './peer-library.ts'
import { Unsupported } from './protocol.ts'

export const IN_SQL: Readonly<Record<string, Library>> = {
  async '@ucast/sql'() {
    const { createSqlInterpreter, allInterpreters, pg } = await load('@ucast/sql')
    const { MongoQueryParser, allParsingInstructions } = await load('@ucast/mongo')
    const parser = new MongoQueryParser(allParsingInstructions)
    const interpret = createSqlInterpreter(allInterpreters)
    const options = { ...pg, paramPlaceholder: () => '?', joinRelation: () => false }
    return (suite) => {
      const db = tableOf(suite)
      return (filter) => {
        const [sql, params] = interpret(parser.parse(filter), options)
        return db.prepare(`SELECT id FROM t WHERE ${sql}`).all(...params.map(stored)) as Row[]
      }
    }
  },
  async '@feathersjs/knex'() {
    const { default: knex } = await load('knex')
    const { KnexService } = await load('@feathersjs/knex')
    const BetterSqlite3 = await load('knex/lib/dialects/better-sqlite3/index.js')
    // libsql has the interface of better-sqlite3, and comes without a compiler.
    class Client extends BetterSqlite3 {
      _driver() {
        return Database
      }
    }
    return async (suite) => {
      requireColumns(suite)
      const connection = { filename: ':memory:' }
      const Model = knex({ client: Client, connection, useNullAsDefault: true })
      const db = await Model.client.acquireConnection()
      fillTable(db, suite)
      await Model.client.releaseConnection(db)
      const service = new KnexService({ Model, name: 't' })
      return async (filter) => {
        refuseWords(filter, ['$nor', '$not', '$exists'])
        return service.find({ query: withoutEq(filter), paginate: false })
      }
    }
  },
  async '@mikro-orm/libsql'() {
    const { EntitySchema, MikroORM } = await load('@mikro-orm/libsql')
    return async (suite) => {
      const names = requireColumns(suite)
      const { fields } = suite.schema
      const propertyOf = (name: string, { kind }: FieldSpec) => {
        const type = ENTITY_TYPES[kind]
        return [name, name === 'id' ? { type, primary: true } : { type, nullable: true }]
      }
      const properties = Object.fromEntries(names.map((name) => propertyOf(name, fields[name]!)))
      const Entity = new EntitySchema({ name: 'Entry', tableName: 't', properties })
      const orm = await MikroORM.init({
        entities: [Entity],
        dbName: ':memory:',
        discovery: { warnWhenNoEntities: false },
      })
      await orm.schema.createSchema()
      const records = recordsOf(suite, names)
      const data = records.map((record) => Object.fromEntries(names.map((n, i) => [n, record[i]])))
      await orm.em.fork().insertMany('Entry', data)
      return async (filter) => {
        const found = await orm.em.fork().find('Entry', translated(filter, WHERE))
        return found.map(({ id }: Row) => ({ id }))
      }
    }
  },
}

const ENTITY_TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'boolean',
  integer: 'integer',
  number: 'double',
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Changes the entries of all objects in a filter. */
const changed = (
  value: unknown,
  change: (key: string, value: unknown) => readonly [string, unknown],
): unknown => {
  if (Array.isArray(value)) return value.map((each) => changed(each, change))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => change(key, changed(each, change))),
  )
}

/** Feathers spells equality as the value itself. */
const withoutEq = (filter: unknown): unknown =>
  changed(filter, (key, value) => {
    if (!isObject(value) || !Object.hasOwn(value, '$eq')) return [key, value]
    if (Object.keys(value).length > 1) throw new Unsupported('no $eq beside another operator')
    return [key, value.$eq]
  })

/** MikroORM has $not around a condition, not within that of a field, and no $nor. */
const WHERE: Tree<object> = {
  and: ($and) => ({ $and }),
  or: ($or) => ({ $or }),
  not: ($not) => ({ $not }),
  leaf: (field, operator, operand) => ({
    [field]: operator === '$eq' ? operand : { [operator]: operand },
  }),
}
