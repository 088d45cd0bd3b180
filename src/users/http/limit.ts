import { need } from '../need.ts'
import type { Caller } from './access.ts'
import { RequestError } from './failure.ts'
import type { RateLimit } from './public.ts'

/** Throws if a caller sends too many requests. */
export type Limiter = (caller: Caller, address: string) => Promise<void>

/** The keys that the requests of a caller are counted under. */
function keysOf(caller: Exclude<Caller, { server: true }>, address: string): readonly string[] {
  const user = caller === undefined ? [] : [`user ${caller.user_id}`]
  // Guests are counted by their address too, if it is known, because new guests are easy to create.
  const isShared = caller === undefined || (caller.guest && address !== '')
  return isShared ? [...user, `address ${address}`] : user
}

export async function limiterOf(limit: RateLimit | undefined): Promise<Limiter> {
  if (limit === undefined) return async () => {}
  const { RateLimiterMemory } = await need(
    () => import('rate-limiter-flexible'),
    'rate-limiter-flexible',
  )
  const { requests, seconds } = limit
  const limiter = new RateLimiterMemory({ points: requests, duration: seconds })
  return async (caller, address) => {
    if (caller?.server) return
    try {
      for (const key of keysOf(caller, address)) await limiter.consume(key)
    } catch (error) {
      if (error instanceof Error) throw error
      throw new RequestError(
        'too_many_requests',
        `Too many requests: at most ${requests} of one client in ${seconds} s`,
      )
    }
  }
}

/**
 * The number of open streams of each caller, and of all. A server's are not counted. A list counts more
 * often the more expensive its filter is.
 */
export class OpenStreams {
  /** What they are, for messages. */
  readonly #what: string
  readonly #most: number
  readonly #mostInAll: number
  readonly #open = new Map<string, number>()
  #inAll = 0

  constructor(what: 'lists' | 'connections', most: number, mostInAll: number) {
    this.#what = what
    this.#most = most
    this.#mostInAll = mostInAll
  }

  /** @returns a function to call when the stream is closed; it may be called more than once. */
  enter(caller: Caller, address: string, weight: number): () => void {
    if (caller?.server) return () => {}
    const keys = keysOf(caller, address)
    const counted = weight === 1 ? '' : `; this one counts as ${weight}, because of its long filter`
    if (keys.some((key) => this.#weightOf(key) + weight > this.#most)) {
      throw new RequestError(
        'too_many_requests',
        `Too many ${this.#what}: at most ${this.#most} of one client are open at once${counted}`,
      )
    }
    if (this.#inAll + weight > this.#mostInAll) {
      throw new RequestError(
        'too_many_requests',
        `Too many ${this.#what}: at most ${this.#mostInAll} of all clients are open at once${counted}; try again later`,
      )
    }
    const add = (change: number) => {
      this.#inAll += change
      for (const key of keys) {
        const left = this.#weightOf(key) + change
        if (left === 0) this.#open.delete(key)
        else this.#open.set(key, left)
      }
    }
    add(weight)
    let isOpen = true
    return () => {
      if (isOpen) add(-weight)
      isOpen = false
    }
  }

  #weightOf(key: string): number {
    return this.#open.get(key) ?? 0
  }
}
