import { describe } from '../error/describe.ts'
import { onlyKeys, refuse } from './refuse.ts'

/** The caps on what a client may send. Each may be set in a schema. */
export interface Limits {
  readonly limit: { readonly default: number; readonly max: number }
  readonly offset: { readonly max: number }
  /** How deep `$and`, `$or`, `$nor` and `$not` may nest. */
  readonly depth: number
  /** How many operators a filter may apply, logical lists included. */
  readonly conditions: number
  /** How many operands a list may have. */
  readonly list: number
  /** How long a string may be, in UTF-16 code units. */
  readonly string: number
  /** How many segments may follow a wildcard's prefix. */
  readonly segments: number
}

const DEFAULT_LIMITS: Limits = {
  limit: { default: 30, max: 1000 },
  offset: { max: 1000 },
  depth: 12,
  conditions: 200,
  list: 1000,
  string: 4096,
  segments: 8,
}

/** No setting lifts this one: databases' parsers need a bound (SQLite's has a stack of 100). */
export const DEEPEST = 20

/** The caps that a schema's author sets; the others stay as they are. */
export type LimitSettings = {
  readonly [N in keyof Limits]?: Limits[N] extends number ? number : Partial<Limits[N]>
}

/** Checks an author's caps; throws a TypeError that says which is wrong. */
export function limitsOf(settings: LimitSettings): Limits {
  onlyKeys('limits', settings, Object.keys(DEFAULT_LIMITS))
  const { limit: limitSettings = {}, offset: offsetSettings = {}, ...caps } = settings
  onlyKeys('limits.limit', limitSettings, ['default', 'max'])
  onlyKeys('limits.offset', offsetSettings, ['max'])
  const max = limitSettings.max ?? DEFAULT_LIMITS.limit.max
  const limit = {
    default: Math.min(DEFAULT_LIMITS.limit.default, max),
    ...limitSettings,
    max,
  }
  const offset = { ...DEFAULT_LIMITS.offset, ...offsetSettings }
  const limits = { ...DEFAULT_LIMITS, ...caps, limit, offset }
  const { depth, conditions, list, string, segments } = limits
  const numbers = {
    depth,
    conditions,
    list,
    string,
    segments,
    'limit.max': max,
  }
  for (const [name, value] of Object.entries({
    ...numbers,
    'limit.default': limit.default,
    'offset.max': offset.max,
  })) {
    const least = name.startsWith('limit') || name.startsWith('offset') ? 0 : 1
    if (!Number.isSafeInteger(value) || value < least) {
      refuse(`limits.${name}`, `expected an integer of at least ${least}, not ${describe(value)}`)
    }
  }
  if (depth > DEEPEST) refuse('limits.depth', `at most ${DEEPEST}`)
  if (limit.default > max)
    refuse('limits.limit', `the default ${limit.default} is over the max ${max}`)
  return limits
}
