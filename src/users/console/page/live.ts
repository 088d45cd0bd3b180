/** The stream of a list's changes, opened again when it is lost. */

import {
  type UsersClient,
  UsersClientError,
  type UsersEvent,
  type UsersFilter,
} from '../../client/index.ts'

export type LiveState = 'connecting' | 'live' | 'lost' | 'off'

/** The longest wait before the stream is opened again, in ms. */
const LONGEST_WAIT = 15_000

/**
 * Follows the changes of a filter's users, without reading the whole list, as `watch` of the client
 * does: a page of it is shown.
 *
 * @returns the function that ends it.
 */
export function follow(
  client: UsersClient,
  filter: UsersFilter,
  onEvent: (event: UsersEvent) => void,
  onState: (state: LiveState, error?: unknown) => void,
): () => void {
  const life = new AbortController()
  const { signal } = life
  const run = async () => {
    let failures = 0
    onState('connecting')
    while (!signal.aborted) {
      try {
        for await (const event of client.watchUsers({ filter }, { signal })) {
          if (signal.aborted) return
          if (event.type === 'ready') {
            failures = 0
            onState('live')
          }
          onEvent(event)
        }
      } catch (error) {
        if (signal.aborted) return
        if (isFinal(error)) {
          onState('off', error)
          return
        }
      }
      if (signal.aborted) return
      onState('lost')
      const wait = Math.min(LONGEST_WAIT, 500 * 2 ** failures++) * (0.5 + Math.random() / 2)
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }
  void run()
  return () => life.abort()
}

/** The server refuses this list, and would again: its filter may be too long for a URL. */
const isFinal = (error: unknown): boolean =>
  error instanceof UsersClientError &&
  error.status !== undefined &&
  error.status < 500 &&
  ![408, 429].includes(error.status)
