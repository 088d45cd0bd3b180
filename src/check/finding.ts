import { quote } from '../error/describe.ts'
import { didYouMean } from '../error/nearest.ts'
import type { FieldMapping } from '../schema/mapping.ts'

/**
 * An `error` is where rows could come out otherwise than in memory, or where a filter that was
 * accepted could make the database fail. `unproven` is a promise that no constraint enforces, and that
 * no row breaks as far as is known. A `warning` costs time, not rows.
 */
export type Severity = 'error' | 'unproven' | 'warning'

/** What can be found, and how severe it is before rows are counted. */
const SEVERITIES = {
  column_missing: 'error',
  search_column_missing: 'error',
  search_column_unfilled: 'unproven',
  side_table_missing: 'error',
  type_unreadable: 'error',
  type_not_mapped: 'error',
  type_differs: 'error',
  timestamp_without_zone: 'error',
  session_zone: 'error',
  collation_not_mapped: 'error',
  collation_differs: 'error',
  encoding: 'error',
  session_setting: 'error',
  nullable: 'error',
  key_not_unique: 'error',
  relation_not_unique: 'error',
  digits_fewer: 'error',
  timestamp_default: 'error',
  decimal_digits: 'error',
  enumeration_differs: 'error',
  enumeration_members: 'unproven',
  decimal_range: 'unproven',
  digits_more: 'unproven',
  text_nul: 'unproven',
  text_too_long: 'unproven',
  boolean_values: 'unproven',
  integer_range: 'unproven',
  number_not_finite: 'unproven',
  number_exact: 'unproven',
  timestamp_range: 'unproven',
  timestamp_text: 'unproven',
  uuid_text: 'unproven',
  date_range: 'unproven',
  value_range: 'unproven',
  json_object: 'unproven',
  json_values: 'unproven',
  json_keys: 'unproven',
  list_elements: 'unproven',
  loose_type: 'unproven',
  side_table_unread: 'unproven',
  charset: 'warning',
  index_missing: 'warning',
} as const satisfies Readonly<Record<string, Severity>>

export type FindingCode = keyof typeof SEVERITIES

export const severityOf = (code: FindingCode): Severity => SEVERITIES[code]

/** Each of these alone cures a finding; those that are given are the smallest. */
export interface Remedy {
  /** What to add to the mapping of the field. */
  readonly mapping?: FieldMapping
  /**
   * A statement. SQLite and DuckDB cannot change a column so: for them it is the definition of the
   * column in a table to copy the rows to. Findings about one column have one definition.
   */
  readonly ddl?: string
  /** What to change in the schema, in words. */
  readonly schema?: string
  /** The command of tamis that changes the rows, without its options. */
  readonly command?: string
}

/** What a table does otherwise than a schema and a mapping promise. */
export interface Finding {
  readonly code: FindingCode
  readonly severity: Severity
  /** The field; of what concerns the whole table, the key. */
  readonly field: string
  readonly column: string
  readonly promised: string
  readonly found: string
  readonly remedy: Remedy
  /** How many rows break the promise, where they were counted. */
  readonly rows?: number
  /** The mapping says that the exception is known. */
  readonly waived?: true
}

/** @throws TypeError for a code that does not exist. */
export function checkWaivers(field: string, waived: readonly string[] = []): void {
  for (const code of waived) {
    if (Object.hasOwn(SEVERITIES, code)) continue
    const hint = didYouMean(code, Object.keys(SEVERITIES))
    throw new TypeError(
      `tamis/check: mapping: ${quote(field)}: waive: unknown finding ${quote(code)}${hint === undefined ? '' : `; ${hint}`}`,
    )
  }
}
