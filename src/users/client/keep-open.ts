import { UsersClientError } from './error.ts'
import { backOff, lifeOf, pause } from './time.ts'

/** A stream that lasted so long, in ms, was no failed attempt: the next is opened soon. */
const STABLE = 10_000

interface Kept<E> {
  open(signal: AbortSignal): AsyncIterable<E>
  /** Gets each event; `fail` ends this stream with an error, and `signal` is aborted at its end. */
  take(event: E, fail: (error: unknown) => void, signal: AbortSignal): void
  onLost(type: 'disconnected' | 'closed', error: unknown): void
}

/** Too long an URI, and too large headers: nothing but the server's own errors is so certain. */
const TOO_LONG = [414, 431]
/** Too slow, and too many. */
const FOR_A_TIME = [408, 429]

/**
 * The server refuses this, and would again. What is not the server's answer is a proxy's: the server
 * behind it may only be restarting.
 */
function isFinal(error: unknown): boolean {
  if (!(error instanceof UsersClientError)) return false
  const { code, status = 0 } = error
  if (code === 'unexpected_answer') return TOO_LONG.includes(status)
  return status >= 400 && status < 500 && !FOR_A_TIME.includes(status)
}

/** Opens a stream, and opens it again whenever it ends, until the server refuses it. */
export async function keepOpen<E>(
  signal: AbortSignal,
  { open, take, onLost }: Kept<E>,
): Promise<void> {
  for (let failures = 0; !signal.aborted; failures++) {
    const life = lifeOf(signal)
    const opened = Date.now()
    let error: unknown
    try {
      for await (const event of open(life.signal)) take(event, life.end, life.signal)
    } catch (thrown) {
      error = thrown
    }
    life.end()
    if (signal.aborted) return
    const isOver = isFinal(error)
    onLost(isOver ? 'closed' : 'disconnected', error)
    if (isOver) return
    if (Date.now() - opened > STABLE) failures = 0
    const { retryAfter = 0 } = error instanceof UsersClientError ? error : {}
    await pause(retryAfter + backOff(failures), signal).catch(() => {})
  }
}
