import type { Context } from 'hono'
import type { Reservation } from '../storage/public.ts'
import type { Users } from '../users.ts'
import type { View } from '../view.ts'
import type { Caller } from './access.ts'
import type { ConnectionStreams } from './connection-streams.ts'
import type { JsonSchema } from './json-schema.ts'
import type { ListStreams } from './list-streams.ts'

/** What the handler keeps of a request in Hono's context. */
export interface CallEnvironment {
  Variables: {
    caller: Caller
    /** Whether the body was read to its end. */
    isBodyRead: boolean
  }
}

export type Call = Context<CallEnvironment>

/**
 * Who may call: only the application's server, a client, a client whose user need not exist, whoever
 * may read users, or anybody.
 */
export type Audience = 'server' | 'client' | 'connecting' | 'reader' | 'anybody'

/** What a route reads from a request, and how the OpenAPI document describes it. */
export interface RouteInput<I> {
  readonly parameters?: readonly JsonSchema[]
  /** The body's schema; a function, because making it takes time that only the document needs. */
  readonly body?: () => JsonSchema
  /** @throws RequestError for what cannot be read, before any operation sees it. */
  read(call: Call): I | Promise<I>
}

/** What a handler's routes share. */
export interface Service {
  readonly users: Users
  readonly secret: string
  readonly clientView: View
  readonly lists: ListStreams
  readonly connections: ConnectionStreams
}

/** One request, for the route that answers it. */
export interface Exchange extends Service {
  readonly call: Call
  readonly caller: Caller
  /** What the caller can see of users. */
  readonly view: View
  /** For a write with an idempotency key: its operation stores its answer under it. */
  readonly reservation?: Reservation | undefined
}

/** One endpoint: the handler, the OpenAPI document and the metrics are made from these records. */
export interface Route<I = unknown> {
  readonly method: 'get' | 'post' | 'patch'
  /** As OpenAPI writes it: `/tasks/{id}`. */
  readonly path: string
  readonly operationId: string
  readonly summary: string
  readonly audience: Audience
  readonly input: RouteInput<I>
  /** The schema of the answer. */
  readonly answer: JsonSchema
  /**
   * Whether a method other than GET needs no idempotency key: it only reads, or to repeat it does no
   * more than to do it once. A stored answer must not replace the check of who may connect.
   */
  readonly isRepeatable?: boolean
  /** The answer's media type; JSON by default. */
  readonly mediaType?: string
  /** Whether an answer has an ETag, so that it is not sent to callers who have it. */
  readonly isConditional?: boolean
  /** Answers with a Response as it is, with JSON as text or bytes, or with what is sent as JSON. */
  run(exchange: Exchange, input: I): Promise<object | string>
}

/** Infers the type of a route's input, which the table of all routes does not need. */
export const route = <I>(definition: Route<I>): Route => definition
