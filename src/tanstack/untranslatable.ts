/** The hint where tamis has nothing to offer. */
export const ELSEWHERE =
  "Test it in fn.where, or set overfetch, which leaves it to TanStack DB's own filter"

/**
 * What a query of TanStack DB asks that no payload of tamis says exactly: a payload that is only near
 * would select other rows than the query does over the same rows held locally.
 */
export class UntranslatableError extends Error {
  override readonly name = 'UntranslatableError'
  /** The function of TanStack DB, such as `lower`; `orderBy`, or `where` for a condition that is not a function. */
  readonly operator: string
  /** The field that it is about, if it is about one. */
  readonly field: string | undefined
  /** What to use instead. */
  readonly hint: string

  /** A problem with a field is what follows its name in a sentence: `is a list`. */
  constructor(operator: string, field: string | undefined, problem: string, hint: string) {
    const sentence = field === undefined ? problem : `"${field}" ${problem}`
    super(`tamis/tanstack: ${operator}: ${sentence}. ${hint}`)
    this.operator = operator
    this.field = field
    this.hint = hint
  }
}
