/** Errors of inputs, with the user and the field that they are about. */

import { z } from 'zod'
import { UsersError, type UsersErrorCode } from './error.ts'

/** The fields that the system sets. */
export const READ_ONLY: readonly string[] = [
  'created_at',
  'updated_at',
  'deactivated_at',
  'deleted_at',
]
export const READ_ONLY_MESSAGE = 'read-only'

export const unknownField = (known: readonly string[]): string =>
  `unknown field; expected one of ${known.join(', ')}`

/** Why a client may not set a field of its own user. */
export const notAllowed = (allowed: readonly string[]): string =>
  allowed.length === 0
    ? 'clients may not update their user'
    : `clients may update only ${allowed.join(', ')} of their user`

/** The keys that lead to a value in an input. */
export type Path = readonly PropertyKey[]

/** A path as a JSON Pointer (RFC 6901). */
export const pointer = (path: Path): string =>
  path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
        ? Reflect.get(inner, key)
        : undefined,
    value,
  )

/** The user that a path of an input is about. */
function userAt(input: unknown, path: Path): string | undefined {
  const id =
    path[0] === 'users'
      ? valueAt(input, [...path.slice(0, 2), 'id'])
      : path[0] === 'user_ids'
        ? valueAt(input, path.slice(0, 2))
        : (valueAt(input, ['user_id']) ?? valueAt(input, ['user', 'id']))
  return typeof id === 'string' ? id : undefined
}

/** The field that a path of an input is about; in a partial update, as `set` or `unset` names it. */
function fieldAt(input: unknown, path: Path): string | undefined {
  const isOfMany = path[0] === 'users' || path[0] === 'user_ids'
  const inUser = isOfMany ? path.slice(2) : path
  const unset = inUser[0] === 'unset' ? valueAt(input, path) : undefined
  if (typeof unset === 'string') return unset
  const field = inUser[0] === 'set' && inUser.length > 1 ? inUser.slice(1) : inUser
  return field.length === 0 ? undefined : field.map(String).join('.')
}

export function inputError(
  code: UsersErrorCode,
  input: unknown,
  path: Path,
  message: string,
): UsersError {
  const user_id = userAt(input, path)
  const field = fieldAt(input, path)
  const place = path.length === 0 ? 'Input' : path.map(String).join('.')
  return new UsersError(code, `${place}: ${message}`, {
    ...(user_id === undefined ? {} : { user_id }),
    ...(field === undefined ? {} : { field }),
    path: pointer(path),
  })
}

/** The error for the first issue, in the order of the input. */
export function asUsersError(
  input: unknown,
  { issues: [issue] }: z.ZodError,
  shape: z.ZodType,
): UsersError {
  if (issue === undefined) return inputError('invalid_input', input, [], 'invalid')
  if (issue.code !== 'unrecognized_keys') {
    const message = issue.message.replace(/^Invalid input: /, '').replace(/^Too /, 'too ')
    return inputError('invalid_input', input, issue.path, message)
  }
  const [key = ''] = issue.keys
  const path = [...issue.path, key]
  if (READ_ONLY.includes(key)) {
    return inputError('read_only_field', input, path, READ_ONLY_MESSAGE)
  }
  return inputError('unknown_field', input, path, unknownField(keysOf(shape, issue.path)))
}

/** The keys that the object at a path of a shape may have. */
function keysOf(shape: z.ZodType, path: Path): string[] {
  let inner: unknown = shape
  for (const key of path) {
    if (inner instanceof z.ZodOptional) inner = inner.unwrap()
    if (inner instanceof z.ZodArray) inner = inner.element
    else if (inner instanceof z.ZodObject) inner = inner.shape[String(key)]
  }
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : []
}
