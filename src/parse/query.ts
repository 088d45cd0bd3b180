// Longer than most files here: each key of a payload has a reader, in the order of the payload.

import { type Condition, conjunction, leaf, TRUE } from '../condition/condition.ts'
import { bindingOf, CursorSeal, type Place } from '../condition/cursor.ts'
import { type Ordering, totalOrdering } from '../condition/ordering.ts'
import type { Scopes } from '../condition/relation.ts'
import { isClientsTimed, millisecondsAt, type Now } from '../condition/timed.ts'
import { describe, oneOf, quote } from '../error/describe.ts'
import type { IssueCode } from '../error/issue.ts'
import { didYouMean } from '../error/nearest.ts'
import { ANY, checkOptions, optionChecks } from '../error/options.ts'
import type { Scalar } from '../kinds/kind.ts'
import { isPlainObject } from '../kinds/objects.ts'
import type { Field } from '../schema/field.ts'
import { readFields } from './fields.ts'
import { FilterReader, type Part, type Reader } from './filter.ts'
import { entriesOf, Unreadable } from './inspect.ts'
import { operandReaders } from './operand.ts'
import type { Report } from './report.ts'
import {
  COUNT,
  FIELDS,
  FIRST_OPTION,
  FIRST_RANGE,
  KEY_RANGES,
  PAYLOAD,
  type Schema,
} from './schema.ts'
import { relationsOf, rootScope } from './scopes.ts'
import { SortReader } from './sort.ts'
import { conditionOf } from './trusted.ts'

/** What a query's condition is joined of. */
export interface QueryParts {
  /** The conditions at the top of the client's filter. */
  readonly client: readonly Part[]
  /** All others: ranges over the key, the schema's switches, and what the server added. */
  readonly others: Condition
}

/** A checked query of a client: a condition, an ordering and a page. */
export interface Query {
  readonly schema: Schema
  readonly condition: Condition
  /** The same in the parts that a facet is counted by; undefined where the schema has no facets. */
  readonly parts: QueryParts | undefined
  readonly ordering: Ordering
  readonly limit: number
  readonly offset: number
  /** Whether the page is to say how many rows there are on all pages: `count` of the payload. */
  readonly count: boolean
  /** The fields that the items of its page have: `fields` of the payload; undefined for all. */
  readonly fields: readonly Field[] | undefined
  /** The client's condition, without the server's restrictions. */
  readonly asked: Condition
  /** What its cursors are bound to: the condition without what was joined with `bind: false`. */
  readonly bound: Condition
  /**
   * When it was parsed, in milliseconds since 1970, where the client's filter depends on the time: what
   * its `$now` is, if nothing else is said.
   */
  readonly now: number | undefined
  /** The place that the page comes after (`next`) or before (`prev`). */
  readonly from: { readonly name: 'next' | 'prev'; readonly place: Place } | undefined
  /** What makes the cursors of its page. */
  readonly seal: CursorSeal
}

export interface QueryOptions {
  /**
   * The server's secret: with one, cursors are authenticated and the values in them encrypted.
   * Without one, damage to a cursor is detected, but anyone who has it can read its values.
   */
  readonly cursorKey?: string | Uint8Array | undefined
  /**
   * The scope of each schema with `scope: true` that a filter can reach, by its name in `relate`: the
   * rows that the query may see at all.
   */
  readonly scopes?: Scopes | undefined
  /** The clock, for `$now` and the age of cursors: an instant, by default that of the call. */
  readonly now?: Now | undefined
}

/** The options of `parseQuery`. */
export const QUERY_OPTIONS = /* @__PURE__ */ optionChecks<QueryOptions>({
  cursorKey: [
    'a string or Uint8Array that is not empty',
    (value) => (typeof value === 'string' || value instanceof Uint8Array) && value.length > 0,
  ],
  scopes: ['an object of conditions', isPlainObject],
  // What is no time is refused where it is read.
  now: ANY,
})

/** Marks a key that the payload does not have. */
const NOT_GIVEN = Symbol()

const isMissing = (value: unknown): boolean =>
  value === undefined || value === null || value === NOT_GIVEN

