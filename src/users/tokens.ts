import { type JWTPayload, jwtVerify, SignJWT } from 'jose'

/** Whom a token is of: the application's server, or one of its users. */
export type Bearer =
  | { readonly server: true }
  | {
      readonly server?: false
      readonly user_id: string
      /** Whether it is good for a guest alone. */
      readonly guest: boolean
      /** In ms since 1970, of whole seconds. */
      readonly issuedAt: number
    }

type Claims = { readonly server: true } | { readonly user_id: string; readonly guest?: true }

const keyOf = (secret: string) => new TextEncoder().encode(secret)

/** A token as clients and servers send it: a JWT, HS256. */
export const signToken = async (
  secret: string,
  claims: Claims,
  now = new Date(),
): Promise<string> =>
  new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuedAt(now)
    .sign(keyOf(secret))

/** How many tokens are known by heart. */
const MOST_KNOWN = 10_000

/** Reads the tokens of a secret; one that was read before is not verified again until it expires. */
export class TokenReader {
  readonly #key: Uint8Array
  readonly #clock: () => Date
  readonly #known = new Map<string, { readonly bearer: Bearer; readonly expires: number }>()

  constructor(secret: string, clock: () => Date) {
    this.#key = keyOf(secret)
    this.#clock = clock
  }

  /** Whom a token is of; undefined where it is none of this secret's, or no longer. */
  async read(token: string): Promise<Bearer | undefined> {
    const known = this.#known.get(token)
    const currentDate = this.#clock()
    if (known !== undefined && currentDate.getTime() < known.expires) return known.bearer
    this.#known.delete(token)
    try {
      // The one algorithm, whatever the token says: `none` and public keys are no way around.
      const options = { algorithms: ['HS256'], currentDate }
      const { payload } = await jwtVerify(token, this.#key, options)
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

function bearerOf({ server, user_id, guest, iat = 0 }: JWTPayload): Bearer | undefined {
  if (server === true) return { server }
  if (typeof user_id !== 'string' || user_id === '') return undefined
  return { user_id, guest: guest === true, issuedAt: iat * 1000 }
}
