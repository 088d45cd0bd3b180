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
    const key = caller === undefined ? `address ${address}` : `user ${caller.user_id}`
    try {
      await limiter.consume(key)
    } catch (error) {
      if (error instanceof Error) throw error
      throw new RequestError('too_many_requests', `at most ${requests} requests in ${seconds} s`)
    }
  }
}
