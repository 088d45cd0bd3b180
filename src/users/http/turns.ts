/** How many callbacks run in one turn of the event loop: each may write to a socket. */
const PER_TURN = 100

/**
 * Runs callbacks in order, a few in each turn of the event loop: one change may wake thousands of
 * streams, and requests must be answered in between.
 */
export class Turns {
  #due: (() => void)[] = []
  #isScheduled = false

  add(callback: () => void): void {
    this.#due.push(callback)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#isScheduled || this.#due.length === 0) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      for (const callback of this.#due.splice(0, PER_TURN)) callback()
      this.#schedule()
    })
  }
}

let last: Promise<void> = Promise.resolve()

/**
 * Resolves in a turn of the event loop in which no other call's promise resolves. For work of many
 * milliseconds: other requests are answered between two pieces of it.
 */
export function ownTurn(): Promise<void> {
  last = last.then(() => new Promise((resolve) => setImmediate(resolve)))
  return last
}