/** Reads a whole payload; invalid parts are reported and replaced by defaults. */
export function readQuery(
  schema: Schema,
  payload: unknown,
  report: Report,
  options?: QueryOptions,
): Query {
  if (options !== undefined) checkOptions('tamis', options, QUERY_OPTIONS)
  const { cursorKey, scopes, now: clock } = options ?? {}
  const now = millisecondsAt(clock)
  const scope = rootScope(schema, scopes)
  const given = readPayload(schema, payload, report)
  const hasFacets = schema.facets.length > 0
  const reading = { report, scopes, now }
  const client = readFilter(schema, given[PAYLOAD.filter_conditions], hasFacets, reading)
  const conditions: Condition[] = []
  const isRanged = addKeyRanges(schema, given, report, conditions)
  addSwitches(schema, given, report, conditions)
  const condition = conjunction([...client.map((part) => part.condition), ...conditions])
  const sort = given[PAYLOAD.sort]
  const ordering = readOrdering(schema, sort, isRanged, { report, scopes })
  relationsOf(schema)?.checkSort(ordering, condition, report)
  const limits = schema.limits
  const limit = readCount(
    'limit',
    given[PAYLOAD.limit],
    limits.limit.default,
    limits.limit.max,
    report,
  )
  const offset = readCount('offset', given[PAYLOAD.offset], 0, limits.offset.max, report)
  const count = readCountSwitch(schema, given, report)
  const names = given[schema.payload.get(FIELDS) ?? -1]
  const fields = isMissing(names) ? undefined : readFields(schema, names, report)
  if (cursorKey === undefined && ordering === schema.defaultOrdering) checkDefault(schema)
  const seal = new CursorSeal(cursorKey)
  const asked = { schema, ordering, condition, offset, seal, now }
  const from = readCursor(given[PAYLOAD.next], given[PAYLOAD.prev], asked, report)
  const scoped = conjunction([scope, condition])
  return {
    schema,
    condition: scoped,
    parts: hasFacets ? { client, others: conjunction([scope, ...conditions]) } : undefined,
    ordering,
    limit,
    offset,
    count,
    fields,
    asked: condition,
    bound: scoped,
    from,
    seal,
    now: isClientsTimed(condition) ? now : undefined,
  }
}

/** The client's filter as parts, or as one, which is read faster. */
function readFilter(
  schema: Schema,
  filter: unknown,
  inParts: boolean,
  { report, scopes, now }: Pick<Reader, 'report' | 'scopes' | 'now'>,
): readonly Part[] {
  if (filter === NOT_GIVEN) return []
  report.enter('filter_conditions')
  const reader = new FilterReader({ structure: schema, report, trusted: false, scopes, now })
  const parts = inParts
    ? reader.readParts(filter)
    : [{ field: undefined, condition: reader.read(filter) }]
  report.leave()
  return parts
}

/** The values of a payload's keys, by their numbers. */
function readPayload(schema: Schema, payload: unknown, report: Report): readonly unknown[] {
  const given: unknown[] = []
  for (let i = 0; i < schema.payload.size; i++) given.push(NOT_GIVEN)
  // Unknown keys are reported by name even if the payload has no others.
  const entries = entriesOf(payload, schema.payload.size + 20)
  if (typeof entries === 'number') {
    const expected = `at most ${schema.payload.size} options`
    report.add('too_many', { subject: 'the payload', expected, received: `${entries}` })
    return given
  }
  if (entries instanceof Unreadable) {
    const expected = 'an object of options'
    report.add('invalid_operand', { subject: 'the payload', expected, received: entries.what })
    return given
  }
  const { keys, values } = entries
  for (let i = 0; i < keys.length; i++) {
    const number = schema.payload.get(keys[i]!)
    if (number === undefined) unknownOption(schema, keys[i]!, report)
    else given[number] = values[i]
  }
  return given
}

function unknownOption(schema: Schema, name: string, report: Report): void {
  const known = [...schema.payload.keys()]
  const hint = didYouMean(name, known)
  report.enter(name)
  report.add('unknown_option', { subject: quote(name), expected: oneOf(known), hint })
  report.leave()
}

/** `id_gt` and its siblings, named after the key; whether there was one. */
function addKeyRanges(
  schema: Schema,
  given: readonly unknown[],
  report: Report,
  conditions: Condition[],
): boolean {
  const { key } = schema
  let isRanged = false
  for (let i = 0; i < KEY_RANGES.length; i++) {
    const value = given[FIRST_RANGE + i]
    // The empty string counts as not given, so that a client can start paging from it.
    if (value === NOT_GIVEN || (value === '' && key.type.name === 'string')) continue
    isRanged = true
    const [suffix, operator] = KEY_RANGES[i]!
    const name = `${key.name}_${suffix}`
    report.enter(name)
    const field: Field = { ...key, name }
    const at = { field, operator: undefined, limits: schema.limits, report }
    const operand = operandReaders.scalar(value, at) as Scalar | undefined
    report.leave()
    conditions.push(operand === undefined ? TRUE : leaf(key, operator, operand))
  }
  return isRanged
}

