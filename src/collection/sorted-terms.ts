import type { Scalar } from '../kinds/kind.ts'

/** New terms are looked through one by one up to this number; with more, all are sorted again. */
const PENDING = 256

/** The texts of an index in their order, so that those with a prefix stand together. */
export class SortedTerms {
  #sorted: string[] | undefined
  #pending: string[] = []

  add(term: Scalar): void {
    // Before the first question everything is sorted at once.
    if (this.#sorted === undefined || typeof term !== 'string') return
    this.#pending.push(term)
    if (this.#pending.length > PENDING) this.#sorted = undefined
  }

  /** The terms with a prefix, some of which may be gone, each once. */
  startingWith(prefix: string, all: ReadonlyMap<Scalar, unknown>): Iterable<string> {
    if (this.#sorted === undefined) {
      const texts: string[] = []
      for (const term of all.keys()) if (typeof term === 'string') texts.push(term)
      this.#sorted = texts.sort()
      this.#pending = []
    }
    const sorted = this.#sorted
    let low = 0
    let high = sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (sorted[middle]! < prefix) low = middle + 1
      else high = middle
    }
    const found = new Set<string>()
    for (let at = low; at < sorted.length && sorted[at]!.startsWith(prefix); at++) {
      found.add(sorted[at]!)
    }
    for (const term of this.#pending) if (term.startsWith(prefix)) found.add(term)
    return found
  }
}
