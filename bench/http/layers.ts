/**
 * `npx tsx bench/http/layers.ts` measures the parts of an answer of `tamis serve` one by one, in this
 * process: the processor time of each, which other programs disturb less than the time of the clock.
 * `--users 100000` takes more users.
 */

import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { sqlite } from '../../src/dialect/sqlite/index.ts'
import { compileQuery, type Page, pageOf, parseQuery } from '../../src/index.ts'
import { callerOf } from '../../src/users/http/access.ts'
import { makeDirectHandler } from '../../src/users/http/handler.ts'
import { payloadOfText } from '../../src/users/http/request-inputs.ts'
import { openUsers } from '../../src/users/open.ts'
import { configure } from '../../src/users/settings.ts'
import { NearPages } from '../../src/users/storage/sqlite/near-pages.ts'
import { Peek } from '../../src/users/storage/sqlite/peek.ts'
import { targetOf } from '../../src/users/storage/tables.ts'
import { signToken, TokenReader } from '../../src/users/tokens.ts'
import { serverView } from '../../src/users/view.ts'
import { makeUsers } from '../fixtures/users.ts'

const { values } = parseArgs({ options: { users: { type: 'string', default: '10000' } } })
const COUNT = Number(values.users)
const ROUNDS = 5
const TIMES = 1000

const folder = mkdtempSync(join(tmpdir(), 'tamis-layers-'))
const db = join(folder, 'users.sqlite')
const secret = 'a secret that is long enough for the bench'
const settings = { secret, worker: false, indexedCustom: ['color', 'age'] }
const users = await openUsers({ db, settings }, { ownsProcess: true })
const made = makeUsers(COUNT).map(({ deleted_at, ...user }) => user)
for (let i = 0; i < made.length; i += 100) {
  await users.importUsers({ users: made.slice(i, i + 100) as never })
}

/** The least processor time of a round, for one call. */
async function time(what: string, call: (i: number) => unknown): Promise<void> {
  const rounds: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage()
    for (let i = 0; i < TIMES; i++) {
      const result = call(i)
      if (result instanceof Promise) await result
    }
    const { user, system } = process.cpuUsage(before)
    rounds.push((user + system) / TIMES)
  }
  console.log(`| ${what} | ${Math.min(...rounds).toFixed(1)} |`)
}

const step = Math.max(1, Math.floor(COUNT / TIMES))
const chosen = made.filter((_, i) => i % step === 0).slice(0, TIMES)
const different = chosen.map(({ created_at }) => ({
  filter_conditions: { role: 'admin', created_at: { $lt: created_at } },
}))
const pathOf = (payload: object): string =>
  `/users?payload=${encodeURIComponent(JSON.stringify(payload))}`
const paths = {
  different: different.map(pathOf),
  one: chosen.map(({ id }) => pathOf({ filter_conditions: { id } })),
  same: pathOf({ filter_conditions: { role: 'admin' } }),
}

const token = await signToken(secret, { server: true })
const authorization = `Bearer ${token}`
const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64')
const { direct } = await makeDirectHandler(users)
const ask = (url: string) =>
  direct({
    ...{ url, authorization, digest, address: '' },
    signal: () => new AbortController().signal,
  })
const at = <T>(all: readonly T[], i: number): T => all[i % all.length] as T

console.log(`${COUNT} users, Node ${process.version}\n\n| without HTTP | µs |\n|---|---:|`)
await time('one user by id, in all', (i) => ask(at(paths.one, i)))
await time('a page that was asked lately, in all', () => ask(paths.same))
await time('a page of different ones, in all', (i) => ask(at(paths.different, i)))

const tokens = new TokenReader(secret, users.configuration.clock)
const view = serverView(secret, users.configuration.filterCost)
const target = targetOf({ kind: 'sqlite', dialect: sqlite }, configure(settings))
const peek = new Peek(createRequire(import.meta.url), db)
const near = new NearPages(peek, target)
const parse = (payload: object) => parseQuery(view.schema, payload, { cursorKey: secret })
const queries = different.map(parse)
const found = near.read(at(queries, 0), view)
if (found === undefined) throw new Error('the page is not found in the index')
const rows = JSON.parse(`[${new TextDecoder().decode(found.json).replaceAll('\u001e', ',')}]`)

await time('— the token', () => callerOf(users, tokens, authorization, true))
await time('— the payload', (i) =>
  payloadOfText(decodeURIComponent(at(paths.different, i).slice(15))),
)
await time('— whether anything was committed', () => peek.version())
await time('— the query', (i) => parse(at(different, i)))
await time('— the statement and its result', (i) => near.read(at(queries, i), view))
await time('— the cursor of the next page', (i): Page => pageOf(parse(at(different, i)), rows))
await time('— the digest', () => digest(found.json))
await time('the SQL of a page, as other databases get it', (i) =>
  compileQuery(at(queries, i), { ...target, lookAhead: true }),
)
peek.close()
await users.close()
rmSync(folder, { recursive: true, force: true })
