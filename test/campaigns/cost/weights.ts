/** What each kind of condition costs a row, on each engine: `tsx test/campaigns/cost/weights.ts [engine …]` */

import { compileQuery, parseQuery } from 'tamis'
import type { Engine, SomeStatement } from '../../support/engines/engine.ts'
import { engines } from '../../support/engines/index.ts'
import { openStanding } from './standing.ts'
import { createCostTable, mappingFor, ROWS, schema } from './table.ts'

const own = schema({ conditions: 2000, list: 5000, cost: 1e9 })

const deep = 'custom.a.b.c.d.e.f.g.h'
const n = (k: number) => Array.from({ length: k }, (_, i) => i)

/** The i-th condition of a kind; none of them is true of a row, unless negated. */
const KINDS: Readonly<Record<string, (i: number) => object>> = {
  'string $eq': (i) => ({ role: `no${i}` }),
  'string $gt': (i) => ({ bio: { $gt: `zzzz${i}` } }),
  'string $ne null': (i) => ({ $nor: [{ bio: { $ne: `no${i}` } }] }),
  'string $in 10': (i) => ({ role: { $in: n(10).map((j) => `no${i}-${j}`) } }),
  'string $in 100': (i) => ({ role: { $in: n(100).map((j) => `no${i}-${j}`) } }),
  'sorted $in 100': (i) => ({ id: { $in: n(100).map((j) => `no${i}-${j}`) } }),
  'integer $eq': (i) => ({ age: 1000 + i }),
  'number $gt': (i) => ({ score: { $gt: 1e6 + i } }),
  'timestamp $gt': (i) => ({
    created_at: { $gt: `2030-01-01T00:00:00.${String(i).padStart(3, '0')}Z` },
  }),
  'autocomplete 1': (i) => ({ bio: { $autocomplete: `zq${i}` } }),
  'autocomplete 10': (i) => ({
    bio: {
      $autocomplete: n(10)
        .map((j) => `zq${i}x${j}`)
        .join(' '),
    },
  }),
  'autocomplete 100': (i) => ({
    bio: {
      $autocomplete: n(100)
        .map((j) => `zq${i}x${j}`)
        .join(' '),
    },
  }),
  'side $eq': (i) => ({ teams: `no${i}` }),
  'side $in 100': (i) => ({ teams: { $in: n(100).map((j) => `no${i}-${j}`) } }),
  'list $contains': (i) => ({ tags: `no${i}` }),
  'list $in 100': (i) => ({ tags: { $in: n(100).map((j) => `no${i}-${j}`) } }),
  'list $all 10': (i) => ({ tags: { $all: n(10).map((j) => `no${i}-${j}`) } }),
  'list $eq 3': (i) => ({ tags: [`no${i}`, 'red', 'blue'] }),
  'list $eq 100': (i) => ({ tags: n(100).map((j) => `no${i}-${j}`) }),
  'ints $contains': (i) => ({ sizes: 1000 + i }),
  'json string $eq': (i) => ({ 'custom.color': `no${i}` }),
  'json string $gt': (i) => ({ 'custom.color': { $gt: `zzz${i}` } }),
  'json string $in 10': (i) => ({ 'custom.color': { $in: n(10).map((j) => `no${i}-${j}`) } }),
  'json string $in 100': (i) => ({ 'custom.color': { $in: n(100).map((j) => `no${i}-${j}`) } }),
  'json integer $eq': (i) => ({ 'custom.age': 1000 + i }),
  'json integer $gte': (i) => ({ 'custom.age': { $gte: 1000 + i } }),
  'json integer $in 100': (i) => ({ 'custom.age': { $in: n(100).map((j) => 1000 + i * 100 + j) } }),
  'json boolean': () => ({ 'custom.color': true }),
  'json absent': () => ({ 'custom.color': null }),
  'json missing key': (i) => ({ [`custom.k${i}`]: 'x' }),
  'json 2 deep': (i) => ({ 'custom.address.city': `no${i}` }),
  'json 8 deep': (i) => ({ [deep]: 1000 + i }),
  'json 8 deep string': (i) => ({ [deep]: `no${i}` }),
  'json odd key': (i) => ({ 'custom.last seen': `no${i}` }),
  'json odd 8 deep': (i) => ({ 'custom.a.b.c.d.e.f.g.h ': `no${i}` }),
  'json odd all 8': (i) => ({ 'custom.a .b .c .d .e .f .g .h ': `no${i}` }),
  'json autocomplete 1': (i) => ({ 'custom.note': { $autocomplete: `zq${i}` } }),
  'json autocomplete 10': (i) => ({
    'custom.note': {
      $autocomplete: n(10)
        .map((j) => `zq${i}x${j}`)
        .join(' '),
    },
  }),
  'json number $gt': (i) => ({ 'measured.height': { $gt: 1000 + i } }),
  'json timestamp $gt': (i) => ({
    'measured.at': { $gt: `2030-01-01T00:00:00.${String(i).padStart(3, '0')}Z` },
  }),
}

async function time(
  busy: () => number,
  run: () => Promise<unknown>,
  times: number,
): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let i = 0; i < times; i++) {
    const start = busy()
    await run()
    best = Math.min(best, busy() - start)
  }
  return best
}

const wanted = process.argv.slice(2).filter((each) => !each.startsWith('--'))
const only = process.argv.find((each) => each.startsWith('--only='))?.slice(7)
const [few, many] = [
  2,
  Number(process.argv.find((each) => each.startsWith('--many='))?.slice(7) ?? 12),
]

async function measure(engine: Engine): Promise<void> {
  const connection = await openStanding(engine, createCostTable)
  const target = { dialect: engine.dialect, table: 'cost', mapping: mappingFor(engine) }
  const ask = (filter: object, times: number) => {
    const query = parseQuery(own as never, { filter_conditions: filter })
    const statement = compileQuery(query, target as never) as SomeStatement
    return time(connection.busy, () => connection.all(statement), times)
  }
  console.log(`\n${engine.name}`)
  const base = await ask({ role: 'nobody' }, 3)
  console.log(`  ${'one string $eq'.padEnd(24)} ${base.toFixed(0).padStart(7)} ms`)
  for (const [name, make] of Object.entries(KINDS)) {
    if (only !== undefined && !name.includes(only)) continue
    try {
      const one = await ask({ $or: n(few).map(make) }, 2)
      const all = await ask({ $or: n(many).map(make) }, 2)
      const perRow = ((all - one) / (many - few) / ROWS) * 1e6
      console.log(
        `  ${name.padEnd(24)} ${one.toFixed(0).padStart(7)} ms of ${few} ${all.toFixed(0).padStart(7)} ms of ${many}  ${perRow.toFixed(0).padStart(6)} ns a row each`,
      )
    } catch (error) {
      console.log(`  ${name.padEnd(24)} ${(error as Error).message.slice(0, 100)}`)
    }
  }
  await connection.close()
}

for (const engine of engines) {
  if (wanted.length > 0 && !wanted.includes(engine.name)) continue
  await measure(engine)
}
