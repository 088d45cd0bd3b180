// Longer than most files here: the inputs of all commands, from few values so that they collide.

import fc from 'fast-check'
import type { AppChanges, UserInput } from 'tamis/users'
import type { Partial, Refused } from './model.ts'

/** Ids that collations and padding would take for one another. */
const IDS = ['ana', 'bo', 'Bo', 'bo ', 'é', '😀 o"x', "d'an"]
const TEAMS = ['red', 'blue', 'red ']
const USERNAMES = ['John Doe', 'john.doe', 'JOHNDOE', 'jane', 'Jane!', 'jane2', ' -. ']

/** Instants as they are sent, and as they are kept. */
const INSTANTS: Readonly<Record<string, string>> = {
  '2024-05-01T12:00:00Z': '2024-05-01T12:00:00.000000Z',
  '2024-05-01T14:00:00+02:00': '2024-05-01T12:00:00.000000Z',
  '2024-05-01t12:00:00.5z': '2024-05-01T12:00:00.500000Z',
  '2024-05-01T12:00:00.000001Z': '2024-05-01T12:00:00.000001Z',
  '0001-01-01T00:00:00Z': '0001-01-01T00:00:00.000000Z',
  '9999-12-31T23:59:59.999999Z': '9999-12-31T23:59:59.999999Z',
}

/** One that is kept already stays as it is. */
export const instantOf = (sent: string): string => INSTANTS[sent] ?? sent

/** Some more often than others, so that much happens to one user. */
export const ids = fc.constantFrom('ana', 'ana', 'ana', 'bo', 'bo', ...IDS)
const instants = fc.constantFrom(...Object.keys(INSTANTS))
const teams = fc.array(fc.constantFrom(...TEAMS), { maxLength: 3 })
const usernames = fc.constantFrom(...USERNAMES)
const names = fc.constantFrom('', 'Ana', 'Roxy', 'Curiosity Rover', 'á', 'a ', 'x'.repeat(300))
const keys = fc.constantFrom('k', 'k', 'color', 'age', 'b', 'b.c', "it's", '"', '__proto__', 'é')

const scalars = fc.constantFrom(
  ...['red', 'a', '', 'x'.repeat(300), '😀', '2024-05-01T12:00:00Z', '1'],
  ...[
    0,
    1,
    18,
    -5,
    2 ** 31,
    2 ** 53 - 1,
    2 ** 53 + 2,
    2 ** 63,
    -(2 ** 63),
    0.1,
    1e21,
    1e300,
    5e-324,
  ],
  ...[true, false, null],
)

const { json, object } = fc.letrec<{ json: unknown; object: Record<string, unknown> }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    { weight: 6, arbitrary: scalars },
    { weight: 1, arbitrary: fc.array(tie('json'), { maxLength: 3 }) },
    { weight: 2, arbitrary: tie('object') },
  ),
  object: fc
    .array(fc.tuple(keys, tie('json')), { maxLength: 4 })
    // Entries, so that no key means anything but itself.
    .map((entries) => Object.fromEntries(entries)),
}))

/** Every field that a request may set, by its name. */
const profile: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  role: fc.constantFrom('user', 'admin', 'moderator', 'Admin', 'admin '),
  name: names,
  image: fc.constantFrom('', 'https://example.com/a.png'),
  username: usernames,
  custom: object,
  teams,
  teams_role: fc.dictionary(fc.constantFrom(...TEAMS, '__proto__'), fc.constant('admin')),
  language: fc.constantFrom('', 'fr'),
  banned: fc.boolean(),
  shadow_banned: fc.boolean(),
  invisible: fc.boolean(),
  online: fc.boolean(),
  ban_expires: instants,
  last_active: instants,
  revoke_tokens_issued_before: instants,
  avg_response_time: fc.constantFrom(0, 7, Number.MAX_SAFE_INTEGER),
  blocked_user_ids: fc.array(ids, { maxLength: 3 }),
  devices: fc.array(object, { maxLength: 2 }),
  privacy_settings: object,
  push_notifications: object,
}

