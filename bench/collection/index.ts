/**
 * `npm run bench:collection` times a collection of a million rows beside SQLite in memory, a B-tree and,
 * up to 200,000 rows, LokiJS (`npm run peers` installs the last two), and writes COLLECTION.md. Every answer is compared
 * with that of `runQuery`, `countRows` or `facetRows` over the array before it is timed.
 * `--rows 100000` asks a smaller collection and writes nothing; `--live` times live pages alone.
 */

import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { countRows, facetRows, parseQuery, runQuery } from 'tamis'
import { createCollection } from 'tamis/collection'
import { filters } from '../fixtures/filters.ts'
import { CHANGES, timeLivePages } from './live-pages.ts'
import { lokiPeer, type Peer, sqlitePeer, treePeer } from './peers.ts'
import { FIVE, MORE, makePeople, type Person, people, personOf } from './people.ts'

const ROWS = 1_000_000
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: String(ROWS) },
    live: { type: 'boolean', default: false },
  },
})
const count = Number(values.rows)
if (!Number.isInteger(count) || count < 10_000) {
  console.error('bench: expected --rows of at least 10000')
  process.exit(2)
}

interface Line {
  readonly question: string
  readonly contender: string
  readonly median: number
  readonly p99: number
  readonly goal?: string
}

const lines: Line[] = []

/** Times of single runs in microseconds, for a second or 2,000 runs, after a tenth of that. */
function timesOf(run: (round: number) => unknown): { median: number; p99: number } {
  const times: number[] = []
  let spent = 0
  for (let round = 0; round < 2200 && (spent < 1000 || round < 5); round++) {
    const start = performance.now()
    run(round)
    const time = performance.now() - start
    spent += time
    if (round >= 200 || spent > 100) times.push(time * 1000)
  }
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.floor(share * (times.length - 1))] as number
  return { median: at(0.5), p99: at(0.99) }
}

const micro = (value: number): string =>
  value >= 1000 ? `${(value / 1000).toFixed(2)} ms` : `${value.toFixed(2)} µs`

/** Times a function that does so many units of work; the times are those of one. */
function time(
  question: string,
  contender: string,
  run: (round: number) => unknown,
  goal?: string,
  units = 1,
) {
  const { median, p99 } = timesOf(run)
  const times = { median: median / units, p99: p99 / units }
  const line = { question, contender, ...times, ...(goal && { goal }) }
  lines.push(line)
  console.log(
    `  ${question.padEnd(44)}${contender.padEnd(26)}${micro(line.median).padStart(12)}${micro(line.p99).padStart(12)}`,
  )
}

function same(what: string, own: unknown, expected: unknown): void {
  if (JSON.stringify(own) !== JSON.stringify(expected)) throw new Error(`${what}: another answer`)
}

/** Peers leave out what they answer otherwise. */
function timePeers(
  question: string,
  expected: string | number,
  runOf: (peer: Peer) => (() => string | number) | undefined,
) {
  for (const peer of peers) {
    const run = runOf(peer)
    if (run === undefined) continue
    const answer = run()
    if (answer === expected) time(question, peer.name, run)
    else console.log(`  ${question}: ${peer.name} answers otherwise`)
  }
}

console.log(`making ${count.toLocaleString('en')} rows`)
const rows = makePeople(count)
const timeLive = () => {
  console.log('live pages, an index of their order')
  timeLivePages(rows, (question, run, goal) => time(question, 'tamis', run, goal, CHANGES))
}
if (values.live) {
  timeLive()
  process.exit()
}
const extra = makePeople(20_000).map((person, at) => personOf({ ...person, id: `new-${at}` }, at))

console.log('loading')
const collect = globalThis.gc ?? (() => {})
collect()
const before = process.memoryUsage()
const start = performance.now()
const collection = createCollection(people, { rows, indexes: FIVE })
const loaded = performance.now() - start
collect()
const after = process.memoryUsage()
const measured = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers
const five = collection.stats()
const bytes = five.bytes / count
console.log(
  `  ${(loaded / 1000).toFixed(2)} s; indexes ${bytes.toFixed(1)} bytes a row by stats(), ${(measured / count).toFixed(1)} measured with the key map`,
)
for (const { kind, fields, bytes: own } of five.indexes) {
  console.log(`    ${kind} ${fields.join(', ')}: ${(own / count).toFixed(1)} bytes a row`)
}

