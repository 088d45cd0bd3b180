/** The public types of the handler. They do not name types of other packages. */

/** The most requests of one caller in so many seconds. A server's requests are not counted. */
export interface RateLimit {
  readonly requests: number
  readonly seconds: number
}

export interface HandlerOptions {
  /** The secret of the tokens (HS256), at least 32 bytes; by default the setting `secret`. */
  readonly secret?: string | undefined
  /** Sets the application's setting `anonymous`: whether requests without a token may read. */
  readonly anonymous?: boolean | undefined
  /**
   * Serves the console at `/console`, a page for the people who look after the users; by default
   * false. Everybody gets the page, which has no data: whoever uses it needs a server's token.
   */
  readonly console?: boolean | undefined
  /** The limit for one client, guest, or address. */
  readonly rateLimit?: RateLimit | undefined
  /** The address of a request's sender, which a standard Request does not have. */
  readonly address?: ((request: Request) => string) | undefined
  /** The most bytes of a body; 1 MiB by default. */
  readonly maxBody?: number | undefined
  /**
   * The most open lists of one client, and of one address for guests and requests without a token;
   * 100 by default. As many streams of `GET /connect` are allowed beside them. A list counts once
   * for each ten conditions of its filter, or hundred values of `$in`.
   */
  readonly maxLists?: number | undefined
  /** The most open lists of all clients, counted in the same way; 10,000 by default. */
  readonly maxListsInAll?: number | undefined
  /** The most streams of `GET /connect` of all clients; 50,000 by default. */
  readonly maxConnections?: number | undefined
  /** The prefix of the paths, for example `/api`. */
  readonly basePath?: string | undefined
}

/** A request of the Fetch standard to its response. */
export type UsersHandler = (request: Request) => Promise<Response>