export const users = fc.record(
  { id: ids, ...profile },
  { requiredKeys: ['id'] },
) as unknown as fc.Arbitrary<UserInput>

export const guests = fc.record(
  { id: ids, name: names },
  { requiredKeys: ['id'] },
) as fc.Arbitrary<{ id: string; name?: string }>

/** What usernames are compared by. */
const MUCH = [...Array(4).fill('username'), ...Array(8).fill('teams')] as const

const paths = fc.oneof(
  fc.constantFrom(...MUCH, ...Object.keys(profile)),
  fc.array(keys, { minLength: 1, maxLength: 3 }).map((path) => ['custom', ...path].join('.')),
)

export const partials: fc.Arbitrary<Partial> = fc
  .record(
    {
      id: ids,
      set: fc
        .array(
          paths.chain((path) => fc.tuple(fc.constant(path), profile[path] ?? json)),
          { maxLength: 3 },
        )
        .map((entries) => Object.fromEntries(entries)),
      unset: fc.array(paths, { maxLength: 2 }),
    },
    { requiredKeys: ['id'] },
  )
  .map((own) => own as Partial)

/** A mistake in one user of a batch, and its error. */
interface Spoil {
  readonly patch: object
  readonly refused: Refused
  /** Whether it shows only when the user's turn has come. */
  readonly late?: boolean
}

const bad = (patch: object, code: string, field: string): Spoil => ({
  patch,
  refused: { code, field },
})

const late = (patch: object, code: string, field: string): Spoil => ({
  ...bad(patch, code, field),
  late: true,
})

const SPOILT_USERS: readonly Spoil[] = [
  bad({ role: 5 }, 'invalid_input', 'role'),
  bad({ role: '' }, 'invalid_input', 'role'),
  bad({ nmae: 'Ana' }, 'unknown_field', 'nmae'),
  bad({ created_at: '2024-05-01T12:00:00Z' }, 'read_only_field', 'created_at'),
  bad({ deleted_at: null }, 'read_only_field', 'deleted_at'),
  bad({ custom: { k: 'a\0' } }, 'invalid_input', 'custom'),
  bad({ custom: [] }, 'invalid_input', 'custom'),
  bad({ name: '\uD83D' }, 'invalid_input', 'name'),
  bad({ teams: ['red', ''] }, 'invalid_input', 'teams.1'),
  bad({ last_active: 'yesterday' }, 'invalid_input', 'last_active'),
  bad({ username: null }, 'invalid_input', 'username'),
  bad({ avg_response_time: -1 }, 'invalid_input', 'avg_response_time'),
]

const SPOILT_PARTIALS: readonly Spoil[] = [
  bad({ set: 5 }, 'invalid_input', 'set'),
  bad({ nmae: 'Ana' }, 'unknown_field', 'nmae'),
  late({ set: { id: 'x' }, unset: [] }, 'read_only_field', 'id'),
  late({ set: { updated_at: 'x' }, unset: [] }, 'read_only_field', 'updated_at'),
  late({ set: { nmae: 'x' }, unset: [] }, 'unknown_field', 'nmae'),
  late({ set: { 'name.x': 'x' }, unset: [] }, 'invalid_input', 'name.x'),
  late({ set: { 'custom..a': 'x' }, unset: [] }, 'invalid_input', 'custom..a'),
  late({ set: { role: 5 }, unset: [] }, 'invalid_input', 'role'),
  late({ set: { name: null }, unset: [] }, 'invalid_input', 'name'),
  late({ set: { custom: 7 }, unset: [] }, 'invalid_input', 'custom'),
  late({ set: {}, unset: ['name', 'deactivated_at'] }, 'read_only_field', 'deactivated_at'),
  late({ set: {}, unset: ['nmae'] }, 'unknown_field', 'nmae'),
]

