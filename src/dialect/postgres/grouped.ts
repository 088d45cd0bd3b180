import type { Kind, KindName } from '../../kinds/kind.ts'
import { type Fragment, sql } from '../fragment.ts'
import { type Grouped, type GroupedValue, named, ofDocument } from '../grouped.ts'
import { type JsonPlace, kindOf, type Place } from '../place.ts'
import { ROOT, reach, where } from './json.ts'
import { nameOf } from './names.ts'
import { typeAt } from './other-types.ts'
import { doubleOf, types } from './types.ts'

/** The kinds whose values are text here, which is compared by code point in the collation C only. */
const TEXTS: readonly KindName[] = ['string', 'timestamp', 'uuid', 'enumeration']

/** The part of a value that is of a kind. */
function partOf(kind: KindName, json: Fragment): Fragment {
  switch (kind) {
    case 'boolean':
      return sql`(${json})::boolean`
    case 'integer':
      return sql`(${json})::bigint`
    case 'number':
    case 'numeric':
      return doubleOf(json)
    case 'decimal':
      return sql`(${json} #>> '{}')::numeric`
    case 'date':
      return sql`(${json} #>> '{}')::date`
    default:
      return sql`(${json} #>> '{}')`
  }
}

function ofJson(json: Fragment, place: Place): GroupedValue {
  const is = (kind: Kind) => types[kind.name].json(ofDocument(place, kind)).is(ROOT)
  const kind = kindOf(place)
  const integer = is(named(kind, 'integer'))
  return {
    ofKind(kind) {
      const value = where(json, is(kind), partOf(kind.name, json))
      return TEXTS.includes(kind.name) ? sql`${value} COLLATE "C"` : value
    },
    halves: {
      int64: where(json, integer, sql`(${json})::bigint`),
      rest: where(json, sql`${is(named(kind, 'numeric'))} && !(${integer})`, doubleOf(json)),
    },
  }
}

const documentList = (json: Fragment): Fragment =>
  sql`(CASE WHEN jsonb_typeof(${json}) = 'array' THEN ${json} END)`

export const grouped: Grouped = {
  json: (place: JsonPlace) => ofJson(reach(place, place.path), place),
  list(place) {
    if (place.json) {
      return {
        list: documentList(reach(place, place.path)),
        from: sql`, jsonb_array_elements(c.l) AS e(v)`,
        element: ofJson(sql`e.v`, place),
        at: (kind) => ofDocument(place, kind),
      }
    }
    const name = nameOf(place)
    const { exactElements, representation } = typeAt(place.kind.name, place)
    const exact = exactElements?.(name, place)
    const isText = exact !== undefined || representation(place) === 'text'
    return {
      list: exact ?? name,
      from: sql`, unnest(c.l) AS e(v)`,
      element: { ofKind: () => (isText ? sql`e.v COLLATE "C"` : sql`e.v`) },
      at: () => place,
    }
  },
}
