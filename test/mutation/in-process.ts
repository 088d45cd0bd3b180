/** Loads test files of Vitest into this process, and runs their tests as often as wanted. */

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { format } from '@vitest/pretty-format'
import {
  collectTests,
  type File,
  getFn,
  getHooks,
  type Suite,
  type Test,
  type VitestRunner,
} from '@vitest/runner'
import fc from 'fast-check'
import { expect } from 'vitest'

export interface Result {
  readonly id: string
  readonly name: string
  readonly milliseconds: number
  /** Why it failed. */
  readonly error: string | undefined
}

interface Run {
  /** Whether the first test that fails is the last one. */
  readonly bail: boolean
  /** The ids of the tests to run; all if there are none. */
  readonly only?: ReadonlySet<string> | undefined
  /** Called with the id of each test, or of the suite whose hooks for all its tests run. */
  readonly onTest?: (id: string | undefined) => void
}

/** What Vitest's own functions ask of the worker that they run in. */
const worker = {
  filepath: '',
  providedContext: { engines: ['SQLite'] },
  config: { expect: {}, snapshotOptions: { expand: false } },
}

/** Loads test files; their names are paths from the root of the repository. */
export async function loadSuites(
  files: Readonly<Record<string, () => Promise<unknown>>>,
): Promise<Suites> {
  Object.assign(globalThis, { __vitest_worker__: worker })
  // Properties have the same values in every run, and smaller ones would tell nobody anything.
  fc.configureGlobal({ seed: 1, endOnFailure: true })
  expect.extend({ toMatchFileSnapshot, toMatchInlineSnapshot })
  const runner = {
    config: {
      root: process.cwd(),
      name: '',
      setupFiles: [],
      sequence: { shuffle: false, concurrent: false, seed: 1, hooks: 'stack', setupFiles: 'list' },
      testTimeout: 0,
      hookTimeout: 0,
      allowOnly: false,
      maxConcurrency: 1,
      retry: 0,
      tags: [],
    },
    importFile: (file: string) => files[path.relative(process.cwd(), file)]?.(),
  }
  const paths = Object.keys(files).map((file) => path.resolve(file))
  return new Suites(await collectTests(paths, runner as unknown as VitestRunner))
}

export class Suites {
  readonly #files: readonly File[]

  constructor(files: readonly File[]) {
    this.#files = files
    for (const { name, result } of files) {
      const [error] = result?.errors ?? []
      if (error !== undefined) throw new Error(`${name}: ${error.message}`)
    }
  }

  async run(run: Run): Promise<readonly Result[]> {
    const results: Result[] = []
    for (const file of this.#files) {
      worker.filepath = file.filepath
      if (!(await runSuite(file, run, results))) break
    }
    return results
  }

  /** What hooks reach for all tests of a suite, each of its tests reaches. */
  spreadHooks(perTest: Record<string, Record<string, number>>): void {
    const suites = new Set<string>()
    for (const test of this.#files.flatMap(testsOf)) {
      for (let { suite } = test; suite !== undefined; { suite } = suite) {
        suites.add(suite.id)
        const own = perTest[suite.id]
        if (own !== undefined) perTest[test.id] = { ...own, ...perTest[test.id] }
      }
      const own = perTest[test.file.id]
      suites.add(test.file.id)
      if (own !== undefined) perTest[test.id] = { ...own, ...perTest[test.id] }
    }
    for (const id of suites) delete perTest[id]
  }
}

const isRun = ({ mode }: Suite | Test): boolean => mode !== 'skip' && mode !== 'todo'

const testsOf = (suite: Suite): readonly Test[] =>
  isRun(suite)
    ? suite.tasks.flatMap((task) =>
        task.type === 'suite' ? testsOf(task) : isRun(task) ? task : [],
      )
    : []

type Callback = (...args: unknown[]) => unknown

/** Runs hooks, and gives those that they return for the end. */
async function runHooks(hooks: readonly unknown[], context: unknown): Promise<Callback[]> {
  const ends: Callback[] = []
  for (const hook of hooks) {
    const end = await (hook as Callback)(context)
    if (typeof end === 'function') ends.unshift(end as Callback)
  }
  return ends
}

/** False if the run ends here. */
async function runSuite(suite: Suite, run: Run, results: Result[]): Promise<boolean> {
  const { only, onTest } = run
  const wanted = testsOf(suite).filter(({ id }) => only?.has(id) ?? true)
  const [first] = wanted
  if (first === undefined) return true
  const hooks = getHooks(suite)
  onTest?.(suite.id)
  let ends: Callback[]
  try {
    ends = await runHooks(hooks.beforeAll, suite)
  } catch (error) {
    results.push(resultOf(first, 0, error))
    return !run.bail
  }
  let goesOn = true
  for (const task of suite.tasks) {
    if (!goesOn) break
    if (task.type === 'suite') goesOn = await runSuite(task, run, results)
    else if (wanted.includes(task)) {
      const result = await runTest(task, run)
      results.push(result)
      goesOn = result.error === undefined || !run.bail
    }
  }
  onTest?.(suite.id)
  try {
    await runHooks([...hooks.afterAll, ...ends], suite)
  } catch (error) {
    results.push(resultOf(first, 0, error))
    return false
  }
  return goesOn
}

async function runTest(test: Test, { onTest }: Run): Promise<Result> {
  const started = performance.now()
  const parents: Suite[] = []
  for (let { suite } = test; suite !== undefined; { suite } = suite) parents.unshift(suite)
  if (parents[0] !== test.file) parents.unshift(test.file)
  onTest?.(test.id)
  let failure: unknown
  try {
    const ends = await runHooks(
      parents.flatMap((each) => getHooks(each).beforeEach),
      test.context,
    )
    try {
      await getFn<Test>(test)()
    } finally {
      const after = parents.toReversed().flatMap((each) => getHooks(each).afterEach)
      await runHooks([...after, ...ends], test.context)
    }
  } catch (error) {
    failure = error ?? new Error('no error was given')
  }
  return resultOf(test, performance.now() - started, failure)
}

const resultOf = (test: Test, milliseconds: number, error: unknown): Result => ({
  id: test.id,
  name: `${test.file.name} ${test.fullTestName ?? test.name}`,
  milliseconds,
  error: error === undefined ? undefined : error instanceof Error ? error.message : String(error),
})

// Vitest's snapshots belong to its workers. Here they are compared only, and never written.

function toMatchFileSnapshot(received: unknown, name: string) {
  const expected = readFileSync(path.resolve(path.dirname(worker.filepath), name), 'utf8')
  return { pass: received === expected, message: () => `${name} differs` }
}

function toMatchInlineSnapshot(received: unknown, expected: string) {
  const bare = (text: string): string => text.replace(/\s+/g, '')
  const pass = bare(format(received, { printBasicPrototype: false })) === bare(expected)
  return { pass, message: () => `differs from ${expected}` }
}
