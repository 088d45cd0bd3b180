import type { Span } from './node.ts'
import type { Problems } from './problems.ts'

/** Checks the commas of one object or list, which the grammar takes anywhere. */
export class Commas {
  readonly #item: string
  /** What came last; a comma that was one too many has its problem, and counts as `excess`. */
  #last: 'nothing' | 'item' | 'comma' | 'excess' = 'nothing'
  #at: Span = { start: 0, end: 0 }

  constructor(item: string) {
    this.#item = item
  }

  item(at: Span, problems: Problems): void {
    if (this.#last === 'item') {
      problems.add({
        start: at.start,
        end: at.end,
        subject: this.#item,
        expected: 'a comma before it',
      })
    }
    this.#last = 'item'
  }

  comma(at: Span, problems: Problems): void {
    if (this.#last !== 'item') {
      problems.add({ ...at, subject: 'a comma', expected: `${this.#item} before it` })
    }
    this.#last = this.#last === 'item' ? 'comma' : 'excess'
    this.#at = at
  }

  end(problems: Problems): void {
    if (this.#last !== 'comma') return
    const hint = 'JSON has no comma after the last one'
    problems.relaxedOnly(this.#at, `${this.#item} after it`, 'nothing', hint, 'a comma')
  }
}
