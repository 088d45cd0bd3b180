import type { LoadSubsetOptions } from '@tanstack/db'
import { describe } from '../error/describe.ts'
import { membersOf } from '../kinds/dynamic.ts'
import { compareUnits } from '../kinds/string.ts'
import { clientSchema } from '../parse/client-schema.ts'
import { parseQuery } from '../parse/index.ts'
import type { Schema } from '../parse/schema.ts'
import type { Structure } from '../schema/schema.ts'
import type { Terms } from './comparison.ts'
import { all, type FilterObject, type Part } from './part.ts'
import { type Expression, fieldOf, translator } from './translate.ts'
import { UntranslatableError } from './untranslatable.ts'

export type OrderBy = NonNullable<LoadSubsetOptions['orderBy']>

/** What a live query asks of a collection: `where`, `orderBy` and `limit` of `LoadSubsetOptions`. */
export type Subset = Pick<LoadSubsetOptions, 'where' | 'orderBy' | 'limit'>

/** How conditions of TanStack DB become filters. */
export interface TranslateOptions {
  /**
   * Whether all values under one key of a wildcard (`custom.age`) are of one kind, and are compared
   * with operands of that kind. Only then are ranges of dynamic fields of several kinds translated.
   */
  readonly oneKindPerKey?: boolean | undefined
}

/** A term of a payload's sort. */
export interface SortTerm {
  readonly field: string
  readonly direction: 1 | -1
  readonly nulls?: 'first' | 'last'
}

/** A payload for a server that answers with tamis. */
export interface SubsetPayload {
  readonly filter_conditions?: FilterObject
  readonly sort?: readonly SortTerm[]
  /** How many rows the page has at most; 0 where no row can match. */
  readonly limit?: number
  /** The cursor of the page before. */
  readonly next?: string
}

export interface Translator {
  /** A condition as a filter; true for every row, false for none. */
  filter(where: Expression): Part
  sort(orderBy: OrderBy): readonly SortTerm[]
  /** @throws FilterError for what the server would refuse: too many conditions, too long a list. */
  check(payload: SubsetPayload): void
  /** How many rows a page has at most. */
  readonly page: number
}

export function translatorOf(given: Schema, options: TranslateOptions = {}): Translator {
  if (!(given?.fields instanceof Map)) {
    throw new TypeError(
      `tamis/tanstack: schema must be what defineSchema or clientSchema returns; received ${describe(given)}`,
    )
  }
  const schema = clientSchema(given)
  // Relations, which it does not have, are named in refusals.
  const { relations } = given as Structure
  const named: Structure = relations === undefined ? schema : { ...schema, relations }
  const { oneKindPerKey = false } = options
  const terms: Terms = { oneKindPerKey, list: schema.limits.list }
  return {
    filter: translator(named, terms),
    sort: (orderBy) => orderBy.map((clause) => sortTerm(schema, clause, named)),
    check(payload) {
      parseQuery(schema, payload)
    },
    page: schema.limits.limit.max,
  }
}

/** @throws UntranslatableError where tamis sorts otherwise, or not at all. */
function sortTerm(
  schema: Schema,
  { expression, compareOptions }: OrderBy[number],
  named: Structure,
): SortTerm {
  const refuse = (field: string | undefined, problem: string, hint: string): never => {
    throw new UntranslatableError('orderBy', field, problem, hint)
  }
  if (expression.type !== 'ref') {
    return refuse(undefined, 'is computed', 'Sort by a field, or leave out the limit')
  }
  const field = fieldOf(named, expression, 'orderBy')
  const { name, type } = field
  if (!field.sortable) {
    const sortable = schema.sortable.map((each) => each.name).join(', ')
    refuse(name, 'is not sortable in the schema', `These are: ${sortable}`)
  }
  const [kind] = membersOf(type.kind)
  const isText = kind?.name === 'string' || kind?.name === 'enumeration'
  const { stringSort, direction, nulls } = compareOptions
  if (
    (isText || kind?.name === 'date' || kind?.name === 'uuid') &&
    stringSort !== undefined &&
    stringSort !== 'lexical'
  ) {
    refuse(
      name,
      `sorts by ${describe(stringSort)}, tamis by code point`,
      "Use stringSort: 'lexical', in orderBy or as the collection's defaultStringCollation",
    )
  }
  if (kind?.isFolded) refuse(name, 'is sorted without case by tamis', 'Sort by another field')
  if (kind?.name === 'decimal') {
    refuse(name, 'is a decimal, which rows hold as text', 'Sort by another field')
  }
  const values = kind?.values ?? []
  if (values.some((each, i) => i > 0 && compareUnits(values[i - 1]!, each) > 0)) {
    refuse(name, 'is sorted as the schema lists its values by tamis', 'Sort by another field')
  }
  return {
    field: name,
    direction: direction === 'asc' ? 1 : -1,
    ...(field.required ? {} : { nulls }),
  }
}

