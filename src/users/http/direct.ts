import type { TokenReader } from '../tokens.ts'
import type { Users } from '../users.ts'
import type { View } from '../view.ts'
import { type Caller, callerOf, requireAudience } from './access.ts'
import { etagOf, isKnown, KEPT_HEADERS } from './conditional.ts'
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
}

/** The text of an answer, which is empty if the client has it already: then the status is 304. */
export interface DirectText {
  readonly status: 200 | 304
  readonly text: string
  readonly headers: Readonly<Record<string, string>>
}

/** An answer, or that the handler must answer, and whether the request is counted. */
export type DirectAnswer = DirectText | { readonly isCounted: boolean }

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
export const directQueries =
  ({ users, tokens, limit, path, viewOf }: DirectOptions): Direct =>
  async ({ url, authorization, ifNoneMatch, address, signal }) => {
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
      const text = await users.queryUsersText({ payload }, viewOf(caller), signal)
      const etag = await etagOf(text)
      const headers = { ...KEPT_HEADERS, ETag: etag }
      if (isKnown(ifNoneMatch, etag)) return { status: 304, text: '', headers }
      return { status: 200, text, headers }
    } catch {
      return { isCounted }
    }
  }
