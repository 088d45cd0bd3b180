import type { SqlSet } from './asked.ts'
import type { SqlDatabase } from './databases.ts'
import type { SqlResult } from './measure.ts'

/** The goal: our median is at most so many times the expert's. */
const GOAL = 1.2

export interface Answered {
  readonly database: SqlDatabase
  readonly version: string
  readonly results: readonly SqlResult[]
}

/** The page of a set. */
export function sqlPage(set: SqlSet, answered: readonly Answered[], machine: string): string {
  const all = answered.flatMap(({ results }) => results)
  const met = all.filter(({ ratio }) => ratio <= GOAL).length
  const scanning = all.filter(({ onlyOursScans }) => onlyOursScans).length
  const parts =
    set.name === 'people'
      ? " In SQLite's plans for nullable orders, the scan is that of a part with LIMIT 0: the plan names it, and it is not run."
      : ''
  return `# Pages of a million rows, beside SQL written by hand

Written by \`npm run bench:sql -- --set ${set.name}\`: ${machine}. ${set.about} Beside each page stands the SQL that an expert writes for the same rows of the same table; both statements were seen to find the same rows in the same order. A page has 30 rows. Times are medians, from sending the statement to having its rows; the ratio is the median of the rounds' ratios.

The goal is at most ${GOAL} times the expert's median, and no plan that reads a large table from end to end where theirs does not: ${met} of ${all.length} ratios are within it, and ${scanning === 0 ? 'no plan does' : `${scanning} plans do`}.${parts}
${answered.map(section).join('')}`
}

const section = ({ database, version, results }: Answered): string => `
## ${database.name} ${version}

| | rows | tamis | by hand | ratio | |
|---|---:|---:|---:|---:|---|
${results.map(line).join('\n')}
`

function line({ question, found, tamis, expert, ratio, scans, onlyOursScans }: SqlResult): string {
  const notes = [
    ...(ratio > GOAL ? ['**slower**'] : []),
    ...(onlyOursScans ? ['**reads the whole table, theirs does not**'] : []),
    ...(scans && !onlyOursScans ? ['both read the whole table'] : []),
  ]
  return `| ${question} | ${found.toLocaleString('en')} | ${ms(tamis)} | ${ms(expert)} | ${ratio.toFixed(2)} | ${notes.join(', ')} |`
}

const ms = (value: number): string => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`
