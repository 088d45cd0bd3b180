import { describe } from '../error/describe.ts'
import { type Issue, issue } from '../error/issue.ts'
import { type Locator, locatorOf } from '../error/source.ts'
import type { Result } from '../parse/report.ts'
import { locate } from './locate.ts'
import { type Problem, toValue } from './node.ts'
import type { TextOptions } from './options.ts'
import { MOST_REPORTED } from './problems.ts'
import { DEEPEST, type Expected, readTree, type TextLimits, type Tree } from './read-tree.ts'

/** More than any filter within the default limits needs. */
const LIMITS: TextLimits = { length: 1_000_000, tokens: 200_000, depth: 64 }

/** A text that was read, before anyone asks what it means. */
export interface Opened {
  readonly value: unknown
  /** What is wrong in how it is written, in its order. */
  readonly issues: readonly Issue[]
  /**
   * Issues about the value, each with its place in the text. Where the text is a part of what was
   * checked, `at` is the part's path: issues of other parts have no place in it.
   */
  place(issues: readonly Issue[], at?: string): readonly Issue[]
}

/**
 * Reads a text. JSON.parse is tried first; the grammar is used if that fails, or may
 * have lost something, or if an issue needs its place.
 */
export function openText(text: string, options: TextOptions, expects: Expected): Opened {
  const quick = openNative(text, options)
  if (quick === undefined) return openSlowly(text, options, expects)
  const place: Opened['place'] = (issues, at) =>
    openSlowly(text, options, expects).place(issues, at)
  return { value: quick.value, issues: [], place }
}

/** Reads a text, and has its value checked, as the part at a path if it is one. */
export function readText<T>(
  text: string,
  options: TextOptions,
  check: (value: unknown) => Result<T>,
  at?: string,
): Result<T> {
  const quick = openNative(text, options)
  if (quick !== undefined) {
    const result = check(quick.value)
    if (result.ok) return result
  }
  const { value, issues, place } = openSlowly(text, options, 'object')
  const result = check(value)
  if (result.ok && issues.length === 0) return result
  // Issues of the value are omitted where the text has a syntax error.
  const places = new Set(issues.map(({ range }) => range?.start))
  const refused = result.ok ? [] : place(result.issues, at)
  const semantic = refused.filter(
    ({ code, range }) => code !== 'invalid_operand' || !places.has(range?.start),
  )
  const all = [...issues, ...semantic].sort((a, b) => (a.range?.start ?? 0) - (b.range?.start ?? 0))
  return { ok: false, issues: all.slice(0, MOST_REPORTED) as [Issue, ...Issue[]] }
}

const limitsOf = ({ limits }: TextOptions): TextLimits =>
  limits === undefined ? LIMITS : { ...LIMITS, ...limits }

function openNative(text: string, options: TextOptions): { readonly value: unknown } | undefined {
  if (typeof text !== 'string')
    throw new TypeError(`tamis: expected a string, received ${describe(text)}`)
  const { length, tokens, depth } = limitsOf(options)
  // A text has no more words than characters: one that may have too many is counted.
  if (text.length > length || text.length > tokens) return undefined
  return parseNative(text, Math.min(depth, DEEPEST))
}

const openSlowly = (text: string, options: TextOptions, expects: Expected): Opened =>
  openTree(text, readTree(text, options.relaxed === true, limitsOf(options), expects))

function openTree(text: string, { root, problems }: Tree): Opened {
  const first = problems.toSorted((a, b) => a.start - b.start).slice(0, MOST_REPORTED)
  const locator = locatorOf(text)
  return {
    value: root === undefined ? undefined : toValue(root),
    issues: first.map((problem) => asIssue(locator, problem)),
    place: (issues, at = '') =>
      issues.flatMap((each) => {
        const { code, path } = each
        if (path !== at && !path.startsWith(`${at}/`)) return each
        // The issue is about a part that was not parsed: a syntax error already reports it.
        if (root === undefined) return []
        const { start, end } = locate(root, { code, path: path.slice(at.length) })
        return { ...each, range: locator(start, end) }
      }),
  }
}

function asIssue(locator: Locator, { start, end, ...particulars }: Problem): Issue {
  return { ...issue('syntax', '', particulars), range: locator(start, end) }
}

/** Digits that JSON.parse may round. */
const LONG_NUMBER = /\d{16}/

/**
 * What JSON.parse makes of a text, if that is all that the text says: no long number was rounded, and
 * there was no duplicate key. A duplicate key leaves a colon without a member; texts with escapes,
 * where colons can hide, are left to the grammar.
 */
function parseNative(text: string, depth: number): { readonly value: unknown } | undefined {
  if (text.includes('\\') || LONG_NUMBER.test(text)) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  return colonsOf(value, depth) === countColons(text) ? { value } : undefined
}

function countColons(text: string): number {
  let count = 0
  for (let at = text.indexOf(':'); at !== -1; at = text.indexOf(':', at + 1)) count++
  return count
}

/**
 * How many colons a value is written with: one a member, and those of its strings and keys. NaN where
 * it is deeper than is allowed, or holds a number that no double is.
 */
function colonsOf(value: unknown, depth: number): number {
  if (typeof value === 'string') return countColons(value)
  if (typeof value === 'number') return Number.isFinite(value) ? 0 : Number.NaN
  if (typeof value !== 'object' || value === null) return 0
  if (depth === 0) return Number.NaN
  let count = 0
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) count += colonsOf(value[i], depth - 1)
    return count
  }
  const object = value as Record<string, unknown>
  for (const key of Object.keys(object)) {
    count += 1 + countColons(key) + colonsOf(object[key], depth - 1)
  }
  return count
}
