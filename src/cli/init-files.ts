/** The files that `tamis init` writes. */

import type { Project } from './init-project.ts'
import {
  ANSWER,
  ASKING,
  asking,
  type Driver,
  drizzleSchema,
  ENDPOINTS,
  EXACT,
  IMPORTS,
  SAMPLE_ROWS,
  SAMPLE_SCHEMA,
} from './init-templates.ts'

/** Where the rows of the list are. */
export type Source =
  | { readonly of: 'memory' }
  /** A table of a database, as `tamis introspect` prints its module. */
  | {
      readonly of: 'table'
      readonly module: string
      /** The name that the module exports the schema by. */
      readonly schema: string
      readonly table: string
      readonly driver: Driver
    }
  | {
      readonly of: 'drizzle'
      /** How the module of the table is imported, and the table's name there. */
      readonly from: string
      readonly table: string
      readonly driver: Driver | undefined
    }

/** The types that TypeScript needs in code that is otherwise the same. */
const typed = (code: string, { isTypeScript }: Project): string =>
  isTypeScript
    ? code
        .replaceAll(
          /(list|get = |get = async |page = async )\(search\)( =>| \{)/g,
          '$1(search: string)$2',
        )
        .replaceAll(') => JSON.parse', '): Promise<Page> => JSON.parse')
        .replaceAll('const page =', `${PAGE}\nconst page =`)
        .replaceAll('toJson = (body)', 'toJson = (body: unknown)')
        .replaceAll('GET(request)', 'GET(request: Request)')
        .replaceAll('({ text, params })', '({ text, params }: Statement): Promise<Row[]>')
        .replaceAll(
          'const recordsOf = async',
          `${STATEMENT}\n${rowType(code)}const recordsOf = async`,
        )
        .replaceAll(
          '(await pool.query(text, [...params]))[0]',
          '(await pool.query<Row[]>(text, [...params]))[0]',
        )
        .replaceAll('.all(...params)', '.all(...params) as Row[]')
        .replaceAll(
          'import { createPool } from',
          'import { createPool, type RowDataPacket as Row } from',
        )
    : code

const STATEMENT = `type Statement = { readonly text: string; readonly params: readonly unknown[] }`

/** mysql2 has a type for rows. */
const rowType = (code: string): string =>
  code.includes("'mysql2/promise'") ? '' : 'type Row = Record<string, unknown>\n'

const PAGE =
  'type Page = { items: Record<string, unknown>[]; next?: string; issues?: { code: string }[] }'

/** The list: from a query string to a page. */
function listFile(source: Source, project: Project): string {
  const from = `./schema${project.importExtension}`
  const { driver } = { driver: undefined, ...source }
  if (driver === undefined) {
    const name = source.of === 'drizzle' ? 'schema' : 'people'
    const rows =
      source.of === 'drizzle'
        ? `/** In the place of a database: rows that Drizzle selected, each made by \`rowOf\`. */\nconst rows${project.isTypeScript ? ': Row<typeof schema>[]' : ''} = []\n`
        : SAMPLE_ROWS
    const row = source.of === 'drizzle' && project.isTypeScript ? 'type Row, ' : ''
    return `import { ${row}runQuery } from 'tamis'
import { safeParseQueryString } from 'tamis/text'
import { ${name} } from '${from}'

${rows}
${EXACT}
${ANSWER}
export async function list(search) {
  const query = safeParseQueryString(${name}, search, { relaxed: true })
  if (!query.ok) return { status: 400, body: { issues: query.issues } }
  return { status: 200, body: runQuery(query.value, rows) }
}
`
  }
  const { dialect } = driver
  const isTable = source.of === 'table'
  const name = source.of === 'table' ? source.schema : 'schema'
  const imported = isTable ? `${name}, mapping` : 'schema, target'
  const own = isTable
    ? `const target = { dialect: ${dialect}, table: ${tableText(source.table)}, mapping }\n`
    : ''
  return `${IMPORTS[driver.packageName]}
import { compileQuery, pageOf, readRow } from 'tamis'
${isTable ? `import { ${dialect} } from 'tamis/${dialect}'\n` : ''}import { safeParseQueryString } from 'tamis/text'
import { ${imported} } from '${from}'

${own}const read = readRow(${name}, target)
${asking(driver)}
${EXACT}
${ANSWER}
export async function list(search) {
  const query = safeParseQueryString(${name}, search, { relaxed: true })
  if (!query.ok) return { status: 400, body: { issues: query.issues } }
  const records = await recordsOf(compileQuery(query.value, { ...target, lookAhead: true }))
  return { status: 200, body: pageOf(query.value, records.map(read)) }
}
`
}

/** `app.people` is a table of the schema `app`. */
function tableText(table: string): string {
  const at = table.indexOf('.')
  if (at === -1) return JSON.stringify(table)
  const [schema, name] = [table.slice(0, at), table.slice(at + 1)]
  return `{ schema: ${JSON.stringify(schema)}, name: ${JSON.stringify(name)} }`
}

function testFile(project: Project, key: string, hasDatabase: boolean): string {
  const { framework = 'none', importExtension, usesVitest } = project
  const name = /^[\w.]+$/.test(key) ? `'${key}'` : JSON.stringify(key)
  // Within quotes of the other kind.
  const asked = encodeURIComponent(key).replaceAll("'", '%27')
  const runner = usesVitest
    ? "import assert from 'node:assert/strict'\nimport { afterAll as after, test } from 'vitest'"
    : "import assert from 'node:assert/strict'\nimport { after, test } from 'node:test'"
  const once = framework === 'express' ? "import { once } from 'node:events'\n" : ''
  const close = hasDatabase ? `import { close } from './list${importExtension}'\n` : ''
  return `${runner}
${once}${ASKING[framework](`./endpoint${importExtension}`).replace('\n\n', `\n${close}\n`)}
const page = async (search) => JSON.parse(await (await get(search)).text())

after(async () => {
  await end()${hasDatabase ? '\n  await close()' : ''}
})

test('a page leads to the next one', async () => {
  const first = await page('?sort=${asked}&limit=1')
  assert.ok(first.items.length <= 1)
  if (first.next === undefined) return
  const search = new URLSearchParams({ sort: ${name}, limit: '1', next: first.next })
  const second = await page(\`?\${search}\`)
  assert.equal(second.items.length, 1)
  assert.notDeepEqual(second.items, first.items)
})

test('a filter selects rows', async () => {
  const [row] = (await page('?limit=1')).items
  if (row === undefined) return
  const filter = JSON.stringify({ ${name}: { $eq: row[${name}] } })
  assert.deepEqual((await page(\`?\${new URLSearchParams({ filter })}\`)).items, [row])
})

test('what is no field is refused', async () => {
  const search = '?filter={"nope":1}'
  assert.equal((await get(search)).status, 400)
  assert.equal((await page(search)).issues?.[0]?.code, 'unknown_field')
})
`
}

function packageFile({ isTypeScript }: Project): string {
  const test = isTypeScript ? 'node --import tsx --test' : 'node --test'
  return `${JSON.stringify({ private: true, type: 'module', scripts: { test } }, null, 2)}\n`
}

/** A file, by its path from the project's folder. */
export interface InitFile {
  readonly path: string
  readonly text: string
}

/** The files of a list, without looking at what is there. `key` is the field that identifies rows. */
export function filesOf(project: Project, source: Source, key: string): readonly InitFile[] {
  const { framework = 'none', sources, extension, importExtension, isTypeScript } = project
  const folder = sources === '' ? 'list' : `${sources}/list`
  const file = (name: string, text: string): InitFile => ({
    path: `${folder}/${name}${extension}`,
    text: typed(text, project),
  })
  const schema =
    source.of === 'memory'
      ? SAMPLE_SCHEMA
      : source.of === 'table'
        ? plain(source.module, isTypeScript)
        : drizzleSchema(source.from, source.table)
  const hasDatabase = source.of !== 'memory' && source.driver !== undefined
  return [
    ...(project.hasPackageJson ? [] : [{ path: 'package.json', text: packageFile(project) }]),
    // Names of columns may read like code that is to be typed.
    { path: `${folder}/schema${extension}`, text: schema },
    file('list', listFile(source, project)),
    file('endpoint', ENDPOINTS[framework](`./list${importExtension}`, isTypeScript)),
    file('endpoint.test', testFile(project, key, hasDatabase)),
  ]
}

/** A printed module in the project's language: its only types are constants. */
const plain = (module: string, isTypeScript: boolean): string =>
  isTypeScript ? module : module.replaceAll(/ as const(?=,?$)/gm, '')
