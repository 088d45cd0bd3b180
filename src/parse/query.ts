import { type Condition, conjunction, leaf, TRUE } from '../condition/condition.ts'
import { bindingOf, CursorSeal, type Place } from '../condition/cursor.ts'
import { type Ordering, totalOrdering } from '../condition/ordering.ts'
import { describe, nearest, oneOf, quote } from '../error/describe.ts'
import type { IssueCode } from '../error/issue.ts'
import type { Scalar } from '../kinds/kind.ts'
import type { OperatorName } from '../operators/index.ts'
import type { Field } from '../schema/field.ts'
import type { OrderingTerm } from '../schema/schema.ts'
import { FilterReader } from './filter.ts'
import { type Entries, entriesOf, Unreadable } from './inspect.ts'
import { operandReaders } from './operand.ts'
import type { Report } from './report.ts'
import { payloadKeys, type Schema } from './schema.ts'
import { SortReader } from './sort.ts'

/** What a client asked for, checked: which rows, in which order, and which of them. */
export interface Query {
  readonly schema: Schema
  readonly condition: Condition
  readonly ordering: Ordering
  readonly limit: number
  readonly offset: number
  /** What the client asked for, without what the server has joined to it since. */
  readonly asked: Condition
  /** The place that the page comes after (`next`) or before (`prev`). */
  readonly from: { readonly name: 'next' | 'prev'; readonly place: Place } | undefined
  /** What makes the cursors of its page. */
  readonly seal: CursorSeal
}

export interface QueryOptions {
  /**
   * The server's secret: with one, cursors are authenticated and the values in them encrypted.
   * Without one, damage to a cursor is detected, and its values can be read by whoever holds it.
   */
  readonly cursorKey?: string | Uint8Array | undefined
}

/** The ranges over the key that a payload may name, by the suffix of their names. */
const KEY_RANGES: Record<string, OperatorName> = {
  gt: '$gt',
  gte: '$gte',
  lt: '$lt',
  lte: '$lte',
}

const isMissing = (value: unknown): value is null | undefined =>
  value === undefined || value === null

/** Reads a whole payload; what could not be read stands as its default, and is reported. */
export function readQuery(
  schema: Schema,
  payload: unknown,
  report: Report,
  { cursorKey }: QueryOptions = {},
): Query {
  const known = [...payloadKeys(schema.key.name), ...schema.options.keys()]
  const entries = payloadEntries(payload, known, report)
  const values = new Map(entries)
  for (const [name] of entries) {
    if (known.includes(name)) continue
    report.enter(name)
    const near = nearest(name, known)
    const hint = near === undefined ? undefined : `did you mean ${quote(near)}?`
    report.add('unknown_option', {
      subject: quote(name),
      expected: oneOf(known),
      hint,
    })
    report.leave()
  }

  const conditions: Condition[] = []
  if (values.has('filter_conditions')) {
    report.enter('filter_conditions')
    const reader = new FilterReader({
      structure: schema,
      report,
      trusted: false,
    })
    conditions.push(reader.filter(values.get('filter_conditions')))
    report.leave()
  }
  const ranges = keyRanges(schema, values, report)
  conditions.push(...ranges, ...switches(schema, values, report))

  report.enter('sort')
  const terms = isMissing(values.get('sort'))
    ? []
    : new SortReader(schema, report).sort(values.get('sort'))
  report.leave()
  const fallback: readonly OrderingTerm[] =
    ranges.length > 0 ? [{ field: schema.key, direction: -1 }] : schema.defaultSort

  const { limit, offset } = schema.limits
  const condition = conjunction(conditions)
  const query: Query = {
    schema,
    condition,
    ordering: totalOrdering(schema, terms.length > 0 ? terms : fallback),
    limit: readCount('limit', values.get('limit'), limit.default, limit.max, report),
    offset: readCount('offset', values.get('offset'), 0, offset.max, report),
    asked: condition,
    from: undefined,
    seal: new CursorSeal(cursorKey),
  }
  return { ...query, from: readCursor(values, query, report) }
}

function payloadEntries(payload: unknown, known: readonly string[], report: Report): Entries {
  // A payload of only keys that are none is still answered with their names.
  const entries = entriesOf(payload, known.length + 20)
  if (typeof entries === 'number') {
    const expected = `at most ${known.length} options`
    report.add('too_many', {
      subject: 'the payload',
      expected,
      received: `${entries}`,
    })
    return []
  }
  if (!(entries instanceof Unreadable)) return entries
  const received = entries.what
  report.add('invalid_operand', {
    subject: 'the payload',
    expected: 'an object of options',
    received,
  })
  return []
}

/** `id_gt` and its siblings, named after the key. */
function keyRanges(
  schema: Schema,
  values: ReadonlyMap<string, unknown>,
  report: Report,
): readonly Condition[] {
  const { key } = schema
  const conditions: Condition[] = []
  for (const [suffix, operator] of Object.entries(KEY_RANGES)) {
    const name = `${key.name}_${suffix}`
    const value = values.get(name)
    // The empty string counts as not given, so that a client can start paging from it.
    if (!values.has(name) || (value === '' && key.type.name === 'string')) continue
    report.enter(name)
    const field: Field = { ...key, name }
    const at = { field, operator: undefined, caps: schema.limits, report }
    const operand = operandReaders.scalar(value, at) as Scalar | undefined
    report.leave()
    conditions.push(operand === undefined ? TRUE : leaf(key, operator, operand))
  }
  return conditions
}

/** The conditions of the switches that are off. */
function switches(
  schema: Schema,
  values: ReadonlyMap<string, unknown>,
  report: Report,
): readonly Condition[] {
  const conditions: Condition[] = []
  for (const [name, option] of schema.options) {
    const value = values.has(name) ? values.get(name) : option.default
    if (typeof value !== 'boolean') {
      report.enter(name)
      report.unexpected('invalid_operand', name, 'true or false', value)
      report.leave()
    }
    if (value !== true) conditions.push(option.unless)
  }
  return conditions
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

/** The cursor of a payload; one of `next`, `prev` and an offset says where a page begins. */
function readCursor(
  values: ReadonlyMap<string, unknown>,
  { ordering, asked, offset, seal }: Query,
  report: Report,
): Query['from'] {
  const given = (['next', 'prev'] as const).filter((name) => !isMissing(values.get(name)))
  const [name] = given
  if (name === undefined) return undefined
  const refuse = (expected: string, received: string) => {
    report.enter(name)
    report.add('invalid_cursor', { subject: name, expected, received })
    report.leave()
    return undefined
  }
  if (given.length > 1) return refuse('one of next and prev', 'both')
  if (offset > 0) return refuse('a cursor or an offset', 'both')
  const text = values.get(name)
  const place = typeof text === 'string' ? seal.read(text, ordering) : undefined
  if (place === undefined) return refuse(CURSOR, describe(text))
  // What was wrong with the filter or the order is said already, and would make any cursor another's.
  if (report.issues.length > 0 || place.asked === bindingOf(ordering, asked)) return { name, place }
  return refuse(CURSOR, 'one of another filter or order')
}

const CURSOR = 'a cursor that a page of this query gave'
