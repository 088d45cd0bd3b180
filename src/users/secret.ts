/** The least bytes of a secret: as many as HS256 requires (RFC 7518, section 3.2). */
const LEAST_BYTES = 32

export const isSecret = (value: unknown): value is string =>
  typeof value === 'string' && new TextEncoder().encode(value).length >= LEAST_BYTES

/** The requirement for a secret, and a command that generates one. */
export const SECRET_EXPECTED = `text of at least ${LEAST_BYTES} bytes; to generate one: openssl rand -base64 ${LEAST_BYTES}`
