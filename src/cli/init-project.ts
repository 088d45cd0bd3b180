/** What can be seen of a project, so that `tamis init` need not ask. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Mistake, messageOf } from './mistake.ts'

export const FRAMEWORKS = ['express', 'fastify', 'hono'] as const
export type Framework = (typeof FRAMEWORKS)[number]

/** A table of Drizzle's, and the module that exports it. */
export interface DrizzleTable {
  readonly name: string
  readonly file: string
  readonly engine: 'pg' | 'mysql' | 'sqlite'
  /** The property of its primary key. */
  readonly key: string
}

export interface Project {
  readonly hasPackageJson: boolean
  /** Undefined where there is none: the endpoint is a function of the Fetch API. */
  readonly framework: Framework | undefined
  readonly isTypeScript: boolean
  /** How a module imports another of the project: `./schema.js`. */
  readonly importExtension: string
  /** How a module's file is named: `schema.ts`. */
  readonly extension: string
  readonly usesVitest: boolean
  /** The folder of the sources, from the project's: `src`, or nothing. */
  readonly sources: string
  readonly dependencies: ReadonlySet<string>
  readonly drizzle: DrizzleTable | undefined
  /** The database, and where its name is written. */
  readonly database: { readonly url: string; readonly from: string } | undefined
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

function packageOf(folder: string): Readonly<Record<string, unknown>> | undefined {
  const file = join(folder, 'package.json')
  if (!existsSync(file)) return undefined
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (isObject(parsed)) return parsed
  } catch (error) {
    throw new Mistake(`package.json: ${messageOf(error)}`)
  }
  throw new Mistake('package.json: expected an object')
}

/** The files that frameworks read variables from, the most special first. */
const ENVIRONMENTS = ['.env.local', '.env.development', '.env']

/** `DATABASE_URL` of the environment, or of a file as dotenv reads it. */
function databaseOf(folder: string): Project['database'] {
  const { DATABASE_URL: url } = process.env
  if (url !== undefined && url !== '') return { url, from: 'DATABASE_URL' }
  for (const name of ENVIRONMENTS) {
    const file = join(folder, name)
    if (!existsSync(file)) continue
    const line = /^\s*(?:export\s+)?DATABASE_URL\s*=\s*(.*)$/m.exec(readFileSync(file, 'utf8'))?.[1]
    const quoted = /^(["'])(.*)\1/.exec(line ?? '')?.[2]
    const found = quoted ?? line?.replace(/\s+#.*$/, '').trim()
    if (found !== undefined && found !== '') return { url: found, from: `DATABASE_URL of ${name}` }
  }
  return undefined
}

/** More files are not searched for tables. */
const MOST_FILES = 2000
const SKIPPED = new Set(['node_modules', 'dist', 'build', 'test', 'tests', 'drizzle'])

function* modulesIn(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.') || SKIPPED.has(entry.name)) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* modulesIn(path)
    else if (/\.m?[jt]s$/.test(entry.name) && !/\.(test|spec|d)\.m?[jt]s$/.test(entry.name))
      yield path
  }
}

const TABLE = /^export const (\w+) = (pg|mysql|sqlite)Table\(/m

const PRIMARY_KEY = /(\w+):[^\n]*\.primaryKey\(/

/** The first table that a module of the project exports. */
function drizzleOf(folder: string): DrizzleTable | undefined {
  let files = 0
  for (const file of modulesIn(folder)) {
    if (++files > MOST_FILES) return undefined
    const text = readFileSync(file, 'utf8')
    const [found, name, engine] = TABLE.exec(text) ?? []
    if (found === undefined || name === undefined) continue
    const key = PRIMARY_KEY.exec(text.slice(text.indexOf(found)))?.[1] ?? 'id'
    return { name, file: relative(folder, file), engine: engine as DrizzleTable['engine'], key }
  }
  return undefined
}

const isAllowed = (config: string, option: string): boolean =>
  new RegExp(`"${option}"\\s*:\\s*true`).test(config)

/** Looks at a folder. @throws Mistake for a package.json that cannot be read. */
export function projectOf(folder: string): Project {
  const own = packageOf(folder)
  const names = (key: string): readonly string[] => Object.keys(Object(own?.[key]))
  const dependencies = new Set([...names('dependencies'), ...names('devDependencies')])
  const configFile = join(folder, 'tsconfig.json')
  const config = existsSync(configFile) ? readFileSync(configFile, 'utf8') : undefined
  const isTypeScript = config !== undefined || dependencies.has('typescript')
  const keepsExtension =
    config !== undefined &&
    ['allowImportingTsExtensions', 'rewriteRelativeImportExtensions'].some((option) =>
      isAllowed(config, option),
    )
  const script = own === undefined || own.type === 'module' ? '.js' : '.mjs'
  return {
    hasPackageJson: own !== undefined,
    framework: FRAMEWORKS.find((name) => dependencies.has(name)),
    isTypeScript,
    extension: isTypeScript ? '.ts' : script,
    importExtension: isTypeScript ? (keepsExtension ? '.ts' : '.js') : script,
    usesVitest: dependencies.has('vitest'),
    sources: existsSync(join(folder, 'src')) ? 'src' : '',
    dependencies,
    drizzle: dependencies.has('drizzle-orm') ? drizzleOf(folder) : undefined,
    database: databaseOf(folder),
  }
}
