import { type Condition, conjunction, leaf, TRUE } from '../condition/condition.ts'
import { type Ordering, totalOrdering } from '../condition/ordering.ts'
import { describe, nearest, oneOf, quote } from '../error/describe.ts'
import type { IssueCode } from '../error/issue.ts'
import type { Scalar } from '../kinds/kind.ts'
import type { OperatorName } from '../operators/index.ts'
import { type Field, findField, type OrderingTerm } from '../schema/schema.ts'
import { FilterReader, unknownField } from './filter.ts'
import { type Entries, elementsOf, entriesOf, isList, lengthOf, Unreadable } from './inspect.ts'
import { operandReaders } from './operand.ts'
import type { Report } from './report.ts'
import { payloadKeys, type Schema } from './schema.ts'

/** What a client asked for, checked: which rows, in which order, and which of them. */
export interface Query {
  readonly schema: Schema
  readonly condition: Condition
  readonly ordering: Ordering
  readonly limit: number
  readonly offset: number
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
export function readQuery(schema: Schema, payload: unknown, report: Report): Query {
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
  const terms = readSort(schema, values.get('sort'), report)
  report.leave()
  const fallback: readonly OrderingTerm[] =
    ranges.length > 0 ? [{ field: schema.key, direction: -1 }] : schema.defaultSort

  const { limit, offset } = schema.limits
  const query: Query = {
    schema,
    condition: conjunction(conditions),
    ordering: totalOrdering(schema, terms.length > 0 ? terms : fallback),
    limit: readCount('limit', values.get('limit'), limit.default, limit.max, report),
    offset: readCount('offset', values.get('offset'), 0, offset.max, report),
  }
  refuseCursors(values, report)
  return query
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
  const received = entries.what === '' ? describe(payload) : entries.what
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

const SORT_SHAPES = '[{"field": "name", "direction": -1}], [{"name": -1}] or {"name": -1}'

/** The terms that a client asked for; none where it gave no sort, or an empty one. */
function readSort(schema: Schema, sort: unknown, report: Report): readonly OrderingTerm[] {
  if (isMissing(sort)) return []
  const fields = [...schema.fields.values()]
  const sortable = fields.filter((field) => field.sortable && !field.hidden)
  const most = sortable.length
  const terms: OrderingTerm[] = []

  const add = (name: string, direction: unknown): void => {
    const field = sortField(schema, name, sortable, report)
    if (direction !== 1 && direction !== -1) {
      report.unexpected('invalid_sort', quote(name), 'the direction 1 or -1', direction)
    } else if (field !== undefined) {
      if (terms.some((term) => term.field === field)) {
        report.add('invalid_sort', {
          subject: field.name,
          expected: 'each field once',
        })
      }
      terms.push({ field, direction })
    }
  }

  const addEntries = (entries: Entries): void => {
    for (const [name, direction] of entries) {
      report.enter(name)
      add(name, direction)
      report.leave()
    }
  }

  if (!isList(sort)) {
    const entries = sortEntries(sort, Math.max(most, 2), report)
    if (typeof entries.find(([name]) => name === 'field')?.[1] === 'string') {
      report.unexpected(
        'invalid_sort',
        'sort',
        SORT_SHAPES,
        sort,
        'put it in a list: [{"field": …}]',
      )
    } else {
      addEntries(entries)
    }
    return terms
  }

  const length = lengthOf(sort) ?? 0
  if (length > most) {
    report.add('too_many', {
      subject: 'sort',
      expected: `at most ${most} fields, each once`,
      received: `${length}`,
    })
    return []
  }
  const elements = elementsOf(sort, length) ?? [undefined]
  elements.forEach((element, i) => {
    report.enter(i)
    const reported = report.issues.length
    const entries = sortEntries(element, Math.max(most, 2), report)
    const named = new Map(entries)
    const field = named.get('field')
    if (typeof field === 'string') {
      const extra = entries.find(([name]) => name !== 'field' && name !== 'direction')
      if (extra !== undefined) {
        const received = `the key ${quote(extra[0])}`
        report.add('invalid_sort', {
          subject: 'sort',
          expected: '"field" and "direction"',
          received,
        })
      }
      add(field, named.has('direction') ? named.get('direction') : 1)
    } else if (entries.length === 0 && report.issues.length === reported) {
      report.unexpected('invalid_sort', 'sort', SORT_SHAPES, element)
    } else {
      addEntries(entries)
    }
    report.leave()
  })
  return terms
}

/** The entries of a plain object in a sort; reported and empty where it is none. */
function sortEntries(input: unknown, max: number, report: Report): Entries {
  const entries = entriesOf(input, max)
  if (entries instanceof Unreadable) {
    const received = entries.what === '' ? describe(input) : entries.what
    report.add('invalid_sort', {
      subject: 'sort',
      expected: SORT_SHAPES,
      received,
    })
    return []
  }
  if (typeof entries !== 'number') return entries
  report.add('too_many', {
    subject: 'sort',
    expected: `at most ${max} fields, each once`,
    received: `${entries}`,
  })
  return []
}

function sortField(
  schema: Schema,
  name: string,
  sortable: readonly Field[],
  report: Report,
): Field | undefined {
  const field = findField(schema, name, schema.limits.segments)
  if (field !== 'unknown' && field !== 'too_deep' && !field.hidden) {
    if (field.sortable) return field
    const expected = oneOf(sortable.map((each) => each.name))
    return report.add('not_sortable', { subject: quote(name), expected })
  }
  return unknownField(report, schema, name, false)
}

/** No cursor has been handed out yet, so none that comes is one of ours. */
function refuseCursors(values: ReadonlyMap<string, unknown>, report: Report): void {
  for (const name of ['next', 'prev']) {
    const value = values.get(name)
    if (isMissing(value)) continue
    report.enter(name)
    report.unexpected('invalid_cursor', name, 'a cursor that a page of this query gave', value)
    report.leave()
  }
}