/** The conditions of the switches that are off. */
function addSwitches(
  schema: Schema,
  given: readonly unknown[],
  report: Report,
  conditions: Condition[],
): void {
  let number = FIRST_OPTION
  for (const [name, option] of schema.options) {
    const input = given[number++]
    const isOn = input === NOT_GIVEN ? option.default : readSwitch(name, input, report)
    if (!isOn) conditions.push(conditionOf(schema, name, option))
  }
}

function readSwitch(name: string, value: unknown, report: Report): boolean {
  if (typeof value === 'boolean') return value
  report.enter(name)
  report.unexpected('invalid_operand', name, 'true or false', value)
  report.leave()
  return false
}

/** Whether the payload asks for the total, which not every schema allows. */
function readCountSwitch(
  { counts, payload }: Schema,
  given: readonly unknown[],
  report: Report,
): boolean {
  const number = counts === undefined ? undefined : payload.get(COUNT)
  const value = number === undefined ? NOT_GIVEN : given[number]
  return value !== NOT_GIVEN && readSwitch(COUNT, value, report)
}

/** The requested ordering; by default the schema's, or the key if the payload has a range over it. */
function readOrdering(
  schema: Schema,
  sort: unknown,
  isRanged: boolean,
  { report, scopes }: Pick<Reader, 'report' | 'scopes'>,
): Ordering {
  if (!isMissing(sort)) {
    report.enter('sort')
    const terms = new SortReader(schema, report, scopes).sort(sort)
    report.leave()
    if (terms.length > 0) return totalOrdering(schema, terms)
  }
  if (isRanged) return [{ field: schema.key, direction: -1 }]
  return schema.defaultOrdering
}

/** Without a key, anyone who has a cursor can read the values in it. */
function checkDefault({ defaultOrdering }: Schema): void {
  const hidden = defaultOrdering.find(({ field }) => field.hidden)
  if (hidden === undefined) return
  throw new TypeError(
    `tamis: defaultSort: ${quote(hidden.field.name)} is hidden, and cursors would tell its values; give parseQuery a cursorKey, or sort by another field`,
  )
}

function readCount(
  name: 'limit' | 'offset',
  value: unknown,
  fallback: number,
  max: number,
  report: Report,
): number {
  if (isMissing(value)) return fallback
  const count = typeof value === 'bigint' && value >= 0n && value <= max ? Number(value) : value
  if (typeof count === 'number' && Number.isInteger(count) && count >= 0 && count <= max) {
    return count + 0
  }
  const code: IssueCode = name === 'limit' ? 'invalid_limit' : 'invalid_offset'
  report.enter(name)
  report.unexpected(code, name, `an integer from 0 to ${max}`, value)
  report.leave()
  return fallback
}

/** What a cursor is held against. */
interface Asked extends Pick<Query, 'schema' | 'ordering' | 'condition' | 'offset' | 'seal'> {
  readonly now: number
}

/** The cursor of a payload; one of `next`, `prev` and an offset says where a page begins. */
function readCursor(next: unknown, prev: unknown, asked: Asked, report: Report): Query['from'] {
  if (isMissing(next) && isMissing(prev)) return undefined
  const { ordering, condition, offset, seal } = asked
  const name = isMissing(next) ? 'prev' : 'next'
  const refuse = (expected: string, received: string) => {
    report.enter(name)
    report.add('invalid_cursor', { subject: name, expected, received })
    report.leave()
    return undefined
  }
  if (!isMissing(next) && !isMissing(prev)) return refuse('one of next and prev', 'both')
  if (offset > 0) return refuse('a cursor or an offset', 'both')
  const text = name === 'next' ? next : prev
  const place = typeof text === 'string' ? seal.read(text, ordering) : undefined
  if (place === undefined) return refuse(CURSOR, describe(text))
  // After errors in the filter or sort the binding cannot match, so no second error is reported.
  if (report.issues.length > 0) return { name, place }
  if (place.asked === bindingOf(ordering, condition)) {
    const age = ageOf(place, asked)
    return age === undefined ? { name, place } : refuse(CURSOR, age)
  }
  return refuse(CURSOR, 'a cursor of another filter or sort')
}

/** What is wrong with the time that a cursor keeps, if anything. */
function ageOf({ now: kept }: Place, { schema, condition, now }: Asked): string | undefined {
  if (!isClientsTimed(condition)) return kept === undefined ? undefined : 'one with a time'
  if (kept === undefined) return 'one without a time'
  if (kept > now) return 'a cursor of the future'
  const { cursorAge = 0 } = schema.relativeTime ?? {}
  return now - kept > cursorAge ? 'a cursor that is too old' : undefined
}

const CURSOR = 'a cursor from a page of this query'
