import { buildConsole } from './build.ts'

/** The module that has the console's files. */
export const ASSETS = /[\\/]users[\\/]console[\\/]assets\.ts$/

let made: Promise<string> | undefined

/** The contents of that module in the package: the files, built. */
export function assetsModule(): Promise<string> {
  made ??= buildConsole().then(
    (files) => `const files = ${JSON.stringify(files)}
export const consoleAssets = async () => files`,
  )
  return made
}

/** For tsdown: puts the console's files in the place of the module that builds them. */
export const consolePlugin = () => ({
  name: 'tamis:console',
  async load(id: string) {
    return ASSETS.test(id) ? { code: await assetsModule(), moduleType: 'js' as const } : undefined
  },
})

/** For esbuild, which bundles programs of the tests: the same. */
export const consoleEsbuildPlugin = {
  name: 'tamis:console',
  setup(build: {
    onLoad(on: { filter: RegExp }, load: () => Promise<{ contents: string; loader: 'js' }>): void
  }) {
    build.onLoad({ filter: ASSETS }, async () => ({ contents: await assetsModule(), loader: 'js' }))
  },
}
