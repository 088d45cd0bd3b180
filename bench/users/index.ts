/**
 * `npm run bench:users` measures the users system on SQLite with 100,000 users, checks what it
 * answers, and writes USERS.md beside this folder.
 */

import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { createUsers } from 'tamis/users'
import { FILE, fill, forget, SETTINGS } from './dataset.ts'
import { askOverHttp } from './http.ts'
import { askQueries } from './queries.ts'
import { follow } from './watchers.ts'

const SECONDS = 10

const ms = (value: number): string => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`

console.log('writing 100,000 users')
const start = performance.now()
const { users, rows } = await fill()
const filled = (performance.now() - start) / 1000
console.log(`  ${filled.toFixed(0)} s`)

console.log('queries')
const queries = await askQueries(users, rows)
for (const { name, median, p95 } of queries) {
  console.log(`  ${name.padEnd(40)} ${ms(median).padStart(9)} ${ms(p95).padStart(9)}`)
}
await users.close()

console.log('over HTTP')
const served = await askOverHttp(SECONDS)
for (const { name, requestsPerSecond, p99 } of served) {
  console.log(`  ${name.padEnd(40)} ${requestsPerSecond.toFixed(0)}/s  p99 ${ms(p99)}`)
}

console.log('open lists')
const again = await createUsers({ db: FILE, settings: SETTINGS })
const followed = await follow(again, rows, SECONDS)
await again.close()
console.log(
  `  ${followed.changesPerSecond.toFixed(0)} changes/s, ${followed.events} events, p99 ${ms(followed.p99)}, at the end ${ms(followed.atTheEnd)}`,
)
forget()

const machine = `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}`
writeFileSync(
  new URL('../USERS.md', import.meta.url),
  `# The users system, measured

Written by \`npm run bench:users\`: ${machine}, 100,000 users in an SQLite file with \`indexedCustom: ['color', 'age']\`. They were imported in ${filled.toFixed(0)} s, a commit on disk for each hundred.

## Queries

\`queryUsers\` in the process, from the payload to the users, over 51 runs each. Each answer was compared with the one of the same query over the same users in memory. The goal is 5 ms, for values that many have and for such that few have.

| | users | median | 95 of 100 |
|---|---:|---:|---:|
${queries.map((each) => `| ${each.name} | ${each.users} | ${ms(each.median)} | ${ms(each.p95)} |`).join('\n')}

## Over HTTP

\`tamis serve\` in a process held to one core, logging each request; 20 connections for ${SECONDS} s, by autocannon on another core. The goal is 2,000 requests a second for a page of 30.

| | requests/s | median | 99 of 100 | failures |
|---|---:|---:|---:|---:|
${served.map((each) => `| ${each.name} | ${each.requestsPerSecond.toFixed(0)} | ${ms(each.median)} | ${ms(each.p99)} | ${each.failures} |`).join('\n')}

## Open lists

${followed.watchers} lists are watched while users change, in batches of 50, in the same process, for ${SECONDS} s; the time is from the call that changes a user to the event. The goal is 1,000 changes a second without falling behind.

| changes/s | events | median | 99 of 100 | median of the last second |
|---:|---:|---:|---:|---:|
| ${followed.changesPerSecond.toFixed(0)} | ${followed.events} | ${ms(followed.median)} | ${ms(followed.p99)} | ${ms(followed.atTheEnd)} |
`,
)
console.log('\nwritten: bench/USERS.md')
