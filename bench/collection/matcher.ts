/**
 * `npm run bench:matcher` times a matcher of a million standing filters of one to five conditions, and
 * writes MATCHER.md. What it finds is compared with the filters as written by hand before it is timed.
 * `--filters 100000` asks a smaller one and writes nothing; nor does it with names of kinds after it.
 */

import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { createMatcher, type Matcher } from 'tamis/collection'
import { conditionOf, type Kind, type Offer, offerOf, offers, standingOf } from './filters.ts'

const FILTERS = 1_000_000
const { values, positionals } = parseArgs({
  options: { filters: { type: 'string', default: String(FILTERS) } },
  allowPositionals: true,
})
const count = Number(values.filters)
if (!Number.isInteger(count) || count < 1000) {
  console.error('bench: expected --filters of at least 1000')
  process.exit(2)
}

const KINDS: readonly (readonly [kind: Kind, name: string, filters: number])[] = [
  ['store', 'one of 5,000 values, and up to four conditions', count],
  ['product', 'one of a million values, and up to four conditions', count],
  ['prices', 'an interval, and up to four conditions', count / 10],
]

/** Filters and offers that are made before the time is taken. */
const ROUNDS = 20_000
const CHECKED = 20

const collect = globalThis.gc ?? (() => {})

function memory(): number {
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

interface Line {
  readonly name: string
  readonly filters: number
  readonly matches: number
  readonly match: number
  readonly change: number
  readonly add: number
  readonly remove: number
  readonly bytes: number
}

/** The median of single calls in microseconds. */
function median(rounds: number, run: (round: number) => unknown): number {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const start = performance.now()
    run(round)
    times.push((performance.now() - start) * 1000)
  }
  return times.sort((a, b) => a - b)[times.length >> 1]!
}

function measure(kind: Kind, name: string, filters: number): Line {
  const before = memory()
  const matcher: Matcher<Offer, number> = createMatcher(offers)
  for (let id = 0; id < filters; id++) matcher.add(id, conditionOf(kind, id))
  const bytes = (memory() - before) / filters
  const rows = Array.from({ length: ROUNDS }, (_, at) => offerOf(at))
  const checked = rows.slice(0, CHECKED)
  const expected = checked.map((): number[] => [])
  for (let id = 0; id < filters; id++) {
    const { holds } = standingOf(kind, id)
    for (let i = 0; i < CHECKED; i++) if (holds(checked[i]!)) expected[i]!.push(id)
  }
  let matches = 0
  for (let i = 0; i < CHECKED; i++) {
    const found = matcher.match(checked[i]!).sort((a, b) => a - b)
    if (found.join() !== expected[i]!.join()) throw new Error(`${name}: other filters are found`)
    matches += found.length / CHECKED
  }
  const more = Array.from({ length: ROUNDS }, (_, at) => conditionOf(kind, filters + at))
  const warm = ROUNDS / 4
  for (let i = 0; i < warm; i++) matcher.match(rows[i]!)
  const match = median(ROUNDS - warm, (round) => matcher.match(rows[warm + round]!))
  const changed = rows.map((row) => ({ ...row, price: (row.price + 300) % 1000 }))
  const change = median(ROUNDS / 2, (round) => matcher.match(rows[round]!, changed[round]!))
  const add = median(ROUNDS, (round) => matcher.add(filters + round, more[round]!))
  const remove = median(ROUNDS, (round) => matcher.remove(filters + round))
  const line = { name, filters, matches, match, change, add, remove, bytes }
  for (let id = 0; id < filters; id++) matcher.remove(id)
  const { parts } = matcher.stats()
  if (parts !== 0) throw new Error(`${name}: ${parts} parts are left of no filters`)
  return line
}

const micro = (value: number): string => `${value.toFixed(1)} µs`

const lines: Line[] = []
for (const [kind, name, filters] of KINDS) {
  if (positionals.length > 0 && !positionals.includes(kind)) continue
  const line = measure(kind, name, filters)
  lines.push(line)
  console.log(
    `${name}: ${filters.toLocaleString('en')} filters, ${line.matches.toFixed(0)} match; match ${micro(line.match)}, change ${micro(line.change)}, add ${micro(line.add)}, remove ${micro(line.remove)}, ${line.bytes.toFixed(0)} bytes a filter`,
  )
}
const load = loadavg()[0]!.toFixed(1)
console.log(`load average ${load}`)

if (count === FILTERS && positionals.length === 0) {
  const machine = `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}`
  writeFileSync(
    new URL('../MATCHER.md', import.meta.url),
    `# Standing filters, measured

Written by \`npm run bench:matcher\`: ${machine}, load average ${load}. Filters have one to five conditions. What ${CHECKED} rows match was compared with the filters as written by hand before anything was timed. Times are medians of single calls. Memory is what the process has more, with ids that are numbers.

| each filter has | filters | match of a row | \`match(row)\` | \`match(before, after)\` | \`add\` | \`remove\` | bytes a filter |
|---|---:|---:|---:|---:|---:|---:|---:|
${lines.map((line) => `| ${line.name} | ${line.filters.toLocaleString('en')} | ${line.matches.toFixed(0)} | ${micro(line.match)} | ${micro(line.change)} | ${micro(line.add)} | ${micro(line.remove)} | ${line.bytes.toFixed(0)} |`).join('\n')}

Goals for the first: \`match\` 25 µs, \`add\` and \`remove\` 10 µs, 150 bytes.
`,
  )
}
