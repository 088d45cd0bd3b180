import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { Users } from '../users.ts'
import type { View } from '../view.ts'
import type { Caller } from './access.ts'
import type { Backlog } from './backlog.ts'
import type { Readers } from './readers.ts'
import type { Turns } from './turns.ts'

/** A silent stream gets a comment after so long, in ms: proxies close silent connections. */
const KEEP_ALIVE = 15_000

interface StreamOptions {
  readonly users: Users
  readonly readers: Readers
  readonly backlog: Backlog
  readonly turns: Turns
  readonly filter: unknown
  readonly view: View
  readonly caller: Caller
  /** Called when the list is no longer open, at least once. */
  onEnd(): void
}

/**
 * A list's changes as server-sent events: `ready`, after which the list must be queried, and the
 * events continue from that result; `added` and `updated` with the user, `removed` with its id;
 * `reset` when the list must be queried again. The stream ends when its caller may no longer read.
 */
export async function streamChanges(context: Context, options: StreamOptions): Promise<Response> {
  const { users, readers, backlog, turns, filter, view, caller, onEnd } = options
  let wake = () => {}
  let release = () => {}
  let isOver = false
  let isHeld = false
  let isDue = false
  const end = () => {
    isOver = true
    release()
    wake()
  }
  const waiting = backlog.open(end)
  // Before the list is watched, so that no change of the caller's account is missed in between.
  const leave = readers.enter(caller, {
    end,
    hold: () => {
      isHeld = true
    },
    resume() {
      isHeld = false
      wake()
    },
  })
  let unwatch = () => {}
  const stop = () => {
    unwatch()
    leave()
    waiting.close()
    onEnd()
  }
  const wakeInTurn = () => {
    isDue = false
    wake()
  }
  try {
    // Before the answer begins, so that an invalid filter is answered with its error.
    unwatch = await users.watch(
      filter,
      (event) => {
        if (isOver) return
        waiting.push(event)
        if (isDue) return
        isDue = true
        turns.add(wakeInTurn)
      },
      view,
    )
    await readers.check(caller)
  } catch (error) {
    isOver = true
    stop()
    throw error
  }
  const unsubscribe = users.onClose(end)
  // Not every server cancels the response of a client that has disconnected.
  context.req.raw.signal.addEventListener('abort', end, { once: true })
  const response = streamSSE(context, async (stream) => {
    // At once, because a pending write waits for the reader.
    release = () => {
      stop()
      unsubscribe()
      stream.abort()
    }
    stream.onAbort(end)
    if (isOver || context.req.raw.signal.aborted) end()
    const canSend = () => !isOver && !readers.isExpired(caller)
    let sent = Date.now()
    try {
      await stream.writeSSE({ event: 'ready', data: '{}' })
      while (canSend()) {
        const bytes = isHeld ? undefined : waiting.take()
        if (bytes !== undefined) {
          sent = Date.now()
          await stream.write(bytes)
          continue
        }
        if (Date.now() - sent >= KEEP_ALIVE) {
          sent = Date.now()
          await stream.write(': \n\n')
        }
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, KEEP_ALIVE)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
          if (isOver || (!isHeld && waiting.first < Number.POSITIVE_INFINITY)) wake()
        })
      }
    } finally {
      end()
    }
  })
  response.headers.set('Cache-Control', 'no-store')
  return response
}
