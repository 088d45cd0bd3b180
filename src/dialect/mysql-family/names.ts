import type { Fragment } from '../fragment.ts'
import { nameOf, quoteName, type Refuse, refuser } from '../names.ts'
import type { ColumnName } from '../place.ts'
import type { Server } from './server.ts'

/** How the servers quote names, and what they say of a field that they cannot serve. */
export interface Names {
  identifier(name: string): Fragment
  nameOf(place: ColumnName): Fragment
  readonly refuse: Refuse
}

export function namesOf({ name: server }: Server): Names {
  const identifier = (name: string): Fragment => {
    // mariadb.com/kb/en/identifier-names: no character beyond U+FFFF, no blank at the end.
    if (/[\ud800-\udfff]| $/.test(name) || name.length > 64) {
      throw new TypeError(`tamis: ${server}: not a valid name: ${JSON.stringify(name)}`)
    }
    return quoteName(name, '`', server)
  }
  return {
    identifier,
    nameOf: (place) => nameOf(place, identifier),
    refuse: refuser(server),
  }
}
