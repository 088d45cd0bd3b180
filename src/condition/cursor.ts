import { xchacha20 } from '@noble/ciphers/chacha.js'
import { equalBytes } from '@noble/ciphers/utils.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import type { Scalar } from '../kinds/kind.ts'
import type { Condition } from './condition.ts'
import type { SortKey } from './keyset.ts'
import type { Ordering } from './ordering.ts'
import { printFilter } from './print.ts'

/**
 * Cursors as text: base64url of a version, a check and a body. The body is the binding to what was
 * asked and to what was run, and the place. Without a key the check is a checksum; with one it is an
 * HMAC, from which the body's encryption takes its nonce (the SIV construction of Rogaway and
 * Shrimpton, "Deterministic Authenticated-Encryption", 2006): the same place has the same cursor,
 * and no random source is needed.
 */

const CHECKED = 1
const SEALED = 2
const CHECK = 16
const BINDING = 12

/** Far longer than the cursor of any row that can be indexed; bounds what a hostile one costs. */
const LONGEST = 1 << 20

/** What a cursor says. */
export interface Place {
  /** Of the ordering and the filter that a client asked for. */
  readonly asked: string
  /** Of the ordering and the whole condition, what the server added included. */
  readonly whole: string
  readonly key: SortKey
}

/** A short text that is another for another ordering or condition. */
export function bindingOf(ordering: Ordering, condition: Condition): string {
  const terms = ordering.map(({ field, direction }) => [field.name, direction])
  const text = JSON.stringify([terms, printFilter(condition)], (_, own: unknown) =>
    typeof own === 'bigint' ? `${own}n` : own,
  )
  return toBase64(sha256(utf8ToBytes(text)).subarray(0, BINDING))
}

/** Whether a cursor of one ordering and condition was used with another. */
export const isBound = ({ whole }: Place, ordering: Ordering, condition: Condition): boolean =>
  whole === bindingOf(ordering, condition)

/** Makes and reads cursors, with the server's key where there is one. */
export class CursorSeal {
  readonly #secret: Uint8Array | undefined

  constructor(secret?: string | Uint8Array) {
    if (secret === undefined) return
    if ((typeof secret !== 'string' && !(secret instanceof Uint8Array)) || secret.length === 0) {
      throw new TypeError('tamis: cursorKey: expected text or bytes, at least one')
    }
    this.#secret = typeof secret === 'string' ? utf8ToBytes(secret) : secret
  }

  /** The cursor of a place. */
  write({ asked, whole, key }: Place): string {
    const values = key.map((value) => (typeof value === 'bigint' ? String(value) : (value ?? null)))
    const body = utf8ToBytes(JSON.stringify([asked, whole, ...values]))
    const check = this.#check(body)
    return toBase64(concatBytes(Uint8Array.of(this.#version), check, this.#crypt(check, body)))
  }

  /** The place that a cursor stands for; undefined for a text that is no cursor of ours. */
  read(text: string, ordering: Ordering): Place | undefined {
    const bytes = text.length > LONGEST ? undefined : fromBase64(text)
    if (bytes === undefined || bytes.length <= 1 + CHECK) return undefined
    if (bytes[0] !== this.#version) return undefined
    const check = bytes.subarray(1, 1 + CHECK)
    const body = this.#crypt(check, bytes.subarray(1 + CHECK))
    if (!equalBytes(this.#check(body), check)) return undefined
    return readBody(body, ordering)
  }

  get #version(): number {
    return this.#secret === undefined ? CHECKED : SEALED
  }

  /** A key of its own for each purpose. */
  #keyFor(secret: Uint8Array, purpose: string): Uint8Array {
    return hmac(sha256, secret, utf8ToBytes(`tamis cursor: ${purpose}`))
  }

  #check(body: Uint8Array): Uint8Array {
    const secret = this.#secret
    const whole =
      secret === undefined
        ? sha256(body)
        : hmac(sha256, this.#keyFor(secret, 'authentication'), body)
    return whole.subarray(0, CHECK)
  }

  /** Encrypts, or decrypts: a stream cipher is its own inverse. */
  #crypt(check: Uint8Array, body: Uint8Array): Uint8Array {
    if (this.#secret === undefined) return body
    const nonce = new Uint8Array(24)
    nonce.set(check)
    return xchacha20(this.#keyFor(this.#secret, 'encryption'), nonce, body)
  }
}

/** Without a key anyone can write a body: it is checked as an operand is. */
function readBody(body: Uint8Array, ordering: Ordering): Place | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
  if (!Array.isArray(parsed) || parsed.length !== ordering.length + 2) return undefined
  const [asked, whole, ...values] = parsed as readonly unknown[]
  if (typeof asked !== 'string' || typeof whole !== 'string') return undefined
  const key: (Scalar | undefined)[] = []
  for (const [i, value] of values.entries()) {
    const { kind } = ordering[i]!.field.type
    // Integers beyond what JSON's readers keep are written as text.
    const isLong =
      kind.name === 'integer' && typeof value === 'string' && /^-?\d{1,20}$/.test(value)
    const own = value === null ? undefined : kind.operand(isLong ? BigInt(value) : value)
    if (own === undefined && value !== null) return undefined
    // An operand may be finer than what a row can hold; a place may not.
    if (own !== undefined && kind.position(own).side !== 0) return undefined
    key.push(own)
  }
  return { asked, whole, key }
}

function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function fromBase64(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return undefined
  let binary: string
  try {
    binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  } catch {
    return undefined
  }
  const bytes = Uint8Array.from(binary, (each) => each.charCodeAt(0))
  // Another spelling of the same bytes is no cursor that was handed out.
  return toBase64(bytes) === text ? bytes : undefined
}
