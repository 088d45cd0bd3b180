import type { ConsoleFile } from './files.ts'

/**
 * The files of the console. In the package, the build has put their contents in the place of this
 * module (`src/build/console/plugin.ts`); from source, they are built when they are first asked for.
 */
export async function consoleAssets(): Promise<readonly ConsoleFile[]> {
  const { buildConsole } = await import('../../build/console/build.ts')
  return buildConsole()
}
