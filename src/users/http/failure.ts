import { FilterError } from '../../index.ts'
import { UsersError, type UsersErrorCode } from '../error.ts'
import { asUnavailable } from '../storage/failures.ts'

/** The codes of requests that are refused before an operation runs. */
export type RequestErrorCode =
  | 'invalid_json'
  | 'unknown_parameter'
  | 'invalid_operand'
  | 'invalid_idempotency_key'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'too_large'
  | 'too_many_requests'

type Status = 400 | 401 | 403 | 404 | 409 | 413 | 422 | 429 | 500 | 503

/** An error as a response shows it. */
export interface Failure {
  readonly status: Status
  readonly body: { readonly code: string; readonly message: string; readonly details: unknown }
}

const STATUS: Readonly<Record<UsersErrorCode | RequestErrorCode, Status>> = {
  invalid_input: 400,
  unknown_field: 400,
  read_only_field: 400,
  duplicate_user: 400,
  user_exists: 409,
  user_not_found: 404,
  user_deactivated: 409,
  user_deleted: 409,
  user_not_deleted: 409,
  username_taken: 409,
  guests_not_allowed: 403,
  not_allowed: 403,
  token_revoked: 403,
  task_not_found: 404,
  webhook_not_found: 404,
  too_many_webhooks: 409,
  dead_letter_not_found: 404,
  idempotency_key_reused: 422,
  idempotency_key_in_use: 409,
  hook_failed: 500,
  user_damaged: 500,
  unavailable: 503,
  timeout: 503,
  invalid_json: 400,
  unknown_parameter: 400,
  invalid_operand: 400,
  invalid_idempotency_key: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  too_large: 413,
  too_many_requests: 429,
}

export class RequestError extends Error {
  readonly code: RequestErrorCode
  readonly details: object

  constructor(code: RequestErrorCode, message: string, details: object = {}) {
    super(message)
    this.code = code
    this.details = details
  }
}

/** The response for an error; undefined for an error that is not expected. */
export function failureOf(thrown: unknown): Failure | undefined {
  // For example Kysely's error for a database that was closed during the request.
  const error = asUnavailable(thrown)
  if (error instanceof UsersError) return { status: STATUS[error.code], body: error.toJSON() }
  if (error instanceof RequestError) {
    const { code, message, details } = error
    return { status: STATUS[code], body: { code, message, details } }
  }
  if (error instanceof FilterError) {
    const [first] = error.issues
    const code = first?.code ?? 'invalid_filter'
    return {
      status: 400,
      body: { code, message: error.message, details: { issues: error.issues } },
    }
  }
  return undefined
}
