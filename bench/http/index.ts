/**
 * `npm run bench:http` measures `tamis serve` beside a `node:http` server that answers the same from
 * memory, and beside a handler that uses the driver alone: all on one core, in turn, with the median
 * of the rounds' ratios. It writes HTTP.md beside this folder. `-- --users 20000` takes fewer users,
 * `-- --only sqlite` one database, `-- --only import` the import alone.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Filled, fill } from './databases.ts'
import { importing } from './imports.ts'
import { answerOf, load, type Measured } from './load.ts'
import {
  activeOf,
  check,
  differentPages,
  oneUser,
  type Question,
  samePage,
  upserts,
} from './questions.ts'
import { type Server, serve, servePeer } from './servers.ts'

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '7' },
    only: { type: 'string' },
  },
})
const USERS = Number(values.users)
const ROUNDS = Number(values.rounds)
const SECONDS = 1.5
const CONNECTIONS = 20

const folder = mkdtempSync(join(tmpdir(), 'tamis-bench-'))
const rows: string[] = []

const median = (all: readonly number[]): number =>
  [...all].sort((one, other) => one - other)[all.length >> 1] ?? Number.NaN

function report(database: string, what: string, goal: string, found: string): void {
  rows.push(`| ${database} | ${what} | ${goal} | ${found} |`)
  console.log(`${database.padEnd(17)} ${what.padEnd(64)} ${goal.padStart(10)}  ${found}`)
}

const memory = (name: string, answers: object): Promise<Server> => {
  const file = join(folder, `${name.replaceAll(/\W+/g, '-')}.json`)
  writeFileSync(file, JSON.stringify(answers))
  return servePeer({ kind: 'memory', answers: file })
}

interface Compared {
  readonly ratio: number
  /** The least and the greatest ratio of a round. */
  readonly range: string
  readonly ours: number
  /** The ratio of the processor time of a request. */
  readonly cpu: number
}

/** Asks two servers in turn. */
async function compare(
  ours: Server,
  other: Server,
  { requests }: Pick<Question, 'requests'>,
  connections = CONNECTIONS,
): Promise<Compared> {
  const ask = async (server: Server, seconds: number) => {
    const before = server.cpu()
    const measured = await load({ port: server.port, requests, connections, seconds })
    if (measured.failures > 0) throw new Error(`${measured.failures} failures`)
    return { ...measured, cpu: (server.cpu() - before) / (measured.perSecond * seconds) }
  }
  for (const each of [ours, other]) await ask(each, SECONDS)
  const rounds: { ratio: number; cpu: number; ours: number }[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const mine = await ask(ours, SECONDS)
    const others = await ask(other, SECONDS)
    rounds.push({
      ratio: mine.perSecond / others.perSecond,
      cpu: others.cpu / mine.cpu,
      ours: mine.perSecond,
    })
  }
  const ratios = rounds.map(({ ratio }) => ratio)
  return {
    ratio: median(ratios),
    range: `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`,
    ours: median(rounds.map(({ ours }) => ours)),
    cpu: median(rounds.map(({ cpu }) => cpu)),
  }
}

const shown = ({ ratio, range, cpu }: Compared): string =>
  `${ratio.toFixed(2)} × (${range}); ${cpu.toFixed(2)} × by processor time`

async function checkAll({ requests, answers }: Question, server: Server, whole: boolean) {
  const step = Math.max(1, Math.floor(requests.length / 20))
  for (const request of requests.filter((_, i) => i % step === 0)) {
    const [, path = ''] = request.toString().split(' ')
    check(await answerOf(server.port, request), answers[path], whole)
  }
}

async function askPages({ name, url, rows: users, byHand }: Filled): Promise<void> {
  const isFile = name === 'SQLite in a file'
  const ours = await serve(url)
  const hand = await servePeer(byHand)
  const same = samePage(users, isFile ? 0.5 : 0.35)
  const questions = [same, differentPages(users, same.goal), oneUser(users, isFile ? 0.7 : 0.35)]
  for (const question of questions) {
    const plain = await memory(question.name, question.answers)
    await checkAll(question, ours, true)
    await checkAll(question, plain, true)
    const compared = await compare(ours, plain, question)
    report(name, question.name, `≥ ${question.goal} ×`, shown(compared))
    if (question === same) {
      await checkAll(question, hand, false)
      const beside = await compare(ours, hand, question)
      report(name, `${question.name}, beside the driver by hand`, '≥ 0.8 ×', shown(beside))
      if (isFile) await askEarly(url, same)
    }
    if (isFile && question !== questions[2]) await askSlowly(name, ours, question, compared.ours)
    await plain.end()
  }
  await Promise.all([ours.end(), hand.end()])
}

