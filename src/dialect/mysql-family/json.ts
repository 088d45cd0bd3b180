import { quote } from '../../error/describe.ts'
import { FilterError } from '../../error/filter-error.ts'
import { issue } from '../../error/issue.ts'
import type { KindName } from '../../kinds/kind.ts'
import { type Fragment, sql } from '../fragment.ts'
import type { JsonValue } from '../json.ts'
import { isLiteralPath, quotedKeys } from '../literal.ts'
import type { ColumnName, JsonPlace, Place } from '../place.ts'
import { STANDARD } from '../syntax.ts'
import type { Types } from './constants.ts'
import type { Names } from './names.ts'
import type { Server } from './server.ts'

/** A column that the database computes from a key of a document: what it is called after, and how. */
interface Generated {
  readonly label: string
  readonly type: Fragment
  readonly value: Fragment
}

/** Values inside JSON columns. */
export interface JsonColumns {
  /** The JSON at a path, or NULL. */
  reach(place: Pick<Place, 'field'> & ColumnName, path: readonly string[]): Fragment
  /** The column that holds a key's values of a kind, so that an index serves them. */
  generatedName(place: JsonPlace, label: string): string
  generated(place: JsonPlace, kind: KindName): readonly Generated[]
  /** What a field's value in JSON is; by the columns that hold it, where it has an index. */
  jsonOf(place: JsonPlace, value: Fragment): JsonValue
}

export function jsonColumnsOf(
  { json, unreachable, shortcuts }: Server,
  { nameOf }: Names,
  { types, constantType }: Types,
): JsonColumns {
  /** A path into a JSON column: of plain keys a literal, of others a parameter. */
  function pathOf(field: string, path: readonly string[]): Fragment {
    const hint = path.map(unreachable).find((why) => why !== undefined)
    if (hint !== undefined) {
      throw new FilterError([issue('unknown_field', '', { subject: quote(field), hint })])
    }
    return isLiteralPath(path, STANDARD.longestPath)
      ? sql`'$${quotedKeys(path)}'`
      : sql`${`$${path.map((key) => `.${JSON.stringify(key)}`).join('')}`}`
  }

  const reach: JsonColumns['reach'] = (place, path) =>
    sql`JSON_EXTRACT(${nameOf(place)}, ${pathOf(place.field, path)})`

  const generatedName: JsonColumns['generatedName'] = ({ column, path }, label) =>
    [column, ...path, label].join('_')

  return {
    reach,
    generatedName,
    generated(place, kind) {
      const value = reach(place, place.path)
      if (kind === 'numeric') {
        const { int64, rest } = json(value)
        return [
          { label: 'int64', type: types.integer.type(place), value: int64 },
          { label: 'double', type: types.number.type(place), value: rest },
        ]
      }
      const type = constantType(kind, { ...place, isSorted: false })
      return [{ label: kind, type, value: types[kind].json(value, place) }]
    },
    jsonOf(place, value) {
      const { isList, int64, rest } = json(value)
      const ofKind = (kind: KindName) => types[kind].json(value, place)
      if (!place.indexed) {
        const at = pathOf(place.field, place.path)
        const plain = { isList, int64, rest, ofKind }
        const shorter = shortcuts?.(nameOf(place), at, value)
        if (shorter === undefined) return plain
        return {
          ...plain,
          isOf: shorter.isOf,
          prefilter(kind) {
            const { form } = types[kind]
            return form && shorter.prefilter(form)
          },
        }
      }
      const named = (label: string) =>
        nameOf({ table: place.table, column: generatedName(place, label) })
      return {
        isList,
        ofKind: (kind) => (kind === 'numeric' ? ofKind(kind) : named(kind)),
        int64: named('int64'),
        rest: named('double'),
      }
    },
  }
}
