import { jwtVerify, SignJWT } from 'jose'

/** Whom a token is of: the application's server, or one of its users. */
export type Bearer =
  | { readonly server: true }
  | { readonly server?: false; readonly user_id: string; readonly issuedAt: number | undefined }

const keyOf = (secret: string) => new TextEncoder().encode(secret)

/** A token as clients and servers send it: a JWT, HS256. */
export const signToken = (
  secret: string,
  claims: { readonly server: true } | { readonly user_id: string },
): Promise<string> =>
  new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuedAt()
    .sign(keyOf(secret))

/** Whom a token is of; undefined where it is none of this secret's, or no longer. */
export async function readToken(secret: string, token: string): Promise<Bearer | undefined> {
  try {
    // The one algorithm, whatever the token says: `none` and public keys are no way around.
    const { payload } = await jwtVerify(token, keyOf(secret), { algorithms: ['HS256'] })
    if (payload.server === true) return { server: true }
    const { user_id, iat } = payload
    if (typeof user_id !== 'string' || user_id === '') return undefined
    return { user_id, issuedAt: iat }
  } catch {
    return undefined
  }
}
