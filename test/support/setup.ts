import type { TestProject } from 'vitest/node'
import { engines } from './engines/index.ts'
import { startTypes } from './types.ts'

declare module 'vitest' {
  interface ProvidedContext {
    engines: readonly string[]
  }
}

/**
 * Finds the available engines; in CI, all must be. Lists them after the tests. `npm test`
 * leaves PGlite out where there is PostgreSQL, which has the same dialect. A configuration whose
 * environment has `TAMIS_ENGINES` has those engines only.
 */
export async function setup(project: TestProject): Promise<() => void> {
  const versions = new Map<string, string>()
  const missing: string[] = []
  const only = project.config.env?.TAMIS_ENGINES?.split(',')
  for (const { name, connect, version, needs } of engines) {
    if (only?.includes(name) === false) continue
    try {
      const connection = await connect()
      versions.set(name, await version(connection))
      await connection.close()
    } catch (error) {
      missing.push(`  DID NOT  ${name}: needs ${needs} (${reasonOf(error)})`)
    }
  }
  // The variable of budget.ts is not in the environment of this process.
  const isFull = project.config.env?.TAMIS_TESTS === 'all'
  const isLeftOut = (name: string) => name === 'PGlite' && !isFull && versions.has('PostgreSQL')
  const lines = [...versions]
    .map(([name, version]) => `  ${isLeftOut(name) ? 'left out' : 'ran     '} ${name} ${version}`)
    .concat(missing)
  if (process.env.CI !== undefined && missing.length > 0) {
    throw new Error(`in CI every engine must run:\n${lines.join('\n')}`)
  }
  project.provide(
    'engines',
    [...versions.keys()].filter((name) => !isLeftOut(name)),
  )
  const endTypes = startTypes(project)
  return () => {
    endTypes()
    console.log(`\nEngines:\n${lines.join('\n')}`)
  }
}

const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] as string
