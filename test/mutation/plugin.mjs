/**
 * Stryker's test runner for the tests of this repository. Vitest's own starts a worker and imports
 * every test file anew for each mutant: about a second. This one bundles them with the source, loads
 * the bundle once, and runs the tests that reach a mutant again with it switched on: some
 * milliseconds. JavaScript, because Stryker loads plugins without a loader for TypeScript.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { commonTokens, declareClassPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin'
import {
  DryRunStatus,
  determineHitLimitReached,
  MutantRunStatus,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner'
import { build } from 'esbuild'

// In the sandbox, so that every process of a run finds them.
const BUNDLE = 'mutation-bundle.mjs'
/** The mutants that run when modules are loaded, and in tests. */
const HYBRIDS = 'mutation-hybrids.json'

/** Modules that were loaded are never freed: after so many times, the process ends. */
const MOST_LOADS = 150

/** The state that instrumented code reads and counts in. */
const instrumented = () => {
  globalThis.__stryker__ ??= {}
  return globalThis.__stryker__
}

class InProcessRunner {
  static inject = tokens(commonTokens.options)

  #tests
  #suites
  /** The mutant with which the modules were loaded. */
  #loadedWith
  #loads = 0
  /** Whether a mutant has run in these modules. */
  #isUsed = false

  constructor(options) {
    this.#tests = options.inProcess.tests
  }

  capabilities() {
    return { reloadEnvironment: true }
  }

  async dryRun() {
    const state = instrumented()
    const suites = await this.#load(undefined)
    const results = await suites.run({ bail: false, onTest: (id) => (state.currentTestId = id) })
    state.currentTestId = undefined
    const coverage = state.mutantCoverage ?? { static: {}, perTest: {} }
    suites.spreadHooks(coverage.perTest)
    // What runs when modules are loaded and in tests is tried in tests first, which is faster.
    const reached = new Set(Object.values(coverage.perTest).flatMap(Object.keys))
    const hybrids = Object.keys(coverage.static).filter((mutant) => reached.has(mutant))
    for (const mutant of hybrids) delete coverage.static[mutant]
    writeFileSync(HYBRIDS, JSON.stringify(hybrids))
    return {
      status: DryRunStatus.Complete,
      tests: results.map(asResult),
      mutantCoverage: coverage,
    }
  }

  async mutantRun({ activeMutant: { id }, testFilter, hitLimit }) {
    if (testFilter === undefined) return this.#runLoaded(id)
    const result = await this.#runIn(id, testFilter, hitLimit)
    const isTried = result.status !== MutantRunStatus.Survived
    if (isTried || !JSON.parse(readFileSync(HYBRIDS, 'utf8')).includes(id)) return result
    return this.#runLoaded(id, testFilter)
  }

  /** Switches the mutant on in modules that were loaded without one. */
  async #runIn(id, tests, hitLimit) {
    const state = instrumented()
    const suites = await this.#load(undefined)
    const isFirst = !this.#isUsed
    this.#isUsed = true
    Object.assign(state, { activeMutant: id, hitCount: 0, hitLimit })
    const results = await suites.run({ bail: true, only: new Set(tests) })
    const timeout = determineHitLimitReached(state.hitCount, hitLimit)
    Object.assign(state, { activeMutant: undefined, hitLimit: undefined })
    if (timeout !== undefined) return toMutantRunResult(timeout)
    const failed = results.find(({ error }) => error !== undefined)
    if (failed === undefined) return survived(results)
    if (!isFirst) {
      // Does the test fail because of this mutant, or of what an earlier one has left behind?
      const [again] = await suites.run({ bail: true, only: new Set([failed.id]) })
      if (again?.error !== undefined) {
        this.#suites = undefined
        return this.#runIn(id, tests, hitLimit)
      }
    }
    return killed(failed.error, failed.id, results.length)
  }

  /** Loads the modules with the mutant switched on. */
  async #runLoaded(id, tests) {
    const state = instrumented()
    let results
    try {
      const suites = await this.#load(id)
      state.activeMutant = id
      results = await suites.run({ bail: true, only: tests && new Set(tests) })
    } catch (error) {
      return killed(`the modules cannot be loaded: ${error}`, 'loading', 1)
    } finally {
      state.activeMutant = undefined
    }
    const failed = results.find(({ error }) => error !== undefined)
    return failed === undefined
      ? survived(results)
      : killed(failed.error, failed.id, results.length)
  }

  async #load(mutant) {
    if (this.#suites !== undefined && this.#loadedWith === mutant) return this.#suites
    // Stryker starts another process, and runs the mutant in that.
    if (++this.#loads > MOST_LOADS) process.exit()
    this.#suites = undefined
    if (!existsSync(BUNDLE)) await bundle(this.#tests)
    Object.assign(instrumented(), { activeMutant: mutant, hitLimit: undefined })
    const url = pathToFileURL(path.resolve(BUNDLE)).href
    const { files, loadSuites } = await import(`${url}?${this.#loads}`)
    this.#suites = await loadSuites(files)
    this.#loadedWith = mutant
    this.#isUsed = false
    return this.#suites
  }
}

/** One module with everything but packages; a test file in it is run when it is asked for. */
async function bundle(tests) {
  const files = tests.map((file) => `${JSON.stringify(file)}: () => import('./${file}')`)
  await build({
    stdin: {
      contents: `export { loadSuites } from './test/mutation/in-process.ts'
export const files = { ${files.join()} }`,
      resolveDir: process.cwd(),
    },
    absWorkingDir: process.cwd(),
    outfile: BUNDLE,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    tsconfig: 'tsconfig.json',
    logLevel: 'silent',
  })
}

/** Prints each mutant that survived as soon as it is known: a run takes minutes. */
class SurvivorsReporter {
  #tested = 0

  onMutantTested({ fileName, location, mutatorName, replacement, status }) {
    this.#tested++
    if (status === 'Killed' || status === 'Timeout' || status === 'Ignored') return
    const { line, column } = location.start
    console.log(
      `${this.#tested} ${status} ${fileName}:${line}:${column} ${mutatorName} ${replacement}`,
    )
  }
}

const survived = ({ length }) => ({ status: MutantRunStatus.Survived, nrOfTests: length })

const killed = (failureMessage, id, nrOfTests) => ({
  status: MutantRunStatus.Killed,
  failureMessage,
  killedBy: [id],
  nrOfTests,
})

const asResult = ({ id, name, error, milliseconds }) => ({
  id,
  name,
  timeSpentMs: milliseconds,
  ...(error === undefined
    ? { status: TestStatus.Success }
    : { status: TestStatus.Failed, failureMessage: error }),
})

export const strykerPlugins = [
  declareClassPlugin(PluginKind.TestRunner, 'in-process', InProcessRunner),
  declareClassPlugin(PluginKind.Reporter, 'survivors', SurvivorsReporter),
]

export const strykerValidationSchema = {
  properties: {
    inProcess: {
      type: 'object',
      properties: { tests: { type: 'array', items: { type: 'string' } } },
    },
  },
}
