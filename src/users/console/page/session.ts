/** Who is signed in: the client, and where the token is kept. */

import { createUsersClient, type UsersClient, UsersClientError } from '../../client/index.ts'

/** In the tab's own storage, and only if the person asks for it: by default the token is in memory. */
const KEY = 'tamis.console.token'

export const keptToken = (): string | undefined => sessionStorage.getItem(KEY) ?? undefined
export const keepToken = (token: string): void => sessionStorage.setItem(KEY, token)
export const dropToken = (): void => sessionStorage.removeItem(KEY)

/** What is called is beside the page: at `/api/users` for the page `/api/console`. */
const base = (): string => new URL('.', location.href).href.replace(/\/$/, '')

/** Three parts of base64url, which is all that a header takes of it. */
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** Why a sign-in was refused. */
export class SignInError extends Error {}

/**
 * A client with a server's token.
 *
 * @throws SignInError for anything else that was given.
 */
export async function signIn(token: string): Promise<UsersClient> {
  if (token === '') throw new SignInError('Enter a server token.')
  if (!TOKEN.test(token)) {
    throw new SignInError('This is not a token: a token is three parts with dots between them.')
  }
  const client = createUsersClient({ url: base(), token })
  try {
    await client.getApp()
  } catch (error) {
    const { status } = error instanceof UsersClientError ? error : {}
    if (status === 401) throw new SignInError('The token is not valid, or has expired.')
    if (status === 403) {
      throw new SignInError('This is a client’s token. Expected a token of the server.')
    }
    throw error
  }
  return client
}

/** An error in words: what the server says, and where. */
export function wordsOf(error: unknown): string {
  if (error === undefined) return ''
  if (!(error instanceof Error)) return String(error)
  if (error instanceof UsersClientError && error.status === 401) {
    return 'The server no longer accepts the token. Sign out, and sign in with another.'
  }
  const { path, hint }: { path?: unknown; hint?: unknown } =
    error instanceof UsersClientError ? error.details : {}
  const place = typeof path === 'string' && path !== '' ? ` (at ${path})` : ''
  return `${error.message}${place}${typeof hint === 'string' ? ` ${hint}` : ''}`
}
