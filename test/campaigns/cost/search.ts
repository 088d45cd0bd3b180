/**
 * Looks for filters that cost a database most, within the default limits of a schema: random filters
 * are changed at random, and a change is kept where it takes longer (hill climbing, begun anew where
 * it no longer gains).
 *
 * `tsx test/campaigns/cost/search.ts ENGINE [MINUTES] [SEED]` prints the dearest it found, as time on
 * the clock, the median of five runs.
 */

import { compileQuery, costOf, safeParseQuery } from 'tamis'
import type { SomeStatement } from '../../support/engines/engine.ts'
import { engines } from '../../support/engines/index.ts'
import { openStanding } from './standing.ts'
import { createCostTable, mappingFor, ROWS, schema, seeded } from './table.ts'

const [name = 'SQLite', minutes = '20', seed = '1'] = process.argv.slice(2)
const engine = engines.find((each) => each.name === name)
if (engine === undefined) {
  const known = engines.map((each) => each.name).join(', ')
  process.stderr.write(`unknown engine ${name}; known: ${known}\n`)
  process.exit(2)
}
const random = seeded(Number(seed))
const below = (n: number): number => Math.floor(random() * n)
const pick = <T>(all: readonly T[]): T => all[below(all.length)] as T
const times = <T>(n: number, make: () => T): T[] => Array.from({ length: n }, make)

/** A schema as a server makes it that sets no limits. */
const asked = schema({})

const text = (): string =>
  pick([
    () => pick(['red', 'blue', 'user', 'admin', 'Ana', 'a', 'e', 'zz', 'team-1', 'free']),
    () => below(36 ** 4).toString(36),
    () => `user-${below(ROWS).toString(36).padStart(6, '0')}`,
    () => 'x'.repeat(below(200)),
  ])()
const words = (): string => times(1 + below(pick([2, 10, 80])), text).join(' ')
const instant = (): string => new Date(Date.UTC(2020 + below(6), below(12), 1)).toISOString()
const number = (): number => pick([0, 5, 89, -1, 1000, below(100)])
const length = (): number => pick([1, 2, 5, 12, 60, 1000])

type Make = () => unknown
const scalarOperators =
  (value: Make): Make =>
  () =>
    pick([
      () => value(),
      () => ({ $ne: value() }),
      () => ({ [pick(['$gt', '$gte', '$lt', '$lte'])]: value() }),
      () => ({ $in: times(length(), value) }),
      () => ({ $nin: times(length(), value) }),
      () => ({ $exists: random() < 0.5 }),
      () => ({ $gte: value(), $lt: value() }),
    ])()
const textOperators: Make = () =>
  random() < 0.3 ? { $autocomplete: words() } : scalarOperators(text)()
const listOperators =
  (value: Make): Make =>
  () =>
    pick([
      () => ({ $contains: value() }),
      () => ({ $in: times(length(), value) }),
      () => ({ $all: times(length(), value) }),
      () => ({ $eq: times(length(), value) }),
      () => ({ $ne: times(length(), value) }),
      () => ({ $nin: times(length(), value) }),
    ])()

const KEYS = ['color', 'age', 'plan', 'vip', 'note', 'address.city', 'address.at.lat', 'last seen']
const deepKey = (): string => 'a.b.c.d.e.f.g.h'.slice(0, 1 + 2 * below(8))
const customKey = (): string =>
  pick([
    () => pick(KEYS),
    deepKey,
    () => `${deepKey()} `,
    () => `k${below(50)}`,
    () => times(1 + below(8), () => pick(['a', 'b"', 'c d', '0', 'é'])).join('.'),
  ])()

const leaf = (): Record<string, unknown> =>
  pick<() => Record<string, unknown>>([
    () => ({ [pick(['name', 'bio'])]: textOperators() }),
    () => ({ role: scalarOperators(text)() }),
    () => ({ id: scalarOperators(text)() }),
    () => ({ age: scalarOperators(number)() }),
    () => ({ score: scalarOperators(number)() }),
    () => ({ created_at: scalarOperators(instant)() }),
    () => ({ [pick(['teams', 'tags'])]: listOperators(text)() }),
    () => ({ sizes: listOperators(number)() }),
    () => ({ [`custom.${customKey()}`]: textOperators() }),
    () => ({ [`custom.${customKey()}`]: scalarOperators(number)() }),
    () => ({ [`custom.${customKey()}`]: scalarOperators(() => random() < 0.5)() }),
    () => ({ [`measured.${pick(['height', 'weight', 'at', 'z'])}`]: scalarOperators(number)() }),
    () => ({ 'measured.at': scalarOperators(instant)() }),
  ])()

