/** A file of the console, as it is served. */
export interface ConsoleFile {
  /** Under `console/`; of the page, empty. */
  readonly name: string
  /** Its media type; the text is in UTF-8. */
  readonly type: string
  readonly hash: string
  readonly text: string
}

export const CONSOLE_PATH = '/console'

/**
 * The page may load its own script, style and icon, and call the server that it comes from; nothing
 * else, from nowhere else. What is written into the page cannot become code (Trusted Types).
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

const HEADERS = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  Vary: 'Accept-Encoding',
} as const

/** Another version of a file has another name, so it may be kept; the page is asked for every time. */
const KEPT = 'public, max-age=31536000, immutable'
const ASKED_FOR = 'no-cache'

let files: Promise<ReadonlyMap<string, ConsoleFile>> | undefined

/** Read when the console is first opened: most processes never need them. */
function allFiles(): Promise<ReadonlyMap<string, ConsoleFile>> {
  files ??= import('./assets.ts').then(
    async ({ consoleAssets }) =>
      new Map((await consoleAssets()).map((file) => [file.name, file] as const)),
  )
  return files
}

/** A cache of the compressed files: 48 kB, and 8 ms of compressing for each opened console. */
const compressed = new Map<string, ArrayBuffer>()

async function compress({ name, text }: ConsoleFile): Promise<ArrayBuffer> {
  const known = compressed.get(name)
  if (known !== undefined) return known
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))
  const bytes = await new Response(stream).arrayBuffer()
  compressed.set(name, bytes)
  return bytes
}

const takesGzip = (headers: Headers): boolean =>
  /(?:^|[\s,])gzip(?!\s*;\s*q=0(?:\.0*)?(?:$|[\s,]))/i.test(headers.get('accept-encoding') ?? '')

/**
 * A file of the console by its name under `console/`, the page by an empty name; undefined where there
 * is none. They are the same for everybody, without a token, and hold no data: what the page shows, it
 * asks for with the token of whoever signs in.
 */
export async function consoleResponse(
  name: string,
  request: Request,
): Promise<Response | undefined> {
  const file = (await allFiles()).get(name)
  if (file === undefined) return undefined
  const isCompressed = takesGzip(request.headers) && typeof CompressionStream === 'function'
  const tag = `"${file.hash}${isCompressed ? '-gzip' : ''}"`
  const headers = {
    ...HEADERS,
    'Cache-Control': name === '' ? ASKED_FOR : KEPT,
    ETag: tag,
  }
  const known = request.headers.get('if-none-match')?.split(/\s*,\s*/) ?? []
  if (known.some((each) => each === '*' || each.replace(/^W\//, '') === tag)) {
    return new Response(null, { status: 304, headers })
  }
  const body = isCompressed ? await compress(file) : file.text
  return new Response(body, {
    headers: {
      ...headers,
      'Content-Type': `${file.type}; charset=utf-8`,
      ...(isCompressed ? { 'Content-Encoding': 'gzip' } : {}),
    },
  })
}
