import { userProfile } from './input.ts'
import {
  inputError,
  notAllowed,
  type Path,
  READ_ONLY,
  READ_ONLY_MESSAGE,
  unknownField,
} from './input-error.ts'
import { withGuestNonce } from './transitions.ts'
import { complete, type Json, type JsonObject, type StoredUser } from './user.ts'

/** A partial update of one user. */
export interface PartialUser {
  readonly id: string
  readonly set?: JsonObject | undefined
  readonly unset?: readonly string[] | undefined
}

/** A profile while it is changed. */
interface Fields {
  readonly [name: string]: Json | undefined
}

/** One dotted path of an update, and where the update has it. */
interface Target {
  readonly path: string
  readonly keys: readonly string[]
  readonly place: readonly PropertyKey[]
  /** Undefined for a path that is unset. */
  readonly value: Json | undefined
}

type Code = 'invalid_input' | 'unknown_field' | 'read_only_field' | 'not_allowed'
type Refuse = (place: readonly PropertyKey[], code: Code, message: string) => never

const FIELD_NAMES = Object.keys(userProfile.shape)

/** The paths that a partial update sets and unsets. */
export type FieldChanges = Pick<PartialUser, 'set' | 'unset'>

/** Where the update is in the input of its operation, and the fields that it may be about. */
export interface UpdatePlace {
  readonly input: unknown
  readonly path: Path
  /** All fields, if it is undefined. */
  readonly allowed?: readonly string[]
}

const targetsOf = ({ set = {}, unset = [] }: FieldChanges): readonly Target[] => [
  ...Object.entries(set).map(([path, value]) => targetOf(path, ['set', path], value)),
  ...unset.map((path, i) => targetOf(path, ['unset', i], undefined)),
]

const targetOf = (path: string, place: Target['place'], value: Target['value']): Target => ({
  path,
  keys: path.split('.'),
  place,
  value,
})

/**
 * A user with some fields set or unset.
 *
 * @throws UsersError for the first path that is not allowed, or the first field that is not valid
 * afterwards.
 */
export function partiallyUpdated(
  before: StoredUser,
  update: FieldChanges,
  now: string,
  { input, path, allowed = FIELD_NAMES }: UpdatePlace,
): StoredUser {
  const refuse: Refuse = (place, code, message) => {
    throw inputError(code, input, [...path, ...place], message)
  }
  const targets = targetsOf(update)
  checkPaths(targets, allowed, refuse)
  const { created_at, updated_at, deactivated_at, deleted_at, deletion, guest_nonce, ...rest } =
    before
  // The id is left out: what new ids must be like is not asked of an existing user.
  const { id, ...profile } = rest
  let changed: Fields = profile
  for (const { keys, value, place } of targets) {
    changed = put(changed, keys, value, (key) =>
      refuse(place, 'invalid_input', `${key} is not an object`),
    )
  }
  // As a whole, because parts that are valid alone may make a user that is not.
  const result = userProfile.safeParse(changed)
  const [issue] = result.error?.issues ?? []
  if (issue !== undefined) return refuse(['set', ...issue.path], 'invalid_input', issue.message)
  const kept = { created_at, updated_at: now, deactivated_at, deleted_at }
  return withGuestNonce(before, complete({ ...result.data, id }, kept))
}

/** Whether one of two dotted paths leads to or into the other. */
const overlap = (one: string, other: string): boolean =>
  one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`)

/** Whether an update sets or unsets one of some fields as a whole. */
export const changesAny = (
  { set = {}, unset = [] }: FieldChanges,
  ...fields: readonly string[]
): boolean => [...Object.keys(set), ...unset].some((path) => fields.includes(path))

function checkPaths(targets: readonly Target[], allowed: readonly string[], refuse: Refuse): void {
  for (const [i, { path, keys, place }] of targets.entries()) {
    const [field = '', ...inner] = keys
    if (READ_ONLY.includes(field) || field === 'id') {
      refuse(place, 'read_only_field', READ_ONLY_MESSAGE)
    }
    if (!FIELD_NAMES.includes(field)) {
      refuse(place, 'unknown_field', unknownField(FIELD_NAMES))
    }
    if (!allowed.includes(field)) refuse(place, 'not_allowed', notAllowed(allowed))
    if (inner.length > 0 && field !== 'custom') {
      refuse(place, 'invalid_input', 'dotted paths are allowed only into custom')
    }
    if (inner.includes('')) refuse(place, 'invalid_input', 'expected no empty key in the path')
    const other = targets.slice(0, i).find((each) => overlap(each.path, path))
    if (other !== undefined) refuse(place, 'invalid_input', `conflicts with ${other.path}`)
  }
}

/** A copy with a value at a path, or, for undefined, without what is there. */
function put(
  object: Fields,
  [key = '', ...rest]: readonly string[],
  value: Json | undefined,
  refuseAt: (key: string) => never,
): Fields {
  const others = () => Object.entries(object).filter(([name]) => name !== key)
  // Object.fromEntries, because __proto__ must be a key like any other.
  if (rest.length === 0) {
    return Object.fromEntries(value === undefined ? others() : [...others(), [key, value]])
  }
  const inner = Object.hasOwn(object, key) ? object[key] : undefined
  if (isObject(inner)) {
    return Object.fromEntries([...others(), [key, put(inner, rest, value, refuseAt)]])
  }
  // Nothing is at the path, so there is nothing to unset.
  if (value === undefined) return object
  if (inner !== undefined) refuseAt(key)
  return Object.fromEntries([...others(), [key, put({}, rest, value, refuseAt)]])
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
