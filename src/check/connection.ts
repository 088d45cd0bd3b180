import type { Parameter } from '../dialect/fragment.ts'
import { describe } from '../error/describe.ts'

export type Params = readonly Parameter[] | Readonly<Record<string, Parameter>>
type Rows = readonly Record<string, unknown>[]

/**
 * Runs a statement and answers its rows as objects; what it answers to a statement without rows does
 * not count. The parameters are as the dialect makes them: a list, or for ClickHouse an object of its
 * named ones.
 */
export type Ask = (text: string, params: Params) => Promise<Rows>

type Method = (...args: readonly unknown[]) => unknown

type Has<Name extends string> = Readonly<Record<Name, Method>>

function has<Name extends string>(value: object, ...names: readonly Name[]): value is Has<Name> {
  return names.every((name) => typeof Reflect.get(value, name) === 'function')
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const isRows = (value: unknown): value is Rows => Array.isArray(value) && value.every(isObject)

/** A driver that only looks like the one that it was taken for gives something else than rows. */
function rowsOf(value: unknown, driver: string): Rows {
  if (isRows(value)) return value
  throw new TypeError(
    `tamis/check: expected rows of ${driver}, received ${describe(value)}; hand over a function (text, params) => rows`,
  )
}

const listed = (params: Params): readonly Parameter[] =>
  Array.isArray(params) ? params : Object.values(params)

/** What a pool or a connection says of its rows may differ for each statement: it is set for ours. */
const AS_OBJECTS = {
  rowsAsArray: false,
  nestTables: false,
  namedPlaceholders: false,
  metaAsArray: false,
}

/** What mariadb answers to a statement without rows, or mysql2/promise first. */
const isWritten = (answer: unknown): boolean =>
  isObject(answer) && !Array.isArray(answer) && Reflect.has(answer, 'affectedRows')

/** mysql2/promise gives [rows, columns], and mariadb rows. */
function askMysql(connection: Has<'execute'>): Ask {
  return async (sql, params) => {
    const values = [...listed(params)]
    const answer = await connection.execute({ ...AS_OBJECTS, sql, values }, values)
    const isBare = Array.isArray(answer) && answer.length === 2 && answer[1] === undefined
    if (isWritten(isBare ? answer[0] : answer)) return []
    const isPair = Array.isArray(answer) && Array.isArray(answer[0])
    return rowsOf(isPair ? answer[0] : answer, 'mysql2/promise or mariadb')
  }
}

/** better-sqlite3, node:sqlite and libsql; libsql/promise too, whose methods answer promises. */
function askSqlite(database: Has<'prepare'>): Ask {
  return async (text, params) => {
    const statement = await database.prepare(text)
    if (!isObject(statement) || !has(statement, 'all'))
      return rowsOf(statement, 'a SQLite database')
    // better-sqlite3 has another method for statements without rows.
    if (Reflect.get(statement, 'reader') === false && has(statement, 'run')) {
      await statement.run(...listed(params))
      return []
    }
    return rowsOf(await statement.all(...listed(params)), 'a SQLite database')
  }
}

function askDuckdb(connection: Has<'runAndReadAll'>): Ask {
  return async (text, params) => {
    const reader = await connection.runAndReadAll(text, listed(params))
    const rows = isObject(reader) && has(reader, 'getRowObjectsJS') && reader.getRowObjectsJS()
    return rowsOf(rows, '@duckdb/node-api')
  }
}

function askClickhouse(client: Has<'query'>): Ask {
  return async (query, params) => {
    const answer = await client.query({
      query,
      query_params: Array.isArray(params) ? {} : params,
      format: 'JSONEachRow',
    })
    const rows = isObject(answer) && has(answer, 'json') && (await answer.json())
    return rowsOf(rows, '@clickhouse/client')
  }
}

/** pg and PGlite. */
function askPostgres(client: Has<'query'>): Ask {
  return async (text, params) => {
    const answer = await client.query(text, [...listed(params)])
    return rowsOf(isObject(answer) && Reflect.get(answer, 'rows'), 'pg or PGlite')
  }
}

/**
 * A function that runs statements on a connection: a `Client` or `Pool` of pg, PGlite, a connection or
 * pool of mysql2/promise or mariadb, a database of better-sqlite3, node:sqlite or libsql, a connection
 * of `@duckdb/node-api`, or a client of `@clickhouse/client`. A function is given back as it is.
 *
 * @throws TypeError for anything else.
 */
export function askOf(connection: Ask | object): Ask {
  if (typeof connection === 'function' && !has(connection, 'unsafe')) return connection as Ask
  if (isObject(connection)) {
    if (has(connection, 'runAndReadAll')) return askDuckdb(connection)
    // mysql2 without promises gives a connection with promises.
    if (has(connection, 'promise', 'query')) return askOf(connection.promise() as object)
    // Connections of MySQL prepare statements too.
    if (has(connection, 'execute', 'query')) return askMysql(connection)
    if (has(connection, 'prepare')) return askSqlite(connection)
    if (has(connection, 'query', 'insert', 'command')) return askClickhouse(connection)
    if (has(connection, 'query', 'connect') || has(connection, 'query', 'exec')) {
      return askPostgres(connection)
    }
  }
  throw new TypeError(
    `tamis/check: unknown connection, received ${describe(connection)}; known: pg, PGlite, mysql2, mariadb, better-sqlite3, node:sqlite, libsql, @duckdb/node-api, @clickhouse/client; for another, hand over a function (text, params) => rows`,
  )
}
