import { FilterError } from '../error/filter-error.ts'
import type { Issue } from '../error/issue.ts'
import { type FrameStyle, frame, type SourceRange } from '../error/source.ts'
import { withoutPassword } from './without-password.ts'

/** An error that the user can fix: printed as one line without a stack, exit status 2. */
export class Mistake extends Error {}

/** A mistake in the text of an option, with its places. */
export class TextMistake extends Mistake {
  readonly marks: readonly Mark[]

  constructor(marks: readonly Mark[]) {
    super(marks[0]?.line)
    this.marks = marks
  }
}

/** One line, and the text to show under it in a terminal. */
export interface Mark {
  readonly line: string
  readonly source?: string
  readonly range?: SourceRange | undefined
}

/** An issue of an option's text that cannot be parsed. */
export const textMark = (
  option: string,
  source: string,
  { range, message, hint }: Issue,
): Mark => ({
  line: `${option}, line ${range?.line ?? 1}, column ${range?.column ?? 1}: ${withHint(message, hint)}`,
  source,
  range,
})

const withHint = (message: string, hint: string | undefined): string =>
  hint === undefined ? message : `${message} (${hint})`

/** The option for each part of the payload. */
const OPTION: Readonly<Record<string, string>> = {
  filter_conditions: '--filter',
  sort: '--sort',
  limit: '--limit',
  offset: '--offset',
  next: '--next',
  prev: '--prev',
  fields: '--select',
}

/** The line for an issue of the payload. */
export function line({ path, message, hint }: Issue): string {
  const [, first = '', ...rest] = path.split('/')
  const option = Object.hasOwn(OPTION, first) ? OPTION[first] : undefined
  const place =
    option === undefined
      ? `--option ${first}`
      : [option, ...rest.map((each) => `/${each}`)].join('')
  return `${place}: ${withHint(message, hint)}`
}

/**
 * What standard error gets, if the user can fix the error: one line, which programs can read; with a
 * style, a line for each issue, and the text with marks.
 */
export function linesOf(error: unknown, style?: FrameStyle): readonly string[] | undefined {
  if (error instanceof TextMistake && style !== undefined) {
    return error.marks.flatMap(({ line: text, source, range }) => {
      const head = `tamis: ${shown(text)}`
      if (source === undefined || range === undefined) return head
      return [head, ...frame(source, range, style).split('\n')]
    })
  }
  const lines =
    error instanceof TextMistake
      ? error.marks.map((mark) => mark.line)
      : error instanceof FilterError
        ? error.issues.map(line)
        : error instanceof Mistake || isDefinitionError(error)
          ? [error.message.replace(/^tamis: /, '')]
          : undefined
  return lines && [`tamis: ${lines.map(shown).join('; ')}`]
}

/** Drivers and parsers repeat what they were given, the URL of a database too. */
const shown = (text: string): string => printable(withoutPassword(text))

/** Whether tamis refused the user's schema or mapping. */
const isDefinitionError = (error: unknown): error is TypeError =>
  error instanceof TypeError && error.message.startsWith('tamis: ')

/** Text on one line, without the control characters that would move a terminal's cursor. */
export const printable = (text: string): string =>
  text
    .split('\n')
    .map((line, i, lines) => {
      const end = i < lines.length - 1 ? line.trimEnd() : line
      return i > 0 ? end.trimStart() : end
    })
    .join(' ')
    .replaceAll(/\p{Cc}/gu, '·')

/** The message of a thrown value. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)
