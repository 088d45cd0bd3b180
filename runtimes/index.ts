/**
 * `npm run runtimes` builds and packs the package, runs its cases in every runtime, and writes the table
 * of `docs/runtimes.md`. `npm run runtimes -- NAME …` runs some, and writes their rows. Exits with 1 if
 * anything fails.
 */

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Count, Report, Sql } from './report.ts'
import { RUNTIMES, type Runtime } from './runs.ts'
import { prepare } from './workspace.ts'

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const number = (count: number) => count.toLocaleString('en')

/** The dialects and suites whose statements are not those of the first runtime. */
function differences(own: Sql, first: Sql): readonly string[] {
  const names = new Set([...Object.keys(own.digests), ...Object.keys(first.digests)])
  return [...names].filter((name) => own.digests[name] !== first.digests[name])
}

const shown = ({ passed, failed }: Count): string =>
  failed === 0 ? number(passed) : `${number(passed)}, ${number(failed)} failed`

const failuresOf = ({ cases, texts, collection, stored }: Report): readonly string[] =>
  [cases, texts, collection, stored].flatMap((count) => count?.failures ?? [])

function rowOf(
  { title, modules }: Runtime,
  runtimeVersion: string,
  report: Report,
  different: readonly string[],
): string {
  const { cases, texts, collection, sql, stored } = report
  const statements =
    different.length === 0
      ? number(sql.statements)
      : `${number(different.length)} of ${number(Object.keys(sql.digests).length)} suites differ`
  const own = stored === undefined ? '' : `${shown(stored)} (SQLite ${stored.version})`
  const cells = [
    `${title} ${runtimeVersion}`,
    modules,
    shown(cases),
    shown(texts),
    shown(collection),
  ]
  return `| ${[...cells, statements, own].join(' | ')} |`
}

const names = process.argv.slice(2)
const unknown = names.filter((name) => RUNTIMES.every((each) => each.name !== name))
if (unknown.length > 0) {
  const known = RUNTIMES.map(({ name }) => name).join(', ')
  process.stderr.write(`unknown runtime ${unknown.join(', ')}; expected some of ${known}\n`)
  process.exit(2)
}
if (!existsSync(path('node_modules'))) {
  const args = ['install', '--prefix', path('.'), '--no-package-lock', '--no-audit', '--no-fund']
  const { status } = spawnSync('npm', args, { stdio: 'inherit' })
  if (status !== 0) process.exit(1)
}

const HEAD = [
  '| runtime | package by | cases in memory | texts | steps of a collection | statements equal to those of Node 20 | cases in its own SQLite |',
  '| --- | --- | ---: | ---: | ---: | ---: | ---: |',
]
const page = path('../docs/runtimes.md')
const [before = '', table = '', after = ''] = readFileSync(page, 'utf8').split(
  /<!-- (?:table|end) -->\n/,
)
/** A row for each runtime, in their order; before the first run there are none. */
const rows = table.trimEnd().split('\n').slice(HEAD.length)
const workspace = await prepare()
let first: Sql | undefined
for (const [at, runtime] of RUNTIMES.entries()) {
  const isAsked = names.length === 0 || names.includes(runtime.name)
  if (at > 0 && !isAsked) continue
  let row = `| ${runtime.title} | ${runtime.modules} | did not run | | | | |`
  try {
    const { version, report } = await runtime.run(workspace)
    first ??= report.sql
    const different = differences(report.sql, first)
    row = rowOf(runtime, version, report, different)
    const failures = [...failuresOf(report), ...different.map((name) => `statements of ${name}`)]
    for (const failure of failures) process.stderr.write(`${runtime.name}: ${failure}\n`)
    if (failures.length > 0) process.exitCode = 1
  } catch (error) {
    process.stderr.write(`${runtime.name}: ${error instanceof Error ? error.message : error}\n`)
    process.exitCode = 1
  }
  if (!isAsked) continue
  rows[at] = row
  process.stdout.write(`${row}\n`)
}
workspace.remove()

const lines = [...HEAD, ...rows.filter((row) => row !== undefined)]
writeFileSync(page, `${before}<!-- table -->\n${lines.join('\n')}\n<!-- end -->\n${after}`)
