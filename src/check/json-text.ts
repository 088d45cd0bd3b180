/**
 * JSON that other programs wrote, where SQL finds something else than memory does. It compares the
 * texts in a document as they are written, so that a timestamp, a UUID or a decimal counts in its
 * canonical form only; most databases take the first of two equal keys, and JSON.parse the last. No
 * constraint says so, so that the documents are read.
 */

import { accessor } from '../compile/accessor.ts'
import type { Layout, Placed } from '../compile/layout.ts'
import { planOf } from '../compile/plan.ts'
import { type Fragment, join, sql } from '../dialect/fragment.ts'
import { membersOf } from '../kinds/dynamic.ts'
import { parseJson, tokensOf } from '../kinds/json.ts'
import type { Scalar } from '../kinds/kind.ts'
import { isPlainObject } from '../kinds/objects.ts'
import type { Field, FieldSet } from '../schema/field.ts'
import type { AnyMapping } from '../schema/mapping.ts'
import { placeOf } from '../schema/places.ts'
import type { Structure } from '../schema/schema.ts'
import type { Ask } from './connection.ts'
import { isMysqlFamily } from './engines.ts'
import type { EngineName } from './facts.ts'
import type { FindingCode } from './finding.ts'
import { questionOf } from './records.ts'
import { type Draft, draft, type Site } from './site.ts'

/** No path that a client may write leads deeper. */
const DEEPEST_PATH = 500

/** So many rows are read at once. */
const BATCH = 1000

/** Whether a value of a field is of its kind in another form than the one that is stored. */
function isOtherForm({ type, elements }: Field, value: unknown): boolean {
  if (elements !== undefined) {
    return Array.isArray(value) && value.some((each) => hasOtherForm(elements, each))
  }
  const { kind, list } = type
  if (list) return Array.isArray(value) && value.some((each) => isOther(kind, each))
  return isOther(kind, value)
}

function isOther(kind: Field['type']['kind'], value: unknown): boolean {
  if (value === null || !membersOf(kind).some(({ isRewritten }) => isRewritten)) return false
  const canonical = kind.read(value)
  return typeof canonical === 'string' && canonical !== value
}

const hasOtherForm = ({ fields }: FieldSet, object: unknown): boolean =>
  isPlainObject(object) &&
  [...fields.values()].some((field) => isOtherForm(field, accessor(field)(object)))

/** The same of a wildcard's document, in which keys may be literal fields of their own. */
function hasOtherFormIn(wildcard: Field, literals: readonly Field[], document: unknown): boolean {
  const isBroken = (value: unknown, path: readonly string[], left: readonly Field[]): boolean => {
    const literal = left.find((each) => each.path.length === path.length)
    if (literal !== undefined && isOtherForm(literal, value)) return true
    if (!isPlainObject(value)) return literal === undefined && isOther(wildcard.type.kind, value)
    if (path.length >= DEEPEST_PATH) return false
    return Object.keys(value).some((key) => {
      const inside = left.filter((each) => each.path[path.length] === key)
      return isBroken(value[key], [...path, key], inside)
    })
  }
  return isBroken(document, wildcard.path, literals)
}

/** How many members the objects of a value have. A row may hold any depth, which a stack does not. */
function membersIn(value: unknown): number {
  let sum = 0
  const open = [value]
  while (open.length > 0) {
    const each = open.pop()
    if (typeof each !== 'object' || each === null) continue
    const inside = Object.values(each)
    if (!Array.isArray(each)) sum += inside.length
    for (const member of inside) open.push(member)
  }
  return sum
}

const hasDoubleKeys = (text: string, value: unknown): boolean =>
  tokensOf(text).filter(({ isKey }) => isKey).length > membersIn(value)

/** A number with a fraction that is whole as a double, which PostgreSQL compares as it is written. */
const roundsToWhole = (text: string): boolean =>
  tokensOf(text).some(({ token }) => {
    const [whole = '', fraction] = token.split('.')
    if (token.startsWith('"') || fraction === undefined || !Number.isInteger(Number(token))) {
      return false
    }
    return !/^0*$/.test(fraction) || BigInt(whole) !== BigInt(Number(token))
  })

/** Of these, the first of two equal keys is found, or none is stored twice. */
const READS_FIRST: readonly EngineName[] = ['sqlite', 'mariadb', 'duckdb', 'clickhouse']

/** A column of JSON, and whether a text of it breaks a promise. */
interface Watched {
  readonly placed: Placed
  readonly code: FindingCode
  readonly promised: string
  readonly found: string
  readonly schema?: string
  breaks(text: string, value: unknown): boolean
}

const FORMS = {
  code: 'json_values',
  promised: 'timestamps, UUIDs and decimals in canonical form',
  found: 'other forms, which SQL does not find',
  schema:
    'timestamp({ digits: 3 }) for what toISOString() writes, number() for numbers, or string()',
} as const

const KEYS = {
  code: 'json_keys',
  promised: 'each key once in an object',
  found: 'equal keys, of which SQL takes the first, and JSON.parse the last',
} as const

