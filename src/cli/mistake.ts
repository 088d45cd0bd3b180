import { FilterError } from '../error/filter-error.ts'
import type { Issue } from '../error/issue.ts'

/** What the person at the keyboard can mend: one line, no stack, exit status 2. */
export class Mistake extends Error {}

/** The option that a part of the payload was given by. */
const OPTION: Readonly<Record<string, string>> = {
  filter_conditions: '--filter',
  sort: '--sort',
  limit: '--limit',
  offset: '--offset',
  next: '--next',
  prev: '--prev',
}

function line({ path, message, hint }: Issue): string {
  const [, first = '', ...rest] = path.split('/')
  const option = Object.hasOwn(OPTION, first) ? OPTION[first] : undefined
  const place =
    option === undefined
      ? `--option ${first}`
      : [option, ...rest.map((each) => `/${each}`)].join('')
  return `${place}: ${message}${hint === undefined ? '' : ` (${hint})`}`
}

/** The lines for standard error, if the error is the user's to mend. */
export function linesOf(error: unknown): readonly string[] | undefined {
  const lines =
    error instanceof FilterError
      ? error.issues.map(line)
      : error instanceof Mistake || isOurRefusal(error)
        ? [error.message.replace(/^tamis: /, '')]
        : undefined
  return lines?.map(printable)
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
