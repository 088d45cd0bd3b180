import type { Fragment } from '../fragment.ts'
import { nameOf as nameBy, quoteName, type Refuse, refuser } from '../names.ts'
import type { ColumnName } from '../place.ts'

// sqlite.org/lang_keywords.html
export const identifier = (name: string): Fragment => quoteName(name, '"', 'sqlite')

export const nameOf = (place: ColumnName): Fragment => nameBy(place, identifier)

export const refuse: Refuse = refuser('sqlite')
