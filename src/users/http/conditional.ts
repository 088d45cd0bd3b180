/** Conditional requests (RFC 9110, section 13): what a caller has already is not sent again. */

import type { Call } from './route.ts'

/**
 * The headers of an answer with an ETag. Browsers may keep it for the caller alone, and ask each time
 * whether it is still current. Another token may see other fields.
 */
export const KEPT_HEADERS = { 'Cache-Control': 'private, no-cache', Vary: 'Authorization' } as const

/** How many characters of a digest in base64 are in an ETag: 132 bits. */
const CHARACTERS = 22

/**
 * The ETag of an answer by the SHA-256 of its bytes in base64, so that it changes with whatever the
 * caller sees. It is weak, because proxies may compress the answer.
 */
export const etagOfDigest = (digest: string): string => `W/"${digest.slice(0, CHARACTERS)}"`

async function etagOf(body: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  const digest = await crypto.subtle.digest('SHA-256', bytes)
  return etagOfDigest(btoa(String.fromCharCode(...new Uint8Array(digest))))
}

/** Whether the header If-None-Match names an ETag, by the weak comparison. */
export function isKnown(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  const opaque = etag.replace('W/', '')
  return header.split(',').some((each) => ['*', opaque, etag].includes(each.trim()))
}

/** Answers a read with JSON, or 304 without a body if the caller has it. */
export async function answerRead(
  call: Call,
  body: string | Uint8Array<ArrayBuffer>,
): Promise<Response> {
  const etag = await etagOf(body)
  const headers = { ...KEPT_HEADERS, ETag: etag }
  if (isKnown(call.req.header('if-none-match'), etag)) return call.body(null, 304, headers)
  return call.body(body, 200, { ...headers, 'Content-Type': 'application/json' })
}
