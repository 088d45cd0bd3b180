import { printable } from './describe.ts'
import type { Issue, IssueCode } from './issue.ts'

const line = ({ path, message, hint }: Issue): string =>
  `${path === '' ? '' : `${printable(path)}: `}${message}${hint === undefined ? '' : ` (${hint})`}`

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

  constructor(issues: readonly [Issue, ...Issue[]]) {
    const [first, ...others] = issues
    super(others.length === 0 ? line(first) : `${line(first)} [and ${others.length} more]`)
    this.issues = issues
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

  /** Every issue, a line each. */
  override toString(): string {
    return this.issues.map((each) => `${this.name}: ${line(each)}`).join('\n')
  }
}
