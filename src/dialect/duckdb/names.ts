import type { Fragment } from '../fragment.ts'
import { nameOf as nameBy, quoteName, type Refuse, refuser } from '../names.ts'
import type { ColumnName } from '../place.ts'

// duckdb.org/docs/stable/sql/dialect/keywords_and_identifiers
export const identifier = (name: string): Fragment => quoteName(name, '"', 'duckdb')

export const nameOf = (place: ColumnName): Fragment => nameBy(place, identifier)

export const refuse: Refuse = refuser('duckdb')
