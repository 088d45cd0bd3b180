/** The parts of a list that asks a database over the project's connection of Drizzle. */

import type { DrizzleConnection, DrizzleTable } from './init-drizzle.ts'

/** How the rows of a statement come, and how a connection ends. */
interface Asking {
  readonly rows: 'all' | 'execute.rows' | 'execute[0]'
  readonly end?: 'end' | 'close'
}

/**
 * The drivers below Drizzle with which a statement of tamis finds what it should. postgres.js is not
 * among them: it encodes JSON a second time, and turns timestamps into Dates.
 */
const DRIVERS: ReadonlyMap<string, Asking> = new Map([
  ['node-postgres', { rows: 'execute.rows', end: 'end' }],
  ['neon-serverless', { rows: 'execute.rows', end: 'end' }],
  ['neon-http', { rows: 'execute.rows' }],
  ['vercel-postgres', { rows: 'execute.rows' }],
  ['pglite', { rows: 'execute.rows', end: 'close' }],
  ['mysql2', { rows: 'execute[0]', end: 'end' }],
  ['better-sqlite3', { rows: 'all', end: 'close' }],
  ['libsql', { rows: 'all', end: 'close' }],
])

/** Whether the list can ask over a connection. */
export const isSupported = ({ driver }: DrizzleConnection): boolean => DRIVERS.has(driver)

const BY_ENGINE: Readonly<Record<DrizzleTable['engine'], Asking>> = {
  pg: { rows: 'execute.rows' },
  mysql: { rows: 'execute[0]' },
  sqlite: { rows: 'all' },
}

/** A connection as a list imports it; where none was found, the user is to name it. */
export interface DrizzleDb {
  readonly engine: DrizzleTable['engine']
  readonly found?: { readonly from: string; readonly name: string; readonly driver: string }
}

const askingOf = ({ engine, found }: DrizzleDb): Asking =>
  (found === undefined ? undefined : DRIVERS.get(found.driver)) ?? BY_ENGINE[engine]

/** The line that the user replaces by an import. */
export const STAND_IN = 'const db = undefined'

const STAND_IN_TYPES: Readonly<Record<Asking['rows'], string>> = {
  all: '{ all<T>(query: SQL): Promise<T[]> }',
  'execute.rows': '{ execute<T>(query: SQL): Promise<{ rows: T[] }> }',
  'execute[0]': '{ execute(query: SQL): Promise<[unknown, unknown]> }',
}

/** The import of the connection, if it was found. */
export function importOf({ found }: DrizzleDb): string {
  if (found === undefined) return ''
  const name = found.name === 'db' ? 'db' : `${found.name} as db`
  return `import { ${name} } from ${JSON.stringify(found.from)}\n`
}

/** The call that finds the records of a statement. */
function callOf(rows: Asking['rows'], isTyped: boolean): string {
  const row = isTyped ? '<Row>' : ''
  if (rows === 'all') return `db.all${row}(toDrizzle(statement))`
  if (rows === 'execute.rows') return `(await db.execute${row}(toDrizzle(statement))).rows`
  const records = '(await db.execute(toDrizzle(statement)))[0]'
  return isTyped ? `${records} as unknown as Row[]` : records
}

/** What a list asks over the connection by: `recordsOf(statement)`. */
export function drizzleAsking(db: DrizzleDb, isTyped: boolean): string {
  const { rows } = askingOf(db)
  const standIn = `// To do: put an import of your connection in the place of the next line: import { db } from '../db.js'
${STAND_IN}${isTyped ? ` as unknown as ${STAND_IN_TYPES[rows]}` : ''}

`
  return `${db.found === undefined ? standIn : ''}${isTyped ? 'type Row = Record<string, unknown>\n\n' : ''}/** A statement for Drizzle, which makes a list of an array that is no \`param\`. */
const toDrizzle = ({ strings, params }${isTyped ? ': CompiledFilter' : ''}) =>
  sql(strings, ...params.map((value) => sql.param(value)))

const recordsOf = async (statement${isTyped ? ': CompiledFilter' : ''}) =>
  ${callOf(rows, isTyped)}
`
}

/** How a test ends the connection, so that its process can exit. */
export function endOf(db: DrizzleDb): string | undefined {
  const { end } = askingOf(db)
  return db.found === undefined || end === undefined ? undefined : `db.$client.${end}()`
}
