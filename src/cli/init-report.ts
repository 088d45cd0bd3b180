/** What `tamis init` says at its end. */

import type { InitFile } from './init-files.ts'
import { lineToReplace } from './init-list.ts'
import { type Framework, type Project, routeOf, serverOf } from './init-project.ts'
import type { Source } from './init-source.ts'

/** The packages without types of their own. */
const UNTYPED: readonly string[] = ['express', 'pg', 'better-sqlite3']

interface Missing {
  /** What the files import. */
  readonly imported: readonly string[]
  /** What only the compiler and the test need. */
  readonly forDevelopment: readonly string[]
}

/** The packages that the files need and the project does not have. */
function missing(
  { framework, dependencies, isTypeScript, usesVitest }: Project,
  source: Source,
): Missing {
  const driver = source.of === 'memory' ? undefined : source.driver
  const names = ['tamis', framework, driver?.packageName].filter((name) => name !== undefined)
  const types = names.filter((name) => UNTYPED.includes(name)).map((name) => `@types/${name}`)
  const loader = usesVitest ? [] : ['tsx']
  const typed = isTypeScript ? [...loader, '@types/node', ...types] : []
  const isMissing = (name: string): boolean => !dependencies.has(name)
  return { imported: names.filter(isMissing), forDevelopment: typed.filter(isMissing) }
}

/** How Node runs a file of the list: with the variables that the list reads, and what reads TypeScript. */
function nodeOptions({ database, isTypeScript }: Project, source: Source): readonly string[] {
  const from = source.of === 'memory' ? undefined : database?.from
  const environment = from === undefined ? undefined : / of (.*)$/.exec(from)?.[1]
  return [
    ...(environment === undefined ? [] : [`--env-file=${environment}`]),
    ...(isTypeScript ? ['--import tsx'] : []),
  ]
}

function testCommand(project: Project, source: Source): string {
  const { usesVitest, hasPackageJson, list, extension } = project
  const file = `${list}/endpoint.test${extension}`
  if (usesVitest) return `npx vitest run ${file}`
  const options = nodeOptions(project, source)
  if (!hasPackageJson && !options.some((option) => option.startsWith('--env'))) return 'npm test'
  return ['node', ...options, '--test', file].join(' ')
}

/** How an application takes what the endpoint's module exports. */
const MOUNTS: Readonly<Record<Framework, readonly [name: string, call: string]>> = {
  express: ['router', 'app.use(router)'],
  fastify: ['plugin', 'app.register(plugin)'],
  hono: ['routes', "app.route('/', routes)"],
}

/** The code that mounts the list, and the folder whose modules it fits. */
function mountIn(framework: Framework, project: Project): string {
  const { list, importExtension, isTypeScript } = project
  const [name, call] = MOUNTS[framework]
  const inSource = list.startsWith('src/')
  // Elsewhere in a package of CommonJS, TypeScript refuses imports that it is to leave as they are.
  const module = project.extension === '.mts' ? 'an .mts module' : 'a module'
  const place = inSource ? `in ${module} of src` : `in ${module} beside package.json`
  const from = `'./${inSource ? list.slice('src/'.length) : list}/endpoint${importExtension}'`
  // CommonJS has no other way to a module.
  const isDynamic = !isTypeScript && importExtension === '.mjs'
  const code = isDynamic
    ? `import(${from}).then(({ ${name} }) => ${call})`
    : `import { ${name} } from ${from}; ${call}`
  return `mount it, ${place}: ${code}`
}

/** How the list is asked, as lines. */
function useOf(project: Project, source: Source): readonly string[] {
  const { framework, hasServer, list, extension } = project
  const path = `${routeOf(project)}?limit=2&count=true`
  const curl = `try it: curl 'http://localhost:3000${path}'`
  if (hasServer) {
    const command = ['node', ...nodeOptions(project, source), serverOf(project)].join(' ')
    return [`start it: ${command}`, curl]
  }
  if (framework === undefined) {
    const handler = `GET of ${list}/endpoint${extension} is a handler of the Fetch API`
    return [`mount it: ${handler}, for the path ${routeOf(project)}`, `try it: GET ${path}`]
  }
  const [environment] = nodeOptions(project, source).filter((each) => each.startsWith('--env'))
  const isLoaded = environment === undefined || project.dependencies.has('dotenv')
  return [
    mountIn(framework, project),
    ...(isLoaded ? [] : [`give the application DATABASE_URL: start it by node ${environment} …`]),
    curl,
  ]
}

/** What was found, and what is to be done, each as a line. */
export function report(
  project: Project,
  source: Source,
  what: string,
  files: readonly InitFile[],
): readonly string[] {
  const { framework } = project
  const { imported, forDevelopment } = missing(project, source)
  const lines = [
    `found ${framework ?? 'no framework'} and ${project.isTypeScript ? 'TypeScript' : 'JavaScript'}; the list is of ${what}`,
  ]
  if (imported.length > 0) lines.push(`install what it imports: npm install ${imported.join(' ')}`)
  if (forDevelopment.length > 0) {
    lines.push(
      `install what its types and its test need: npm install --save-dev ${forDevelopment.join(' ')}`,
    )
  }
  for (const { path, text } of files) {
    const line = lineToReplace(text)
    if (line === undefined) continue
    lines.push(`no module exports a connection of Drizzle: import yours in ${path}, line ${line}`)
  }
  // What the environment has already, or a file of it, needs no word.
  if (source.of !== 'memory' && source.driver !== undefined && project.database === undefined) {
    lines.push('set DATABASE_URL to the database, which the list and its test read')
  }
  lines.push(`then run its test: ${testCommand(project, source)}`)
  if (source.of === 'table') {
    const { list, extension } = project
    const schema = `${list}/schema${extension}`
    lines.push(
      `see which rows may not fit it: npx tamis check --schema ${schema} --table ${source.table} --rows`,
    )
  }
  return [...lines, ...useOf(project, source)]
}
