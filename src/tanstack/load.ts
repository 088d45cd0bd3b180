import type { LoadSubsetOptions } from '@tanstack/db'
import { describe } from '../error/describe.ts'
import { FilterError } from '../error/filter-error.ts'
import { compareCodePoints } from '../kinds/string.ts'
import { all, type Part } from './part.ts'
import {
  halved,
  nearestFilter,
  type SortTerm,
  type SubsetPayload,
  type Translator,
} from './payload.ts'
import { UntranslatableError } from './untranslatable.ts'

/** A page of a server that answers with tamis. */
export interface LoadedPage<T> {
  readonly items: readonly T[]
  /** The cursor of the page after this one; the last page has none. */
  readonly next?: string | undefined
}

/** Asks the server for a page. The signal is aborted when nobody needs it any more. */
export type LoadPage<T> = (
  payload: SubsetPayload,
  options: { readonly signal: AbortSignal },
) => Promise<LoadedPage<T>>

/** The first rows of a filter in an order. */
interface Window {
  readonly filter: Part
  readonly term: SortTerm
  readonly limit: number
}

/** What is loaded for a subset. */
export interface Plan {
  /** The rows that the subset is about, whose changes are followed; false where there are none. */
  readonly filter: Part
  /** The filter of which all rows are loaded; false where there is none. */
  readonly whole: Part
  readonly window?: Window
}

/** What a function gives; undefined where it throws because no payload says what is asked. */
function translated<T>(translate: () => T): T | undefined {
  try {
    return translate()
  } catch (error) {
    if (error instanceof UntranslatableError) return undefined
    throw error
  }
}

/**
 * How a subset is loaded. An order is sent with its first term only, because all rows that are equal
 * in it are loaded: TanStack DB takes a loaded beginning of an order to have all of them.
 *
 * @throws UntranslatableError unless `overfetch` allows to load more than is asked.
 * @throws FilterError where the schema refuses the payload.
 */
function planOf(
  translate: Translator,
  { where, orderBy = [], limit, cursor }: LoadSubsetOptions,
  overfetch: boolean,
): Plan {
  const asked =
    where === undefined
      ? { part: true, isExact: true }
      : overfetch
        ? nearestFilter(translate, where)
        : { part: translate.filter(where), isExact: true }
  const filter = asked.part
  const terms = () => translate.sort(orderBy.slice(0, 1))
  const [term] = limit === undefined ? [] : ((overfetch ? translated(terms) : terms()) ?? [])
  let plan: Plan = { filter, whole: filter }
  // Of more rows than are asked, the first ones are others.
  if (limit !== undefined && term !== undefined && asked.isExact) {
    // No range takes some of the values that a cursor may have: then all rows are loaded.
    const cursors =
      cursor === undefined
        ? { from: true, current: false }
        : translated(() => ({
            from: translate.filter(cursor.whereFrom),
            current: translate.filter(cursor.whereCurrent),
          }))
    if (cursors !== undefined) {
      const window = { filter: all([filter, cursors.from]), term, limit }
      plan = { filter, whole: all([filter, cursors.current]), window }
    }
  }
  translate.check(payloadFor(plan.whole))
  if (plan.window !== undefined) translate.check(payloadFor(plan.window.filter, [plan.window.term]))
  return plan
}

/**
 * How a subset is loaded. Where its filter is more than the schema allows, a long list of values of a
 * field (a join gives all keys of the other side) is divided: each part is loaded and followed alone.
 * The beginning of an order cannot be divided.
 *
 * @throws UntranslatableError unless `overfetch` allows to load more than is asked.
 * @throws FilterError where the schema refuses the payload.
 */
export function plansOf(
  translate: Translator,
  subset: LoadSubsetOptions,
  overfetch: boolean,
): readonly Plan[] {
  try {
    return [planOf(translate, subset, overfetch)]
  } catch (error) {
    if (!(error instanceof FilterError) || subset.limit !== undefined) throw error
    const halves = subset.where === undefined ? undefined : halved(subset.where)
    if (halves === undefined) throw error
    return halves.flatMap((where) => plansOf(translate, { ...subset, where }, overfetch))
  }
}

