/** Several ways to do one thing; the first is what the others are measured against. */
export type Contenders = Readonly<Record<string, () => unknown>>

/** A contender that answers otherwise than the first. */
export interface Wrong {
  readonly name: string
  readonly wrong: string
}

/** How long a contender took, and how that compares to the first one in the same round. */
export interface Measured {
  readonly name: string
  /** The median, in nanoseconds for one unit of work. */
  readonly nanoseconds: number
  /** The quartiles of the rounds' ratios: 25, 50 and 75 of 100. */
  readonly ratio: readonly [low: number, median: number, high: number]
}

export interface Settings {
  readonly rounds: number
  /** How long a contender runs in a round, in milliseconds. */
  readonly slice: number
  /** How long each runs before anything is timed, in milliseconds: V8 compiles what is hot. */
  readonly warmup: number
}

const SLOW_ROUNDS = 3

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number

/** Runs a function as often as fills the slice, and answers the time of one run in nanoseconds. */
function timeOf(run: () => unknown, times: number): number {
  const start = performance.now()
  for (let i = 0; i < times; i++) run()
  return ((performance.now() - start) * 1e6) / times
}

/** How often a function runs in a slice, warm. */
function calibrate(run: () => unknown, { slice, warmup }: Settings): number {
  const start = performance.now()
  do run()
  while (performance.now() - start < warmup)
  let times = 1
  for (;;) {
    const spent = (timeOf(run, times) * times) / 1e6
    if (spent > slice / 2) return Math.max(1, Math.round((times * slice) / spent))
    times *= 2
  }
}

/**
 * Measures the contenders in rounds, each of them once a round and each round in another order, so
 * that a machine that slows down slows them all. Whoever answers otherwise
 * than the first is named, and not timed. `units` is how many units of work one run does.
 */
export function measure(
  contenders: Contenders,
  units: number,
  settings: Settings,
): readonly (Measured | Wrong)[] {
  const all = Object.entries(contenders)
  const [first] = all as [[string, () => unknown]]
  const answer = JSON.stringify(first[1]())
  const wrong = all.flatMap(([name, run]): Wrong[] => {
    const own = JSON.stringify(run())
    return own === answer ? [] : [{ name, wrong: own.slice(0, 60) }]
  })
  // A wrong answer has no speed; and ours must not be wrong.
  const own = wrong.find(({ name }) => name.startsWith('tamis'))
  if (own !== undefined) throw new Error(`${own.name} answers ${own.wrong}, ${first[0]} ${answer}`)
  const entries = all.filter(([name]) => wrong.every((each) => each.name !== name))
  const times = entries.map(([, run]) => calibrate(run, settings))
  const rows = entries.map((): number[] => [])
  // What takes far longer than its slice runs in the first rounds alone.
  const isSlow = entries.map(([, run]) => timeOf(run, 1) > settings.slice * 2e7)
  for (let round = 0; round < settings.rounds; round++) {
    for (let i = 0; i < entries.length; i++) {
      const at = (i + round) % entries.length
      if (isSlow[at] && round >= SLOW_ROUNDS) continue
      const [, run] = entries[at] as [string, () => unknown]
      rows[at]?.push(timeOf(run, times[at] as number))
    }
  }
  const base = rows[0] as number[]
  const measured = entries.map(([name], i): Measured => {
    const own = rows[i] as number[]
    const ratios = own.map((time, round) => time / (base[round] as number)).sort((a, b) => a - b)
    return {
      name,
      nanoseconds:
        quantile(
          own.toSorted((a, b) => a - b),
          0.5,
        ) / units,
      ratio: [quantile(ratios, 0.25), quantile(ratios, 0.5), quantile(ratios, 0.75)],
    }
  })
  return [...measured, ...wrong]
}
