import type { StoredUser } from '../user.ts'

/** A change of one user; it is created without `before`, and removed without `after`. */
export interface Change {
  readonly before?: StoredUser | undefined
  readonly after?: StoredUser | undefined
  /** Whether the change sets the username or the teams, so that the username must be free. */
  readonly setsUsername?: boolean | undefined
}

/** A change in the log, which has one order for all processes of the application. */
export interface LoggedChange extends Change {
  readonly seq: number
}

/**
 * A row of the log. Its users are parsed when they are first needed, so that reading many changes at
 * once does not block the event loop, and damaged JSON affects only its own row.
 */
export class LogRecord {
  readonly seq: number
  readonly user_id: string
  /** When it was made, in ms since 1970. */
  readonly at: number
  #before: string | null
  #after: string | null
  #change: LoggedChange | undefined

  constructor(
    seq: number,
    user_id: string,
    before: string | null,
    after: string | null,
    at: number,
  ) {
    this.seq = seq
    this.user_id = user_id
    this.at = at
    this.#before = before
    this.#after = after
  }

  /** How many characters the row has in memory. */
  get size(): number {
    return (this.#before?.length ?? 0) + (this.#after?.length ?? 0)
  }

  /** @throws SyntaxError for damaged JSON, TypeError for JSON that is not a user. */
  read(): LoggedChange {
    this.#change ??= {
      seq: this.seq,
      before: this.#parse(this.#before),
      after: this.#parse(this.#after),
    }
    return this.#change
  }

  #parse(text: string | null): StoredUser | undefined {
    if (text === null) return undefined
    const user: StoredUser | null = JSON.parse(text)
    if (typeof user?.id === 'string' && Array.isArray(user.blocked_user_ids)) return user
    throw new TypeError(`tamis/users: change ${this.seq} of the log does not hold a user`)
  }
}

/** The id of the user that a change is about. */
export const idOf = ({ before, after }: Change): string => (after ?? before)?.id ?? ''