interface Payload {
  readonly filter_conditions: Record<string, unknown>
  readonly sort: readonly object[]
  readonly offset: number
  readonly limit: number
}

const group = (): Record<string, unknown> => ({
  [pick(['$or', '$and', '$nor'])]: times(1 + below(12), () =>
    random() < 0.85 ? leaf() : { $or: times(1 + below(6), leaf) },
  ),
})
const sort = (): readonly object[] =>
  pick([[], [{ created_at: -1 }], [{ age: 1 }], [{ id: -1 }], [{ age: -1 }, { created_at: 1 }]])
const fresh = (): Payload => ({
  filter_conditions: group(),
  sort: sort(),
  offset: pick([0, 0, 1000]),
  limit: pick([30, 1000]),
})

/** One condition more, less or another, or another order. */
function changed(payload: Payload): Payload {
  const [[key, list] = ['$or', []]] = Object.entries(payload.filter_conditions)
  const all = list as readonly unknown[]
  const filters: Make = pick<Make>([
    () => ({ [key]: [...all, leaf()] }),
    () => ({ [key]: [...all, pick(all)] }),
    () => ({ [key]: all.filter((_, i) => i !== below(all.length) || all.length === 1) }),
    () => ({ [key]: all.map((each) => (random() < 0.3 ? leaf() : each)) }),
    () => ({ [pick(['$or', '$and', '$nor'])]: all }),
  ])
  if (random() < 0.15) return { ...payload, sort: sort() }
  if (random() < 0.1) return { ...payload, offset: pick([0, 1000]), limit: pick([30, 1000]) }
  return { ...payload, filter_conditions: filters() as Record<string, unknown> }
}

const connection = await openStanding(engine, createCostTable)
const target = { dialect: engine.dialect, table: 'cost', mapping: mappingFor(engine) }

/** How long a payload's statement takes, in ms; undefined if it is refused. */
async function took(
  payload: Payload,
): Promise<{ ms: number; busy: number; cost: number } | undefined> {
  const result = safeParseQuery(asked as never, payload)
  if (!result.ok) return undefined
  const statement = compileQuery(result.value, target as never) as SomeStatement
  const busy = connection.busy()
  const start = performance.now()
  await connection.all(statement)
  const ms = performance.now() - start
  return { ms, busy: connection.busy() - busy, cost: costOf(result.value.condition) }
}

const end = performance.now() + Number(minutes) * 60_000
const found: { payload: Payload; busy: number; cost: number }[] = []
let tried = 0
let refused = 0
while (performance.now() < end) {
  let payload = fresh()
  let best = await took(payload)
  let idle = 0
  while (idle < 25 && performance.now() < end) {
    const next = changed(payload)
    const own = await took(next)
    tried++
    if (own === undefined) refused++
    // The processor's time, which other load on the machine changes less than the clock's.
    if (own !== undefined && (best === undefined || own.busy > best.busy * 1.02)) {
      payload = next
      best = own
      idle = 0
    } else idle++
  }
  if (best !== undefined) found.push({ payload, busy: best.busy, cost: best.cost })
}

found.sort((a, b) => b.busy - a.busy)
console.log(`${name}: ${tried} filters tried, ${refused} of them refused, seed ${seed}`)
for (const { payload, cost } of found.slice(0, 5)) {
  const runs: { ms: number; busy: number }[] = []
  for (let i = 0; i < 5; i++) runs.push((await took(payload)) as never)
  const median = (of: (run: { ms: number; busy: number }) => number) =>
    runs
      .map(of)
      .sort((a, b) => a - b)[2]
      ?.toFixed(0)
  const shown = JSON.stringify(payload)
  console.log(
    `  ${median((run) => run.ms)} ms (${median((run) => run.busy)} ms of the processor), cost ${cost}: ${shown.length > 400 ? `${shown.slice(0, 400)}…` : shown}`,
  )
}
await connection.close()
