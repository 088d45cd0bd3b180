import { boolean, defineSchema, dynamic, integer, list, string, timestamp } from '../index.ts'

const RANGES = ['$eq', '$gt', '$gte', '$lt', '$lte', '$in'] as const

/** The fields that clients may filter by, and the hidden ones that decide who is in a result. */
const queryable = {
  id: string({
    operators: [...RANGES, '$autocomplete'],
    sortable: true,
    required: true,
  }),
  role: string({ operators: RANGES, sortable: true, required: true }),
  name: string({ operators: ['$eq', '$autocomplete'] }),
  username: string({ operators: ['$eq', '$autocomplete'] }),
  teams: list(string(), { operators: ['$eq', '$contains'] }),
  banned: boolean({ operators: ['$eq'], required: true }),
  shadow_banned: boolean({ operators: ['$eq'], required: true }),
  created_at: timestamp({
    operators: RANGES,
    sortable: true,
    required: true,
  }),
  updated_at: timestamp({
    operators: RANGES,
    sortable: true,
    required: true,
  }),
  last_active: timestamp({
    operators: [...RANGES, '$exists'],
    sortable: true,
  }),
  deactivated_at: timestamp({ hidden: true }),
  deleted_at: timestamp({ hidden: true }),
  'custom.*': dynamic(['string', 'boolean', 'integer'], {
    operators: RANGES,
  }),
} as const

/** Without a sort the newest come first; those of one instant by their id. */
const NEWEST_FIRST = [
  { field: 'created_at', direction: -1 },
  { field: 'id', direction: -1 },
] as const

/** The payload of a query of users has no `fields`: a view says which fields of a user are seen. */
const wholeUsers = <S extends { readonly payload: ReadonlyMap<string, number> }>(schema: S): S => ({
  ...schema,
  payload: new Map([...schema.payload].filter(([name]) => name !== 'fields')),
})

/** A switch: while it is off, users who are deactivated are left out. */
const DEACTIVATED = { default: false, unless: { deactivated_at: null } } as const

/**
 * The users of an application, as clients may query them. The hidden fields are for the server's own
 * conditions.
 */
export const usersSchema = /* @__PURE__ */ wholeUsers(
  defineSchema({
    fields: queryable,
    defaultSort: NEWEST_FIRST,
    options: { include_deactivated_users: DEACTIVATED },
  }),
)

/** The other fields of a user, which are stored but not filtered by. */
const kept = /* @__PURE__ */ (() =>
  ({
    image: string({ operators: [], hidden: true }),
    language: string({ operators: [], hidden: true }),
    invisible: boolean({ hidden: true, required: true }),
    online: boolean({ hidden: true, required: true }),
    ban_expires: timestamp({ hidden: true }),
    revoke_tokens_issued_before: timestamp({ hidden: true }),
    avg_response_time: integer({ hidden: true }),
    /** Of a deleted user: soft, pruning or hard. */
    deletion: string({ operators: ['$eq'], hidden: true }),
    /** A guest's tokens carry it too, so that they are not valid for a later guest with the same id. */
    guest_nonce: string({ operators: [], hidden: true }),
    /** Lists and objects, as JSON. */
    'details.*': dynamic(['string'], { operators: [], hidden: true }),
  }) as const)()

/** The fields of {@link usersSchema} and the other fields of a row, for the table and the server. */
export const storedUsers = /* @__PURE__ */ (() =>
  wholeUsers(
    defineSchema({
      fields: { ...queryable, ...kept },
      defaultSort: NEWEST_FIRST,
      options: { include_deactivated_users: DEACTIVATED },
    }),
  ))()

const isHiddenFrom = (seen: ReadonlySet<string>, field: string): boolean =>
  !seen.has(field.split('.', 1)[0] ?? field)

/**
 * The schema for callers who see only some fields of a user: the others are unknown in filters and
 * sorts. Without `deactivated_at`, the switch for deactivated users is unknown too. Without
 * `created_at`, users come in the order of their ids: any other order would show who was created first.
 */
export function schemaFor(fields: readonly string[], cost: number): typeof storedUsers {
  const seen = new Set(fields)
  const entries = Object.entries({ ...queryable, ...kept }).map(([name, definition]) => [
    name,
    isHiddenFrom(seen, name) ? { ...definition, hidden: true } : definition,
  ])
  return wholeUsers(
    defineSchema({
      fields: Object.fromEntries(entries),
      defaultSort: seen.has('created_at') ? NEWEST_FIRST : [],
      options: seen.has('deactivated_at') ? { include_deactivated_users: DEACTIVATED } : {},
      limits: { cost },
    }) as never,
  )
}

/** The schema for callers who see whole users. */
export const wholeSchema = (cost: number): typeof storedUsers =>
  wholeUsers(
    defineSchema({
      fields: { ...queryable, ...kept },
      defaultSort: NEWEST_FIRST,
      options: { include_deactivated_users: DEACTIVATED },
      limits: { cost },
    }),
  )
