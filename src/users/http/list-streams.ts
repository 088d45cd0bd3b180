import { parseQuery } from '../../index.ts'
import type { Users } from '../users.ts'
import { weightOf } from '../watch/cost.ts'
import { Backlog } from './backlog.ts'
import { streamChanges } from './events.ts'
import type { OpenStreams } from './limit.ts'
import { Readers } from './readers.ts'
import type { Exchange } from './route.ts'
import { Turns } from './turns.ts'

/** The streams of watched lists that one handler has open, with their limits. */
export class ListStreams {
  readonly #users: Users
  readonly #open: OpenStreams
  readonly #address: (request: Request) => string
  readonly #readers: Readers
  readonly #backlog = new Backlog()
  readonly #turns = new Turns()

  constructor(users: Users, open: OpenStreams, address: (request: Request) => string) {
    this.#users = users
    this.#open = open
    this.#address = address
    this.#readers = new Readers(users)
  }

  /** Answers with a list's changes as server-sent events. */
  async open({ call, caller, view }: Exchange, filter: unknown): Promise<Response> {
    // Nobody reads the stream of a HEAD request, so nobody would end it.
    if (call.req.method === 'HEAD') return call.body(null)
    const { condition } = parseQuery(view.schema, { filter_conditions: filter })
    const onEnd = this.#open.enter(caller, this.#address(call.req.raw), weightOf(condition))
    return streamChanges(call, {
      users: this.#users,
      readers: this.#readers,
      backlog: this.#backlog,
      turns: this.#turns,
      filter,
      view,
      caller,
      onEnd,
    })
  }
}
