/**
 * Answers with another library: `tsx conformance/runners/peer.ts sift`. The libraries are installed by
 * `npm run conformance:peers`.
 */

import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import Database from 'libsql'
import type { FieldSpec, Row } from '../../test/conformance/suite.ts'
import { type Given, serve, Unsupported } from './protocol.ts'

const PEERS = new URL('../peers/', import.meta.url)
const require = createRequire(new URL('package.json', PEERS))

// biome-ignore lint/suspicious/noExplicitAny: the libraries are not installed when types are checked.
const load = async (name: string, entry = name): Promise<any> => {
  try {
    return require(name)
  } catch {
    return import(pathToFileURL(require.resolve(entry)).href)
  }
}

/** Finds the rows of a filter. */
type Find = (filter: unknown) => readonly Row[] | Promise<readonly Row[]>

/** Gives fresh rows each time: some libraries write into them. */
const copied = (rows: readonly Row[]): Row[] => structuredClone([...rows])

const LIBRARIES: Readonly<Record<string, () => Promise<(suite: Given) => Find | Promise<Find>>>> = {
  async sift() {
    const { default: sift } = await load('sift')
    return ({ rows }) =>
      (filter) =>
        rows.filter(sift(filter))
  },
  async mingo() {
    const { Query } = await load('mingo')
    return ({ rows }) =>
      (filter) => {
        const query = new Query(filter)
        return rows.filter((row) => query.test(row))
      }
  },
  async '@ucast/mongo2js'() {
    const { guard } = await load('@ucast/mongo2js')
    return ({ rows }) =>
      (filter) =>
        rows.filter(guard(filter))
  },
  async lokijs() {
    const Loki = await load('lokijs')
    return ({ rows }) => {
      const collection = new Loki('cases').addCollection('rows')
      collection.insert(copied(rows))
      return (filter) => {
        refuseWords(filter, ['$nor'])
        return collection.find(filter)
      }
    }
  },
  async minimongo() {
    // What its collections ask of a document: from them, an unknown operator ends the process.
    const { compileDocumentSelector } = await load('minimongo/lib/selector')
    return ({ rows }) =>
      (filter) =>
        rows.filter(compileDocumentSelector(filter))
  },
  async '@feathersjs/memory'() {
    const { memory } = await load('@feathersjs/memory')
    return async ({ rows }) => {
      const store = Object.fromEntries(copied(rows).map((row) => [row.id, row]))
      const operators = ['$not', '$nor', '$exists', '$eq']
      const filters = { $nor: true }
      const service = memory({ store, operators, filters, multi: true })
      return async (filter) => {
        try {
          return await service.find({ query: filter, paginate: false })
        } catch (error) {
          const message = error instanceof Error ? error.message : ''
          throw message.includes('Invalid query parameter') ? new Unsupported(message) : error
        }
      }
    }
  },
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
}

/** SQLite has no boolean type. */
const stored = (value: unknown): unknown => (typeof value === 'boolean' ? Number(value) : value)

const TYPES: Readonly<Record<string, readonly [type: string, column: string]>> = {
  string: ['string', 'TEXT'],
  boolean: ['boolean', 'INTEGER'],
  integer: ['number', 'INTEGER'],
  number: ['number', 'REAL'],
}

/** A table of the rows, with a column for each field; what is of another kind is NULL. */
function tableOf({ schema: { fields }, rows, otherKind }: Given): Database.Database {
  const names = Object.keys(fields)
  if (names.some((name) => name.includes('.'))) {
    throw new Unsupported('a path is a column of a related table')
  }
  const db = new Database(':memory:')
  const columnOf = (name: string, { kind }: FieldSpec) => `"${name}" ${TYPES[kind]?.[1]}`
  db.exec(`CREATE TABLE t (${names.map((name) => columnOf(name, fields[name]!)).join(', ')})`)
  const insert = db.prepare(`INSERT INTO t VALUES (${names.map(() => '?').join(', ')})`)
  for (const row of rows) {
    const isOther = otherKind.includes(row.id)
    insert.run(
      ...names.map((name) => (isOther && name !== 'id' ? null : stored(row[name] ?? null))),
    )
  }
  return db
}

/** Refuses a filter with a word that a library does not document. */
function refuseWords(filter: unknown, words: readonly string[]): void {
  if (typeof filter !== 'object' || filter === null) return
  for (const [key, value] of Object.entries(filter)) {
    if (words.includes(key)) throw new Unsupported(`no ${key}`)
    refuseWords(value, words)
  }
}

const name = process.argv[2] ?? ''
const library = LIBRARIES[name]
if (library === undefined) {
  process.stderr.write(`expected one of ${Object.keys(LIBRARIES).join(', ')}\n`)
  process.exit(2)
}
const open = await library()
await serve(async (suite) => {
  const find = await open(suite)
  return async ({ filter }) => ({ ids: (await find(filter)).map(({ id }) => id).sort() })
})