/** A batch of which each user is said once or, rarely, again; rarely one of them is spoilt. */
export interface Batch<T> {
  readonly users: readonly T[]
  readonly spoilt?: { readonly at: number; readonly refused: Refused; readonly late: boolean }
}

function batches<T extends { readonly id: string }>(
  each: fc.Arbitrary<T>,
  spoils: readonly Spoil[],
): fc.Arbitrary<Batch<T>> {
  const all = fc.oneof(
    { weight: 6, arbitrary: each.map((one) => [one]) },
    { weight: 12, arbitrary: fc.uniqueArray(each, { ...MANY, selector: ({ id }) => id }) },
    { weight: 1, arbitrary: fc.array(each, MANY) },
  )
  const spoilt = fc.tuple(all, fc.nat(), fc.constantFrom(...spoils)).map(([users, n, spoil]) => {
    const at = n % users.length
    const { patch, refused } = spoil
    const id = users[at]?.id
    return {
      users: users.map((user, i) => (i === at ? { ...user, ...patch } : user)),
      spoilt: { at, refused: { ...refused, user_id: id }, late: spoil.late === true },
    }
  })
  return fc.oneof(
    { weight: 6, arbitrary: all.map((users) => ({ users })) },
    { weight: 1, arbitrary: spoilt },
  )
}

const MANY = { minLength: 1, maxLength: 4 }

export const userBatches = batches(users, SPOILT_USERS)
export const partialBatches = batches(partials, SPOILT_PARTIALS)

export const manyIds = fc.oneof(
  // A batch of many is refused for one of them.
  { weight: 12, arbitrary: ids.map((id) => [id]) },
  { weight: 12, arbitrary: fc.uniqueArray(ids, MANY) },
  { weight: 1, arbitrary: fc.array(ids, MANY) },
)

export const deactivateOptions = fc.record(
  { mark_messages_deleted: fc.boolean(), created_by_id: ids },
  { requiredKeys: [] },
)

export const reactivateOptions = fc.record(
  { restore_messages: fc.boolean(), name: names, created_by_id: ids },
  { requiredKeys: [] },
)

export const deleteOptions = fc.record(
  {
    user: fc.constantFrom('soft', 'soft', 'soft', 'pruning', 'hard'),
    conversations: fc.constantFrom('soft', 'hard'),
    messages: fc.constantFrom('soft', 'pruning', 'hard'),
    calls: fc.constantFrom('soft', 'hard'),
    new_channel_owner_id: ids,
  },
  { requiredKeys: [] },
) as fc.Arbitrary<{
  user?: 'soft' | 'pruning' | 'hard'
  conversations?: 'soft' | 'hard'
  messages?: 'soft' | 'pruning' | 'hard'
  calls?: 'soft' | 'hard'
  new_channel_owner_id?: string
}>

export const appChanges: fc.Arbitrary<AppChanges> = fc.record(
  {
    enforce_unique_usernames: fc.constantFrom('no', 'app', 'team'),
    guests: fc.nat(7).map((n) => n > 0),
    anonymous: fc.boolean(),
    uses_teams: fc.nat(7).map((n) => n === 0),
    client_may_update: fc.subarray(['name', 'username', 'custom', 'invisible', 'devices'], {
      minLength: 2,
    }),
  },
  { requiredKeys: [] },
)

/** Mostly what a client may bring. */
export const connecting = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ id: ids, name: names, custom: object }, { requiredKeys: ['id'] }),
  },
  {
    weight: 3,
    arbitrary: fc.record(
      { id: ids, username: usernames, invisible: fc.boolean() },
      { requiredKeys: ['id'] },
    ),
  },
  { weight: 1, arbitrary: fc.record({ id: ids, role: fc.constant('admin') }) },
) as unknown as fc.Arbitrary<UserInput>