const NUMBERS = {
  code: 'json_values',
  promised: 'integers without a fraction',
  found: 'numbers that are whole as a double only',
  schema: 'number()',
} as const

const isRewritten = ({ type, elements }: Field): boolean =>
  elements === undefined
    ? membersOf(type.kind).some((kind) => kind.isRewritten)
    : [...elements.fields.values()].some(isRewritten)

const isInteger = ({ type, elements }: Field): boolean =>
  elements === undefined
    ? membersOf(type.kind).some(({ name }) => name === 'integer')
    : [...elements.fields.values()].some(isInteger)

function watchedOf({ facts }: Site, { layout, unread }: JsonSources): readonly Watched[] {
  const { engine } = facts
  const documents = layout.documents.flatMap((placed): readonly Watched[] => {
    const { field } = placed
    const literals = layout.nested
      .map((each) => each.field)
      .filter(({ wildcard }) => wildcard === field.wildcard)
    const all = [field, ...(field.wildcard === undefined ? [] : literals)]
    const hasForms = (value: unknown) =>
      field.wildcard === undefined
        ? isOtherForm(field, value)
        : hasOtherFormIn(field, literals, value)
    return [
      ...(all.some(isRewritten)
        ? [{ ...FORMS, placed, breaks: (_: string, value: unknown) => hasForms(value) }]
        : []),
      ...(READS_FIRST.includes(engine) ? [{ ...KEYS, placed, breaks: hasDoubleKeys }] : []),
      ...(engine === 'postgres' && all.some(isInteger)
        ? [{ ...NUMBERS, placed, breaks: roundsToWhole }]
        : []),
    ]
  })
  // Lists of scalars are JSON in these.
  const isJson = engine === 'sqlite' || isMysqlFamily(facts)
  const lists = layout.typed
    .filter(({ field, place }) => isJson && place.list && isRewritten(field))
    .filter(({ place }) => place.sideTable === undefined)
    .map((placed): Watched => {
      const breaks = (_: string, value: unknown) => isOtherForm(placed.field, value)
      return { ...FORMS, placed, breaks }
    })
  return [...documents, ...lists].filter(({ placed }) => !unread.has(placed.place.column))
}

/** Where the documents of a table are. */
interface JsonSources {
  readonly layout: Layout
  readonly mapping: AnyMapping
  /** The columns that cannot be read. */
  readonly unread: ReadonlySet<string>
}

/** The findings of columns with rows that break a promise, with their number. */
export async function jsonDrafts(
  site: Site,
  ask: Ask,
  structure: Structure,
  sources: JsonSources,
): Promise<readonly { readonly draft: Draft; readonly rows: number }[]> {
  const { mapping, unread } = sources
  const watched = watchedOf(site, sources)
  if (watched.length === 0 || unread.has(placeOf(structure.key, mapping).column)) return []
  const counts = watched.map(() => 0)
  const columns = [...new Set(watched.map(({ placed }) => placed))]
  for await (const texts of textsOf(site, ask, structure, columns, mapping)) {
    const values = texts.map(parsed)
    for (const [i, { placed, breaks }] of watched.entries()) {
      const at = columns.indexOf(placed)
      const [text, value] = [texts[at], values[at]]
      if (text !== undefined && value !== undefined && breaks(text, value)) counts[i]! += 1
    }
  }
  return watched.flatMap(({ placed, code, promised, found, schema }, i) => {
    const rows = counts[i] ?? 0
    if (rows === 0) return []
    const remedy = schema === undefined ? {} : { schema }
    return [{ draft: draft(code, placed, { promised, found, remedy }), rows }]
  })
}

/** Undefined where a column of text holds no JSON, which is a finding of its own. */
function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : parseJson(text)
  } catch {
    return undefined
  }
}

/** The texts of the columns of each row, read in the order of the key. */
async function* textsOf(
  { dialect, name }: Site,
  ask: Ask,
  structure: Structure,
  columns: readonly Placed[],
  mapping: AnyMapping,
): AsyncGenerator<readonly (string | undefined)[]> {
  const question = questionOf(ask, dialect)
  const { column, order } = planOf(dialect, mapping).of(structure.key)
  const key = placeOf(structure.key, mapping)
  if (key.json) return
  const values = column.of(key.kind)
  const selected = columns.map(
    ({ place }, i) => sql`${dialect.select(place)} AS ${dialect.identifier(`n${i}`)}`,
  )
  const all = join(
    [sql`${dialect.select(key)} AS ${dialect.identifier('k')}`, ...selected],
    sql`, `,
  )
  let after: Scalar | undefined
  for (;;) {
    const behind: Fragment =
      after === undefined ? column.present(false) : values.compare('>', after, false)
    const rows = await question(
      sql`SELECT ${all} FROM ${name} WHERE ${behind} ORDER BY ${order(1, undefined)} ${dialect.limit(BATCH, 0)}`,
    )
    for (const row of rows) yield columns.map((_, i) => row.maybe(`n${i}`))
    const last = rows.at(-1)
    after = last && key.kind.read(dialect.decode(key, last.maybe('k')))
    if (rows.length < BATCH || after === undefined) return
  }
}
