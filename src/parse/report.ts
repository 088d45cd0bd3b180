import { describe } from '../error/describe.ts'
import { FilterError } from '../error/filter-error.ts'
import { type Issue, type IssueCode, issue, type Particulars } from '../error/issue.ts'

/** The maximal number of issues; reading stops there. */
const MOST = 20

/** Thrown when the list is full; never leaves this file's `collect`. */
class TooManyIssues extends Error {}

/** A reference token of RFC 6901. */
const token = (segment: string): string => segment.replaceAll('~', '~0').replaceAll('/', '~1')

/** Collects the issues of one input, and knows where in it the reader is. */
export class Report {
  readonly issues: Issue[] = []
  readonly #path: (string | number)[] = []

  /** Goes one step deeper in the input, until `leave`. */
  enter(segment: string | number): void {
    this.#path.push(segment)
  }

  leave(): void {
    this.#path.pop()
  }

  add(code: IssueCode, particulars: Particulars): undefined {
    const path = this.#path.map((segment) => `/${token(String(segment).slice(0, 200))}`).join('')
    this.issues.push(issue(code, path, particulars))
    if (this.issues.length === MOST) throw new TooManyIssues()
    return undefined
  }

  /** An issue about a value that is not what was expected. */
  unexpected(
    code: IssueCode,
    subject: string,
    expected: string,
    value: unknown,
    hint?: string,
  ): undefined {
    return this.add(code, {
      subject,
      expected,
      received: describe(value),
      hint,
    })
  }
}

/** What the safe forms answer. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly [Issue, ...Issue[]] }

/** Runs a reader; its value is valid if it reported nothing. */
export function collect<T>(read: (report: Report) => T): Result<T> {
  const report = new Report()
  try {
    const value = read(report)
    if (report.issues.length === 0) return { ok: true, value }
  } catch (error) {
    if (!(error instanceof TooManyIssues)) throw error
  }
  return { ok: false, issues: report.issues as [Issue, ...Issue[]] }
}

/** The value, or the issues thrown. */
export function orThrow<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw new FilterError(result.issues)
}
