/**
 * Asks a runner all cases: `tsx conformance/run.ts [--profile NAME] [--suite NAME] COMMAND…`. Exits
 * with 1 if an answer is not the one expected.
 */

import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import type { Profile, Suite } from '../test/conformance/suite.ts'
import { judge } from './judge.ts'
import type { Answer } from './runners/protocol.ts'

const folder = fileURLToPath(new URL('suites/', import.meta.url))

export interface Failure {
  readonly id: string
  readonly filter: unknown
  readonly expected: unknown
  readonly answered: Answer
}

export interface Outcome {
  readonly passed: number
  readonly failures: readonly Failure[]
  readonly unsupported: number
  /** Cases that the profile leaves open. */
  readonly open: number
}

export const PROFILES: readonly Profile[] = ['tamis', 'sql', 'mongodb']

export const readSuites = (profile: Profile): readonly Suite[] =>
  readdirSync(folder)
    .sort()
    .map((name): Suite => JSON.parse(readFileSync(`${folder}${name}`, 'utf8')))
    .filter(({ profiles }) => profiles.includes(profile))

/** Asks a runner, a process that is started with a command, the cases of a profile. */
export async function run(
  [command, ...args]: readonly string[],
  profile: Profile,
  suites: readonly Suite[] = readSuites(profile),
): Promise<Outcome> {
  if (command === undefined) throw new Error('expected a command')
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ended = new Promise<never>((_, reject) => {
    child.on('error', reject)
    child.stdin.on('error', reject)
  })
  ended.catch(() => {})
  const ask = async (message: object): Promise<Answer> => {
    child.stdin.write(`${JSON.stringify(message)}\n`)
    const { value, done } = await Promise.race([lines.next(), ended])
    if (done) throw new Error('the runner ended before it had answered')
    return JSON.parse(value)
  }
  const failures: Failure[] = []
  const count = { passed: 0, unsupported: 0, open: 0 }
  for (const { cases, ...suite } of suites) {
    const ignored = new Set(profile === 'tamis' ? [] : suite.otherKind)
    const opened = await ask({ suite })
    if (!('ready' in opened)) {
      count.unsupported += cases.length
      continue
    }
    for (const each of cases) {
      const { id, filter } = each
      const paging = 'pages' in each ? { sort: each.sort, limit: each.limit } : {}
      const answered = await ask({ case: { id, filter, ...paging } })
      const judged = judge(each, answered, profile, ignored)
      if (judged === undefined) count.open++
      else if ('unsupported' in answered || ('refused' in answered && !('refused' in each))) {
        count.unsupported++
      } else if (judged.passed) count.passed++
      else failures.push({ id, filter, expected: judged.expected, answered })
    }
  }
  child.stdin.end()
  return { ...count, failures }
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { profile: { type: 'string', default: 'tamis' }, suite: { type: 'string' } },
  })
  const profile = PROFILES.find((each) => each === values.profile)
  if (profile === undefined || positionals.length === 0) {
    process.stderr.write(
      `expected a command that starts a runner, and a profile of ${PROFILES.join(', ')}\n`,
    )
    return 2
  }
  const suites = readSuites(profile).filter(
    ({ name }) => values.suite === undefined || name === values.suite,
  )
  const { passed, failures, unsupported, open } = await run(positionals, profile, suites)
  for (const { id, filter, expected, answered } of failures) {
    process.stdout.write(
      `${id} ${JSON.stringify(filter)}\n  expected ${JSON.stringify(expected)}\n  answered ${JSON.stringify(answered)}\n`,
    )
  }
  process.stdout.write(
    `${passed} passed, ${failures.length} failed, ${unsupported} unsupported, ${open} left open by the profile\n`,
  )
  return failures.length === 0 ? 0 : 1
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = await main()
