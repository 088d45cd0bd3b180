import { type Options, SingleBar } from 'cli-progress'

type Counts = Readonly<Record<string, number>>

const OPTIONS: Options = {
  stream: process.stderr,
  noTTYOutput: false,
  clearOnComplete: true,
}

/**
 * A line on a terminal that shows how far a command is; nothing where standard error is no terminal.
 * It goes before a message is written, and comes back below it: otherwise both would be on one line.
 */
export class Progress {
  readonly #bar: SingleBar
  #total = 0
  #value = 0
  #counts: Counts = {}
  #isShown = false

  /** `format` may name {bar}, {percentage}, {eta_formatted} and the counts. */
  constructor(format: string) {
    this.#bar = new SingleBar({ ...OPTIONS, format })
  }

  start(total: number, value: number, counts: Counts): void {
    this.#total = total
    this.#value = value
    this.#counts = counts
    this.#isShown = true
    this.#bar.start(total, value, counts)
  }

  update(value: number, counts: Counts): void {
    this.#value = value
    this.#counts = counts
    this.#bar.update(value, counts)
  }

  /** Writes a message to standard error. */
  message(text: string): void {
    const isShown = this.#isShown
    this.stop()
    process.stderr.write(text)
    if (isShown) this.start(this.#total, this.#value, this.#counts)
  }

  stop(): void {
    this.#isShown = false
    this.#bar.stop()
  }
}
