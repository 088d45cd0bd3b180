import { type Issue, issue } from '../error/issue.ts'
import { sourceRange } from '../error/source.ts'
import type { Result } from '../parse/report.ts'
import { readTree, type TextLimits, type Tree } from './grammar.ts'
import { locate } from './locate.ts'
import { type Problem, toValue } from './node.ts'

/** How a text is read. */
export interface TextOptions {
  /**
   * Takes what a Mongo shell takes, too: keys without quotes, single quotes, commas at the end,
   * comments, hexadecimal and signed numbers, and `ISODate("…")`.
   */
  readonly relaxed?: boolean
  readonly limits?: Partial<TextLimits>
}

/** More than any filter of a schema's ordinary caps needs. */
const LIMITS: TextLimits = { length: 1_000_000, tokens: 200_000, depth: 64 }

/** As many issues as an error lists. */
const MOST = 20

/**
 * Reads a text, and has its value checked. JSON.parse reads what it reads rightly; the grammar is
 * asked where that fails, or may have lost something, or where the value is refused and its place is
 * to be told.
 */
export function readText<T>(
  text: string,
  options: TextOptions,
  check: (value: unknown) => Result<T>,
): Result<T> {
  if (typeof text !== 'string') throw new TypeError('tamis: expected a text')
  const limits = { ...LIMITS, ...options.limits }
  // A text has no more words than characters: one that may have too many is counted.
  if (text.length <= limits.length && text.length <= limits.tokens) {
    const quick = parseNative(text, limits.depth)
    if (quick !== undefined) {
      const result = check(quick.value)
      if (result.ok) return result
    }
  }
  return readSlowly(text, options.relaxed === true, limits, check)
}

function readSlowly<T>(
  text: string,
  relaxed: boolean,
  limits: TextLimits,
  check: (value: unknown) => Result<T>,
): Result<T> {
  const tree = readTree(text, relaxed, limits)
  const syntax = tree.problems.map((problem) => asIssue(text, problem))
  const result = tree.root === undefined ? undefined : check(toValue(tree.root))
  if (result?.ok === true && syntax.length === 0) return result
  const refused = result === undefined || result.ok ? [] : placed(text, tree, result.issues)
  // What is written wrongly is not told again for what was made of it.
  const places = new Set(syntax.map(({ range }) => range?.start))
  const semantic = refused.filter(
    ({ code, range }) => code !== 'invalid_operand' || !places.has(range?.start),
  )
  const issues = [...syntax, ...semantic].sort(
    (a, b) => (a.range?.start ?? 0) - (b.range?.start ?? 0),
  )
  return { ok: false, issues: issues.slice(0, MOST) as [Issue, ...Issue[]] }
}

function asIssue(text: string, { start, end, ...particulars }: Problem): Issue {
  return { ...issue('syntax', '', particulars), range: sourceRange(text, start, end) }
}

/** The issues with the places that they are about. */
const placed = (text: string, { root }: Tree, issues: readonly Issue[]): readonly Issue[] =>
  issues.map((each) => {
    if (root === undefined) return each
    const { start, end } = locate(root, each)
    return { ...each, range: sourceRange(text, start, end) }
  })

/** Digits that JSON.parse may round. */
const LONG_NUMBER = /\d{16}/

/**
 * What JSON.parse makes of a text, if that is all that the text says: no long number was rounded, and
 * no key stood twice. A key that stands twice leaves a colon without a member; texts with escapes,
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
  const own = value as Record<string, unknown>
  for (const key of Object.keys(own)) {
    count += 1 + countColons(key) + colonsOf(own[key], depth - 1)
  }
  return count
}
