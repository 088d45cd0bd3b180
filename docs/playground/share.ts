/** The state of the page as the fragment of its address, which browsers send to no server. */

import { LONGEST_LINK, LONGEST_ROWS } from './limits.ts'
import { isObject } from './problems.ts'

/** What the page shows, as texts. */
export interface State {
  readonly schema: string
  readonly rows: string
  readonly filter: string
  readonly sort: string
  readonly limit: string
  /** The databases that are on, such as `sqlite,postgres`; undefined in links of before. */
  readonly engines?: string | undefined
}

const KEYS = ['schema', 'rows', 'filter', 'sort', 'limit', 'engines'] as const
const PREFIX = '#play='

/** Thrown for a state that is too long for a link, and for a link that is damaged. */
export class LinkError extends Error {}

/** The bytes of a stream; more than `most` are refused, for a small link can unpack to gigabytes. */
async function bytesOf(stream: ReadableStream<Uint8Array>, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = stream.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.length
    if (length > most) {
      await reader.cancel()
      throw new LinkError('The link holds more than this page takes.')
    }
    chunks.push(value)
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

const piped = (bytes: Uint8Array<ArrayBuffer>, through: GenericTransformStream) =>
  new Blob([bytes]).stream().pipeThrough(through) as ReadableStream<Uint8Array>

type GenericTransformStream = CompressionStream | DecompressionStream

function base64Url(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

const fromBase64Url = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
    char.charCodeAt(0),
  )

/** The fragment of a link to a state. @throws LinkError if it would be too long. */
export async function fragmentOf(state: State): Promise<string> {
  const json = new TextEncoder().encode(JSON.stringify(KEYS.map((key) => state[key] ?? null)))
  const packed = await bytesOf(piped(json, new CompressionStream('deflate-raw')), LONGEST_ROWS)
  const fragment = PREFIX + base64Url(packed)
  if (fragment.length <= LONGEST_LINK) return fragment
  const [is, most] = [fragment.length, LONGEST_LINK].map((n) => `${Math.ceil(n / 1000)} kB`)
  throw new LinkError(`The link would have ${is}; ${most} is the most. Remove some rows.`)
}

/** The state that a fragment holds; undefined if it is not one of ours. @throws LinkError */
export async function stateOf(fragment: string): Promise<State | undefined> {
  if (!fragment.startsWith(PREFIX)) return undefined
  const text = fragment.slice(PREFIX.length)
  if (fragment.length > LONGEST_LINK) throw new LinkError('The link is too long.')
  let parts: unknown
  try {
    const most = 2 * LONGEST_ROWS
    const stream = piped(fromBase64Url(text), new DecompressionStream('deflate-raw'))
    parts = JSON.parse(new TextDecoder().decode(await bytesOf(stream, most)))
  } catch (error) {
    if (error instanceof LinkError) throw error
    throw new LinkError('The link is damaged: a part of it may be missing.')
  }
  if (!Array.isArray(parts) || isObject(parts)) throw new LinkError('The link is damaged.')
  const [schema, rows, filter, sort, limit] = parts.map((part) =>
    typeof part === 'string' ? part : '',
  )
  const engines = typeof parts[5] === 'string' ? parts[5] : undefined
  if (schema === undefined || limit === undefined) throw new LinkError('The link is damaged.')
  return { schema, rows: rows ?? '', filter: filter ?? '', sort: sort ?? '', limit, engines }
}
