/** The database of a project, where a command is not told one. */

import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Mistake, printable } from './mistake.ts'
import { withoutPassword } from './without-password.ts'

/** A database, and where its name is written. */
export interface NamedDatabase {
  readonly url: string
  readonly from: string
}

/**
 * The text of a file; undefined for what cannot be read, and for what is not a regular file: reading a
 * named pipe would never end.
 */
export function textIn(file: string): string | undefined {
  try {
    return statSync(file).isFile() ? readFileSync(file, 'utf8') : undefined
  } catch {
    return undefined
  }
}

/** The files that frameworks read variables from, the most special first. */
const ENVIRONMENTS = ['.env.local', '.env.development', '.env']

const LINE = /^[^\S\n]*(?:export[^\S\n]+)?DATABASE_URL[^\S\n]*=[^\S\n]*(.*)$/gm

/** The value of the last line that sets it: in quotes of any kind, or up to a comment. */
function urlIn(text: string): string | undefined {
  const line = [...text.matchAll(LINE)].at(-1)?.[1]
  const quoted = /^(["'`])(.*?)\1/.exec(line ?? '')?.[2]
  return quoted ?? line?.replace(/(?:^|\s+)#.*$/, '').trim()
}

/** `DATABASE_URL` of the environment, or of a file as dotenv reads it. */
export function databaseIn(folder: string): NamedDatabase | undefined {
  const { DATABASE_URL: url } = process.env
  if (url !== undefined && url !== '') return { url, from: 'DATABASE_URL' }
  for (const name of ENVIRONMENTS) {
    const text = textIn(join(folder, name)) ?? ''
    const found = urlIn(text)
    if (found !== undefined && found !== '') return { url: found, from: `DATABASE_URL of ${name}` }
  }
  return undefined
}

/** How help names the database of a command that was not given one. */
export const BY_DEFAULT = 'by default, DATABASE_URL of the environment or of .env'

/**
 * The database that was given, or else that of the project in the current folder, which a line on
 * standard error names. `subject` is the option or argument that gives one.
 *
 * @throws Mistake if there is none.
 */
export function databaseOr(given: string | undefined, subject: string): string {
  if (given !== undefined) return given
  const found = databaseIn('.')
  if (found === undefined) {
    throw new Mistake(
      `${subject} is missing, and there is no DATABASE_URL in the environment or .env`,
    )
  }
  const { url, from } = found
  process.stderr.write(`tamis: ${printable(`reading ${withoutPassword(url)}, ${from}`)}\n`)
  return url
}
