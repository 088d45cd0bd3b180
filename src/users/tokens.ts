import { type JWTPayload, jwtVerify, SignJWT } from 'jose'

/** Whom a token is of: the application's server, or one of its users. */
export type Bearer =
  | { readonly server: true }
  | { readonly server?: false; readonly user_id: string; readonly issuedAt: number | undefined }

const keyOf = (secret: string) => new TextEncoder().encode(secret)

/** A token as clients and servers send it: a JWT, HS256. */
export const signToken = async (
  secret: string,
  claims: { readonly server: true } | { readonly user_id: string },
): Promise<string> =>
  new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuedAt()
    .sign(keyOf(secret))

/** How many tokens are known by heart. */
const MOST_KNOWN = 10_000

/** Reads the tokens of a secret; one that was read before is not verified again until it expires. */
export class TokenReader {
  readonly #key: Uint8Array
  readonly #known = new Map<string, { readonly bearer: Bearer; readonly expires: number }>()

  constructor(secret: string) {
    this.#key = keyOf(secret)
  }

  /** Whom a token is of; undefined where it is none of this secret's, or no longer. */
  async read(token: string): Promise<Bearer | undefined> {
    const known = this.#known.get(token)
    if (known !== undefined && Date.now() < known.expires) return known.bearer
    this.#known.delete(token)
    try {
      // The one algorithm, whatever the token says: `none` and public keys are no way around.
      const { payload } = await jwtVerify(token, this.#key, { algorithms: ['HS256'] })
      const bearer = bearerOf(payload)
      if (bearer === undefined) return undefined
      if (this.#known.size >= MOST_KNOWN) this.#known.clear()
      this.#known.set(token, { bearer, expires: (payload.exp ?? Number.POSITIVE_INFINITY) * 1000 })
      return bearer
    } catch {
      return undefined
    }
  }
}

function bearerOf({ server, user_id, iat }: JWTPayload): Bearer | undefined {
  if (server === true) return { server }
  if (typeof user_id !== 'string' || user_id === '') return undefined
  return { user_id, issuedAt: iat }
}
