import { printable } from './describe.ts'
import type { Issue, IssueCode } from './issue.ts'
import type { Source } from './source.ts'

const line = ({ path, message, hint }: Issue): string =>
  `${path === '' ? '' : `${printable(path)}: `}${message}${hint === undefined ? '' : ` (${hint})`}`

/** Marks the errors of every copy of the package: a process can load the ESM and the CommonJS build. */
const BRAND: unique symbol = Symbol.for('tamis.FilterError')

/**
 * What is thrown for anything that a client may have got wrong, and for nothing else.
 *
 * `issues` lists every mistake that was found, at most 20, in the order of the input; `code`,
 * `path` and `hint` are the first one's. It serialises itself for a response of status 400: what it
 * says comes from the input and from what the schema shows to clients, never from the server.
 */
export class FilterError extends Error {
  override readonly name = 'FilterError'
  readonly issues: readonly [Issue, ...Issue[]]
  /** The text that the issues are in, where there was one; kept out of logs and responses. */
  readonly #source: Source | undefined

  constructor(issues: readonly [Issue, ...Issue[]], source?: Source) {
    const [first, ...others] = issues
    super(others.length === 0 ? line(first) : `${line(first)} [and ${others.length} more]`)
    this.issues = issues
    this.#source = source
  }

  /** True of the FilterErrors of any copy of the package. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // A subclass inherits this method, and is recognised by its own prototype.
    // biome-ignore lint/complexity/noThisInStatic: the class that was asked, which may be a subclass
    if (this !== FilterError) return Function.prototype[Symbol.hasInstance].call(this, value)
    return typeof value === 'object' && value !== null && BRAND in value
  }

  get [BRAND](): true {
    return true
  }

  get code(): IssueCode {
    return this.issues[0].code
  }

  get path(): string {
    return this.issues[0].path
  }

  get hint(): string | undefined {
    return this.issues[0].hint
  }

  toJSON(): { name: string; issues: readonly Issue[] } {
    return { name: this.name, issues: this.issues }
  }

  /** Every issue, a line each; of a text, with the line that it is in and a mark under the place. */
  override toString(): string {
    const source = this.#source
    return this.issues
      .map((each) => {
        const text = `${this.name}: ${line(each)}`
        if (source === undefined || each.range === undefined) return text
        return `${text}\n${source.frame(each.range)}`
      })
      .join('\n')
  }
}