/** The throughput two seconds after the first request to a new server. */
async function askEarly(url: string, { requests }: Question): Promise<void> {
  const found: number[] = []
  for (let round = 0; round < 3; round++) {
    const server = await serve(url)
    const asked = { port: server.port, requests, connections: CONNECTIONS }
    await load({ ...asked, seconds: 2 })
    const early = await load({ ...asked, seconds: 1 })
    await load({ ...asked, seconds: 3 })
    const late = await load({ ...asked, seconds: 1 })
    found.push(early.perSecond / late.perSecond)
    await server.end()
  }
  const share = median(found)
  report('SQLite in a file', 'the same, two seconds after the start', '≥ 0.8 ×', share.toFixed(2))
}

/** The latencies at half of the greatest throughput. */
async function askSlowly(
  database: string,
  server: Server,
  { name, requests }: Question,
  most: number,
): Promise<void> {
  const all: Measured[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const asked = { port: server.port, requests, connections: CONNECTIONS, rate: most / 2 }
    all.push(await load({ ...asked, seconds: SECONDS * 2 }))
  }
  const p50 = median(all.map((each) => each.median))
  const p99 = median(all.map((each) => each.p99))
  report(
    database,
    `${name}: p99 at half of the throughput`,
    '≤ 3 × p50',
    `${(p99 / p50).toFixed(1)} × (${p99.toFixed(2)} ms)`,
  )
}

async function askUpserts({ name, url, rows: users }: Filled): Promise<void> {
  const question = upserts(users, 0.5)
  const ours = await serve(url)
  const hand = await servePeer({ kind: 'upsert', file: url })
  for (const server of [ours, hand]) {
    const answer = (await answerOf(server.port, question.requests[0] as Buffer)) as {
      users: Record<string, { name: string }>
    }
    for (const { id, name: expected } of activeOf(users).slice(0, 100)) {
      if (answer.users[id]?.name !== expected) throw new Error(`${id} is not as it was sent`)
    }
  }
  const compared = await compare(ours, hand, question, 1)
  report(name, question.name, `≥ ${question.goal} ×`, shown(compared))
  await Promise.all([ours.end(), hand.end()])
}

const NAMES = ['SQLite in a file', 'PostgreSQL', 'MariaDB', 'MySQL']
const chosen = NAMES.filter((name) => name.toLowerCase().startsWith(values.only ?? ''))
for (const name of chosen) {
  console.log(`${name}: writing ${USERS} users`)
  const filled = await fill(name, USERS)
  try {
    await askPages(filled)
    if (name === NAMES[0]) await askUpserts(filled)
  } finally {
    await filled.drop()
  }
}
if (chosen.includes('SQLite in a file') || values.only === 'import') {
  for (const { what, goal, found } of await importing(folder, Math.min(USERS, 50_000))) {
    report('SQLite in a file', what, goal, found)
  }
}
rmSync(folder, { recursive: true, force: true })

const machine = `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}`
writeFileSync(
  new URL('../HTTP.md', import.meta.url),
  `# The HTTP service, measured

Written by \`npm run bench:http\`: ${machine}, ${USERS.toLocaleString('en')} users. \`tamis serve\` answers beside a \`node:http\` server that answers the same from memory with JSON.stringify, both on one core, over ${CONNECTIONS} connections, in ${ROUNDS} rounds in turn. A figure is the median of the rounds' ratios, with the least and the greatest; the ratio of the processor time of a request is less disturbed by other programs. Each answer was compared with memory before it was timed.

| database | | goal | found |
|---|---|---:|---|
${rows.join('\n')}
`,
)
console.log('\nwritten: bench/HTTP.md')
