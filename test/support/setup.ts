import type { TestProject } from 'vitest/node'
import { engines } from './engines/index.ts'
import { startTypes } from './types.ts'

declare module 'vitest' {
  interface ProvidedContext {
    engines: readonly string[]
  }
}

/** Finds the available engines; in CI, all must be. Lists them after the tests. */
export async function setup(project: TestProject): Promise<() => void> {
  const lines: string[] = []
  const found: string[] = []
  const missing: string[] = []
  for (const { name, connect, version, needs } of engines) {
    try {
      const connection = await connect()
      lines.push(`  ran      ${name} ${await version(connection)}`)
      await connection.close()
      found.push(name)
    } catch (error) {
      missing.push(name)
      lines.push(`  DID NOT  ${name}: needs ${needs} (${reasonOf(error)})`)
    }
  }
  project.provide('engines', found)
  if (process.env.CI !== undefined && missing.length > 0) {
    throw new Error(`in CI every engine must run:\n${lines.join('\n')}`)
  }
  const endTypes = startTypes(project)
  return () => {
    endTypes()
    console.log(`\nEngines:\n${lines.join('\n')}`)
  }
}

const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] as string
