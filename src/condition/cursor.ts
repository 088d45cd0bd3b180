import { xchacha20 } from '@noble/ciphers/chacha.js'
import { equalBytes } from '@noble/ciphers/utils.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { Bindings } from '../cache/bindings.ts'
import { CursorKeys } from '../cache/cursor-keys.ts'
import type { Scalar } from '../kinds/kind.ts'
import { FOLD_VERSION } from '../kinds/words.ts'
import { canonical } from './canonical.ts'
import type { Condition } from './condition.ts'
import type { SortKey } from './keyset.ts'
import type { Ordering } from './ordering.ts'
import { throughOf } from './relation.ts'

/**
 * Cursors as text: base64url of a version, a tag and a body. The body holds the keyset, and hashes
 * that bind it to the client's query and to the condition that was run. Without a key the tag is a
 * checksum. With one it is an HMAC and serves as the nonce of the body's encryption (SIV mode: Rogaway
 * and Shrimpton, "Deterministic Authenticated-Encryption", 2006), so that equal places have equal
 * cursors and no random source is needed.
 */

// 1 and 2 were bound to how a filter was spelt.
const CHECKED = 3
const SEALED = 4
const CHECK = 16
const BINDING = 12

/** Bounds the cost of a hostile cursor. No indexed row has values of this length. */
const LONGEST = 1 << 16

/** The content of a cursor. */
export interface Place {
  /** The binding to the client's ordering and filter. */
  readonly asked: string
  /** The binding to the ordering and the condition, including what the server joined to it. */
  readonly whole: string
  readonly key: SortKey
  /** The time of the first page, in milliseconds since 1970, where the client's filter depends on it. */
  readonly now?: number | undefined
}

const bindings = /* @__PURE__ */ new Bindings<Condition, Ordering>()

/** A hash of an ordering and a condition, the same for every spelling of one condition. */
export const bindingOf = (ordering: Ordering, condition: Condition): string =>
  bindings.get(ordering, condition, () => {
    const terms = ordering.map(({ field, direction, nulls }) => {
      const scopes = throughOf(field)?.scopes
      return [field.name, direction, nulls, ...(scopes === undefined ? [] : [scopes])]
    })
    const text = JSON.stringify([FOLD_VERSION, terms]) + canonical(condition)
    return toBase64(sha256(utf8ToBytes(text)).subarray(0, BINDING))
  })

/** Whether a cursor was made for this ordering and condition. */
export const isBound = ({ whole }: Place, ordering: Ordering, condition: Condition): boolean =>
  whole === bindingOf(ordering, condition)

/** What a secret is used for, with a key of its own for each purpose. */
interface Keys {
  /** The HMAC before any text; it is cloned for each. */
  readonly authentication: ReturnType<typeof hmac.create>
  readonly encryption: Uint8Array
}

const cache = /* @__PURE__ */ new CursorKeys<Keys>()

function keysOf(secret: Uint8Array): Keys {
  const keyFor = (purpose: string) => hmac(sha256, secret, utf8ToBytes(`tamis cursor: ${purpose}`))
  return {
    authentication: hmac.create(sha256, keyFor('authentication')),
    encryption: keyFor('encryption'),
  }
}

/** Writes and reads cursors, encrypted if the server has a key. */
export class CursorSeal {
  readonly #secret: string | Uint8Array | undefined
  #derived: Keys | undefined

  constructor(secret?: string | Uint8Array) {
    this.#secret = secret
  }

  write({ asked, whole, key, now }: Place): string {
    const values = key.map((value) => (typeof value === 'bigint' ? String(value) : (value ?? null)))
    const body = utf8ToBytes(
      JSON.stringify([asked, whole, ...values, ...(now === undefined ? [] : [now])]),
    )
    const check = this.#check(body)
    return toBase64(concatBytes(Uint8Array.of(this.#version), check, this.#crypt(check, body)))
  }

  /** Undefined for a text that `write` did not return. */
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

  get #keys(): Keys | undefined {
    const secret = this.#secret
    if (secret === undefined) return undefined
    this.#derived ??=
      typeof secret === 'string'
        ? cache.get(secret, () => keysOf(utf8ToBytes(secret)))
        : keysOf(secret)
    return this.#derived
  }

  #check(body: Uint8Array): Uint8Array {
    const keys = this.#keys
    const whole =
      keys === undefined ? sha256(body) : keys.authentication.clone().update(body).digest()
    return whole.subarray(0, CHECK)
  }

  /** Encrypts, or decrypts: a stream cipher is its own inverse. */
  #crypt(check: Uint8Array, body: Uint8Array): Uint8Array {
    const keys = this.#keys
    if (keys === undefined) return body
    const nonce = new Uint8Array(24)
    nonce.set(check)
    return xchacha20(keys.encryption, nonce, body)
  }
}

const isTime = (now: number): boolean => Number.isInteger(now) && Math.abs(now) <= 8.64e15

/** Without a key anyone can forge a body, so its values are checked like operands. */
function readBody(body: Uint8Array, ordering: Ordering): Place | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
  if (!Array.isArray(parsed)) return undefined
  const [asked, whole, ...rest] = parsed as readonly unknown[]
  const more = rest.length - ordering.length
  if ((more !== 0 && more !== 1) || typeof asked !== 'string' || typeof whole !== 'string') {
    return undefined
  }
  const values = rest.slice(0, ordering.length)
  const now = more === 0 ? undefined : rest.at(-1)
  if (now !== undefined && (typeof now !== 'number' || !isTime(now))) return undefined
  const key: (Scalar | undefined)[] = []
  for (const [i, value] of values.entries()) {
    const { kind } = ordering[i]!.field.type
    // Bigints are written as text.
    const isLong =
      kind.name === 'integer' && typeof value === 'string' && /^-?\d{1,20}$/.test(value)
    const canonical = value === null ? undefined : kind.operand(isLong ? BigInt(value) : value)
    if (canonical === undefined && value !== null) return undefined
    // An operand may lie between two values that a row can hold; a keyset is values of a row.
    if (canonical !== undefined && kind.position(canonical).side !== 0) return undefined
    key.push(canonical)
  }
  return now === undefined ? { asked, whole, key } : { asked, whole, key, now }
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** As base64url without padding; `btoa` and three replacements take four times as long. */
function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const first = bytes[at]!
    const second = bytes[at + 1]
    const third = bytes[at + 2]
    text += DIGITS[first >> 2]!
    text += DIGITS[((first & 3) << 4) | ((second ?? 0) >> 4)]!
    if (second !== undefined) text += DIGITS[((second & 15) << 2) | ((third ?? 0) >> 6)]!
    if (third !== undefined) text += DIGITS[third & 63]!
  }
  return text
}

function fromBase64(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return undefined
  let binary: string
  try {
    binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  } catch {
    return undefined
  }
  const bytes = new Uint8Array(binary.length)
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at)
  // Reject other encodings of the same bytes (unused bits of the last character).
  return toBase64(bytes) === text ? bytes : undefined
}
