/**
 * Rows in memory with indexes: the same answers as `runQuery`, sooner.
 *
 * Each row has a slot (`slots.ts`). An index of terms has the slots of each value, element or word as a
 * list or a bitmap (`term-index.ts`, `posting.ts`); an order has all slots in chunks (`order-index.ts`).
 * What finds the rows of an operator is said by `lookup` of its record; `select.ts` makes sources of
 * slots of it, which may have more rows than the condition is true of, and `find.ts` decides by exact
 * counts whether to go along the order (`walk.ts`), to select, or to scan. What a source does not find
 * exactly is tested by `compilePredicate`, so that no index has a meaning of its own.
 *
 * A matcher (`matcher.ts`) is the reverse: standing filters, found by rows. Its conditions are a graph
 * without repetition (`condition-graph.ts`); `access.ts` chooses the terms and ranges that each is found
 * by, in the columns of `match-columns.ts`; `intervals.ts` finds the ranges that hold a value.
 *
 * A page that is watched keeps its rows, those before them and some behind (`live-page.ts`). The filter
 * and a comparison with the last row that is kept say whether a change concerns it; `live-pages.ts`
 * shares pages between those who watch the same one and delivers the events.
 *
 * @packageDocumentation
 */

export {
  type Collection,
  type CollectionStats,
  createCollection,
  type Explanation,
} from './collection.ts'
export type { IndexStats } from './indexes.ts'
export { createMatcher, type Matcher, type MatcherStats, type Matches } from './matcher.ts'
export type { CollectionOptions, IndexDefinition, IndexTerm } from './options.ts'
export { applyChanges, type PageChange, type PageEvent } from './page-event.ts'
export type { EventsOptions, StopSignal, Watch, WatchOptions } from './watch.ts'