console.log('writes with five indexes')
const timeWrites = (
  name: string,
  peer: Pick<Peer, 'insert' | 'update' | 'remove'>,
  goal?: string,
) => {
  time('insert', name, (round) => peer.insert(extra[round] as Person), goal)
  time(
    'update of two fields',
    name,
    (round) => peer.update({ ...(extra[round % 200] as Person), role: `r${round % 4}`, city: 'x' }),
    goal,
  )
  time('remove', name, (round) => peer.remove(extra[round] as Person), goal)
}
timeWrites(
  'tamis',
  {
    insert: (person) => collection.insert(person),
    update: (person) => collection.upsert(person),
    remove: ({ id }) => collection.remove(id),
  },
  '10 µs',
)

timeLive()

const full = createCollection(people, { rows, indexes: [...FIVE, ...MORE] })

console.log('loading peers')
const byHand = {
  ...Object.fromEntries(filters.map(({ key, byHand: matches }) => [key, matches])),
  early: (person: Person) => person.custom.early === true,
}
const peers = [sqlitePeer(rows), await treePeer(rows, byHand), lokiPeer(rows)].filter(
  (each) => each !== undefined,
)
for (const { name, loaded: own } of peers) console.log(`  ${name}: ${(own / 1000).toFixed(2)} s`)

console.log('pages')
const idsOf = (items: readonly { readonly id: string }[]) => items.map(({ id }) => id).join()
const questions = [
  ...filters.map(({ key, name, filter }) => ({ key, name, filter, goal: '5 µs' })),
  {
    key: 'early',
    name: 'only the oldest, the newest first',
    filter: { 'custom.early': true },
    goal: '1 ms',
  },
]
for (const { key, name, filter, goal } of questions) {
  const payload = { filter_conditions: filter, sort: [{ created_at: -1 }], limit: 30 }
  const query = parseQuery(people, payload)
  const expected = runQuery(query, rows)
  same(name, full.query(query), expected)
  time(name, 'tamis', () => full.query(query), goal)
  time(`${name}, parsed`, 'tamis', () => full.query(parseQuery(people, payload)))
  console.log(`    ${full.explain(query).steps.join('; ')}`)
  timePeers(name, idsOf(expected.items), (peer) => peer.pages[key])
}

console.log('counts and facets')
const counted = parseQuery(people, {
  filter_conditions: { role: 'admin', banned: false, teams: { $contains: 'ops' } },
})
same('count', full.count(counted), countRows(counted, rows))
time('count of three conditions', 'tamis', () => full.count(counted), '150 µs')
timePeers('count of three conditions', full.count(counted), (peer) => peer.count)
const ranged = parseQuery(people, {
  filter_conditions: { role: 'admin', banned: false, 'custom.age': { $gte: 18 } },
})
same('count', full.count(ranged), countRows(ranged, rows))
time('count with a range of ages', 'tamis', () => full.count(ranged))
const faceted = parseQuery(people, { filter_conditions: { role: 'admin' } })
const facet = full.facet(faceted, 'city')
same('facet', facet, facetRows(faceted, 'city', rows))
time('facet of 20 values', 'tamis', () => full.facet(faceted, 'city'), '1 ms')
timePeers(
  'facet of 20 values',
  facet.map(({ value, count: own }) => `${value} ${own}`).join(),
  (peer) => peer.facet,
)

console.log('writes of peers')
for (const peer of peers) timeWrites(peer.name, peer)

if (count === ROWS) {
  const machine = `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}`
  writeFileSync(
    new URL('../COLLECTION.md', import.meta.url),
    `# Collections, measured

Written by \`npm run bench:collection\`: ${machine}, ${count.toLocaleString('en')} rows. Every answer was compared with that of \`runQuery\`, \`countRows\` or \`facetRows\` over an array of the same rows before it was timed. Times are of single calls, those of live pages of ${CHANGES} changes at once, divided. Pages are of 30 rows by \`created_at\` descending, with the cursor of the next page; the peers give ids alone, and no cursor.

Five indexes (${FIVE.join(', ')}) were made in ${(loaded / 1000).toFixed(2)} s (goal 3 s) and take ${bytes.toFixed(1)} bytes a row (goal 60); with the map of keys, ${(measured / count).toFixed(1)} were measured.

| | | median | 99 of 100 | goal of the median |
|---|---|---:|---:|---:|
${lines.map((line) => `| ${line.question} | ${line.contender} | ${micro(line.median)} | ${micro(line.p99)} | ${line.goal ?? ''} |`).join('\n')}
`,
  )
}
