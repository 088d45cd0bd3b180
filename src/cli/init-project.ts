/** What can be seen of a project, so that `tamis init` need not ask. */

import { type Dirent, existsSync, readdirSync, statSync } from 'node:fs'
import { basename, isAbsolute, join, normalize, relative } from 'node:path'
import { databaseIn, type NamedDatabase, textIn } from './database-url.ts'
import { type DrizzleModules, drizzleIn } from './init-drizzle.ts'
import { Mistake, messageOf } from './mistake.ts'

export const FRAMEWORKS = ['express', 'fastify', 'hono'] as const
export type Framework = (typeof FRAMEWORKS)[number]

export interface Project {
  readonly hasPackageJson: boolean
  /** Undefined where there is none: the endpoint is a function of the Fetch API. */
  readonly framework: Framework | undefined
  /** Whether a server belongs to the list: the project has nothing yet, or an earlier run wrote it. */
  readonly hasServer: boolean
  readonly isTypeScript: boolean
  /** How a module imports another of the project: `./schema.js`. */
  readonly importExtension: string
  /** How a module's file is named: `schema.ts`. */
  readonly extension: string
  readonly usesVitest: boolean
  /** The folder of the list, from the project's: `src/list`. */
  readonly list: string
  readonly dependencies: ReadonlySet<string>
  /** What its modules export, if drizzle-orm is in package.json. */
  readonly drizzle: DrizzleModules | undefined
  readonly database: NamedDatabase | undefined
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

function packageOf(folder: string): Readonly<Record<string, unknown>> | undefined {
  const file = join(folder, 'package.json')
  if (!existsSync(file)) return undefined
  const text = textIn(file)
  if (text === undefined) throw new Mistake('package.json: expected a file that can be read')
  try {
    const parsed: unknown = JSON.parse(text)
    if (isObject(parsed)) return parsed
  } catch (error) {
    throw new Mistake(`package.json: ${messageOf(error)}`)
  }
  throw new Mistake('package.json: expected an object')
}

/** More files are not searched for tables. */
const MOST_FILES = 2000
const SKIPPED = new Set(['node_modules', 'dist', 'build', 'test', 'tests', 'drizzle'])

/** What is in a folder: nothing if it cannot be read. */
function entriesIn(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

function* modulesIn(folder: string): Generator<string> {
  for (const entry of entriesIn(folder)) {
    if (entry.name.startsWith('.') || SKIPPED.has(entry.name)) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* modulesIn(path)
    else if (/\.m?[jt]s$/.test(entry.name) && !/\.(test|spec|d)\.m?[jt]s$/.test(entry.name))
      yield path
  }
}

/** The modules of a project, each as its path from the folder and its text. */
function* textsIn(folder: string): Generator<readonly [file: string, text: string]> {
  let files = 0
  for (const file of modulesIn(folder)) {
    if (++files > MOST_FILES) return
    yield [relative(folder, file), textIn(file) ?? '']
  }
}

/** Whether a tsconfig.json, without its comments, sets an option. */
const isSet = (config: string, option: string): boolean =>
  new RegExp(`^(?!\\s*//).*"${option}"\\s*:\\s*true`, 'm').test(config)

/** What a project may depend on that has no application yet. */
const TOOLS = /^(tamis|typescript|tsx|vitest|dotenv|pg|mysql2|libsql|better-sqlite3|@types\/.*)$/

/** Whether there is no application that could take a list. */
function isNew(folder: string, list: string, dependencies: ReadonlySet<string>): boolean {
  if ([...dependencies].some((name) => !TOOLS.test(name))) return false
  for (const [file] of textsIn(folder)) {
    if (!file.replaceAll('\\', '/').startsWith(`${list}/`)) return false
  }
  return true
}

/** The file of the list's server. */
export const serverOf = ({ list, extension }: Pick<Project, 'list' | 'extension'>): string =>
  `${list}/server${extension}`

/** The path of the list's requests. */
export const routeOf = ({ list }: Pick<Project, 'list'>): string => `/${basename(list)}`

const defaultList = (folder: string): string =>
  existsSync(join(folder, 'src')) ? 'src/list' : 'list'

/** What `--out` names. Its name is in the list's code, and in the path of its requests. */
function listIn(out: string): string {
  const path = normalize(out).replaceAll('\\', '/').replace(/\/$/, '')
  const isInside = !isAbsolute(out) && path !== '.' && path.split('/')[0] !== '..'
  if (!isInside || !/^[\w./-]+$/.test(path)) {
    throw new Mistake('--out: expected a folder in the project, of letters, digits, _, - and .')
  }
  return path
}

/**
 * Looks at a folder. `out` is where the list is to be.
 *
 * @throws Mistake where the path is not a folder, or its package.json cannot be read.
 */
export function projectOf(folder: string, out: string | undefined): Project {
  const stats = statSync(folder, { throwIfNoEntry: false })
  if (stats?.isDirectory() === false) throw new Mistake(`${folder}: expected a folder`)
  const own = packageOf(folder)
  const names = (key: string): readonly string[] => Object.keys(Object(own?.[key]))
  const dependencies = new Set([...names('dependencies'), ...names('devDependencies')])
  const config = textIn(join(folder, 'tsconfig.json'))
  const isTypeScript = config !== undefined || dependencies.has('typescript')
  const isOn = (option: string): boolean => config !== undefined && isSet(config, option)
  const keepsExtension =
    isOn('allowImportingTsExtensions') || isOn('rewriteRelativeImportExtensions')
  const isModule = own === undefined || own.type === 'module'
  // TypeScript compiles modules to CommonJS, unless it is told to leave imports as they are written.
  const isMts = isTypeScript && !isModule && isOn('verbatimModuleSyntax')
  const script = isTypeScript ? (isMts ? '.mjs' : '.js') : isModule ? '.js' : '.mjs'
  const extension = isTypeScript ? (isMts ? '.mts' : '.ts') : script
  const list = out === undefined ? defaultList(folder) : listIn(out)
  const framework = FRAMEWORKS.find((name) => dependencies.has(name))
  const isServed =
    existsSync(join(folder, serverOf({ list, extension }))) || isNew(folder, list, dependencies)
  return {
    hasPackageJson: own !== undefined,
    hasServer: framework === undefined && isServed,
    framework,
    isTypeScript,
    extension,
    importExtension: keepsExtension ? extension : script,
    usesVitest: dependencies.has('vitest'),
    list,
    dependencies,
    drizzle: dependencies.has('drizzle-orm') ? drizzleIn(textsIn(folder)) : undefined,
    database: databaseIn(folder),
  }
}
