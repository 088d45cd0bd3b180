/**
 * `npm run bench:sql` times pages of tables of a million rows in PostgreSQL, MariaDB, MySQL and
 * SQLite, beside the SQL that an expert writes for the same rows, and writes SQL.md, SQL-RELATED.md
 * and SQL-TEXTS.md. `--set related` asks the tables of one of these pages: people, related or texts.
 * Names of databases after `--` ask these alone; `--rows 100000` asks smaller tables; both write
 * nothing.
 */

import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import type { SqlSet } from './asked.ts'
import { DATABASES } from './databases.ts'
import { askDatabase, type SqlResult } from './measure.ts'
import { PEOPLE } from './questions.ts'
import { RELATED } from './related.ts'
import { type Answered, sqlPage } from './report.ts'
import { TEXTS } from './texts.ts'

const ROWS = 1_000_000
const SETS: readonly SqlSet[] = [PEOPLE, RELATED, TEXTS]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: 'string', default: String(ROWS) },
    rounds: { type: 'string', default: '15' },
    set: { type: 'string', multiple: true, default: SETS.map(({ name }) => name) },
  },
})
const rows = Number(values.rows)
const rounds = Number(values.rounds)
const chosen = DATABASES.filter(
  ({ name }) => positionals.length === 0 || positionals.includes(name),
)
const sets = SETS.filter(({ name }) => values.set.includes(name))
const unknown = positionals.filter((name) => DATABASES.every((each) => each.name !== name))
if (
  unknown.length > 0 ||
  sets.length !== values.set.length ||
  !(rows >= 50_000) ||
  !(rounds >= 3)
) {
  console.error(
    `bench: expected names of ${DATABASES.map(({ name }) => name).join(', ')}, --set ${SETS.map(({ name }) => name).join(' or ')}, --rows of at least 50000 and --rounds of at least 3`,
  )
  process.exit(2)
}

const ms = (value: number): string => `${value.toFixed(2).padStart(9)} ms`

function show(result: SqlResult): void {
  const times = `${ms(result.tamis)}${ms(result.expert)}  ${result.ratio.toFixed(2)}×`
  console.log(
    `  ${result.question.padEnd(60)}${times}${result.onlyOursScans ? '  scans, theirs does not' : ''}`,
  )
}

const answers = new Map<string, Answered[]>(sets.map(({ name }) => [name, []]))
for (const database of chosen) {
  console.log(`\n${database.name}: ${rows.toLocaleString('en')} rows`)
  const { version, answered } = await askDatabase(database, sets, { rows, rounds, show })
  for (const { set, results } of answered) {
    answers.get(set.name)?.push({ database, version, results })
  }
}

const isWhole = rows === ROWS && chosen.length === DATABASES.length
const machine = `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}`
for (const set of isWhole ? sets : []) {
  const page = sqlPage(set, answers.get(set.name) ?? [], machine)
  writeFileSync(new URL(`../${set.page}`, import.meta.url), page)
}
