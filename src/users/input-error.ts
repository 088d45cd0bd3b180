/** What is wrong with an input, with the user and the field that it is about. */

import { z } from 'zod'
import { UsersError, type UsersErrorCode } from './error.ts'

/** What is the system's own: shown, and set by no request. */
export const READ_ONLY: readonly string[] = [
  'created_at',
  'updated_at',
  'deactivated_at',
  'deleted_at',
]

type Place = readonly PropertyKey[]

const pointer = (path: Place): string =>
  path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

const at = (value: unknown, path: Place): unknown =>
  path.reduce<unknown>(
    (own, key) =>
      typeof own === 'object' && own !== null && Object.hasOwn(own, key)
        ? (own as Record<PropertyKey, unknown>)[key]
        : undefined,
    value,
  )

/** The user that an input's place is about. */
function userAt(input: unknown, path: Place): string | undefined {
  const own =
    path[0] === 'users'
      ? at(input, [...path.slice(0, 2), 'id'])
      : path[0] === 'user_ids'
        ? at(input, path.slice(0, 2))
        : (at(input, ['user_id']) ?? at(input, ['user', 'id']))
  return typeof own === 'string' ? own : undefined
}

/** The field of a user that an input's place is about; of a partial update, as its path names it. */
function fieldAt(input: unknown, path: Place): string | undefined {
  const isOfMany = path[0] === 'users' || path[0] === 'user_ids'
  const own = isOfMany ? path.slice(2) : path
  const named = own[0] === 'unset' ? at(input, path) : undefined
  if (typeof named === 'string') return named
  const field = own[0] === 'set' && own.length > 1 ? own.slice(1) : own
  return field.length === 0 ? undefined : field.map(String).join('.')
}

export function inputError(
  code: UsersErrorCode,
  input: unknown,
  path: Place,
  message: string,
): UsersError {
  const user_id = userAt(input, path)
  const field = fieldAt(input, path)
  const place = path.length === 0 ? 'the input' : path.map(String).join('.')
  return new UsersError(code, `${place}: ${message}`, {
    ...(user_id === undefined ? {} : { user_id }),
    ...(field === undefined ? {} : { field }),
    path: pointer(path),
  })
}

/** The first thing that is wrong, in the order of the input. */
export function asError(input: unknown, issue: z.core.$ZodIssue, shape: z.ZodType): UsersError {
  if (issue.code !== 'unrecognized_keys') {
    const message = issue.message.replace(/^Invalid input: /, '').replace(/^Too /, 'too ')
    return inputError('invalid_input', input, issue.path, message)
  }
  const [key = ''] = issue.keys
  const path = [...issue.path, key]
  if (READ_ONLY.includes(key)) {
    return inputError('read_only_field', input, path, 'the system sets it, no request does')
  }
  const known = keysOf(shape, issue.path)
  return inputError('unknown_field', input, path, `unknown; there are ${known.join(', ')}`)
}

/** The keys that an object of a shape may have. */
function keysOf(shape: z.ZodType, path: Place): string[] {
  let own: unknown = shape
  for (const key of path) {
    if (own instanceof z.ZodOptional) own = own.unwrap()
    if (own instanceof z.ZodArray) own = own.element
    else if (own instanceof z.ZodObject) own = own.shape[key as string]
  }
  return own instanceof z.ZodObject ? Object.keys(own.shape) : []
}
