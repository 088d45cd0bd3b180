import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import type { Command } from 'commander'
import { Option } from 'commander'
import { introspect } from '../check/index.ts'
import { variableOf } from '../check/source.ts'
import { withConnection } from './connect.ts'
import { filesOf, type InitFile, type Source } from './init-files.ts'
import { FRAMEWORKS, type Framework, type Project, projectOf } from './init-project.ts'
import type { Driver } from './init-templates.ts'
import { Mistake, messageOf, printable } from './mistake.ts'
import { write } from './sink.ts'
import { mistakeOf, tableName } from './table.ts'
import { withoutPassword } from './users-options.ts'

interface InitCommandOptions {
  readonly dryRun?: true
  readonly framework?: Framework | 'none'
  readonly db?: string
  readonly table?: string
  readonly omit?: readonly string[]
}

const DIALECTS = { pg: 'postgres', mysql: 'mysql', sqlite: 'sqlite' } as const

/** The driver of a database, which the project has or is to install. */
function driverOf(dialect: Driver['dialect'], { dependencies }: Project): Driver {
  const url = "process.env.DATABASE_URL ?? ''"
  if (dialect === 'postgres') return { dialect, packageName: 'pg', place: url }
  if (dialect !== 'sqlite') {
    return { dialect, packageName: 'mysql2', place: `(${url}).replace(/^mariadb:/, 'mysql:')` }
  }
  const packageName = dependencies.has('better-sqlite3') ? 'better-sqlite3' : 'libsql'
  return { dialect, packageName, place: `(${url}).replace(/^file:/, '')` }
}

interface Chosen {
  readonly source: Source
  readonly key: string
  readonly notes: readonly string[]
}

async function ofTable(
  project: Project,
  url: string,
  table: string,
  omit: readonly string[] | undefined,
): Promise<Chosen> {
  const {
    source: module,
    schema: { key },
    facts,
    warnings,
  } = await withConnection(url, (ask) =>
    introspect(ask, { table: tableName(table), omit }).catch((error: unknown) => {
      throw mistakeOf(error)
    }),
  )
  const { engine } = facts
  if (engine === 'duckdb' || engine === 'clickhouse') {
    throw new Mistake(
      `${withoutPassword(url)}: init writes no list for ${engine}: see tamis introspect`,
    )
  }
  const schema = variableOf(facts.table.name)
  const driver = driverOf(engine, project)
  return {
    source: { of: 'table', module, schema, table, driver },
    key,
    notes: warnings,
  }
}

/** What the list is of: what was asked for, then a table of Drizzle's, otherwise a sample. */
async function chosen(project: Project, options: InitCommandOptions): Promise<Chosen> {
  const { table, omit } = options
  const database = options.db === undefined ? project.database?.url : options.db
  if (table !== undefined) {
    if (database === undefined) {
      throw new Mistake('--table requires --db, or DATABASE_URL in the environment or in .env')
    }
    return ofTable(project, database, table, omit)
  }
  const { drizzle } = project
  if (drizzle !== undefined) {
    const dialect = DIALECTS[drizzle.engine]
    const driver = database === undefined ? undefined : driverOf(dialect, project)
    const from = importPath(project, drizzle.file)
    const notes = [`${drizzle.file} has the table ${drizzle.name}, of which the schema is made`]
    const { key } = drizzle
    return { source: { of: 'drizzle', from, table: drizzle.name, driver }, key, notes }
  }
  const where = options.db === undefined ? project.database?.from : '--db'
  const notes =
    where === undefined
      ? []
      : [`${where} names a database: with --table, the list is of one of its tables`]
  return { source: { of: 'memory' }, key: 'id', notes }
}

/** How the schema's module imports another module of the project. */
function importPath({ sources, importExtension }: Project, file: string): string {
  const path = relative(join(sources, 'list'), file).replaceAll('\\', '/')
  return path.replace(/\.m?[jt]s$/, (own) => (own.endsWith('ts') ? importExtension : own))
}

/** Writes a file that is not there; what is there is kept. */
function put(folder: string, { path, text }: InitFile): boolean {
  const file = join(folder, path)
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text, { flag: 'wx' })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      if (existsSync(file)) return false
    }
    throw new Mistake(`${path}: ${messageOf(error)}`)
  }
}

/** The packages that the files import and the project does not have. */
function missing(
  { framework, dependencies, isTypeScript, hasPackageJson }: Project,
  source: Source,
): string {
  const driver = source.of === 'memory' ? undefined : source.driver
  const names = ['tamis', framework, driver?.packageName].filter((name) => name !== undefined)
  const own = names.filter((name) => !dependencies.has(name))
  const forTypes = isTypeScript && !hasPackageJson ? ['tsx'] : []
  return [...own, ...forTypes].join(' ')
}

async function init(place = '.', options: InitCommandOptions): Promise<void> {
  const folder = resolve(place)
  const seen = projectOf(folder)
  const asked = options.framework === 'none' ? undefined : options.framework
  const project = options.framework === undefined ? seen : { ...seen, framework: asked }
  const { source, key, notes } = await chosen(project, options)
  const lines: string[] = []
  for (const file of filesOf(project, source, key)) {
    const isThere = existsSync(join(folder, file.path))
    const isWritten = options.dryRun ? !isThere : put(folder, file)
    const verb = options.dryRun ? 'would write' : 'wrote'
    lines.push(isWritten ? `${verb} ${file.path}` : `kept ${file.path}, which is there`)
  }
  const packages = missing(project, source)
  if (packages !== '') lines.push(`install what it imports: npm install ${packages}`)
  lines.push(`then run its test: ${testCommand(project, source)}`)
  await write(`${lines.join('\n')}\n`)
  for (const each of notes) process.stderr.write(`tamis: ${printable(each)}\n`)
}

function testCommand(project: Project, source: Source): string {
  const { usesVitest, isTypeScript, hasPackageJson, sources, extension } = project
  const file = `${sources === '' ? '' : `${sources}/`}list/endpoint.test${extension}`
  if (usesVitest) return `npx vitest run ${file}`
  const hasDatabase = source.of !== 'memory' && source.driver !== undefined
  const from = hasDatabase ? project.database?.from : undefined
  const environment = from === undefined ? undefined : / of (.*)$/.exec(from)?.[1]
  if (!hasPackageJson && environment === undefined) return 'npm test'
  const own = [environment === undefined ? [] : `--env-file=${environment}`]
  const loader = isTypeScript ? ['--import tsx'] : []
  return ['node', ...own.flat(), ...loader, '--test', file].join(' ')
}

/** Adds `tamis init`: a list endpoint in a project, with its schema and a test. */
export const addInit = (tamis: Command): Command =>
  tamis
    .command('init')
    .description('write a list endpoint with filters, orders and pages, its schema and a test')
    .argument('[folder]', 'the project; by default the current folder')
    .option('--dry-run', 'say what would be written')
    .addOption(
      new Option('--framework <name>', 'by default, what package.json has').choices([
        ...FRAMEWORKS,
        'none',
      ]),
    )
    .option('--db <database>', 'by default, DATABASE_URL of the environment or of .env')
    .option('--table <name>', 'the table of the list; with its schema as app.people')
    .option('--omit <column...>', 'columns that no client may see')
    .action(init)
