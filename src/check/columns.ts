// Longer than most files here: one function for each kind of finding about a column.
/** Findings about the columns of fields: collation, NULL, digits, character set, time zone. */

import type { Placed } from '../compile/layout.ts'
import { argumentOf } from '../dialect/declared-type.ts'
import { sql } from '../dialect/fragment.ts'
import type { ColumnPlace } from '../dialect/place.ts'
import { partsOf } from '../dialect/timestamp-text.ts'
import { quote } from '../error/describe.ts'
import { nearest } from '../error/nearest.ts'
import { MOST_PRECISION } from '../schema/field.ts'
import { isEnforced } from './constraints.ts'
import { isMysqlFamily } from './engines.ts'
import type { CollationFacts, ColumnFacts } from './facts.ts'
import { promiseDrafts } from './promises.ts'
import { columnNamed, type Draft, definitionOf, draft, type Site } from './site.ts'
import { defaultInForm, formOf, isEpoch, printForm, storedForm } from './sqlite-times.ts'
import { mappedType, typeNameOf } from './type-names.ts'
import { heldDigits, recollated, retyped, typeDrafts } from './types-of-columns.ts'

/** Whether texts compare by code point, so that a mapping need not name the collation. */
const isByCodePoint = ({ isBinary, isDeterministic, padsSpace }: CollationFacts): boolean =>
  isBinary && isDeterministic && !padsSpace

/** Whether the column itself is compared with texts, and not an expression of it. */
function comparesText({ dialect }: Site, place: ColumnPlace): boolean {
  if (place.kind.name !== 'string') return false
  if (place.list) return true
  const bare = { ...place, collation: undefined }
  const { instead, exact } = dialect.typeOf(bare)
  const name = dialect.identifier(place.column)
  return (instead?.(name, bare) ?? exact?.(name, bare)) === undefined
}

function collationDrafts(site: Site, placed: Placed<ColumnPlace>, column: ColumnFacts) {
  const { place } = placed
  const { facts } = site
  const { collation, charset = 'utf8mb4' } = column
  const promised = 'texts that compare by code point'
  const change = recollated(site, placed, column)
  if (place.collation !== undefined) {
    // The catalog does not say it of a view's column.
    if (collation === undefined && facts.kind === 'view') return []
    const isSame = collation?.name.toLowerCase() === place.collation.toLowerCase()
    if (isSame) return []
    const name = collation?.name
    return [
      draft('collation_differs', placed, {
        promised: `the collation ${place.collation}`,
        found: name ?? 'none',
        remedy: name === undefined ? {} : { mapping: { collation: name } },
      }),
    ]
  }
  if (!comparesText(site, place)) return []
  if (collation === undefined) {
    const isUnknown = facts.kind === 'view' && ['sqlite', 'duckdb'].includes(facts.engine)
    if (!isUnknown) return []
    const found = 'unknown, since the table is a view'
    return [
      draft('collation_not_mapped', placed, {
        promised,
        found,
        remedy: { mapping: { collation: 'NOCASE' } },
      }),
    ]
  }
  const isExact = place.list
    ? collation.isDeterministic
    : isByCodePoint(collation) && charset === 'utf8mb4'
  if (isExact) return []
  const remedy = place.list ? {} : { mapping: { collation: collation.name } }
  const found = collation.name
  return [draft('collation_not_mapped', placed, { promised, found, remedy, change })]
}

function charsetDrafts(site: Site, placed: Placed<ColumnPlace>, column: ColumnFacts) {
  const { charset = 'utf8mb4' } = column
  if (placed.place.kind.name !== 'string' || charset === 'utf8mb4') return []
  return [
    draft('charset', placed, {
      promised: 'any text can be stored',
      found: `the character set ${charset}`,
      change: recollated(site, placed, column),
    }),
  ]
}

function nullDrafts(site: Site, placed: Placed, column: ColumnFacts): readonly Draft[] {
  const { field, place } = placed
  const { dialect, facts } = site
  if (!field.required || !column.nullable) return []
  const name = dialect.identifier(place.column)
  const breaks = sql`${name} IS NULL`
  if (isEnforced(sql`${name} IS NOT NULL`.strings.join(name.strings.join('')), column, facts)) {
    return []
  }
  const isKey = field.name === field.key
  return [
    draft('nullable', placed, {
      promised: 'a value in every row',
      found: 'the column may hold NULL',
      remedy: isKey ? {} : { schema: 'leave out required: true' },
      change: { kind: 'required', definition: definitionOf(site, placed) },
      breaks,
    }),
  ]
}

function digitsDrafts(site: Site, placed: Placed<ColumnPlace>, column: ColumnFacts) {
  const { place } = placed
  const held = heldDigits(place, column)
  if (place.kind.name !== 'timestamp' || held === undefined || held >= place.digits) return []
  return [
    draft('digits_fewer', placed, {
      promised: `${place.digits} digits of the second`,
      found: column.type.text,
      remedy: { schema: `digits: ${held}` },
      change: retyped(site, placed, column),
    }),
  ]
}

