import { RequestError } from './failure.ts'
import type { Call } from './route.ts'
import { DEEPEST_TEXT, parseStrictJson } from './strict-json.ts'
import { ownTurn } from './turns.ts'

/** Strict, because replacement characters would be stored in place of what was sent. */
const UTF8 = new TextDecoder('utf-8', { fatal: true })

/**
 * JSON from a request, whatever its Content-Type. `what` names it in messages.
 *
 * @throws RequestError `invalid_json`
 */
export function parseJson(sent: string | ArrayBuffer, what: string): unknown {
  const result = parseStrictJson(typeof sent === 'string' ? unmarked(sent) : decode(sent, what))
  if ('value' in result) return result.value
  const { problem, path } = result
  if (problem === 'syntax') throw new RequestError('invalid_json', `${what} is not valid JSON`)
  if (problem === 'too_deep') {
    throw new RequestError(
      'invalid_json',
      `${what} is nested more than ${DEEPEST_TEXT} levels deep`,
    )
  }
  if (problem === 'rounded') {
    throw new RequestError(
      'invalid_json',
      `${what} has an integer that no JSON number holds exactly: ${path}; send it as a string`,
      { path },
    )
  }
  throw new RequestError('invalid_json', `${what} has a duplicate key: ${path}`, { path })
}

/** A parser may ignore a byte order mark (RFC 8259, section 8.1), as TextDecoder does. */
const unmarked = (text: string): string => text.replace(/^\uFEFF/, '')

function decode(bytes: ArrayBuffer, what: string): string {
  try {
    return UTF8.decode(bytes)
  } catch {
    throw new RequestError('invalid_json', `${what} is not valid UTF-8`)
  }
}

/** Bodies of more bytes are parsed in turns: one of a megabyte takes up to 0.1 s. */
const LARGE = 65_536

/** The body of a request; without one, an empty object. */
export async function readBody(call: Call): Promise<unknown> {
  const bytes = await call.req.arrayBuffer()
  call.set('isBodyRead', true)
  if (bytes.byteLength > LARGE) await ownTurn()
  if (bytes.byteLength > 0) return parseJson(bytes, 'The body')
  // A body parser in front of the handler leaves nothing; the request must not be taken for empty.
  if (Number(call.req.header('content-length') ?? 0) > 0) {
    throw new RequestError(
      'invalid_json',
      'The body is empty, but its Content-Length is not: was it read by a body parser?',
    )
  }
  return {}
}
