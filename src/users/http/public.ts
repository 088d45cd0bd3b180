/** What users of the package see of the handler: types alone, that name no other package's. */

/** So many requests of one caller in so many seconds. A server's own are not counted. */
export interface RateLimit {
  readonly requests: number
  readonly seconds: number
}

export interface HandlerOptions {
  /** What tokens are signed with (HS256); that of the settings where it is left out. */
  readonly secret?: string | undefined
  /** Whether requests without a token may read; no by default. */
  readonly anonymous?: boolean | undefined
  /** Of the requests of one client, guest, or address. */
  readonly rateLimit?: RateLimit | undefined
  /** The address of a request's sender, which the standard's Request does not say. */
  readonly address?: ((request: Request) => string) | undefined
  /** The most bytes of a body; 1 MiB by default. */
  readonly maxBody?: number | undefined
  /** The most lists that one client, or one address without a token, has open; 100 by default. */
  readonly maxLists?: number | undefined
  /** What the paths begin with, `/api` say. */
  readonly basePath?: string | undefined
}

/** A request of the Fetch standard to its response. */
export type UsersHandler = (request: Request) => Promise<Response>
