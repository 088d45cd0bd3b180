/** Whether a column is of the type that a schema and a mapping say. */

import type { Placed } from '../compile/layout.ts'
import { type DeclaredType, readType } from '../dialect/declared-type.ts'
import type { ColumnPlace, Place } from '../dialect/place.ts'
import { formIn } from '../dialect/timestamp-text.ts'
import type { FieldMapping } from '../schema/mapping.ts'
import type { ColumnChange } from './ddl.ts'
import { isMysqlFamily } from './engines.ts'
import type { ColumnFacts } from './facts.ts'
import { type Draft, definitionOf, draft, type Site } from './site.ts'
import { defaultInForm, formOf, isEpoch, isTimeType, storedForm } from './sqlite-times.ts'
import {
  declaredName,
  isEnumNamed,
  isSameType,
  mappedType,
  type TypeName,
  typeNameOf,
  writtenName,
} from './type-names.ts'

/** The types of texts in MySQL and MariaDB, which hold and compare them alike. */
const TEXTS = ['varchar', 'char', 'tinytext', 'text', 'mediumtext', 'longtext']

/** Whether the mapping says that a column holds text of timestamps. */
const isTimeText = ({ kind, storage, json }: Place): boolean =>
  !json && kind.name === 'timestamp' && (storage === 'text' || formIn(storage) !== undefined)

/** Whether a column is read in the same way whichever of the two types it has. */
function isAlike(site: Site, place: Place, actual: TypeName, expected: TypeName): boolean {
  const { facts } = site
  if (isSameType(actual, expected)) return true
  if (actual.list || expected.list) return false
  const both = [actual.name, expected.name]
  if (isMysqlFamily(facts) && both.every((name) => TEXTS.includes(name))) return true
  // Of a list, the type of the elements is compared: see above.
  if (facts.engine === 'postgres') return both.every((name) => ['text', 'varchar'].includes(name))
  if (facts.engine === 'sqlite' && isTimeText(place)) {
    return both.every((name) => name === 'text' || isTimeType(name))
  }
  // A column of the type date stores as numbers the texts that look like one, which dates do not.
  const isDay = !place.json && !place.list && place.kind.name === 'date'
  if (facts.engine === 'sqlite' && isDay) return both.every((name) => /^(text|date)$/.test(name))
  const isJsonText = place.json || place.list
  return facts.engine === 'sqlite' && isJsonText && both.every((name) => /^(text|json)$/.test(name))
}

/** The same, where the dialect has one way to read both. */
function isReadAlike({ dialect }: Site, place: Place, declared: DeclaredType): boolean {
  if (place.json || place.list || place.type !== undefined || place.storage !== undefined)
    return false
  const reading = (type: DeclaredType | undefined) => dialect.typeOf({ ...place, type })
  return reading(declared) === reading(undefined)
}

/** Whether the kind of a field can be read from a column of its own. */
function isReadable({ dialect }: Site, place: Place, column: ColumnFacts): boolean {
  const type = readType(mappedType(column.type))
  if (place.json) return /^jsonb?$/.test(type.name)
  // One bit is true or false; several are none.
  if (column.type.name === 'bit' && (column.type.length ?? 1) > 1) return false
  if (place.list !== type.list) return false
  try {
    dialect.typeOf({ ...place, type, storage: undefined })
    return true
  } catch {
    return false
  }
}

/** Whether the dialect reads the kind from the type that the mapping says. */
export function hasReading({ dialect }: Site, place: Place): boolean {
  if (place.json) return true
  try {
    dialect.typeOf(place)
    return true
  } catch {
    return false
  }
}

/** The type that the mapping says, or that createTable would write. */
function expectedOf({ dialect, facts }: Site, place: Place): TypeName {
  const said = place.json ? place.documentType : place.type
  if (said !== undefined) return declaredName(facts.engine, said)
  return writtenName(facts.engine, dialect.columnType(plain(place)))
}

const plain = (place: Place): Place =>
  place.json ? place : { ...place, type: undefined, collation: undefined }

/** Storages by the types of their columns. */
const STORAGES: Readonly<Record<string, FieldMapping['storage']>> = {
  timestamptz: 'timestamptz',
  timestamp: 'timestamp',
  'timestamp with time zone': 'timestamptz',
  datetime: 'datetime',
}

