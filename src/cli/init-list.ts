/** The module of a list: from a query string to a page. */

import type { ListKey } from './init-drizzle.ts'
import { type DrizzleDb, drizzleAsking, importOf, STAND_IN } from './init-drizzle-list.ts'
import { type Project, routeOf } from './init-project.ts'
import type { Source } from './init-source.ts'
import { answers, asking, driverImport, exact, SAMPLE_ROWS } from './init-templates.ts'

/** From the query string to a checked query, and what else `list` does. */
const answer = (
  schema: string,
  rest: string,
  project: Project,
  comment: string,
): string => `${exact(project.isTypeScript)}
${comment}
export async function list(search${project.isTypeScript ? ': string' : ''}) {
  const query = safeParseQueryString(${schema}, search, { relaxed: true })
  if (!query.ok) return { status: 400, body: { name: 'FilterError', issues: query.issues } }
${rest}}
`

/** The comment of a list whose rows are told apart by a key. */
function answersOf({ name, isBigint }: ListKey, project: Project): string {
  // Encoded, a name cannot end the comment.
  const written = encodeURIComponent(name)
  return answers(routeOf(project), `{"${written}":${isBigint ? 1 : '"…"'}}`, `-${written}`)
}

/** What clients may see of the rows. */
const SEEN = `// Rows go to clients as they are selected: without hidden fields.
const { fields, wildcards } = clientSchema(schema)
const select = [...fields.keys(), ...wildcards.keys()]
const read = readRow(schema, target)
`

const FOUND = `  const records = await recordsOf(
    compileQuery(query.value, { ...target, select, lookAhead: true }),
  )
  // A count reads every row that matches: clients ask for it by count=true.
  const [counted] = query.value.count ? await recordsOf(compileCount(query.value, target)) : []
  const total = counted === undefined ? undefined : Number(counted.total)
  return { status: 200, body: pageOf(query.value, records.map(read), { total }) }
`

const ofMemory = (from: string, project: Project): string => `import { runQuery } from 'tamis'
import { safeParseQueryString } from 'tamis/text'
import { people } from '${from}'

${SAMPLE_ROWS}
${answer('people', '  return { status: 200, body: runQuery(query.value, rows) }\n', project, answers(routeOf(project), '{"role":"admin"}', '-created_at'))}`

function ofTable(
  { schema, table, driver }: Extract<Source, { of: 'table' }>,
  from: string,
  project: Project,
  key: ListKey,
): string {
  const { dialect } = driver
  const { isTypeScript: isTyped } = project
  return `${driverImport(driver, isTyped)}import { clientSchema, compileCount, compileQuery, pageOf, readRow } from 'tamis'
import { ${dialect} } from 'tamis/${dialect}'
import { safeParseQueryString } from 'tamis/text'
import { ${schema === 'schema' ? 'schema' : `${schema} as schema`}, mapping } from '${from}'

const target = { dialect: ${dialect}, table: ${tableText(table)}, mapping }
${SEEN}${asking(driver, isTyped)}
${answer('schema', FOUND, project, answersOf(key, project))}`
}

/** `app.people` is a table of the schema `app`. */
function tableText(table: string): string {
  const at = table.indexOf('.')
  if (at === -1) return JSON.stringify(table)
  const [schema, name] = [table.slice(0, at), table.slice(at + 1)]
  return `{ schema: ${JSON.stringify(schema)}, name: ${JSON.stringify(name)} }`
}

function ofDrizzle(
  { driver, db }: Extract<Source, { of: 'drizzle' }>,
  from: string,
  project: Project,
  key: ListKey,
  path: string,
): string {
  const { isTypeScript: isTyped } = project
  const comment = answersOf(key, project)
  if (driver !== undefined) {
    return `${driverImport(driver, isTyped)}import { clientSchema, compileCount, compileQuery, pageOf, readRow } from 'tamis'
import { safeParseQueryString } from 'tamis/text'
import { schema, target } from '${from}'

${SEEN}${asking(driver, isTyped)}
${answer('schema', FOUND, project, comment)}`
  }
  const types = isTyped ? 'type CompiledFilter, ' : ''
  const sqlType = isTyped && db.found === undefined ? 'type SQL, ' : ''
  return withLine(
    path,
    `import { ${sqlType}sql } from 'drizzle-orm'
import { ${types}clientSchema, compileCount, compileQuery, pageOf, readRow } from 'tamis'
import { safeParseQueryString } from 'tamis/text'
${importOf(db)}import { schema, target } from '${from}'

${drizzleAsking(db, isTyped)}
${SEEN}
${answer('schema', `${unconnected(db)}${FOUND}`, project, comment)}`,
  )
}

const PLACE = 'PLACE_OF_DB'

/** Until the user has named the connection, the list says where. */
const unconnected = ({ found }: DrizzleDb): string =>
  found === undefined
    ? `  if (db === undefined) {
    return { status: 501, body: { message: '${PLACE}: import your connection of Drizzle there' } }
  }
`
    : ''

/** The line of a list that the user is to replace, if there is one. */
export function lineToReplace(text: string): number | undefined {
  const at = text.split('\n').findIndex((line) => line.startsWith(STAND_IN))
  return at === -1 ? undefined : at + 1
}

const withLine = (path: string, text: string): string =>
  text.replace(PLACE, `${path}, line ${lineToReplace(text)}`)

/** The list's text. `path` is its file, for messages. */
export function listFile(source: Source, project: Project, key: ListKey, path: string): string {
  const { importExtension } = project
  const from = `./schema${importExtension}`
  if (source.of === 'memory') return ofMemory(from, project)
  if (source.of === 'table') return ofTable(source, from, project, key)
  return ofDrizzle(source, from, project, key, path)
}
