/**
 * A coverage-guided fuzzer: an input that enters a branch that no other one entered, or entered it in
 * another order of magnitude, is kept, and changed further. Inputs are texts of any UTF-16 units.
 */

import { randomOf } from '../support/growth.ts'

export interface Found {
  readonly input: string
  readonly error: unknown
}

/** The bit of a number of times: 1, 2, 3, 4 to 7, 8 to 15, 16 to 31, 32 to 127, more. */
const BUCKETS = Uint8Array.from({ length: 256 }, (_, times) => {
  if (times <= 3) return times === 0 ? 0 : 1 << (times - 1)
  if (times < 32) return 1 << (Math.floor(Math.log2(times)) + 1)
  return times < 128 ? 64 : 128
})

/** Inputs do not grow longer than this. */
const LONGEST = 2000

/** An input may take this many milliseconds: what takes longer is a failure. */
const MOST_TIME = 2000

/** So many different failures are kept. */
const MOST_FAILURES = 20

export interface Run {
  readonly executions: number
  readonly branches: number
  readonly failures: readonly Found[]
}

export class Fuzzer {
  readonly corpus: string[] = []
  readonly failures: Found[] = []
  executions = 0
  readonly #run: (input: string) => unknown
  readonly #counters: Uint8Array
  /** The same bytes, to skip four at a time. */
  readonly #words: Uint32Array
  /** The buckets that were seen of each branch. */
  readonly #seen: Uint8Array
  readonly #tokens: readonly string[]
  readonly #random: (below: number) => number
  readonly #messages = new Set<string>()

  constructor(
    run: (input: string) => unknown,
    counters: Uint8Array,
    tokens: readonly string[],
    seed: number,
  ) {
    this.#run = run
    this.#counters = counters
    this.#words = new Uint32Array(counters.buffer)
    this.#seen = new Uint8Array(counters.length)
    this.#tokens = tokens
    this.#random = randomOf(seed)
  }

  /** How many branches were entered at least once. */
  get branches(): number {
    return this.#seen.reduce((sum, each) => sum + (each === 0 ? 0 : 1), 0)
  }

  /** Runs inputs and keeps those that enter something new. */
  async add(inputs: readonly string[]): Promise<void> {
    for (const input of inputs) await this.#execute(input)
  }

  /** Changes inputs until the time, in milliseconds since 1970, or so many executions. */
  async search(end: number, executions = Number.POSITIVE_INFINITY): Promise<void> {
    const most = this.executions + executions
    while (this.executions < most && this.failures.length < MOST_FAILURES) {
      if (this.executions % 64 === 0 && Date.now() >= end) return
      await this.#execute(this.#changed())
    }
  }

  /** The smallest inputs that enter together all that the whole corpus does. */
  async smallest(): Promise<readonly string[]> {
    const left = [...new Set(this.corpus)].sort((a, b) => a.length - b.length)
    const seen = new Uint8Array(this.#seen.length)
    const kept: string[] = []
    for (const input of left) {
      await this.#count(input)
      if (this.#isNew(seen)) kept.push(input)
    }
    return kept
  }

  async #count(input: string): Promise<unknown> {
    this.#counters.fill(0)
    const start = performance.now()
    try {
      const result = this.#run(input)
      if (result instanceof Promise) await result
      const time = performance.now() - start
      return time > MOST_TIME ? new Error(`takes ${Math.round(time)} ms`) : undefined
    } catch (error) {
      return error ?? new Error('undefined was thrown')
    }
  }

  async #execute(input: string): Promise<void> {
    this.executions++
    const error = await this.#count(input)
    if (error !== undefined) this.#fail(input, error)
    else if (this.#isNew(this.#seen)) this.corpus.push(input)
  }

  #fail(input: string, error: unknown): void {
    // What is the same but for names and numbers is one failure.
    const text =
      error instanceof Error ? `${error.message}\n${error.stack?.split('\n')[1]}` : `${error}`
    const message = text.replaceAll(/"[^"]*"|\d+/g, '')
    if (this.#messages.has(message)) return
    this.#messages.add(message)
    this.failures.push({ input, error })
  }

  /** Whether the last input entered something that is not in `seen`, to which it is added. */
  #isNew(seen: Uint8Array): boolean {
    let isNew = false
    const counters = this.#counters
    const words = this.#words
    for (let word = 0; word < words.length; word++) {
      if (words[word] === 0) continue
      for (let i = word * 4; i < word * 4 + 4; i++) {
        const bit = BUCKETS[counters[i]!]!
        if ((seen[i]! & bit) === bit) continue
        seen[i]! |= bit
        isNew = true
      }
    }
    return isNew
  }

  /** One of the corpus, the latest more often, after a few changes. */
  #changed(): string {
    const random = this.#random
    const { length } = this.corpus
    const from = random(2) === 0 ? Math.max(0, length - 20) : 0
    let input = this.corpus[from + random(Math.max(1, length - from))] ?? ''
    for (let left = 1 << random(4); left > 0; left--) input = this.#step(input)
    return input.slice(0, LONGEST)
  }

  #step(input: string): string {
    const random = this.#random
    const at = random(input.length + 1)
    const size = 1 + random(random(4) === 0 ? 30 : 4)
    const before = input.slice(0, at)
    const after = input.slice(at)
    const token = () => this.#tokens[random(this.#tokens.length)] ?? ''
    switch (random(9)) {
      case 0:
        return before + after.slice(size)
      case 1:
        return before + token() + after
      case 2:
        return before + token() + after.slice(size)
      case 3:
        return (
          before + String.fromCharCode(random(random(4) === 0 ? 0x10000 : 128)) + after.slice(1)
        )
      case 4:
        return before + after.slice(0, size) + after
      case 5: {
        // A number near to the one that was there.
        const unit = input.charCodeAt(at)
        const changed = String.fromCharCode((unit + random(9) - 4) & 0xffff)
        return Number.isNaN(unit) ? input : before + changed + after.slice(1)
      }
      case 6: {
        const other = this.corpus[random(Math.max(1, this.corpus.length))] ?? ''
        return before + other.slice(random(other.length + 1))
      }
      case 7:
        // The rest of a word as another word.
        return before.replace(/[\w$.]+$/, '') + token() + after.replace(/^[\w$.]+/, '')
      default: {
        const from = random(input.length + 1)
        return before + input.slice(from, from + size) + after
      }
    }
  }
}
