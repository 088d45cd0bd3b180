/**
 * `npm run conformance:table` asks every library that is installed, and writes the table of
 * `docs/conformance.md`. `npm run conformance:table -- NAME …` asks some, and those that have no row.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Profile } from '../test/conformance/suite.ts'
import { type Outcome, run } from './run.ts'

const TSX = [process.execPath, '--import', 'tsx']
const tamis = (...args: readonly string[]) => [...TSX, path('runners/tamis.ts'), ...args]
const peer = (name: string) => [...TSX, path('runners/peer.ts'), name]
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))

interface Runner {
  readonly title: string
  readonly profile: Profile
  readonly command: readonly string[]
}

const { dependencies } = JSON.parse(readFileSync(path('peers/package.json'), 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>
}

const PEERS: Readonly<Record<string, Profile>> = {
  sift: 'mongodb',
  mingo: 'mongodb',
  rxdb: 'mongodb',
  '@feathersjs/memory': 'mongodb',
  '@ucast/mongo2js': 'mongodb',
  minimongo: 'mongodb',
  lokijs: 'mongodb',
  'json-rules-engine': 'mongodb',
  '@tanstack/db': 'sql',
  '@feathersjs/knex': 'sql',
  '@mikro-orm/libsql': 'sql',
  '@ucast/sql': 'sql',
}

const ENGINES = ['SQLite', 'PostgreSQL', 'MariaDB', 'MySQL', 'DuckDB', 'ClickHouse']

const RUNNERS: readonly Runner[] = [
  { title: 'tamis, in memory', profile: 'tamis', command: tamis() },
  ...ENGINES.map(
    (name): Runner => ({ title: `tamis, ${name}`, profile: 'tamis', command: tamis(name) }),
  ),
  {
    title: 'a second implementation, in Python and SQLite',
    profile: 'tamis',
    command: ['python3', path('runners/sqlite.py')],
  },
  ...Object.entries(PEERS).map(
    ([name, profile]): Runner => ({
      title: `${name} ${dependencies[name]}`,
      profile,
      command: peer(name),
    }),
  ),
]

const row = ({ title, profile }: Runner, { passed, failures, unsupported, open }: Outcome) =>
  `| ${[title, profile, passed, failures.length, unsupported + open].map(String).join(' | ')} |`

const HEAD = [
  '| runner | profile | passed | failed | cannot say |',
  '| --- | --- | ---: | ---: | ---: |',
]
const page = fileURLToPath(new URL('../docs/conformance.md', import.meta.url))
const [before = '', table = '', after = ''] = readFileSync(page, 'utf8').split(
  /<!-- (?:table|end) -->\n/,
)
const known = table.split('\n')
const asked = process.argv.slice(2)

async function lineOf(runner: Runner): Promise<string> {
  const { title, profile, command } = runner
  const last = known.find((line) => line.startsWith(`| ${title} |`))
  const isAsked = asked.length === 0 || asked.some((name) => title.includes(name))
  if (last !== undefined && !isAsked) return last
  try {
    return row(runner, await run(command, profile))
  } catch (error) {
    process.stderr.write(`${title}: ${error instanceof Error ? error.message : error}\n`)
    return `| ${title} | ${profile} | did not run | | |`
  }
}

const lines = [...HEAD]
for (const runner of RUNNERS) {
  lines.push(await lineOf(runner))
  process.stdout.write(`${lines.at(-1)}\n`)
}
writeFileSync(page, `${before}<!-- table -->\n${lines.join('\n')}\n<!-- end -->\n${after}`)
process.exit()
