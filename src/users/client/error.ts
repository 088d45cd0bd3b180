import type { RequestErrorCode } from '../http/failure.ts'
import type { UsersErrorCode } from '../index.ts'

/**
 * The code of an error. The server's own are stable; an invalid filter has the code of its first
 * issue. The client's are `network_error` (no answer, or not all of it), `timed_out` (the time for the
 * call is over) and `unexpected_answer` (not one of the server's: a proxy's error page, for example).
 */
export type UsersClientErrorCode =
  | UsersErrorCode
  | RequestErrorCode
  | 'internal'
  | 'network_error'
  | 'timed_out'
  | 'unexpected_answer'
  | 'users_failed'
  | 'task_failed'
  | (string & {})

/** The error of a call that was refused or failed. */
export class UsersClientError extends Error {
  override readonly name = 'UsersClientError'
  readonly code: UsersClientErrorCode
  /** What the server says of it: the user, the field, the place in the input, the issues of a filter. */
  readonly details: Readonly<Record<string, unknown>>
  /** The status of the answer; undefined without an answer. */
  readonly status: number | undefined
  /** After how many milliseconds the server wants to be asked again, if it says so. */
  readonly retryAfter: number | undefined

  constructor(
    code: UsersClientErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    { status, retryAfter, cause }: { status?: number; retryAfter?: number; cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.details = details
    this.status = status
    this.retryAfter = retryAfter
  }
}

/** Retry-After: seconds, or a date. In milliseconds. */
function retryAfterOf(header: string | null): { retryAfter?: number } {
  if (header === null) return {}
  const seconds = Number(header)
  const wait = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000
  return Number.isNaN(wait) ? {} : { retryAfter: Math.max(wait, 0) }
}

/** Throws what it means that a connection fails, with the error of fetch as its cause. */
export function lost(cause: unknown): never {
  throw new UsersClientError('network_error', 'The connection failed or was lost', {}, { cause })
}

/** The JSON of an answer; throws what the answer says is wrong. */
export async function answerOf(response: Response): Promise<unknown> {
  const { status, ok } = response
  const text = await response.text().catch(lost)
  let answer: { code?: unknown; message?: unknown; details?: unknown } | null | undefined
  try {
    answer = JSON.parse(text)
    if (ok) return answer
  } catch {}
  const { code, message, details } = answer ?? {}
  const more = { status, ...retryAfterOf(response.headers.get('retry-after')) }
  if (typeof code === 'string') {
    throw new UsersClientError(code, String(message), Object(details), more)
  }
  throw new UsersClientError('unexpected_answer', `Unexpected answer: status ${status}`, {}, more)
}
