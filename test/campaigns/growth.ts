/**
 * Looks for texts whose time grows faster than their length, as long as you like:
 * `npx tsx test/campaigns/growth.ts [seconds] [seed]`. Fragments that take the most time for one of
 * the functions are changed further (hill climbing); prints the worst of each function.
 */

import {
  type Growth,
  growthOf,
  piecesFrom,
  randomOf,
  type Shape,
  shapeFrom,
  takers,
} from '../support/growth.ts'

/** In milliseconds for the larger text: what takes less is not measured further. */
const FLOOR = 8

const [secondsText = '60', seedText] = process.argv.slice(2)
const seed = Number(seedText ?? Math.floor(Math.random() * 2 ** 31))
const random = randomOf(seed)
const end = performance.now() + Number(secondsText) * 1000
console.log(`${takers.length} functions, ${secondsText} s, seed ${seed}`)

interface Found extends Growth {
  readonly shape: Shape
}

/** What climbing goes by: how it grows where that can be measured, else how long it takes. */
const scoreOf = ({ ratio, large }: Growth): number => ratio * 1000 + large

const cut = (text: string): string => {
  const at = random(text.length + 1)
  return text.slice(0, at) + text.slice(at + 1 + random(3))
}
const inserted = (text: string): string => {
  const at = random(text.length + 1)
  return text.slice(0, at) + piecesFrom(random, 2, 1) + text.slice(at)
}

function changed(shape: Shape): Shape {
  const part = (['fragment', 'fragment', 'fragment', 'head', 'tail'] as const)[random(5)]!
  const text = random(3) === 0 ? cut(shape[part]) : inserted(shape[part])
  const own = { ...shape, [part]: text.slice(0, 200) }
  return own.fragment === '' ? shapeFrom(random) : own
}

const worst = new Map<string, Found>()
const failures = new Map<string, string>()
let tried = 0
while (performance.now() < end) {
  const taker = takers[random(takers.length)]!
  const [name] = taker
  const best = worst.get(name)
  for (let step = 0; step < 8; step++) {
    const start = worst.get(name) ?? best
    const others = [...worst.values()]
    const shape =
      start === undefined || random(3) === 0
        ? shapeFrom(random)
        : changed(random(4) === 0 ? others[random(others.length)]!.shape : start.shape)
    tried++
    try {
      const growth = await growthOf(taker, shape, FLOOR)
      if (start === undefined || scoreOf(growth) > scoreOf(start))
        worst.set(name, { ...growth, shape })
      if (!growth.isLinear && !failures.has(name)) {
        failures.set(name, JSON.stringify(shape))
        console.log(
          `grows: ${name}: ${growth.small.toFixed(1)} → ${growth.large.toFixed(1)} ms: ${JSON.stringify(shape)}`,
        )
      }
    } catch (error) {
      const said = String(error).slice(0, 200)
      if (!failures.has(`${name} ${said}`))
        console.log(`throws: ${name}: ${said}: ${JSON.stringify(shape)}`)
      failures.set(`${name} ${said}`, JSON.stringify(shape))
    }
  }
}

console.log(`${tried} texts; the worst of each function that takes over ${FLOOR} ms:`)
console.log(
  '| function | 8,000 (ms) | 64,000 (ms) | ratio | head, fragment, tail |\n| --- | --- | --- | --- | --- |',
)
for (const [name, { small, large, ratio, shape }] of [...worst].sort(
  ([, a], [, b]) => scoreOf(b) - scoreOf(a),
)) {
  if (large < FLOOR) continue
  const parts = [shape.head, shape.fragment, shape.tail].map((part) => JSON.stringify(part))
  console.log(
    `| ${name} | ${small.toFixed(1)} | ${large.toFixed(1)} | ${ratio.toFixed(1)} | ${parts.join(' ').replaceAll('|', '\\|')} |`,
  )
}
if (failures.size > 0) process.exitCode = 1
