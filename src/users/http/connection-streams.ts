import { streamSSE } from 'hono/streaming'
import type { OwnUser } from '../user.ts'
import type { Users } from '../users.ts'
import type { Caller } from './access.ts'
import { refuse } from './connect.ts'
import type { OpenStreams } from './limit.ts'
import { Readers } from './readers.ts'
import type { Call, Exchange } from './route.ts'

/** A silent stream gets a comment after so long, in ms: proxies close silent connections. */
const KEEP_ALIVE = 15_000

/** What keeps a client online; an anonymous one has no user. */
interface Connection {
  readonly user?: OwnUser
  close(): Promise<void>
}

/** The streams that keep clients online. */
export class ConnectionStreams {
  readonly #users: Users
  readonly #open: OpenStreams
  readonly #address: (request: Request) => string
  readonly #readers: Readers

  constructor(users: Users, open: OpenStreams, address: (request: Request) => string) {
    this.#users = users
    this.#open = open
    this.#address = address
    this.#readers = new Readers(users)
  }

  /**
   * Connects a client, and keeps it online while the stream is open: `connected` with the user, then
   * comments. The stream ends when the client may no longer connect.
   */
  async open({ call, caller }: Exchange): Promise<Response> {
    const users = this.#users
    // Nobody reads the stream of a HEAD request, so nobody would end it.
    if (call.req.method === 'HEAD') {
      if (caller !== undefined && !caller.server) {
        await users.requireConnectable(caller).catch(refuse)
      }
      return call.body(null)
    }
    const exit = this.#open.enter(caller, this.#address(call.req.raw), 1)
    let isOver = false
    let onEnd = () => {}
    const end = () => {
      isOver = true
      onEnd()
    }
    // Before the account is read, so that no change of it is missed in between.
    const leave = this.#readers.enter(caller, { end, hold() {}, resume() {} })
    let connection: Connection | undefined
    const stop = () => {
      leave()
      exit()
      connection?.close().catch((error) => users.report(error))
    }
    try {
      connection = await this.#connection(caller)
    } catch (error) {
      isOver = true
      stop()
      throw error
    }
    const unsubscribe = users.onClose(end)
    const { signal } = call.req.raw
    // Not every server cancels the response of a client that has disconnected.
    signal.addEventListener('abort', end, { once: true })
    const { user } = connection
    return streamOf(call, user === undefined ? {} : { user }, {
      isOver: () => isOver || signal.aborted || this.#readers.isExpired(caller),
      onEnd(callback) {
        onEnd = callback
      },
      stop() {
        isOver = true
        unsubscribe()
        stop()
      },
    })
  }

  async #connection(caller: Caller): Promise<Connection> {
    if (caller === undefined || caller.server) return { close: async () => {} }
    await this.#users.followAccounts()
    return this.#users.openConnection({ user: { id: caller.user_id } }, caller).catch(refuse)
  }
}

interface Lifetime {
  isOver(): boolean
  /** Sets what is called when it is over. */
  onEnd(callback: () => void): void
  /** Called at the end, at least once. */
  stop(): void
}

function streamOf(call: Call, connected: object, life: Lifetime): Response {
  const response = streamSSE(call, async (stream) => {
    let wake = () => {}
    const finish = () => {
      life.stop()
      wake()
      // At once, because a pending write waits for the reader.
      stream.abort()
    }
    life.onEnd(finish)
    stream.onAbort(() => {
      life.stop()
      wake()
    })
    try {
      if (life.isOver()) return
      await stream.writeSSE({ event: 'connected', data: JSON.stringify(connected) })
      while (!life.isOver()) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, KEEP_ALIVE)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
          if (life.isOver()) wake()
        })
        if (!life.isOver()) await stream.write(': \n\n')
      }
    } finally {
      finish()
    }
  })
  response.headers.set('Cache-Control', 'no-store')
  return response
}
