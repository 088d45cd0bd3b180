import type { Refuse } from './names.ts'
import type { ColumnType } from './types.ts'

/** For a type that orders UUIDs otherwise than by their bytes; `other` orders them so. */
export const equalityOnly =
  (refuse: Refuse, type: string, other: string): NonNullable<ColumnType['refuseOrder']> =>
  (at) =>
    refuse(
      at,
      `a column of type ${type} orders values otherwise than by their text, so it supports equality only, no ranges and sorts; change the column to ${other}, or declare the field as string()`,
    )