/** What the mapping has to say of the column. */
function mappingFor({ facts }: Site, place: Place, column: ColumnFacts): FieldMapping {
  if (facts.engine === 'sqlite' && isTimeType(column.type.name)) return { storage: { text: 'any' } }
  const storage = STORAGES[typeNameOf(facts.engine, column.type).name]
  const isStored = !place.json && place.storage !== undefined && storage !== undefined
  return isStored ? { storage } : { type: mappedType(column.type) }
}

const hasZone = ({ name }: TypeName): boolean =>
  name === 'timestamptz' || name.endsWith('with time zone')

/** The change of a column to what createTable would write. */
export function retyped(site: Site, placed: Placed, column: ColumnFacts): ColumnChange {
  const definition = definitionOf(site, placed)
  const { place } = placed
  // MySQL takes only expressions as the defaults of these.
  const isLiteral = site.facts.engine === 'mysql' && !/^\(/.test(column.default ?? '(')
  if (isLiteral && /^(long)?text|^json/i.test(definition.type.strings.join(''))) {
    return { kind: 'type', definition, default: `(${column.default})` }
  }
  const isNow = !place.json && place.kind.name === 'timestamp'
  return { kind: 'type', definition, default: isNow ? defaultOf(site, place, column) : undefined }
}

/** The change of the character set and the collation of a text to those that createTable would write. */
export function recollated(site: Site, placed: Placed, column: ColumnFacts): ColumnChange {
  const keepsLength = isMysqlFamily(site.facts) && TEXTS.includes(column.type.name)
  return { ...retyped(site, placed, column), keepsLength }
}

/** The default that writes the present time as the field's type does, where the column's does not. */
function defaultOf({ facts }: Site, place: ColumnPlace, column: ColumnFacts): string | undefined {
  if (column.default === undefined) return undefined
  if (facts.engine === 'sqlite') {
    if (isEpoch(place.storage)) return undefined
    return formOf(column) && defaultInForm(storedForm(place))
  }
  // MySQL refuses a default with other digits than the column's.
  const isNow = /^(current_timestamp|now)(\(\d*\))?$/i.test(column.default)
  const digits = Math.min(place.digits, 6)
  return isNow && isMysqlFamily(facts) ? `CURRENT_TIMESTAMP(${digits})` : undefined
}

export function typeDrafts(site: Site, placed: Placed, column: ColumnFacts): readonly Draft[] {
  const { field, place } = placed
  const { engine } = site.facts
  if (!hasReading(site, place)) {
    const text = place.type?.text ?? ''
    return [
      draft('type_unreadable', placed, {
        promised: `a type that ${field.type.name} is read from`,
        found: `the mapping says ${text}`,
        remedy: isReadable(site, place, column) ? { mapping: mappingFor(site, place, column) } : {},
      }),
    ]
  }
  const isEnum = engine === 'postgres' && !place.json && place.type !== undefined
  if (isEnum && isEnumNamed(place.type, column.type)) return []
  const actual = typeNameOf(engine, column.type)
  const expected = expectedOf(site, place)
  if (isAlike(site, place, actual, expected)) return []
  const promised = `a column of type ${spelt(expected)} for ${field.type.name}`
  const found = column.type.text === '' ? 'a column without a type' : column.type.text
  const change = retyped(site, placed, column)
  if (!isReadable(site, place, column)) {
    return [draft('type_unreadable', placed, { promised, found, change })]
  }
  if (!place.json && isReadAlike(site, place, readType(mappedType(column.type)))) return []
  const mapping = mappingFor(site, place, column)
  const isSaid = place.json ? place.documentType : (place.type ?? place.storage)
  const code =
    isSaid !== undefined
      ? 'type_differs'
      : hasZone(expected) && actual.name === 'timestamp'
        ? 'timestamp_without_zone'
        : 'type_not_mapped'
  return [draft(code, placed, { promised, found, remedy: { mapping }, change })]
}

const spelt = ({ name, list }: TypeName): string => (list ? `${name}[]` : name)

/** Digits of the second that the type of a column holds, where it has some of its own. */
export const heldDigits = (place: ColumnPlace, { type }: ColumnFacts): number | undefined =>
  place.list ? undefined : type.digits
