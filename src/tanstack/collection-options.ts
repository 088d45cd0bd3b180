import type { CollectionConfig, LoadSubsetOptions, SyncConfig } from '@tanstack/db'
import { accessor } from '../compile/accessor.ts'
import { describe } from '../error/describe.ts'
import { throwLater } from '../error/throw-later.ts'
import type { Schema } from '../parse/schema.ts'
import { Groups } from './groups.ts'
import { type LoadPage, plansOf } from './load.ts'
import { type TranslateOptions, translatorOf } from './payload.ts'
import { type CollectionRow, rowReader } from './rows.ts'
import type { Subscribe } from './subscription.ts'

type Config<T extends object> = CollectionConfig<T, string | number, never>

/** What `createCollection` takes: `id`, `onInsert`, `gcTime` and the like are handed on to it. */
export interface TamisCollectionOptions<S extends Schema, T extends object>
  extends Omit<Config<T>, 'schema' | 'getKey' | 'sync' | 'syncMode'>,
    TranslateOptions {
  /** The schema of the server, or what `clientSchema` makes of it. */
  readonly schema: S
  /** Asks the server for a page. What it throws is the error of the live queries that need it. */
  readonly load: LoadPage<object>
  /** Follows changes of rows. Without it, rows are as they were when they were loaded. */
  readonly subscribe?: Subscribe<object> | undefined
  /**
   * Whether conditions that no filter says are left out of payloads: the server gives more rows than
   * needed, and TanStack DB filters them. By default such a live query fails with an
   * `UntranslatableError`.
   */
  readonly overfetch?: boolean | undefined
  /** Gets what ends a stream for good. Without it, it is thrown as an uncaught error. */
  readonly onError?: ((error: unknown) => void) | undefined
}

/** The options of a collection with rows of a server. */
export type TamisCollectionConfig<T extends object> = Config<T> & { readonly schema?: never }

/**
 * Options of a collection of TanStack DB (`createCollection`) whose rows a server has that answers
 * with tamis. What live queries need is loaded on demand, page by page, and followed by a stream for
 * each filter; live queries give what they would give if all of the server's rows were held locally.
 *
 * Rows hold timestamps as Dates, and null in fields without a value. Strings are sorted by code unit
 * (`stringSort: 'lexical'`), so that the server can sort them, unless `defaultStringCollation` says
 * otherwise.
 *
 * A live query fails with an `UntranslatableError` where no payload is exact, with a `FilterError`
 * where the schema refuses it, and with what `load` throws.
 *
 * @example
 * const people = createCollection(tamisCollectionOptions({
 *   id: 'people',
 *   schema: clientPeople,
 *   load: async (payload, { signal }) => {
 *     const body = JSON.stringify(payload)
 *     const response = await fetch('/people/query', { method: 'POST', body, signal })
 *     if (!response.ok) throw new Error(`HTTP ${response.status}`)
 *     return response.json()
 *   },
 * }))
 */
export function tamisCollectionOptions<
  S extends Schema,
  T extends object = CollectionRow<S> & object,
>(options: TamisCollectionOptions<S, T>): TamisCollectionConfig<T> {
  const { schema, load, subscribe, overfetch = false, onError = throwLater } = options
  const { oneKindPerKey, ...config } = options
  const translate = translatorOf(schema, { oneKindPerKey })
  if (typeof load !== 'function') {
    throw new TypeError(`tamis/tanstack: load must be a function; received ${describe(load)}`)
  }
  const readKey = accessor(schema.key)
  const keyOf = (row: object): string | number => {
    const key = readKey(row)
    if (typeof key === 'string' || typeof key === 'number') return key
    throw new TypeError(`tamis/tanstack: a row has no key in its field ${schema.key.name}`)
  }
  const readers = new Map([...schema.fields].map(([name, field]) => [name, accessor(field)]))
  const source = {
    load,
    subscribe,
    onError,
    keyOf,
    read: rowReader(schema),
    valueOf: (row: object, field: string) => readers.get(field)?.(row),
    page: translate.page,
  }
  const sync: SyncConfig<T, string | number> = {
    rowUpdateMode: 'full',
    sync({ begin, write, commit, markReady, invalidateLoadedSubsets: invalidate }) {
      const groups = new Groups(source, {
        begin,
        write: (message) => write(message as Parameters<typeof write>[0]),
        commit: () => commit(),
        invalidate,
      })
      markReady()
      return {
        async loadSubset(subset: LoadSubsetOptions) {
          await groups.load(subset, plansOf(translate, subset, overfetch))
        },
        unloadSubset: (subset: LoadSubsetOptions) => groups.unload(subset),
        cleanup: () => groups.end(),
      }
    },
  }
  return {
    defaultStringCollation: { stringSort: 'lexical' },
    ...without(config),
    getKey: keyOf,
    syncMode: 'on-demand',
    sync,
  }
}

/** Without the adapter's own options, which are none of `createCollection`. */
function without<T extends object>({
  schema,
  load,
  subscribe,
  overfetch,
  onError,
  ...config
}: Omit<TamisCollectionOptions<Schema, T>, 'oneKindPerKey'>) {
  return config
}
