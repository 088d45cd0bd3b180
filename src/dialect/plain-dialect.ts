/** Dialects of tables with a column for each field: no lists, and no JSON. */

import type { KindName, Scalar } from '../kinds/kind.ts'
import { columnOf } from './column.ts'
import type { Dialect } from './dialect.ts'
import { type Fragment, join, sql } from './fragment.ts'
import { nameOf as nameBy, refuser } from './names.ts'
import { type OtherTypes, typeFinder } from './other-types.ts'
import type { Place, Stored } from './place.ts'
import { columnPrinter } from './table.ts'
import { type ColumnType, decoder, type KindTypes } from './types.ts'
import { hasEach, needlesOf, searchedIn } from './words.ts'

type Needed = 'name' | 'syntax' | 'placeholder' | 'params' | 'identifier' | 'order' | 'limit'

/** What is different from database to database; what else a dialect has can be given, too. */
export interface PlainDialect<Params>
  extends Pick<Dialect<Params>, Needed>,
    Partial<Omit<Dialect<Params>, Needed>> {
  /** How each kind is stored, in tables that `createTable` makes. */
  readonly types: Readonly<Record<KindName, ColumnType>>
  /** The types of columns that a mapping may name. */
  readonly others?: OtherTypes
  /**
   * The right side of IN; by default a parameter for each constant. `constant` casts what is stored
   * as one, or an expression.
   */
  members?(stored: readonly Scalar[], constant: (stored: Scalar | Fragment) => Fragment): Fragment
  /** The text of a column has another one in it, or at its end. */
  hasText(column: Fragment, part: 'anywhere' | 'end', text: string): Fragment
}

/**
 * A dialect of one's own. Lists and JSON are refused by name when a statement is compiled; give
 * `column` and `grouped` for a dialect that has them.
 */
export function plainDialect<Params>({
  types: given,
  others = {},
  members,
  hasText,
  ...own
}: PlainDialect<Params>): Dialect<Params> {
  const { name, syntax, identifier } = own
  const refuse = refuser(name)
  const noList = (place: Pick<Place, 'field'>): never =>
    refuse(place, 'lists and JSON are not supported; give the field a column of its own')
  const types = Object.fromEntries(
    Object.entries(given).map(([kind, type]) => [kind, { ...type, json: undefined }]),
  ) as KindTypes
  const typeAt = typeFinder(types, others, refuse)
  const nameOf = (place: Parameters<typeof nameBy>[0]) => nameBy(place, identifier)
  const typeOf = (place: Place): ColumnType =>
    place.json || place.list ? noList(place) : typeAt(place.kind.name, place)

  const castBy =
    ({ cast, convert }: ColumnType, at: Stored) =>
    (stored: Scalar | Fragment): Fragment =>
      cast?.(stored, at) ??
      (typeof stored === 'object' ? stored : (convert?.(stored, at) ?? sql`${stored}`))

  return {
    column(place) {
      if (place.json || place.list) return noList(place)
      const list = () => noList(place)
      const column = nameOf(place)
      return columnOf(place, {
        syntax,
        name: column,
        json: undefined,
        lists: {
          holdsAny: list,
          holdsAll: list,
          holdsExactly: list,
          hasSize: list,
          hasObject: list,
        },
        typeAt,
        expressionOf(kind, at, value) {
          const type = typeAt(kind, at)
          const constant = castBy(type, at)
          return {
            value,
            nullable: at.nullable,
            constant: (each) => constant(type.encode(each, at)),
            members(constants) {
              const stored = constants.map((each) => type.encode(each, at))
              const listed = () => sql`(${join(stored.map(constant), sql`, `)})`
              return members?.(stored, constant) ?? listed()
            },
          }
        },
        hasWords: (words, prefix) =>
          hasEach(needlesOf(words, prefix), (needle) =>
            hasText(nameOf(searchedIn(place, refuse)), 'anywhere', needle),
          ),
        hasText: {
          // A range of the column, which needs no function.
          start: list,
          end: (_, text) => hasText(column, 'end', text),
          anywhere: (_, text) => hasText(column, 'anywhere', text),
        },
      })
    },
    select: (place) => typeOf(place).select?.(nameOf(place), place) ?? nameOf(place),
    typeOf,
    grouped: { json: noList, list: noList },
    decode: decoder(typeAt, (_, place) => noList(place)),
    encode: (place, value) => typeOf(place).encode(value, place),
    encodeList: noList,
    // NULL is cast as any other value: the statement is made once.
    store: (place, parameter) => castBy(typeOf(place), place)(parameter as Scalar),
    columnType: (place) => typeOf(place).type(place),
    columnCheck: (place) => typeOf(place).check?.(identifier(place.column), place),
    printColumn: columnPrinter(sql` NOT NULL PRIMARY KEY`),
    words: () => types.string.type(WORDS),
    tableOptions: () => sql``,
    indexed: ({ column }) => [{ label: '', on: identifier(column) }],
    ifNotExists: { index: false, column: false },
    ...own,
  }
}

/** A text that is neither sorted by nor a key. */
const WORDS: Stored = {
  field: 'words',
  digits: 0,
  precision: 0,
  scale: 0,
  values: [],
  list: false,
  isSorted: false,
  storage: undefined,
  type: undefined,
  collation: undefined,
}
