import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Database from 'libsql'
import {
  boolean,
  compilePredicate,
  compileQuery,
  createTable,
  date,
  defineSchema,
  dynamic,
  enumeration,
  FilterError,
  insertRow,
  integer,
  list,
  number,
  type Predicate,
  pageOf,
  parseFilter,
  parseQuery,
  type Query,
  readRow,
  runQuery,
  string,
  timestamp,
  uuid,
} from 'tamis'
import { sqlite } from 'tamis/sqlite'
import type { LoadedPage, LoadPage, RowChanges, Subscribe } from 'tamis/tanstack'
import { UsersClientError } from 'tamis/users/client'
import { eventReader } from '../../src/users/client/events.ts'

export const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    name: string({
      sortable: true,
      operators: [
        '$eq',
        '$gt',
        '$gte',
        '$lt',
        '$lte',
        '$in',
        '$exists',
        '$startsWith',
        '$endsWith',
        '$includes',
      ],
    }),
    level: enumeration(['low', 'mid', 'top'], { sortable: true }),
    age: integer({ sortable: true }),
    score: number({ sortable: true }),
    active: boolean({ sortable: true }),
    at: timestamp({ sortable: true }),
    born: date({ sortable: true }),
    code: uuid({ sortable: true }),
    tags: list(string()),
    marks: list(integer()),
    'meta.rank': integer(),
    'custom.*': dynamic(['string', 'boolean', 'integer']),
    secret: string({ hidden: true }),
  },
  limits: { limit: { default: 5, max: 7 }, list: 4 },
})

export type Stored = Readonly<Record<string, unknown>> & { readonly id: string }

/** Where a server has its rows. */
export interface Store {
  put(row: Stored): void
  delete(id: string): void
  get(id: string): Stored | undefined
  query(query: Query): unknown
  /** All rows as it gives them: a table does not tell an object without keys from null. */
  all(): readonly Stored[]
  close(): void
}

export function memoryStore(): Store {
  const rows = new Map<string, Stored>()
  return {
    put: (row) => void rows.set(row.id, row),
    delete: (id) => void rows.delete(id),
    get: (id) => rows.get(id),
    query: (query) => runQuery(query, [...rows.values()]),
    all: () => [...rows.values()],
    close() {},
  }
}

export function sqliteStore(): Store {
  const db = new Database(':memory:')
  const target = { dialect: sqlite, table: 'rows' } as const
  for (const statement of createTable(schema, target)) db.exec(statement)
  const insert = insertRow(schema, target)
  const read = readRow(schema, target)
  const remove = (id: string) => db.prepare('DELETE FROM "rows" WHERE "id" = ?').run(id)
  const rows = new Map<string, Stored>()
  return {
    put(row) {
      remove(row.id)
      rows.set(row.id, row)
      for (const { text, params } of [insert(row as never)].flat()) {
        db.prepare(text).run(...(params as unknown[]))
      }
    },
    delete(id) {
      remove(id)
      rows.delete(id)
    },
    get: (id) => rows.get(id),
    query(query) {
      const { text, params } = compileQuery(query, { ...target, lookAhead: true })
      const found = db.prepare(text).all(...(params as unknown[])) as Record<string, unknown>[]
      return pageOf(query, found.map(read))
    },
    all() {
      const found = db.prepare('SELECT * FROM "rows"').all() as Record<string, unknown>[]
      return found.map((row) => read(row) as unknown as Stored)
    },
    close: () => void db.close(),
  }
}

export interface TestServer {
  readonly load: LoadPage<object>
  readonly subscribe: Subscribe<object>
  /** The payloads that came. */
  readonly payloads: unknown[]
  /** How many streams are open. */
  readonly streams: () => number
  put(row: Stored): void
  delete(id: string): void
  /** Cuts the streams, as a server that is started anew does. */
  cut(): void
  /** Called before a query is answered. */
  hold: (() => Promise<void>) | undefined
  close(): void
}

/** A server with an endpoint of queries and one of changes as server-sent events. */
export async function serve(store: Store): Promise<TestServer> {
  const payloads: unknown[] = []
  const streams = new Map<ServerResponse, Predicate>()
  const bodyOf = async (request: AsyncIterable<Buffer>): Promise<unknown> => {
    let text = ''
    for await (const piece of request) text += piece
    return JSON.parse(text)
  }
  const server = createServer(async (request, response) => {
    try {
      const body = await bodyOf(request)
      if (request.url === '/changes') {
        streams.set(response, compilePredicate(parseFilter(schema, body)))
        response.on('close', () => streams.delete(response))
        response.writeHead(200, { 'Content-Type': 'text/event-stream' })
        response.write('event: ready\ndata: {}\n\n')
        return
      }
      payloads.push(body)
      await test.hold?.()
      response.end(JSON.stringify(store.query(parseQuery(schema, body))))
    } catch (error) {
      response.statusCode = error instanceof FilterError ? 400 : 500
      response.end(JSON.stringify({ code: 'x', message: String(error) }))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const post = async (path: string, body: unknown, signal: AbortSignal) => {
    const response = await fetch(url + path, { method: 'POST', body: JSON.stringify(body), signal })
    if (!response.ok)
      throw new UsersClientError(
        'unexpected_answer',
        await response.text(),
        {},
        { status: response.status },
      )
    return response
  }
  const tell = (before: Stored | undefined, after: Stored | undefined, id: string) => {
    for (const [response, fits] of streams) {
      if (after !== undefined && fits(after)) {
        response.write(`event: changed\ndata: ${JSON.stringify(after)}\n\n`)
      } else if (before !== undefined && fits(before)) {
        response.write(`event: removed\ndata: ${JSON.stringify(id)}\n\n`)
      }
    }
  }
  const test: TestServer = {
    payloads,
    streams: () => streams.size,
    load: async (payload, { signal }) =>
      (await (await post('/query', payload, signal)).json()) as LoadedPage<object>,
    subscribe: (changes) =>
      follow((signal) => post('/changes', changes.filter ?? {}, signal), changes),
    put(row) {
      const before = store.get(row.id)
      store.put(row)
      tell(before, row, row.id)
    },
    delete(id) {
      const before = store.get(id)
      store.delete(id)
      tell(before, undefined, id)
    },
    cut() {
      for (const response of streams.keys()) response.destroy()
    },
    hold: undefined,
    close() {
      server.closeAllConnections()
      server.close()
      store.close()
    },
  }
  return test
}

/** Reads a stream, opens it again when it is lost, and then says that changes were missed. */
function follow(
  open: (signal: AbortSignal) => Promise<Response>,
  { signal, changed, removed, reset, failed }: RowChanges<object>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let isFirst = true
    void (async () => {
      while (!signal.aborted) {
        try {
          const read = eventReader()
          const decoder = new TextDecoder()
          const { body } = await open(signal)
          for await (const piece of body as unknown as AsyncIterable<Uint8Array>) {
            for (const { type, data } of read(decoder.decode(piece, { stream: true }))) {
              if (type === 'changed') changed(JSON.parse(data))
              else if (type === 'removed') removed(JSON.parse(data))
              else if (isFirst) resolve()
              else await reset()
              isFirst = false
            }
          }
        } catch (error) {
          if (signal.aborted) return
          if (error instanceof UsersClientError) {
            failed(error)
            reject(error)
            return
          }
        }
        await new Promise((wait) => setTimeout(wait, 10))
      }
    })()
  })
}
