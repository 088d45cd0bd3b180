import { Bench } from 'tinybench'

/** Several ways to do one thing; the first is what the others are measured against. */
export type Contenders = Readonly<Record<string, () => unknown>>

const ROUNDS = 5

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] as number

function shown(milliseconds: number): string {
  if (milliseconds >= 1) return `${milliseconds.toFixed(2)} ms`
  return milliseconds >= 0.001
    ? `${(milliseconds * 1000).toFixed(2)} µs`
    : `${(milliseconds * 1e6).toFixed(0)} ns`
}

/**
 * Runs the contenders in turns, so that a machine that slows down slows them all, and prints for each
 * the median of its rounds' medians and the ratio to the first. Throws where an answer differs from
 * the first one's: a wrong answer has no speed.
 */
export async function compare(question: string, contenders: Contenders): Promise<void> {
  const entries = Object.entries(contenders)
  const [[, first]] = entries as [[string, () => unknown]]
  const answer = JSON.stringify(first())
  for (const [name, run] of entries) {
    if (JSON.stringify(run()) !== answer) throw new Error(`${question}: ${name} answers otherwise`)
  }
  const medians = new Map<string, number[]>(entries.map(([name]) => [name, []]))
  for (let round = 0; round < ROUNDS; round++) {
    const bench = new Bench({ time: 60, iterations: 3, warmupTime: 20, warmupIterations: 1 })
    // Another order each round: whoever comes first has the coldest caches.
    const rotated = [
      ...entries.slice(round % entries.length),
      ...entries.slice(0, round % entries.length),
    ]
    for (const [name, run] of rotated) bench.add(name, run)
    await bench.run()
    for (const { name, result } of bench.tasks) {
      if ('latency' in result) medians.get(name)?.push(result.latency.p50)
    }
  }
  const base = median(medians.get(entries[0]?.[0] as string) as number[])
  console.log(question)
  for (const [name, times] of medians) {
    const own = median(times)
    console.log(`  ${name.padEnd(28)} ${shown(own).padStart(10)}  ${(own / base).toFixed(2)}×`)
  }
}
