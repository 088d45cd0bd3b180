import { answerOf, lost, UsersClientError } from './error.ts'
import { eventReader } from './events.ts'
import { OPERATIONS } from './operations.ts'
import { requestOf, type Sent } from './request.ts'
import { abortable, backOff, lifeOf, pause } from './time.ts'
import type { CallOptions, UsersClientOptions, UsersOperations } from './types.ts'

type Name = keyof UsersOperations
type Input = Readonly<Record<string, unknown>>

/** Sends requests and reads answers. */
export interface Transport {
  call(name: Name, input: Input, options?: CallOptions): Promise<unknown>
  /** The events of one stream, each with its data, until the server ends it. */
  stream(name: Name, input: Input, options?: CallOptions): AsyncGenerator<object, void, void>
}

const timedOut = (ms: number) => () =>
  new UsersClientError('timed_out', `No answer within ${ms} ms`)

export function transportOf({
  url,
  token,
  fetch: send = (target, init) => fetch(target, init),
  timeout: longest = 30_000,
  retries: most = 3,
  silence = 45_000,
}: UsersClientOptions): Transport {
  if (typeof url !== 'string') {
    throw new TypeError('tamis/users/client: url: expected the address of the server')
  }
  const base = url.replace(/\/+$/, '')
  /** The token, which calls share until one of them gets the answer 401. */
  let current: Promise<string | undefined> | undefined

  function tokenNow(): Promise<string | undefined> {
    if (current !== undefined) return current
    const fresh = (async () => (typeof token === 'function' ? token() : token))()
    current = fresh
    fresh.catch(() => forget(fresh))
    return fresh
  }
  function forget(used: Promise<string | undefined>): void {
    if (current === used) current = undefined
  }

  async function attempt({ method, path, body }: Sent, signal: AbortSignal): Promise<Response> {
    for (let isFresh = false; ; isFresh = true) {
      const used = tokenNow()
      const value = await abortable(used, signal)
      const response = await send(base + path, {
        method,
        headers: {
          ...(value === undefined ? {} : { authorization: `Bearer ${value}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body }),
        signal,
      }).catch(lost)
      if (response.status !== 401 || typeof token !== 'function' || isFresh) return response
      forget(used)
      await response.body?.cancel()
    }
  }

  async function call(
    name: Name,
    input: Input,
    { signal, timeout = longest, retries = most }: CallOptions = {},
  ): Promise<unknown> {
    const sent = requestOf(name, input)
    const [, , isOnce] = OPERATIONS[name]
    const end = Date.now() + timeout
    const life = lifeOf(signal)
    life.limit(timeout, timedOut(timeout))
    try {
      for (let failures = 0; ; failures++) {
        try {
          const response = await attempt(sent, life.signal)
          return await answerOf(response)
        } catch (thrown) {
          life.signal.throwIfAborted()
          const wait = waitAfter(thrown, failures, isOnce)
          if (failures >= retries || wait === undefined || Date.now() + wait > end) throw thrown
          await pause(wait, life.signal)
        }
      }
    } finally {
      life.end()
    }
  }

  async function* stream(
    name: Name,
    input: Input,
    { signal, timeout = longest }: CallOptions = {},
  ): AsyncGenerator<object, void, void> {
    const life = lifeOf(signal)
    try {
      life.limit(timeout, timedOut(timeout))
      const response = await attempt(requestOf(name, input), life.signal)
      const type = response.headers.get('content-type') ?? ''
      if (!type.startsWith('text/event-stream') || response.body === null) {
        await answerOf(response)
        throw new UsersClientError('unexpected_answer', 'Expected a stream of events')
      }
      const reader = response.body.getReader()
      const decoder = new TextDecoder()
      const read = eventReader()
      for (;;) {
        // Only while it is read: a slow consumer is not a silent server.
        life.limit(silence, timedOut(silence))
        const { value, done } = await reader.read().catch(lost)
        life.limit(Number.POSITIVE_INFINITY, timedOut(0))
        if (done) return
        for (const { type, data } of read(decoder.decode(value, { stream: true }))) {
          yield { type, ...JSON.parse(data) }
        }
      }
    } catch (error) {
      life.signal.throwIfAborted()
      throw error
    } finally {
      // Also when the consumer leaves its loop: the connection is closed.
      life.end()
    }
  }

  return { call, stream }
}

/** After how long a call may be repeated, in milliseconds; undefined if it may not. */
function waitAfter(error: unknown, failures: number, isOnce = false): number | undefined {
  if (!(error instanceof UsersClientError)) return undefined
  const { code, status = 0, retryAfter = 0 } = error
  const isLost = code === 'network_error' || [502, 503, 504].includes(status)
  // 429 is answered before anything is done. After the others nobody knows what was done.
  const mayRepeat = status === 429 || (isLost && !isOnce)
  return mayRepeat ? retryAfter + backOff(failures) : undefined
}
