import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { Users, View } from '../users.ts'
import type { WatchEvent } from '../watch/watchers.ts'

/** How many events wait for a slow reader before it is sent away, to ask anew. */
const MOST_WAITING = 1000

/** How often it is looked whether the reader may still read, in ms; a comment keeps proxies awake. */
const HEARTBEAT = 15_000

interface Reading {
  readonly users: Users
  readonly filter: unknown
  readonly view: View
  /** Throws where the reader may no longer read. */
  check(): Promise<unknown>
  /** Called when the list is no longer open, at least once. */
  onEnd(): void
}

const dataOf = (event: WatchEvent): string =>
  JSON.stringify(event.type === 'reset' ? {} : { user: event.user })

/**
 * A list's changes as server-sent events: `ready`, after which a query gives what the events go on
 * from; `added` and `updated` with the user, `removed` with its id; `reset` where the list is to be
 * queried anew.
 */
export async function streamChanges(context: Context, reading: Reading): Promise<Response> {
  const { users, filter, view, check, onEnd } = reading
  const waiting: WatchEvent[] = []
  let wake = () => {}
  let release = () => {}
  let isOver = false
  const end = () => {
    isOver = true
    release()
    wake()
  }
  // Before the answer begins, so that a filter that is wrong is answered as such.
  const unwatch = await users.watch(
    filter,
    (event) => {
      if (waiting.length >= MOST_WAITING) end()
      else waiting.push(event)
      wake()
    },
    view,
  )
  const stop = () => {
    unwatch()
    onEnd()
  }
  const unsubscribe = users.onClose(end)
  // Not every server cancels the answer of a reader who is gone.
  context.req.raw.signal.addEventListener('abort', end, { once: true })
  const response = streamSSE(context, async (stream) => {
    // At once, for a write waits as long as the reader does.
    release = () => {
      stop()
      unsubscribe()
      stream.abort()
    }
    stream.onAbort(end)
    if (isOver || context.req.raw.signal.aborted) end()
    let beat = Date.now()
    try {
      await stream.writeSSE({ event: 'ready', data: '{}' })
      while (!isOver) {
        if (Date.now() - beat >= HEARTBEAT) {
          beat = Date.now()
          await check()
          await stream.write(': \n\n')
        }
        const event = waiting.shift()
        if (event !== undefined) {
          await stream.writeSSE({ event: event.type, data: dataOf(event) })
          continue
        }
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, HEARTBEAT)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
          if (waiting.length > 0 || isOver) wake()
        })
      }
    } catch {
      // The reader may no longer read: the stream ends, and says no more.
    } finally {
      end()
    }
  })
  // What a reader saw is of the moment, as every other answer.
  response.headers.set('Cache-Control', 'no-store')
  return response
}
