/** What can be wrong with a request, by its code; codes are stable. */
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
  | 'task_not_found'
  | 'hook_failed'

/** Where it is: the user of a batch, the field, the place in the input as a JSON pointer. */
export interface UsersErrorDetails {
  readonly user_id?: string
  readonly field?: string
  readonly path?: string
  readonly hint?: string
}

/** A request that cannot be carried out. Nothing of its batch has been. */
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

  toJSON(): { code: UsersErrorCode; message: string; details: UsersErrorDetails } {
    return { code: this.code, message: this.message, details: this.details }
  }
}
