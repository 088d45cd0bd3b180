import type { OperatorName } from '../../operators/names.ts'
import type { Phrase } from '../../operators/operator.ts'

export type { Phrase }

/**
 * The words of a language, for `describeFilter`. In phrases `{field}` stands for the field, `{value}`
 * for one value, and for several `{and}`, `{or}` and `{list}`: joined by and, by or, by commas.
 */
export interface FilterWords {
  /** Of a field of one value. */
  readonly operators: Readonly<Record<OperatorName, Phrase>>
  /** Of timestamps and dates, where they differ. */
  readonly times: Readonly<Partial<Record<OperatorName, Phrase>>>
  /** Of a list field, where they differ. */
  readonly lists: Readonly<Partial<Record<OperatorName, Phrase>>>
  /** Of a list field: equal to a list; and equal to the empty list. */
  readonly sameList: Phrase
  readonly emptyList: Phrase
  /** Of a field that has no value: `is` where it has none. */
  readonly absent: Phrase
  /** A value that is none, among others. */
  readonly nothing: string
  readonly true: string
  readonly false: string
  /** What stands around a text that could be read as something else. */
  readonly quotes: readonly [string, string]
  /** Between all values but the last two, and between those. */
  readonly values: { readonly between: string; readonly and: string; readonly or: string }
  /** The same between conditions. */
  readonly conditions: { readonly between: string; readonly and: string; readonly or: string }
  /** The values that are not named; `{count}` is their number. */
  readonly others: string
  /** A filter that every row matches, and one that none does. */
  readonly everything: string
  readonly none: string
}