/** SQLite: rows that take the column's default are text of another form than the mapping says. */
function defaultDrafts(site: Site, placed: Placed<ColumnPlace>, column: ColumnFacts) {
  const { place } = placed
  const form = site.facts.engine === 'sqlite' ? formOf(column) : undefined
  const isText = place.kind.name === 'timestamp' && !place.list && !isEpoch(place.storage)
  const stored = isText ? storedForm(place) : 'any'
  if (form === undefined || stored === 'any' || printForm(stored) === form) return []
  const check = site.dialect.columnCheck(place)
  // A row with the default is refused then.
  if (check && isEnforced(check.texts.join(''), column, site.facts)) return []
  const holdsDigits = (partsOf(form)?.digits ?? 0) >= place.digits
  return [
    draft('timestamp_default', placed, {
      promised: `text as ${printForm(stored)}`,
      found: `the default ${column.default}, which writes ${form}`,
      remedy: { mapping: { storage: { text: holdsDigits ? form : 'any' } } },
      change: {
        kind: 'default',
        definition: definitionOf(site, placed),
        default: defaultInForm(stored),
      },
    }),
  ]
}

/** A decimal field holds what is of its precision and scale; SQLite stores units of the scale. */
function decimalDrafts(site: Site, placed: Placed<ColumnPlace>, column: ColumnFacts) {
  const { place } = placed
  const { precision, scale = 0 } = column.type.element ?? column.type
  const { name } = typeNameOf(site.facts.engine, column.type)
  const isStored = place.kind.name === 'decimal' && /^(numeric|decimal)$/.test(name)
  const isJson = place.list && column.type.element === undefined
  if (!isStored || isJson || (precision === place.precision && scale === place.scale)) return []
  // What is read as the type that the mapping says counts as absent where the field does not hold it.
  const said = place.list ? undefined : place.type
  if (
    said !== undefined &&
    argumentOf(said, 0) === precision &&
    (argumentOf(said, 1) ?? 0) === scale
  ) {
    return []
  }
  const isHeld = precision !== undefined && precision <= MOST_PRECISION
  const schema = `precision: ${precision}, scale: ${scale}`
  return [
    draft('decimal_digits', placed, {
      promised: `decimals of precision ${place.precision} and scale ${place.scale}`,
      found: column.type.text,
      remedy: {
        ...(isHeld && { schema }),
        ...(!place.list && { mapping: { type: mappedType(column.type) } }),
      },
      change: retyped(site, placed, column),
    }),
  ]
}

/** Members and their order; of text that is checked, the check says them. */
function memberDrafts(site: Site, placed: Placed<ColumnPlace>, column: ColumnFacts) {
  const { place } = placed
  const { members } = column.type.element ?? column.type
  if (place.kind.name !== 'enumeration' || members === undefined) return []
  // The catalogs of MySQL and MariaDB print a letter beyond U+FFFF as a question mark.
  const printed = (each: string) =>
    isMysqlFamily(site.facts) ? each.replaceAll(/[\u{10000}-\u{10ffff}]/gu, '?') : each
  const isSame = members.join('\0') === place.values.map(printed).join('\0')
  if (isSame) return []
  const spelt = (values: readonly string[]) => values.map((each) => JSON.stringify(each)).join(', ')
  return [
    draft('enumeration_differs', placed, {
      promised: `${spelt(place.values)}, in this order`,
      found: spelt(members),
      remedy: { schema: `enumeration([${spelt(members)}])` },
    }),
  ]
}

const UTC = /^(UTC|Etc\/UTC|GMT|Etc\/GMT|\+00:00)$/i

/** TIMESTAMP of MySQL and MariaDB is an instant that is printed in the session's zone. */
function zoneDrafts({ facts }: Site, placed: Placed<ColumnPlace>, column: ColumnFacts) {
  const isZoned = isMysqlFamily(facts) && column.type.name === 'timestamp'
  if (!isZoned || facts.zone === undefined || UTC.test(facts.zone)) return []
  return [
    draft('session_zone', placed, {
      promised: 'instants in UTC',
      found: `they are printed in the session's time zone ${facts.zone}`,
      remedy: { ddl: sql`SET time_zone = '+00:00'`.strings.join('') },
    }),
  ]
}

/** Findings about the column of a field, or of a wildcard's document. */
export function columnDrafts(site: Site, placed: Placed): readonly Draft[] {
  const { place } = placed
  const column = columnNamed(site.facts, place.column)
  if (column === undefined) {
    const isDerived = place.json
    const nearName = nearest(
      place.column,
      site.facts.columns.map(({ name }) => name),
    )
    const hint = nearName === undefined ? '' : `; did you mean ${quote(nearName)}?`
    return [
      draft('column_missing', placed, {
        promised: `a column ${place.column}`,
        found: `no such column${hint}`,
        remedy: isDerived ? {} : { mapping: { column: nearName ?? 'its name' } },
      }),
    ]
  }
  const ofType = typeDrafts(site, placed, column)
  const nulls = nullDrafts(site, placed, column)
  // Of a column of another type, the rest says nothing.
  if (ofType.length > 0) return [...ofType, ...nulls]
  const promises = promiseDrafts(site, placed, column)
  if (place.json) return [...nulls, ...promises]
  const typed = { ...placed, place }
  return [
    ...collationDrafts(site, typed, column),
    ...charsetDrafts(site, typed, column),
    ...nulls,
    ...digitsDrafts(site, typed, column),
    ...defaultDrafts(site, typed, column),
    ...decimalDrafts(site, typed, column),
    ...memberDrafts(site, typed, column),
    ...zoneDrafts(site, typed, column),
    ...promises,
  ]
}
