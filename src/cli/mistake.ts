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
}

function line({ path, message, hint }: Issue): string {
  const [, first = '', ...rest] = path.split('/')
  const option = OPTION[first]
  const place =
    option === undefined
      ? `--option ${first}`
      : [option, ...rest.map((each) => `/${each}`)].join('')
  return `${place}: ${message}${hint === undefined ? '' : ` (${hint})`}`
}

/** The lines for standard error, if the error is the user's to mend. */
export function linesOf(error: unknown): readonly string[] | undefined {
  if (error instanceof FilterError) return error.issues.map(line)
  return error instanceof Mistake ? [error.message.replaceAll(/\s*\n\s*/g, ' ')] : undefined
}

/** What an error says, whatever was thrown. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)
