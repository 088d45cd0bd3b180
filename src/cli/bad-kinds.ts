/** How many lines of a kind are named, and how many kinds: reasons may quote the file. */
const NAMED = 3
const MOST_KINDS = 30

const OTHERS = 'other reasons'

/**
 * A reason without what differs between lines: the same for all lines of a kind. The numbers of
 * encodings and of limits (2^53) are the same in all of them.
 */
export const kindOfReason = (reason: string): string =>
  reason
    .replaceAll(/'[^']*'|"[^"]*"/g, '…')
    .replaceAll(/(UTF-\d+|2\^\d+)|\d+/g, (_, same?: string) => same ?? 'N')
    .slice(0, 120)

/** The bad lines of a run, by the kinds of their reasons. */
export class BadKinds {
  readonly #kinds = new Map<string, { count: number; readonly lines: number[] }>()
  readonly #noun: string

  constructor(noun = 'line') {
    this.#noun = noun
  }

  /** Counts a line, and says whether its reason is worth a message of its own. */
  add(kind: string, line: number): boolean {
    const isKept = this.#kinds.has(kind) || this.#kinds.size < MOST_KINDS
    const name = isKept ? kind : OTHERS
    const found = this.#kinds.get(name) ?? { count: 0, lines: [] }
    this.#kinds.set(name, found)
    found.count++
    if (found.lines.length >= NAMED) return false
    found.lines.push(line)
    return true
  }

  /** A line for each kind, the most frequent first. */
  summary(): readonly string[] {
    return [...this.#kinds]
      .toSorted(([, one], [, other]) => other.count - one.count)
      .map(([kind, { count, lines }]) => {
        const first = lines.join(', ')
        const which =
          count > lines.length
            ? `${this.#noun}s ${first}, …`
            : `${this.#noun}${count > 1 ? 's' : ''} ${first}`
        return `${count} × ${kind} (${which})`
      })
  }
}
