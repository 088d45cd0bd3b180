import { type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { isUserId } from './shapes.ts'

/** Who holds a token: the application's server, or one of its users. */
export type Bearer =
  | {
      readonly server: true
      /** When the token expires, in ms since 1970; undefined if it never does. */
      readonly expires?: number
    }
  | {
      readonly server?: false
      readonly expires?: number
      readonly user_id: string
      /** Whether it is valid only for a guest. */
      readonly guest: boolean
      /** Tells apart the guests who had the same id, one after another. */
      readonly nonce: string | undefined
      /** In ms since 1970, a multiple of 1000. */
      readonly issuedAt: number
    }

type Claims =
  | { readonly server: true }
  | { readonly user_id: string }
  | { readonly user_id: string; readonly guest: true; readonly nonce: string }

const keyOf = (secret: string) => new TextEncoder().encode(secret)

/** A token for `Authorization: Bearer`: a JWT, HS256. */
export const signToken = async (
  secret: string,
  claims: Claims,
  now = new Date(),
): Promise<string> =>
  new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuedAt(now)
    .sign(keyOf(secret))

/** How many verified tokens are cached. */
const MOST_CACHED = 10_000

/**
 * Verifies tokens that were signed with a secret. Verified tokens are cached until they expire: a
 * signature takes longer to verify than the rest of a request.
 */
export class TokenReader {
  readonly #key: Uint8Array
  readonly #clock: () => Date
  readonly #cache = new Map<string, { readonly bearer: Bearer; readonly expires: number }>()

  constructor(secret: string, clock: () => Date) {
    this.#key = keyOf(secret)
    this.#clock = clock
  }

  /** The bearer of a token; undefined if it was signed otherwise, or has expired. */
  async read(token: string): Promise<Bearer | undefined> {
    const cached = this.#cache.get(token)
    const currentDate = this.#clock()
    if (cached !== undefined && currentDate.getTime() < cached.expires) return cached.bearer
    this.#cache.delete(token)
    try {
      // Only this algorithm, whatever the token's header says: `none` and public keys are refused.
      const options = { algorithms: ['HS256'], currentDate }
      const { payload } = await jwtVerify(token, this.#key, options)
      const bearer = bearerOf(payload)
      if (bearer === undefined) return undefined
      if (this.#cache.size >= MOST_CACHED) this.#cache.clear()
      this.#cache.set(token, { bearer, expires: (payload.exp ?? Number.POSITIVE_INFINITY) * 1000 })
      return bearer
    } catch {
      return undefined
    }
  }
}

function bearerOf(claims: JWTPayload): Bearer | undefined {
  const { server, user_id, guest, nonce, iat = 0, exp } = claims
  const expiry = exp === undefined ? {} : { expires: exp * 1000 }
  if (server === true) return { server, ...expiry }
  // An id that no user can have is not looked up.
  if (!isUserId(user_id)) return undefined
  return {
    user_id,
    guest: guest === true,
    nonce: typeof nonce === 'string' ? nonce : undefined,
    issuedAt: iat * 1000,
    ...expiry,
  }
}
