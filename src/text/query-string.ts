import qs from 'qs'
import { quote } from '../error/describe.ts'
import { FilterError } from '../error/filter-error.ts'
import type { QueryOf } from '../parse/index.ts'
import type { QueryOptions } from '../parse/query.ts'
import type { Result } from '../parse/report.ts'
import type { Schema } from '../parse/schema.ts'
import { queryOptionsOf, type TextOptions } from './options.ts'
import { LONGEST, refused, safeParseParameters } from './parameters.ts'

// Brackets make objects and lists without a prototype; exceeding a limit is an error, and no
// parameter is dropped in silence.
const SETTINGS = {
  ignoreQueryPrefix: true,
  plainObjects: true,
  strictDepth: true,
  depth: 40,
  parameterLimit: 2000,
  arrayLimit: 1000,
  throwOnLimitExceeded: true,
  duplicates: 'combine',
} as const

/**
 * Checks a query that came in a URL: `?role=admin&custom.age[$gte]=18&sort=-created_at&limit=10`.
 *
 * A key of the payload is one (`sort`, `limit`, `offset`, `next`, `prev`, `id_gt`, the schema's
 * switches); any other is a field. Operands are read as the field's kind: `18` is a number to a
 * field of numbers and text to one of strings. To a dynamic field it is a number if that is among its
 * kinds, and `"18"` in quotes is text. `status[$in]=a,b` and `status=a&status=b` are one of several.
 * `filter` may hold a whole filter as JSON in the place of fields, or the fields in brackets
 * (`filter[status]=paid`), and `payload` a whole payload in the place of everything.
 *
 * @throws FilterError with every issue that was found (at most 20); TypeError for an unknown option.
 */
export function parseQueryString<S extends Schema>(
  schema: S,
  search: string,
  options?: TextOptions & QueryOptions,
): QueryOf<S> {
  const result = safeParseQueryString(schema, search, options)
  if (result.ok) return result.value
  throw new FilterError(result.issues)
}

/** The same, that answers the issues and throws none. */
export function safeParseQueryString<S extends Schema>(
  schema: S,
  search: string,
  options: TextOptions & QueryOptions = {},
): Result<QueryOf<S>> {
  const own = queryOptionsOf(options)
  if (search.length > LONGEST) {
    return refused('too_long', `at most ${LONGEST} characters`, `${search.length}`)
  }
  const lost = lostKey(search)
  if (lost !== undefined) return refused('unknown_field', 'only fields and options', quote(lost))
  let given: Record<string, unknown>
  try {
    given = qs.parse(search, SETTINGS) as Record<string, unknown>
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const isDeep = error.message.includes('depth')
    const expected = isDeep ? 'fewer nested brackets' : 'fewer parameters'
    return refused(isDeep ? 'too_deep' : 'too_many', expected)
  }
  return safeParseParameters(schema, given, options, own)
}

/** A key that the parser would drop silently; it must be an error instead. */
function lostKey(search: string): string | undefined {
  for (const key of new URLSearchParams(search).keys()) {
    if (key === '' || /(^|\[)__proto__(\[|\]|$)/.test(key)) return key
  }
  return undefined
}
