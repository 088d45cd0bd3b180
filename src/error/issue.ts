import type { SourceRange } from './source.ts'

/**
 * Everything that can be wrong with what a client sent: one entry a code.
 *
 * An entry turns the particulars into the sentence that a stranger reads. The sentence names the
 * field and says what was expected; the hint says what to write instead, where that is known.
 */

/** What a sentence is made from. All of it is already safe to print: see `describe`. */
export interface Particulars {
  /** The field, operator or option that the issue is about, as the client wrote it. */
  readonly subject: string
  readonly expected?: string | undefined
  readonly received?: string | undefined
  /** What to write instead, as a sentence without its full stop. */
  readonly hint?: string | undefined
}

/** Subjects such as "the filter" are capitalized; names of fields are not. */
const capitalized = (subject: string): string =>
  /^(the|an?) /.test(subject) ? subject.charAt(0).toUpperCase() + subject.slice(1) : subject

const expectation = ({ subject, expected, received }: Particulars): string =>
  `${capitalized(subject)}: expected ${expected}${received === undefined ? '' : `, received ${received}`}`

/** The codes, each with its sentence. */
export const sentences = {
  unknown_field: ({ subject }) => `Unknown field ${subject}`,
  unknown_operator: ({ subject, received }) =>
    `${capitalized(subject)}: unknown operator ${received}`,
  operator_not_allowed: ({ subject, received, expected }) =>
    `${subject}: ${received} is not allowed; expected one of ${expected}`,
  invalid_operand: expectation,
  empty: expectation,
  too_deep: expectation,
  too_many: expectation,
  too_long: expectation,
  too_costly: expectation,
  not_sortable: ({ subject, expected }) =>
    `${subject} is not sortable; expected one of ${expected}`,
  not_a_facet: ({ subject, expected }) =>
    `The values of ${subject} cannot be counted; ${expected === undefined ? 'no field says facet: true' : `expected one of ${expected}`}`,
  invalid_sort: expectation,
  invalid_limit: expectation,
  invalid_offset: expectation,
  invalid_cursor: expectation,
  unknown_option: ({ subject, expected }) =>
    `Unknown option ${subject}; expected one of ${expected}`,
  syntax: expectation,
} as const satisfies Record<string, (particulars: Particulars) => string>

/** The stable name of a kind of mistake; callers may switch on it. */
export type IssueCode = keyof typeof sentences

/** One mistake in a client's input. */
export interface Issue {
  readonly code: IssueCode
  /** Where: a JSON Pointer (RFC 6901) into the input; the empty string is the whole of it. */
  readonly path: string
  /** What is wrong, for a person: names the field, what was expected and what came. */
  readonly message: string
  readonly expected?: string
  readonly received?: string
  /** What to write instead, where that is known: the near name, the right shape. */
  readonly hint?: string
  /** Where in the text, for what came as one: the key, the operator or the value that is meant. */
  readonly range?: SourceRange
}

/** An issue of this code at this place; particulars that are not known are left out of it. */
export function issue(code: IssueCode, path: string, particulars: Particulars): Issue {
  const { expected, received, hint } = particulars
  return {
    code,
    path,
    message: sentences[code](particulars),
    ...(expected === undefined ? {} : { expected }),
    ...(received === undefined ? {} : { received }),
    ...(hint === undefined ? {} : { hint }),
  }
}
