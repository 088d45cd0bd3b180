/** Secrets and signatures of the Standard Webhooks specification (standardwebhooks.com). */

const PREFIX = 'whsec_'

/** How many bytes a secret has: the limits of the specification. */
const LEAST_BYTES = 24
const MOST_BYTES = 64
const GENERATED_BYTES = 32

/** The form of a secret; how many bytes it holds is checked by `isWebhookSecret`. */
export const SECRET_PATTERN =
  /^whsec_(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

export const WEBHOOK_SECRET_EXPECTED = `expected ${PREFIX} and ${LEAST_BYTES} to ${MOST_BYTES} bytes in base64; to generate one: echo ${PREFIX}$(openssl rand -base64 ${GENERATED_BYTES})`

const bytesOf = (secret: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(secret.slice(PREFIX.length)), (character) => character.charCodeAt(0))

const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes))

export function isWebhookSecret(text: string): boolean {
  if (!SECRET_PATTERN.test(text)) return false
  const { length } = bytesOf(text)
  return length >= LEAST_BYTES && length <= MOST_BYTES
}

export const newWebhookSecret = (): string =>
  PREFIX + base64(crypto.getRandomValues(new Uint8Array(GENERATED_BYTES)))

/** The header `webhook-signature`: a signature with each secret, so that receivers can change theirs. */
export async function signaturesOf(secrets: readonly string[], content: string): Promise<string> {
  const bytes = new TextEncoder().encode(content)
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const signatures = secrets.map(async (secret) => {
    const key = await crypto.subtle.importKey('raw', bytesOf(secret), algorithm, false, ['sign'])
    return `v1,${base64(new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes)))}`
  })
  return (await Promise.all(signatures)).join(' ')
}
