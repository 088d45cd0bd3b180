import { need } from '../need.ts'
import type { Caller } from './access.ts'
import { RequestError } from './failure.ts'
import type { RateLimit } from './public.ts'

/** Throws where a caller asks too often. */
export type Limiter = (caller: Caller, address: string) => Promise<void>

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
    const own = caller === undefined ? [] : [`user ${caller.user_id}`]
    // Of guests the address too, where it is known: one is quickly made, and then another.
    const isShared = caller === undefined || (caller.guest && address !== '')
    const shared = isShared ? [`address ${address}`] : []
    try {
      for (const key of [...own, ...shared]) await limiter.consume(key)
    } catch (error) {
      if (error instanceof Error) throw error
      throw new RequestError('too_many_requests', `at most ${requests} requests in ${seconds} s`)
    }
  }
}

/** How many lists each caller has open. A server's own are not counted. */
export class OpenLists {
  readonly #most: number
  readonly #open = new Map<string, number>()

  constructor(most: number) {
    this.#most = most
  }

  /** Answers what says that the list is no longer open, once or more often. */
  enter(caller: Caller, address: string): () => void {
    if (caller?.server) return () => {}
    const key = caller === undefined ? `address ${address}` : `user ${caller.user_id}`
    const open = this.#open.get(key) ?? 0
    if (open >= this.#most) {
      throw new RequestError('too_many_requests', `at most ${this.#most} lists are open at once`)
    }
    this.#open.set(key, open + 1)
    let isOpen = true
    return () => {
      if (!isOpen) return
      isOpen = false
      const left = (this.#open.get(key) ?? 1) - 1
      if (left === 0) this.#open.delete(key)
      else this.#open.set(key, left)
    }
  }
}
