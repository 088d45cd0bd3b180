/**
 * `npm run mutation -- PATH…` changes the source in small ways, one at a time, and lists the changes
 * that no test of `projects.ts` detects. A path is a folder or a file, or lines of one:
 * `src/kinds`, `src/kinds/date.ts`, `src/kinds/date.ts:20-30`. With `--static` also what runs only
 * when modules are loaded (constants, the texts of records): these must be loaded for each change.
 */

import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Stryker } from '@stryker-mutator/core'
import { PROJECTS } from './projects.ts'

const paths = process.argv.slice(2).filter((each) => !each.startsWith('--'))
const folders = Object.keys(PROJECTS)
const folderOf = (path: string) =>
  folders.find((folder) => path === folder || path.startsWith(`${folder}/`))
const [folder] = paths.map(folderOf)
if (folder === undefined || paths.some((path) => folderOf(path) !== folder)) {
  console.error(`expected paths in one of ${folders.join(', ')}`)
  process.exit(2)
}

/** The test files of a file or a folder. */
const filesIn = (path: string): readonly string[] =>
  path.endsWith('.ts')
    ? [path]
    : readdirSync(path)
        .filter((name) => name.endsWith('.test.ts'))
        .map((name) => `${path}/${name}`)

const tests = [...new Set(PROJECTS[folder]!.flatMap(filesIn))]
const missing = tests.filter((file) => !existsSync(file))
if (missing.length > 0) throw new Error(`no such test: ${missing.join(', ')}`)

await new Stryker({
  mutate: paths.map((path) => (/\.ts(:|$)/.test(path) ? path : `${path}/**/*.ts`)),
  plugins: [fileURLToPath(new URL('plugin.mjs', import.meta.url))],
  testRunner: 'in-process',
  inProcess: { tests },
  coverageAnalysis: 'perTest',
  ignoreStatic: !process.argv.includes('--static'),
  concurrency: Number(process.env.TAMIS_MUTATION_PROCESSES ?? 1),
  // A mutant that makes a test wait is found by the calls it makes more, or by this.
  timeoutMS: 10_000,
  timeoutFactor: 4,
  disableTypeChecks: false,
  ignorePatterns: ['docs', 'bench', 'coverage', 'dist', '.ci', 'src/users/console/page'],
  tempDirName: 'coverage/mutation',
  reporters: ['survivors', 'clear-text', 'json'],
  jsonReporter: { fileName: `coverage/mutation-${folder.replaceAll('/', '-')}.json` },
  clearTextReporter: {
    allowColor: false,
    logTests: false,
    reportTests: false,
    reportMutants: false,
  },
  thresholds: { high: 95, low: 90, break: null },
  warnings: { slow: false },
  allowConsoleColors: false,
} as never).runMutationTest()
