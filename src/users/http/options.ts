import { type Check, checkAll, isBoolean, isFunction, isWithin } from '../check.ts'
import { isSecret, SECRET_EXPECTED } from '../secret.ts'
import type { HandlerOptions, RateLimit } from './public.ts'

const isCount = isWithin(Number.MAX_SAFE_INTEGER)

function isRateLimit(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { requests, seconds, ...others }: Partial<RateLimit> = value
  return isCount(requests) && isCount(seconds) && Object.keys(others).length === 0
}

const CHECKS: Readonly<Record<keyof HandlerOptions, Check>> = {
  secret: [isSecret, SECRET_EXPECTED],
  anonymous: [isBoolean, 'true or false'],
  console: [isBoolean, 'true or false'],
  rateLimit: [isRateLimit, '{ requests, seconds }, integers of at least 1'],
  address: [isFunction, 'a function that returns the address of a request’s sender'],
  maxBody: [isCount, 'bytes, an integer of at least 1'],
  maxLists: [isCount, 'an integer of at least 1'],
  maxListsInAll: [isCount, 'an integer of at least 1'],
  maxConnections: [isCount, 'an integer of at least 1'],
  basePath: [(value) => typeof value === 'string', 'a path, for example /api'],
}

/** @throws TypeError that names an unknown option, or one with a value that it cannot have. */
export const checkOptions = (options: HandlerOptions): void =>
  checkAll(options, CHECKS, 'createUsersHandler: option')
