import type { Fragment } from '../fragment.ts'
import { nameOf as nameBy, quoteName, type Refuse, refuser } from '../names.ts'
import type { ColumnName } from '../place.ts'

// postgresql.org/docs/current/sql-syntax-lexical.html; longer names are cut without an error.
export const identifier = (name: string): Fragment => quoteName(name, '"', 'postgres', 63)

export const nameOf = (place: ColumnName): Fragment => nameBy(place, identifier)

export const refuse: Refuse = refuser('postgres')
