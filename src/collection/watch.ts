import type { Clock } from '../condition/timed.ts'
import { describe } from '../error/describe.ts'
import { ANY, BOOLEAN, checkOptions, optionChecks } from '../error/options.ts'
import { throwLater } from '../error/throw-later.ts'
import type { Query } from '../parse/query.ts'
import { queryAt } from '../parse/query-at.ts'
import type { Page } from '../query/page.ts'
import type { Total } from '../query/total.ts'
import type { LivePage } from './live-page.ts'
import type { LivePages, Subscriber } from './live-pages.ts'
import { isSameTotal, type PageEvent, pageChanges, type Shown } from './page-event.ts'

/** What is used of an `AbortSignal`, whose own type needs the types of a platform. */
export interface StopSignal {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

export interface EventsOptions extends Clock {
  /** Whether events have the total, also if the query does not ask for it by `count`. */
  readonly total?: boolean | undefined
  /** An `AbortSignal` that ends the events when it is aborted. */
  readonly signal?: StopSignal | undefined
}

export interface WatchOptions extends EventsOptions {
  /**
   * Gets what the listener throws, or its promise rejects with. Without it, what a listener throws is
   * thrown again outside of the call, as that of a timer is: the platform reports it.
   */
  readonly onError?: ((error: unknown) => void) | undefined
  /**
   * The `version` of an earlier watch of the same query: the listener gets the changes since, as one
   * event, before `watch` returns. Where they are not known any more, the event has `isReset` and the
   * whole page, as changes of an empty one.
   */
  readonly after?: number | undefined
}

/** A page that is watched. */
export interface Watch<T> {
  /**
   * The page now, as `query` gives it, after all changes, of which some events may be still to come.
   * Once it is stopped, the last one.
   *
   * @throws TypeError as `query` does, where a row cannot have a cursor.
   */
  readonly page: Page<T>
  /**
   * Up to which version of the collection the listener was told all. Each operation increases it.
   * Another watch can go on from there, with the option `after`, also after this one was stopped.
   */
  readonly version: number
  /** Ends it: the listener is not called again. */
  stop(): void
}

const OPTIONS = /* @__PURE__ */ optionChecks<WatchOptions>({
  total: BOOLEAN,
  signal: [
    'an AbortSignal',
    (value) => typeof value === 'object' && value !== null && 'aborted' in value,
  ],
  now: ANY,
  onError: ['a function', (value) => typeof value === 'function'],
  after: ['a version', (value) => Number.isSafeInteger(value) && (value as number) >= 0],
})

/** Follows the page of a query, until it is stopped, its signal is aborted, or a row cannot be read. */
function follow<T>(
  pages: LivePages<T>,
  asked: Query,
  { now, total = false, signal }: EventsOptions,
  take: (event: PageEvent<T>) => void,
  after: number | undefined,
  ended: (error?: { readonly error: unknown }) => void,
) {
  const query = queryAt(asked, now)
  let told = pages.version
  let stoppedAt: number | undefined
  const subscriber: Subscriber<T> = {
    take(event, version) {
      told = version
      take(event)
    },
    fail: (error) => end({ error }),
  }
  const open = pages.open(query, total || query.count, subscriber)
  let last: (() => Page<T>) | undefined
  const end = (error?: { readonly error: unknown }) => {
    if (last !== undefined) return
    last = open.page.reader(query)
    stoppedAt = pages.versionOf(told)
    signal?.removeEventListener('abort', stop)
    pages.close(open, subscriber)
    ended(error)
  }
  const stop = () => end()
  if (signal?.aborted) stop()
  else signal?.addEventListener('abort', stop)
  const watch: Watch<T> = {
    stop,
    get version() {
      return stoppedAt ?? pages.versionOf(told)
    },
    get page() {
      return (last ?? open.page.reader(query))()
    },
  }
  if (after !== undefined && last === undefined) {
    const event = pages.eventSince(after, open.page)
    if (event.changes.length > 0 || event.isReset) take(event)
  }
  return { watch, live: open.page }
}

/** Calls a listener with the changes of a page. @throws TypeError for options that are not valid. */
export function watchPage<T>(
  pages: LivePages<T>,
  query: Query,
  listener: (event: PageEvent<T>) => void,
  options: WatchOptions,
): Watch<T> {
  checkOptions('tamis/collection', options, OPTIONS)
  if (typeof listener !== 'function') {
    throw new TypeError(
      `tamis/collection: watch: expected a function, received ${describe(listener)}`,
    )
  }
  const { onError = throwLater } = options
  const report = (error: unknown) => {
    try {
      onError(error)
    } catch (own) {
      throwLater(own)
    }
  }
  const take = (event: PageEvent<T>) => {
    try {
      const result: unknown = listener(event)
      if (result instanceof Promise) result.catch(report)
    } catch (error) {
      report(error)
    }
  }
  const { watch } = follow(pages, query, options, take, options.after, (failure) => {
    if (failure) report(failure.error)
  })
  return watch
}

/** The events of a page to iterate over. @throws TypeError for options that are not valid. */
export function pageEvents<T>(
  pages: LivePages<T>,
  query: Query,
  options: EventsOptions,
): AsyncIterableIterator<PageEvent<T>, undefined> {
  checkOptions('tamis/collection', options, OPTIONS)
  let following: ReturnType<typeof follow<T>> | undefined
  /** The page and the total of the last event. */
  let shown: readonly Shown<T>[] | undefined
  let total: Total | undefined
  let isChanged = true
  let isDone = false
  let failure: { readonly error: unknown } | undefined
  let waiting: (() => void)[] = []
  const wake = () => {
    for (const resolve of waiting) resolve()
    waiting = []
  }
  const ended = (error?: { readonly error: unknown }) => {
    isDone = true
    failure = error
    shown = undefined
    wake()
  }
  const changed = () => {
    isChanged = true
    wake()
  }
  /** The changes since the last event; undefined where there are none. */
  const taken = ({ live }: { readonly live: LivePage<T> }): PageEvent<T> | undefined => {
    const [before, known] = [shown, total]
    isChanged = false
    shown = live.shown
    total = live.total
    const changes = pageChanges(before ?? [], shown)
    const isNone = before !== undefined && changes.length === 0 && isSameTotal(known, total)
    return isNone ? undefined : { changes, ...total }
  }
  return {
    async next() {
      if (!isDone) following ??= follow(pages, query, options, changed, undefined, ended)
      while (!isDone && following !== undefined) {
        const value = isChanged ? taken(following) : undefined
        if (value !== undefined) return { done: false, value }
        await new Promise<void>((resolve) => waiting.push(resolve))
      }
      if (failure !== undefined) {
        const { error } = failure
        failure = undefined
        throw error
      }
      return { done: true, value: undefined }
    },
    async return() {
      if (following === undefined) isDone = true
      else following.watch.stop()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
