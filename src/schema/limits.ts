import { onlyKeys, refuse, refuseValue } from './refuse.ts'

/** The limits of what a client may send. A schema can set each of them. */
export interface Limits {
  readonly limit: { readonly default: number; readonly max: number }
  readonly offset: { readonly max: number }
  /** How deep `$and`, `$or`, `$nor` and `$not` may nest. */
  readonly depth: number
  /** How deep relations may nest. */
  readonly relations: number
  /** How many operators a filter may apply, logical lists included. */
  readonly conditions: number
  /** How many operands a list may have. */
  readonly list: number
  /** How long a string may be, in UTF-16 code units. */
  readonly string: number
  /** How many segments may follow a wildcard's prefix. */
  readonly segments: number
  /** How many values a facet has at most. */
  readonly facet: number
  /** How much a filter may cost a database, as `costOf` estimates it. */
  readonly cost: number
}

const DEFAULT_LIMITS: Limits = {
  limit: { default: 30, max: 1000 },
  offset: { max: 1000 },
  depth: 12,
  relations: 3,
  conditions: 200,
  list: 1000,
  string: 4096,
  segments: 8,
  facet: 100,
  cost: 120,
}

/** The greatest `depth` that can be set: parsers of databases have limits (SQLite: a stack of 100). */
export const DEEPEST = 20

/** The limits that a schema sets; the others keep their defaults. */
export type LimitSettings = {
  readonly [N in keyof Limits]?: Limits[N] extends number ? number : Partial<Limits[N]>
}

/** Checks the settings and adds the defaults. @throws TypeError if one is not valid. */
export function limitsOf(settings: LimitSettings): Limits {
  onlyKeys('limits', settings, Object.keys(DEFAULT_LIMITS))
  const { limit: givenLimit = {}, offset: givenOffset = {}, ...counts } = settings
  onlyKeys('limits.limit', givenLimit, ['default', 'max'])
  onlyKeys('limits.offset', givenOffset, ['max'])
  const { max = DEFAULT_LIMITS.limit.max } = givenLimit
  const limit = { default: Math.min(DEFAULT_LIMITS.limit.default, max), ...givenLimit, max }
  const offset = { ...DEFAULT_LIMITS.offset, ...givenOffset }
  const limits = { ...DEFAULT_LIMITS, ...counts, limit, offset }
  const { limit: _, offset: __, ...others } = limits
  checkIntegers('limits.limit.', 0, limit)
  checkIntegers('limits.offset.', 0, offset)
  checkIntegers('limits.', 1, others)
  if (limits.depth > DEEPEST) {
    refuse('limits.depth', `expected at most ${DEEPEST}, received ${limits.depth}`)
  }
  if (limit.default > max)
    refuse('limits.limit', `the default ${limit.default} is greater than the max ${max}`)
  return limits
}

function checkIntegers(prefix: string, least: number, values: Readonly<Record<string, number>>) {
  for (const [name, value] of Object.entries(values)) {
    if (!Number.isSafeInteger(value) || value < least) {
      refuseValue(prefix + name, `an integer of at least ${least}`, value)
    }
  }
}

/** For what the server itself says. */
export const UNLIMITED = Number.POSITIVE_INFINITY
