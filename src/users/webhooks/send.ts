import { signaturesOf } from './signature.ts'

const DAY = 24 * 60 * 60 * 1000

/** How much of an answer is read, in bytes, so that the connection can be used again. */
const MOST_READ = 64 * 1024

/** The longest reason that is stored, in characters. */
const LONGEST_REASON = 300

/** What is sent, and where to. */
export interface Message {
  /** The same in every attempt, so that receivers know an event that they have had. */
  readonly id: string
  readonly url: string
  readonly secrets: readonly string[]
  readonly body: string
}

/** How an attempt ended; `gone` asks to send nothing any more. */
export type Outcome =
  | { readonly type: 'delivered' }
  | { readonly type: 'gone'; readonly error: string }
  | {
      readonly type: 'failed'
      readonly error: string
      /** When the endpoint asks to be tried again, in ms from now. */
      readonly retryAfter?: number
      /** Whether it asks this for all events, not for this one alone. */
      readonly isBusy: boolean
    }

export interface SendOptions {
  readonly now: Date
  /** How long an attempt may take, in ms. */
  readonly timeout: number
  readonly signal: AbortSignal
}

/** Makes one attempt; undefined if the signal was aborted before it ended. */
export async function send(
  { id, url, secrets, body }: Message,
  { now, timeout, signal }: SendOptions,
): Promise<Outcome | undefined> {
  const timestamp = Math.floor(now.getTime() / 1000)
  const signature = await signaturesOf(secrets, `${id}.${timestamp}.${body}`)
  // Not AbortSignal.any: signals that it makes of one that lives long were not freed in Node 20.
  const controller = new AbortController()
  const abort = () => controller.abort()
  if (signal.aborted) return undefined
  signal.addEventListener('abort', abort)
  const timer = setTimeout(abort, timeout)
  try {
    const response = await fetch(url, {
      method: 'POST',
      // A redirect could lead anywhere, and its target was not configured by anybody.
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'tamis-webhooks',
        'webhook-id': id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': signature,
      },
      body,
      signal: controller.signal,
    })
    const outcome = outcomeOf(response, now)
    // What the endpoint writes does not matter, nor whether it arrives.
    await drain(response).catch(() => {})
    return outcome
  } catch (error) {
    if (signal.aborted) return undefined
    const isLate = controller.signal.aborted
    return {
      type: 'failed',
      error: isLate ? `no answer within ${timeout} ms` : reasonOf(error),
      isBusy: false,
    }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}

function outcomeOf({ ok, status, headers }: Response, now: Date): Outcome {
  if (ok) return { type: 'delivered' }
  const error = `the endpoint answered ${status}`
  if (status === 410) return { type: 'gone', error }
  const isRedirect = status >= 300 && status < 400
  const retryAfter = retryAfterOf(headers.get('retry-after'), now)
  return {
    type: 'failed',
    error: isRedirect ? `${error}: redirects are not followed` : error,
    ...(retryAfter === undefined ? {} : { retryAfter }),
    isBusy: status === 429 || status === 503,
  }
}

/** The header Retry-After in ms from now, at most a day: seconds, or a date (RFC 9110, 10.2.3). */
export function retryAfterOf(header: string | null, now: Date): number | undefined {
  if (header === null) return undefined
  const isSeconds = /^\d+$/.test(header)
  // Other texts than those of HTTP can be dates too: Date.parse takes -1 for a year.
  if (!isSeconds && !header.endsWith(' GMT')) return undefined
  const ms = isSeconds ? Number(header) * 1000 : Date.parse(header) - now.getTime()
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), DAY)
}

async function drain({ body }: Response): Promise<void> {
  if (body === null) return
  const reader = body.getReader()
  for (let size = 0; size <= MOST_READ; ) {
    const { done, value } = await reader.read()
    if (done) return
    size += value.byteLength
  }
  await reader.cancel()
}

/** Why the endpoint could not be reached: `fetch` has the reason in the cause of its error. */
function reasonOf(error: unknown): string {
  const { cause, message }: { cause?: unknown; message?: unknown } = Object(error)
  const inner: { code?: unknown; message?: unknown } = Object(cause)
  const reason = String(inner.code ?? inner.message ?? message).slice(0, LONGEST_REASON)
  return `the endpoint cannot be reached: ${reason.toWellFormed().replaceAll('\0', '')}`
}
