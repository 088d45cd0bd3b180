/** Requests with the header Idempotency-Key (draft-ietf-httpapi-idempotency-key-header). */

import type { KeyedRequest, Reservation } from '../storage/public.ts'
import type { Users } from '../users.ts'
import type { Caller } from './access.ts'
import { failureOf, RequestError } from './failure.ts'
import type { Call, Route } from './route.ts'

/** The longest key, in characters. */
export const LONGEST_KEY = 255

/** Says that an answer is that of an earlier request. */
export const REPEATED = 'Idempotency-Replayed'

/** Whether requests of a route can have a key. */
export const takesKey = ({
  method,
  isRepeatable = false,
}: Pick<Route, 'method' | 'isRepeatable'>): boolean => method !== 'get' && !isRepeatable

const invalid = (message: string) =>
  new RequestError('invalid_idempotency_key', `Idempotency-Key: ${message}`)

/**
 * Answers a write: by what it does, or, if its caller has sent the same key before, as the first time.
 */
export async function answerWrite(
  users: Users,
  call: Call,
  caller: Caller,
  perform: (reservation?: Reservation) => Promise<object>,
): Promise<Response> {
  const header = call.req.header('idempotency-key')
  if (header === undefined) return call.json(await perform())
  const key = keyOf(header)
  if (caller === undefined) {
    throw invalid('not allowed without a token, because keys belong to a caller')
  }
  const name = caller.server ? 'server' : `user ${caller.user_id}`
  const request = await keyedRequest(call, name, key)
  const { status, body, isRepeated } = await users.answerOnce(request, {
    perform,
    report: (error) => users.report(error),
    failureOf(error) {
      const failure = failureOf(error)
      if (failure === undefined || failure.status >= 500) return undefined
      return { status: failure.status, body: JSON.stringify(failure.body) }
    },
  })
  if (isRepeated) call.header(REPEATED, 'true')
  call.header('Content-Type', 'application/json')
  return call.body(body, status as 200)
}

/** The key as it is, or in quotes: a string of RFC 8941, as the draft writes it. */
function keyOf(header: string): string {
  const isQuoted = header.length > 1 && header.startsWith('"') && header.endsWith('"')
  const key = isQuoted ? header.slice(1, -1).replace(/\\(["\\])/g, '$1') : header
  if (!/^[\x20-\x7e]+$/.test(key)) throw invalid('expected printable ASCII characters')
  if (key.length > LONGEST_KEY) throw invalid(`longer than ${LONGEST_KEY} characters`)
  return key
}

/** Digests, so that their length is fixed, and neither keys nor bodies are stored. */
async function keyedRequest(call: Call, caller: string, key: string): Promise<KeyedRequest> {
  const body = await call.req.arrayBuffer()
  call.set('isBodyRead', true)
  const { pathname, search } = new URL(call.req.url)
  const parts = [call.req.method, pathname + search, await digest(body)]
  return {
    id: await digest(encoded(JSON.stringify([caller, key]))),
    fingerprint: await digest(encoded(JSON.stringify(parts))),
  }
}

const encoded = (text: string) => new TextEncoder().encode(text)

async function digest(bytes: ArrayBuffer | Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
