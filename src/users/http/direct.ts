import type { TokenReader } from '../tokens.ts'
import type { Users } from '../users.ts'
import type { View } from '../view.ts'
import { type Caller, callerOf, requireAudience } from './access.ts'
import { etagOfDigest, isKnown, KEPT_HEADERS } from './conditional.ts'
import type { Limiter } from './limit.ts'
import { payloadOfText } from './request-inputs.ts'

/** A `GET /users`, as a server has it before it makes a standard Request. */
export interface DirectRequest {
  /** The path and the query, as they were sent. */
  readonly url: string
  readonly authorization: string | undefined
  /** The header If-None-Match. */
  readonly ifNoneMatch?: string | undefined
  readonly address: string
  /** Makes the signal that is aborted when the client disconnects. */
  signal(): AbortSignal
  /** The SHA-256 of bytes in base64: servers have one that is faster than that of the standard. */
  digest(bytes: Uint8Array): string
}

/** The bytes of an answer, none if the client has it already: then the status is 304. */
export interface DirectBody {
  readonly status: 200 | 304
  readonly body: Uint8Array
  readonly headers: Readonly<Record<string, string>>
}

/** An answer, or that the handler must answer, and whether the request is counted. */
export type DirectAnswer = DirectBody | { readonly isCounted: boolean }

export type Direct = (request: DirectRequest) => Promise<DirectAnswer>

/** What a handler answers queries with. */
export interface DirectOptions {
  readonly users: Users
  readonly tokens: TokenReader
  readonly limit: Limiter
  readonly path: string
  viewOf(caller: Caller): View
}

const START = '?payload='

const NOTHING = new Uint8Array()

/** The payload's text in the query of a URL; undefined where it is not the one plain parameter. */
function payloadTextOf(query: string): string | undefined {
  if (query === '') return ''
  if (!query.startsWith(START) || query.includes('&') || query.includes('#')) return undefined
  try {
    return decodeURIComponent(query.slice(START.length).replaceAll('+', ' '))
  } catch {
    return undefined
  }
}

/**
 * Answers queries without a Request, a router and a Response, which take longer than a page. It
 * answers what succeeds only: any other request goes to the handler, which does everything again.
 */
export function directQueries({ users, tokens, limit, path, viewOf }: DirectOptions): Direct {
  /** A cache of the ETags of pages that are used again: a digest takes 10 µs. */
  const etags = new WeakMap<Uint8Array, string>()
  return async ({ url, authorization, ifNoneMatch, address, signal, digest }) => {
    let isCounted = false
    try {
      if (!url.startsWith(path)) return { isCounted }
      const sent = payloadTextOf(url.slice(path.length))
      if (sent === undefined) return { isCounted }
      const caller = await callerOf(users, tokens, authorization ?? null, true)
      requireAudience(caller, 'reader', users.app.anonymous)
      const payload = payloadOfText(sent)
      await limit(caller, address)
      // Not before: a request that is one too many is refused by the handler.
      isCounted = true
      const body = await users.queryUsersJson({ payload }, viewOf(caller), signal)
      const etag = etags.get(body) ?? etagOfDigest(digest(body))
      etags.set(body, etag)
      const headers = { ...KEPT_HEADERS, ETag: etag }
      if (isKnown(ifNoneMatch, etag)) return { status: 304, body: NOTHING, headers }
      return { status: 200, body, headers }
    } catch {
      return { isCounted }
    }
  }
}
