/**
 * `npm run bench` measures everything, checks each answer against hand-written code, and writes
 * RESULTS.md and chart.svg; `npm run bench -- --quick` says in under a minute which goals are met, and
 * fails where the median of three runs misses one by more than half. Names of questions after that
 * ask these alone.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { isInstalled } from './peers.ts'
import { type Goal, type Question, type Result, reached } from './question.ts'
import { autocomplete } from './questions/autocomplete.ts'
import { floor } from './questions/floor.ts'
import { fresh } from './questions/fresh.ts'
import { growth } from './questions/growth.ts'
import { deepPages, largePages, pages } from './questions/pages.ts'
import { cached, predicates, scans } from './questions/predicates.ts'
import { sql } from './questions/sql.ts'
import { text } from './questions/text.ts'
import { type Answered, chart, page, verdict } from './report.ts'

const QUESTIONS: Readonly<Record<string, Question>> = {
  predicates,
  cached,
  scans,
  fresh,
  floor,
  sql,
  pages,
  largePages,
  deepPages,
  autocomplete,
  text,
  growth,
}

const [mode, ...names] = process.argv.slice(2).toSorted((a) => (a === '--quick' ? -1 : 1))
const quick = mode === '--quick'
const asked = (quick || mode === undefined ? names : [mode, ...names]) as readonly string[]
for (const name of asked) {
  if (QUESTIONS[name] === undefined) {
    console.error(`bench: no question "${name}"; there are ${Object.keys(QUESTIONS).join(', ')}`)
    process.exit(2)
  }
}
const chosen = Object.entries(QUESTIONS).filter(
  ([name]) => asked.length === 0 || asked.includes(name),
)
const settings = quick
  ? { quick, rows: 20_000, rounds: 7, slice: 4, warmup: 60 }
  : { quick, rows: 100_000, rounds: 21, slice: 30, warmup: 200 }

async function askAll(): Promise<readonly Answered[]> {
  const answered: Answered[] = []
  for (const [name, question] of chosen) {
    if (!quick) console.log(`\n${name}: ${question.title}`)
    const results = await question.ask(settings)
    answered.push({ question, results })
    if (quick) continue
    for (const result of results) {
      for (const each of result.measured) {
        if ('wrong' in each) {
          console.log(`  ${result.name.padEnd(48)} ${each.name} answers otherwise: ${each.wrong}`)
          continue
        }
        console.log(
          `  ${result.name.padEnd(48)} ${each.name.padEnd(28)} ${each.nanoseconds.toFixed(1).padStart(14)} ns  ${each.ratio[1].toFixed(2)}×`,
        )
      }
    }
  }
  return answered
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] as number

/** Each goal's median of three runs. */
async function quickly(): Promise<void> {
  const runs = [await askAll(), await askAll(), await askAll()]
  const goalsOf = (answered: readonly Answered[]) =>
    answered.flatMap(({ results }) =>
      results.flatMap((result) => result.goals.map((goal) => ({ goal, result }))),
    )
  const all = runs.map(goalsOf) as readonly (readonly { goal: Goal; result: Result }[])[]
  let failed = 0
  for (const [i, first] of (all[0] ?? []).entries()) {
    const same = all.map((run) => run[i] as { goal: Goal; result: Result })
    const values = same.map(({ goal, result }) => reached(goal, result))
    const middle = median(values)
    const typical = same.find((_, at) => values[at] === middle) ?? first
    console.log(verdict(typical.goal, typical.result))
    if (middle > first.goal.most * 1.5) failed++
  }
  if (failed > 0) {
    console.error(
      `bench: ${failed} ${failed === 1 ? 'goal is' : 'goals are'} missed by more than half`,
    )
    process.exitCode = 1
  }
}

if (quick) {
  await quickly()
} else {
  if (!isInstalled) console.log('Without the peers, which `npm run peers` installs.')
  const answered = await askAll()
  if (asked.length === 0 && isInstalled) {
    const at = (name: string) => new URL(name, import.meta.url)
    const machine = `Node ${process.version.slice(1)}, ${cpus().length} cores of ${cpus()[0]?.model.trim() ?? 'an unknown make'}`
    const notes = readFileSync(at('notes.md'), 'utf8')
    writeFileSync(at('RESULTS.md'), page(answered, machine, notes))
    writeFileSync(at('chart.svg'), chart(answered[0] as Answered))
  }
  for (const { results } of answered) {
    for (const result of results)
      for (const goal of result.goals) console.log(verdict(goal, result))
  }
}
