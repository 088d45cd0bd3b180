import { membersOf } from '../../kinds/dynamic.ts'
import { lengthOf } from '../declared-type.ts'
import type { Tables } from '../dialect.ts'
import { type Fragment, sql } from '../fragment.ts'
import { integerLiteral } from '../literal.ts'
import { type ColumnPlace, plainOf } from '../place.ts'
import { columnPrinter } from '../table.ts'
import type { Types } from './constants.ts'
import type { JsonColumns } from './json.ts'
import type { Names } from './names.ts'
import { LONGEST_SORTED, type Server } from './server.ts'

/** The values of a side table are short, and timestamps among them text. */
const sideValues = (place: ColumnPlace) =>
  ({ ...plainOf(place), list: false, storage: 'text', isSorted: true }) as const

/** A text that need not be short is found by its beginning. */
const LONGEST_INDEXED = 191
const prefix = (column: Fragment): Fragment => sql`${column}(${integerLiteral(LONGEST_INDEXED)})`
const isShort = ({ type }: ColumnPlace): boolean =>
  (lengthOf(type) ?? Number.POSITIVE_INFINITY) <= LONGEST_INDEXED

export function tablesOf(
  { collation, document, jsonDepth, ifNotExists, isRead }: Server,
  { identifier }: Names,
  { text, types, typeAt, tableOf }: Types,
  { generated, generatedName }: JsonColumns,
): Tables {
  const isDocument = (column: Fragment, type: Fragment): Fragment =>
    sql`JSON_VALID(${column}) AND JSON_TYPE(${column}) = ${type} AND ${isRead(column)}`

  return {
    columnType: (place) =>
      place.json || place.list ? document : typeAt(place.kind.name, place).type(place),
    columnCheck(place) {
      const name = identifier(place.column)
      if (place.list) return isDocument(name, sql`'ARRAY'`)
      if (place.json) return isDocument(name, sql`'OBJECT'`)
      return typeAt(place.kind.name, place).check?.(name, place)
    },
    printColumn: columnPrinter(sql` NOT NULL PRIMARY KEY`),
    jsonDepth,
    // VARCHAR's; without strict mode, longer values would be truncated without an error.
    bound: (place) =>
      place.kind.name === 'string' &&
      !place.json &&
      (place.list ? place.sideTable !== undefined : place.isSorted)
        ? { most: LONGEST_SORTED, unit: 'characters' }
        : undefined,
    generated: (place) =>
      place.indexed
        ? membersOf(place.kind).flatMap((kind) =>
            generated(place, kind.name).map(({ label, type, value }) => ({
              column: generatedName(place, label),
              type,
              generatedAs: value,
            })),
          )
        : [],
    words: (json) => (json ? document : sql`LONGTEXT ${text}`),
    tableOptions: () => sql` ENGINE = InnoDB, CHARACTER SET = utf8mb4, COLLATE = ${collation}`,
    ifNotExists,
    foreignKeys: { toLater: 'added' },
    indexed(place) {
      if (place.list) return []
      if (!place.json) {
        const name = identifier(place.column)
        // An index holds 3,072 bytes, with those of the key behind it.
        const isLongMember =
          place.kind.name === 'enumeration' &&
          typeAt('enumeration', place).representation(place) === 'text' &&
          place.values.some((value) => value.length > LONGEST_SORTED)
        const isText = place.kind.name === 'string' && !place.isSorted
        const isLong = (isText && !isShort(place)) || isLongMember
        return [{ label: '', on: isLong ? prefix(name) : name }]
      }
      if (!place.indexed) return []
      return membersOf(place.kind).flatMap((kind) =>
        generated(place, kind.name).map(({ label }) => {
          const name = identifier(generatedName(place, label))
          return { label, on: kind.name === 'string' ? prefix(name) : name }
        }),
      )
    },
    sideTypes: (place, key) => ({
      ownerType: typeAt(key.kind.name, key).type(key),
      valueType: types[place.kind.name].type(sideValues(place)),
    }),
    printSideTable({ name, ownerType, valueType, references }) {
      const owner = sql`${identifier(references.table)} (${identifier(references.column)})`
      return [
        sql`CREATE TABLE ${identifier(name)} (\`owner\` ${ownerType} NOT NULL, \`value\` ${valueType} NOT NULL, PRIMARY KEY (\`value\`, \`owner\`), INDEX (\`owner\`), FOREIGN KEY (\`owner\`) REFERENCES ${owner} ON DELETE CASCADE) ENGINE = InnoDB`,
      ]
    },
    insertSide(place, side, owner, values) {
      const distinct = tableOf(place.kind.name, [...new Set(values)], sideValues(place), sql`j`)
      return sql`INSERT INTO ${identifier(side)} (\`owner\`, \`value\`) SELECT ${owner}, j.v FROM ${distinct}`
    },
  }
}
