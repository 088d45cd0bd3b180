/** The codes of errors. They are stable. */
export type UsersErrorCode =
  | 'invalid_input'
  | 'unknown_field'
  | 'read_only_field'
  | 'duplicate_user'
  | 'user_exists'
  | 'user_not_found'
  | 'user_deactivated'
  | 'user_deleted'
  | 'user_not_deleted'
  | 'username_taken'
  | 'guests_not_allowed'
  | 'not_allowed'
  | 'token_revoked'
  | 'task_not_found'
  | 'webhook_not_found'
  | 'too_many_webhooks'
  | 'dead_letter_not_found'
  | 'idempotency_key_reused'
  | 'idempotency_key_in_use'
  | 'hook_failed'
  | 'user_damaged'
  | 'unavailable'
  | 'timeout'

/** Where the error is: the user of a batch, the field, the place in the input as a JSON Pointer. */
export interface UsersErrorDetails {
  readonly user_id?: string
  readonly field?: string
  readonly path?: string
  readonly hint?: string
}

/** Marks the errors of every copy of the package: a process can load the ESM and the CommonJS build. */
const BRAND: unique symbol = Symbol.for('tamis.UsersError')

/** The error of an operation that was refused or failed. Nothing of its batch has been written. */
export class UsersError extends Error {
  override readonly name = 'UsersError'
  readonly code: UsersErrorCode
  readonly details: UsersErrorDetails

  constructor(
    code: UsersErrorCode,
    message: string,
    details: UsersErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.code = code
    this.details = details
  }

  /** True of the UsersErrors of any copy of the package. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // A subclass inherits this method, and is recognised by its prototype.
    // biome-ignore lint/complexity/noThisInStatic: the class that was asked, which may be a subclass
    if (this !== UsersError) return Function.prototype[Symbol.hasInstance].call(this, value)
    return typeof value === 'object' && value !== null && BRAND in value
  }

  get [BRAND](): true {
    return true
  }

  toJSON(): { code: UsersErrorCode; message: string; details: UsersErrorDetails } {
    return { code: this.code, message: this.message, details: this.details }
  }
}