/**
 * The payload that asks a server for what a query of TanStack DB selects: the same rows that its
 * `where` selects of the same rows held locally, in the order of its `orderBy`. A limit beyond the
 * schema's maximum becomes the maximum: the page's `next` leads to the rest. Where no row can match,
 * the limit is 0.
 *
 * It is exact for rows as `tamisCollectionOptions` holds them: timestamps as Dates, null in fields
 * without a value, and values of their field's kind. Strings that contain characters beyond U+FFFF
 * and others from U+E000 on sort differently.
 *
 * @throws UntranslatableError where no payload is exact: it names the operator and what to use.
 * @throws FilterError where the schema refuses the payload: too deep, too many conditions.
 */
export function payloadOf(
  schema: Schema,
  { where, orderBy = [], limit }: Subset,
  options?: TranslateOptions,
): SubsetPayload {
  const translate = translatorOf(schema, options)
  const part = where === undefined ? true : translate.filter(where)
  const sort = translate.sort(orderBy)
  const most =
    part === false ? 0 : limit === undefined ? undefined : Math.min(limit, translate.page)
  const payload: SubsetPayload = {
    ...(typeof part === 'object' ? { filter_conditions: part } : {}),
    ...(sort.length > 0 ? { sort } : {}),
    ...(most === undefined ? {} : { limit: most }),
  }
  translate.check(payload)
  return payload
}

/** The arguments of a conjunction, or the condition itself. */
function conjuncts(where: Expression): readonly Expression[] {
  return where.type === 'func' && where.name === 'and' ? where.args.flatMap(conjuncts) : [where]
}

/** The conditions that can be translated, as a filter, and whether these are all. */
export function nearestFilter(
  translate: Translator,
  where: Expression,
): { part: Part; isExact: boolean } {
  const attempt = (expression: Expression): Part | undefined => {
    try {
      return translate.filter(expression)
    } catch (error) {
      if (error instanceof UntranslatableError) return undefined
      throw error
    }
  }
  const whole = attempt(where)
  if (whole !== undefined) return { part: whole, isExact: true }
  const parts = conjuncts(where).map(attempt)
  return { part: all(parts.map((part) => part ?? true)), isExact: false }
}

/** The distinct values of `inArray(row.field, list)`. */
function membersIn(where: Expression): readonly unknown[] {
  if (where.type !== 'func' || where.name !== 'in') return []
  const [value, list] = where.args
  const isList = value?.type === 'ref' && list?.type === 'val' && Array.isArray(list.value)
  return isList ? [...new Set<unknown>(list.value)] : []
}

/**
 * Two conditions for one: each has half of the values of its longest `inArray`, so that no row fits
 * both. Undefined where there is no such list with several values.
 */
export function halved(where: Expression): readonly [Expression, Expression] | undefined {
  const conditions = conjuncts(where)
  const lists = conditions.map(membersIn)
  const most = Math.max(...lists.map(({ length }) => length))
  const at = lists.findIndex(({ length }) => length === most)
  const [condition, members] = [conditions[at], lists[at]]
  if (most < 2 || condition?.type !== 'func' || members === undefined) return undefined
  const [field] = condition.args
  const half = (from: number, to: number): Expression => {
    const list = { type: 'val', value: members.slice(from, to) } as Expression
    const args = conditions.with(at, { ...condition, args: [field!, list] })
    return args.length === 1 ? args[0]! : { ...condition, name: 'and', args }
  }
  const middle = Math.ceil(most / 2)
  return [half(0, middle), half(middle, most)]
}
