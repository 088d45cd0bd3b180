import { UsersClientError } from './error.ts'
import { OPERATIONS } from './operations.ts'
import type { UsersOperations } from './types.ts'

/** What is sent for one call. */
export interface Sent {
  readonly method: string
  readonly path: string
  readonly body?: string
}

type Input = Readonly<Record<string, unknown>>

/** The request of an operation, whose input has the names that the operations of `Users` give it. */
export function requestOf(name: keyof UsersOperations, input: Input): Sent {
  const [method, template] = OPERATIONS[name]
  let body: unknown = input
  let path = template
  if (template.includes('{')) {
    const { id, user_id = id, ...rest } = input
    path = template.replace('{id}', () => segment(user_id))
    body = rest
  }
  if (name.startsWith('queryUsers')) body = input.payload ?? {}
  if (name === 'watchUsers') body = { filter_conditions: input.filter }
  if (method !== 'GET') return { method, path, body: JSON.stringify(body) }
  const payload = JSON.stringify(body)
  const query = payload === '{}' ? '' : `?payload=${encodeURIComponent(payload)}`
  return { method, path: path + query }
}

/** @throws UsersClientError for an id that no segment of a path can be: URLs resolve `.` and `..`. */
function segment(id: unknown): string {
  try {
    if (typeof id === 'string' && !/^\.{0,2}$/.test(id)) return encodeURIComponent(id)
  } catch {
    // A surrogate without its other half.
  }
  throw new UsersClientError(
    'invalid_input',
    `The id ${JSON.stringify(id)} cannot be in a URL: use the operation for several users`,
  )
}
