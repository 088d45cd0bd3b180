/**
 * `npm run bench:sql` times pages of a table of a million rows in PostgreSQL, MariaDB, MySQL and
 * SQLite, beside the SQL that an expert writes for the same rows, and writes SQL.md. Names of
 * databases after `--` ask these alone; `--rows 100000` asks a smaller table and writes nothing.
 */

import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { DATABASES, type SqlDatabase } from './databases.ts'
import { askDatabase, type SqlResult } from './measure.ts'
import { sqlPage } from './report.ts'

const ROWS = 1_000_000

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: 'string', default: String(ROWS) },
    rounds: { type: 'string', default: '15' },
  },
})
const rows = Number(values.rows)
const rounds = Number(values.rounds)
const chosen = DATABASES.filter(
  ({ name }) => positionals.length === 0 || positionals.includes(name),
)
const unknown = positionals.filter((name) => DATABASES.every((each) => each.name !== name))
if (unknown.length > 0 || !(rows >= 10_000) || !(rounds >= 3)) {
  console.error(
    `bench: expected names of ${DATABASES.map(({ name }) => name).join(', ')}, --rows of at least 10000 and --rounds of at least 3`,
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

const answered: { database: SqlDatabase; version: string; results: readonly SqlResult[] }[] = []
for (const database of chosen) {
  console.log(`\n${database.name}: writing ${rows.toLocaleString('en')} rows`)
  const { version, results } = await askDatabase(database, { rows, rounds, show })
  answered.push({ database, version, results })
}

const isWhole = rows === ROWS && chosen.length === DATABASES.length
if (isWhole) {
  const machine = `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}`
  writeFileSync(new URL('../SQL.md', import.meta.url), sqlPage(answered, machine))
}
