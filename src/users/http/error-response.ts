import type { Users } from '../users.ts'
import { dropBody } from './drop-body.ts'
import { type Failure, failureOf } from './failure.ts'
import type { RateLimit } from './public.ts'
import type { Call } from './route.ts'

const INTERNAL: Failure = {
  status: 500,
  body: { code: 'internal', message: 'Internal error', details: {} },
}

/** For a client that has disconnected: nobody reads it. */
const ABORTED: Failure = {
  status: 503,
  body: { code: 'unavailable', message: 'The request was aborted', details: {} },
}

/** An error as a response; of an error that is not expected it says nothing. */
export type ErrorResponder = (error: unknown, call?: Call) => Promise<Response>

export const errorResponder =
  (users: Users, rateLimit: RateLimit | undefined): ErrorResponder =>
  async (error, call) => {
    const isAborted = call?.req.raw.signal.aborted === true
    const failure = failureOf(error) ?? (isAborted ? ABORTED : INTERNAL)
    if (!isAborted && failure.status >= 500) users.report(error)
    const { status, body } = failure
    const headers = new Headers({ 'Cache-Control': 'no-store' })
    if (status === 401) headers.set('WWW-Authenticate', 'Bearer')
    if (status === 503 || body.code === 'idempotency_key_in_use') headers.set('Retry-After', '1')
    if (status === 429) headers.set('Retry-After', String(rateLimit?.seconds ?? 1))
    if (call !== undefined && hasUnreadBody(call) && !(await dropBody(call.req.raw))) {
      headers.set('Connection', 'close')
    }
    return Response.json(body, { status, headers })
  }

/** Servers read the rest of an unread body up to this size, before the connection's next request. */
const READ_BY_SERVERS = 64 * 1024

/**
 * Whether a long body, or one of unknown length, was not read. Its rest would be taken for the
 * connection's next request, or the server would close the connection in the middle of that request.
 */
function hasUnreadBody(call: Call): boolean {
  if (call.get('isBodyRead')) return false
  const { headers } = call.req.raw
  const isChunked = headers.get('transfer-encoding') !== null
  return isChunked || Number(headers.get('content-length') ?? 0) > READ_BY_SERVERS
}
