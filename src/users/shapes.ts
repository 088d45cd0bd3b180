/** The shapes of values in inputs, with the limits of what every database can store. */

import { z } from 'zod'
import { printFilter, safeParseFilter, wordsOf } from '../index.ts'
import { usersSchema } from './schema.ts'
import type { JsonObject } from './user.ts'

/** In characters, as databases count them. An index entry in PostgreSQL holds two such texts. */
export const LONGEST_NAME = 255
export const LONGEST_TEXT = 4096
/**
 * How many levels JSON in a column of its own may have: MariaDB reads at most 31 (JSON_DEPTH_LIMIT
 * is 32). JSON that shares a column may have as many less as there are levels around it.
 */
export const DEEPEST_JSON = 31
/** The longest JSON of a field, as text: one query reads a page of up to a thousand users. */
export const LONGEST_JSON = 64 * 1024

/** Whether every database can store a text. */
export const isStorableText = (value: string): boolean =>
  value.isWellFormed() && !value.includes('\0')

/** Whether a text has more characters: code points, not the UTF-16 units that `length` counts. */
const isLonger = (value: string, most: number): boolean =>
  value.length > most && (value.length > 2 * most || [...value].length > most)

export const text = (most: number, least = 0) =>
  z
    .string()
    .min(least)
    .refine((value) => !isLonger(value, most), {
      message: `too long: expected at most ${most} characters`,
      abort: true,
    })
    .refine(isStorableText, 'expected well-formed Unicode without U+0000')
    .meta({ maxLength: most })

export const name = text(LONGEST_NAME, 1)

/** Whether a value can be the id of a stored user. */
export const isUserId = (value: unknown): value is string => name.safeParse(value).success

/** URLs drop these segments from their paths, so such a user's endpoints could not be reached. */
const DOTS: readonly string[] = ['.', '..']

export const newId = text(LONGEST_NAME, 1)
  .refine((id) => !DOTS.includes(id), 'expected another id than . and .., which URLs drop')
  .meta({ maxLength: LONGEST_NAME, not: { enum: DOTS } })

/** Read by the schema's reader of timestamps, so that whatever is accepted can be stored and shown. */
export const timestamp = z
  .string()
  .transform((value, context) => {
    const filter = safeParseFilter(usersSchema, { last_active: value })
    // Cut down to the microseconds that are stored, so that the answer is what later reads give.
    if (filter.ok) {
      return String(printFilter(filter.value).last_active).replace(/(\.\d{6})\d+Z$/, '$1Z')
    }
    context.addIssue('expected an RFC 3339 timestamp, for example 2024-05-01T12:00:00Z')
    return z.NEVER
  })
  .meta({ format: 'date-time' })

/** Why a value is not JSON that can be stored; undefined if it is. */
function jsonProblem(value: unknown, levels: number): 'too_deep' | string | undefined {
  switch (typeof value) {
    case 'string':
      return isStorableText(value) ? undefined : 'a text is not well-formed, or has U+0000'
    case 'number':
      return Number.isFinite(value) ? undefined : 'a number is not finite'
    case 'boolean':
      return undefined
    case 'object': {
      if (value === null) return undefined
      if (levels === 0) return 'too_deep'
      if (!Array.isArray(value) && !isPlainObject(value)) return 'a value is not JSON'
      for (const [key, each] of Object.entries(value)) {
        if (!isStorableText(key)) return 'a key is not well-formed, or has U+0000'
        const problem = jsonProblem(each, levels - 1)
        if (problem !== undefined) return problem
      }
      return undefined
    }
    default:
      return 'a value is not JSON'
  }
}

export function isPlainObject(value: unknown): value is JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** A JSON object, which is not copied: a copy would lose keys such as __proto__. */
export const jsonObject = (levels: number, longest = LONGEST_JSON) =>
  z
    .custom<JsonObject>(isPlainObject, 'expected an object')
    .superRefine((value, context) => {
      const problem = jsonProblem(value, levels)
      if (problem === 'too_deep') {
        context.addIssue(`too deep: expected at most ${levels} levels`)
      } else if (problem !== undefined) context.addIssue(problem)
      else if (JSON.stringify(value).length > longest) {
        context.addIssue(`too long: expected at most ${longest} characters as JSON`)
      }
    })
    .meta({
      type: 'object',
      additionalProperties: true,
      description: `At most ${levels} levels deep, and ${longest} characters long as JSON.`,
    })

/** A role for each team, by the team's name. */
export const roles = z
  .custom<Readonly<Record<string, string>>>(isPlainObject, 'expected an object')
  .refine(
    (value) => Object.values(value).every((role) => name.safeParse(role).success),
    'expected a role for each team',
  )
  .refine(
    (value) => Object.keys(value).every(isStorableText),
    'expected well-formed names of teams, without U+0000',
  )
  .meta({ type: 'object', additionalProperties: { type: 'string' } })

/** The longest folded words of a text: folding makes up to eighteen characters of one. */
const LONGEST_WORDS = 2 * LONGEST_TEXT

/** A text for `$autocomplete`, whose words are stored beside it. */
export const searchedText = text(LONGEST_TEXT).refine(
  (value) => value.length <= 255 || wordsOf(value).join(' ').length <= LONGEST_WORDS,
  `too long: expected at most ${LONGEST_WORDS} characters after case folding`,
)
