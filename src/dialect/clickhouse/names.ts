import type { Fragment } from '../fragment.ts'
import { nameOf as nameBy, quoteName, type Refuse, refuser } from '../names.ts'
import type { ColumnName } from '../place.ts'

/** A backslash escapes in names, too (clickhouse.com/docs/sql-reference/syntax#identifiers). */
export const identifier = (name: string): Fragment =>
  quoteName(name.replaceAll('\\', '\\\\'), '`', 'clickhouse', undefined, '\\`')

export const nameOf = (place: ColumnName): Fragment => nameBy(place, identifier)

export const refuse: Refuse = refuser('clickhouse')
