import { FilterError } from '../error/filter-error.ts'
import type { Issue } from '../error/issue.ts'
import { type FrameStyle, frame, type SourceRange } from '../error/source.ts'

/** What the person at the keyboard can mend: one line, no stack, exit status 2. */
export class Mistake extends Error {}

/** Something wrong in a text that was typed, with the places. */
export class TextMistake extends Mistake {
  readonly marks: readonly Mark[]

  constructor(marks: readonly Mark[]) {
    super(marks[0]?.line)
    this.marks = marks
  }
}

/** One line, and what to show under it where there is somebody to look. */
export interface Mark {
  readonly line: string
  readonly source?: string
  readonly range?: SourceRange | undefined
}

/** An issue of a text that an option held, before it was known what it means. */
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

/** The option that a part of the payload was given by. */
const OPTION: Readonly<Record<string, string>> = {
  filter_conditions: '--filter',
  sort: '--sort',
  limit: '--limit',
  offset: '--offset',
  next: '--next',
  prev: '--prev',
}

/** An issue of what the options say together. */
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
 * The lines for standard error, if the error is the user's to mend; with a style, the text is shown
 * with marks.
 */
export function linesOf(error: unknown, style?: FrameStyle): readonly string[] | undefined {
  if (error instanceof TextMistake) {
    return error.marks.flatMap(({ line: own, source, range }) => {
      const head = `tamis: ${printable(own)}`
      if (style === undefined || source === undefined || range === undefined) return head
      return [head, ...frame(source, range, style).split('\n')]
    })
  }
  const lines =
    error instanceof FilterError
      ? error.issues.map(line)
      : error instanceof Mistake || isOurRefusal(error)
        ? [error.message.replace(/^tamis: /, '')]
        : undefined
  return lines?.map((each) => `tamis: ${printable(each)}`)
}

/** What tamis throws for a schema or a mapping that cannot be: here, the user's own. */
const isOurRefusal = (error: unknown): error is TypeError =>
  error instanceof TypeError && error.message.startsWith('tamis: ')

/** Text on one line, without the control characters that would move a terminal's cursor. */
export const printable = (text: string): string =>
  text.replaceAll(/\s*\n\s*/g, ' ').replaceAll(/\p{Cc}/gu, '·')

/** What an error says, whatever was thrown. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)
