import type { Nulls } from '../kinds/nulls.ts'
import { type Fragment, sql } from './fragment.ts'

/** A term of ORDER BY that leaves NULL where the database has it. */
export const directed = (value: Fragment, direction: 1 | -1): Fragment =>
  direction === 1 ? sql`${value} ASC` : sql`${value} DESC`

/** A term of ORDER BY as SQL:2003 has it. */
export const withNulls = (value: Fragment, direction: 1 | -1, nulls: Nulls): Fragment =>
  nulls === 'first'
    ? sql`${directed(value, direction)} NULLS FIRST`
    : sql`${directed(value, direction)} NULLS LAST`
