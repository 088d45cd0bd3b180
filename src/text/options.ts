import {
  BOOLEAN,
  checkOptions,
  type OptionChecks,
  optionChecks,
  POSITIVE,
} from '../error/options.ts'
import { FILTER_OPTIONS } from '../parse/index.ts'
import { QUERY_OPTIONS, type QueryOptions } from '../parse/query.ts'
import type { TextLimits } from './read-tree.ts'

/** How a text is read. */
export interface TextOptions {
  /**
   * Also accepts the syntax of the Mongo shell: keys without quotes, single quotes, trailing commas,
   * comments, hexadecimal and signed numbers, and `ISODate("…")`.
   */
  readonly relaxed?: boolean
  readonly limits?: Partial<TextLimits>
}

const LIMITS = /* @__PURE__ */ optionChecks<TextLimits>({
  length: POSITIVE,
  tokens: POSITIVE,
  depth: POSITIVE,
})

const TEXT_OPTIONS = /* @__PURE__ */ optionChecks<TextOptions>({
  relaxed: BOOLEAN,
  // What the limits hold is checked below.
  limits: ['an object of limits', (value) => typeof value === 'object' && value !== null],
})

const ALL_OPTIONS: OptionChecks = /* @__PURE__ */ new Map([...TEXT_OPTIONS, ...QUERY_OPTIONS])

const FILTER_TEXT_OPTIONS: OptionChecks = /* @__PURE__ */ new Map([
  ...TEXT_OPTIONS,
  ...FILTER_OPTIONS,
])

/** Checks how a filter is read. @throws TypeError for an unknown option. */
export function checkTextOptions(
  options: TextOptions,
  known: OptionChecks = FILTER_TEXT_OPTIONS,
): void {
  checkOptions('tamis/text', options, known)
  if (options.limits !== undefined) checkOptions('tamis/text: limits', options.limits, LIMITS)
}

/** Checks how a payload is read, and gives those options that are not of the text. */
export function queryOptionsOf(options: TextOptions & QueryOptions): QueryOptions {
  checkTextOptions(options, ALL_OPTIONS)
  return { cursorKey: options.cursorKey, scopes: options.scopes }
}
