/** The files that `tamis init` writes. */

import type { ListKey } from './init-drizzle.ts'
import { listFile } from './init-list.ts'
import { type Project, routeOf, serverOf } from './init-project.ts'
import { serverFile } from './init-server-file.ts'
import type { Source } from './init-source.ts'
import { COUNTS, drizzleSchema, ENDPOINTS, SAMPLE_SCHEMA } from './init-templates.ts'
import { testFile } from './init-test-file.ts'

function packageFile(project: Project): string {
  const { isTypeScript } = project
  const run = isTypeScript ? 'node --import tsx' : 'node'
  const scripts = { start: `${run} ${serverOf(project)}`, test: `${run} --test` }
  return `${JSON.stringify({ private: true, type: 'module', scripts }, null, 2)}\n`
}

/** A file, by its path from the project's folder. */
export interface InitFile {
  readonly path: string
  readonly text: string
}

function schemaFile(source: Source, { isTypeScript }: Project): string {
  if (source.of === 'memory') return SAMPLE_SCHEMA
  if (source.of === 'table') return plain(source.module, isTypeScript)
  return drizzleSchema(source.from, source.table, source.casing, source.omit)
}

/** The files of a list, without looking at what is there. */
export function filesOf(project: Project, source: Source, key: ListKey): readonly InitFile[] {
  const { framework = 'none', list: folder, extension, importExtension, isTypeScript } = project
  const pathOf = (name: string): string => `${folder}/${name}${extension}`
  const list = pathOf('list')
  const endpoint = ENDPOINTS[framework](`./list${importExtension}`, isTypeScript, routeOf(project))
  return [
    ...(project.hasPackageJson ? [] : [{ path: 'package.json', text: packageFile(project) }]),
    { path: pathOf('schema'), text: schemaFile(source, project) },
    { path: list, text: listFile(source, project, key, list) },
    { path: pathOf('endpoint'), text: endpoint },
    ...(project.hasServer ? [{ path: serverOf(project), text: serverFile(project) }] : []),
    { path: pathOf('endpoint.test'), text: testFile(project, source, key) },
  ]
}

/** A printed module, with a limit of counts, in the project's language: its only types are constants. */
const plain = (module: string, isTypeScript: boolean): string =>
  (isTypeScript ? module : module.replaceAll(/ as const(?=,?$)/gm, '')).replace(
    /^\}\)$/m,
    `  ${COUNTS},\n})`,
  )
