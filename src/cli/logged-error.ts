import { UsersError } from '../users/error.ts'

/** How many causes of an error are logged. */
const MOST_CAUSES = 5

/**
 * What the log tells of an error: not what it quotes, which may be a user's data. Databases put values
 * into messages and properties (`detail`, `sql`), and our own messages name users; so the log has the
 * type, the code, the message up to its first quotation and after its last, and the functions of the
 * stack.
 */
export function loggedError(error: unknown, depth = 0): object {
  if (!(error instanceof Error)) return { type: typeof error }
  const { name, stack = '', cause } = error
  const { code }: { code?: unknown } = Object(error)
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line))
  return {
    type: name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(error instanceof UsersError ? {} : { message: withoutQuotations(error.message) }),
    ...(frames.length === 0 ? {} : { stack: frames.map((line) => line.trim()) }),
    ...(cause === undefined || depth === MOST_CAUSES
      ? {}
      : { cause: loggedError(cause, depth + 1) }),
  }
}

/** Messages quote values, and values may have quotation marks: all from the first to the last goes. */
const withoutQuotations = (message: string): string =>
  message
    .replace(/["'`«“‘(].*["'`»”’)]/s, '…')
    .replace(/\breceived .*/s, 'received …')
    .slice(0, 500)