const payloadFor = (filter: Part, sort?: readonly SortTerm[]): SubsetPayload => ({
  ...(typeof filter === 'object' ? { filter_conditions: filter } : {}),
  ...(sort === undefined ? {} : { sort }),
})

/** What a loader reads rows with. */
export interface Source<T> {
  readonly load: LoadPage<T>
  /** A row as the collection holds it. */
  readonly read: (row: T) => object
  /** The value of a field in a held row. */
  readonly valueOf: (row: object, field: string) => unknown
  /** How many rows a page has at most. */
  readonly page: number
}

/** All rows that a plan loads. */
export async function* rowsOf<T>(
  source: Source<T>,
  { whole, window }: Plan,
  signal: AbortSignal,
): AsyncGenerator<object, void, void> {
  if (whole !== false) yield* pagesOf(source, payloadFor(whole), source.page, signal)
  if (window === undefined || window.filter === false || window.limit <= 0) return
  const { filter, term, limit } = window
  const isSame = (a: unknown, b: unknown) =>
    a === b || (a instanceof Date && b instanceof Date && a.getTime() === b.getTime())
  let certain = 0
  let last: unknown
  /** How many rows, by their prefixes, could be sorted after rows that are not loaded yet. */
  const uncertain = new Map<string, number>()
  // One row more than is asked tells whether the last one has others beside it.
  const page = Math.min(limit + 1, source.page)
  for await (const row of pagesOf(source, payloadFor(filter, [term]), page, signal)) {
    const value = source.valueOf(row, term.field)
    if (!isSame(value, last)) {
      for (const [prefix, rows] of uncertain) {
        if (canPrecede(value, prefix, term.direction)) continue
        uncertain.delete(prefix)
        certain += rows
      }
      if (certain >= limit) return
    }
    const prefix = prefixOf(value, term.direction)
    if (prefix === undefined) certain++
    else uncertain.set(prefix, (uncertain.get(prefix) ?? 0) + 1)
    last = value
    yield row
  }
}

// Code points and code units order texts differently only where, at the first difference, a surrogate
// meets U+E000–U+FFFF. A server sorts by code point, TanStack DB by code unit. Ascending, a text with
// U+E000–U+FFFF is loaded before texts with a surrogate at that place, and then sorted after them;
// descending, a text with a surrogate is loaded before texts with U+E000–U+FFFF there. Such a row does
// not count toward a limit until the server has passed all texts that could be sorted before it.

/** What a text begins with that others, loaded after it, may have and be sorted before it. */
function prefixOf(value: unknown, direction: 1 | -1): string | undefined {
  if (typeof value !== 'string') return undefined
  const at = value.search(direction === 1 ? /[\ue000-\uffff]/ : /[\ud800-\udfff]/)
  return at < 0 ? undefined : value.slice(0, at)
}

/** Whether a text that is sorted before those of a prefix can come, when the server is at a value. */
function canPrecede(value: unknown, prefix: string, direction: 1 | -1): boolean {
  // Null comes when there are no more texts.
  if (typeof value !== 'string') return false
  return direction === 1
    ? value.startsWith(prefix)
    : compareCodePoints(value, `${prefix}\ue000`) >= 0
}

/** @throws TypeError unless it is a page: an error's body, for example, is not. */
function checkPage(page: LoadedPage<unknown>): void {
  const { items, next }: Partial<Record<keyof LoadedPage<unknown>, unknown>> = page ?? {}
  const isPage =
    Array.isArray(items) &&
    items.every((item) => typeof item === 'object' && item !== null) &&
    (next === undefined || typeof next === 'string')
  if (isPage) return
  throw new TypeError(
    `tamis/tanstack: load must resolve to a page { items, next }: a list of rows and a cursor, or no next on the last page; received ${describe(page)}`,
  )
}

async function* pagesOf<T>(
  { load, read }: Source<T>,
  payload: SubsetPayload,
  limit: number,
  signal: AbortSignal,
): AsyncGenerator<object, void, void> {
  let next: string | undefined
  do {
    const page = await load(
      { ...payload, limit, ...(next === undefined ? {} : { next }) },
      { signal },
    )
    signal.throwIfAborted()
    checkPage(page)
    for (const item of page.items) yield read(item)
    next = page.next
  } while (next !== undefined)
}
