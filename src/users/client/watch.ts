import { keepOpen } from './keep-open.ts'
import { lifeOf } from './time.ts'
import type { ListEvent, PresenceEvent, UsersClient, UsersEvent } from './types.ts'

/** An error of a listener is the application's: it is thrown where nothing of the client is ended. */
function tell<E>(listener: (event: E) => void, event: E): void {
  try {
    listener(event)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}

/** Pages of this size are few, for a list that is read at once. */
const PAGE = 1000

export const watcherOf =
  ({ watchUsers, pages }: Pick<UsersClient, 'watchUsers' | 'pages'>): UsersClient['watch'] =>
  (filter, listener, { signal: outer, timeout, sort } = {}) => {
    const { signal, end } = lifeOf(outer)
    const emit = (event: ListEvent) => {
      if (!signal.aborted) tell(listener, event)
    }
    /** The events since the list was last queried, until the answer is there. */
    let waiting: ListEvent[] | undefined
    let query = lifeOf(signal)

    async function load(stream: AbortSignal, fail: (error: unknown) => void): Promise<void> {
      query.end()
      const own = lifeOf(stream)
      query = own
      waiting = []
      try {
        const users = []
        const list = { filter, sort, limit: PAGE }
        for await (const page of pages(list, { signal: own.signal, timeout })) users.push(...page)
        if (own.signal.aborted) return
        emit({ type: 'list', users })
        // They came after the query had begun, so they may be in the list already.
        const missed = waiting
        waiting = undefined
        for (const event of missed) emit(event)
      } catch (error) {
        if (!own.signal.aborted) fail(error)
      } finally {
        own.end()
      }
    }

    void keepOpen<UsersEvent>(signal, {
      open: (stream) => watchUsers({ filter }, { signal: stream, timeout }),
      take(event, fail, stream) {
        if (event.type === 'ready' || event.type === 'reset') void load(stream, fail)
        else if (waiting === undefined) emit(event)
        else waiting.push(event)
      },
      onLost: (type, error) => emit({ type, error }),
    })
    return () => end()
  }

export const onlineKeeperOf =
  ({ openConnection }: Pick<UsersClient, 'openConnection'>): UsersClient['stayOnline'] =>
  (listener = () => {}, { signal: outer, timeout } = {}) => {
    const { signal, end } = lifeOf(outer)
    const emit = (event: PresenceEvent) => {
      if (!signal.aborted) tell(listener, event)
    }
    void keepOpen(signal, {
      open: (stream) => openConnection({ signal: stream, timeout }),
      take: emit,
      onLost: (type, error) => emit({ type, error }),
    })
    return () => end()
  }
