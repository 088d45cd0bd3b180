import { boolean, defineSchema, dynamic, integer, list, string, timestamp } from '../index.ts'

const RANGES = ['$eq', '$gt', '$gte', '$lt', '$lte', '$in'] as const

/** What clients may ask of, and beside it what says whether a user is there at all. */
const asked = {
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

/** A switch: while it is off, users who are deactivated are left out. */
const DEACTIVATED = { default: false, unless: { deactivated_at: null } } as const

/**
 * The users of an application, as a client may query them. Fields that clients cannot ask of are
 * stored all the same: the ones without operators, and the hidden ones, which the server's own
 * conditions use.
 */
export const usersSchema = defineSchema({
  fields: asked,
  defaultSort: NEWEST_FIRST,
  options: { include_deactivated_users: DEACTIVATED },
})

/** What a user has beside what can be asked of: kept, and shown. */
const kept = {
  image: string({ operators: [], hidden: true }),
  language: string({ operators: [], hidden: true }),
  invisible: boolean({ hidden: true, required: true }),
  online: boolean({ hidden: true, required: true }),
  ban_expires: timestamp({ hidden: true }),
  revoke_tokens_issued_before: timestamp({ hidden: true }),
  avg_response_time: integer({ hidden: true }),
  /** How a user that is deleted is: soft, pruning or hard. The system's own. */
  deletion: string({ operators: ['$eq'], hidden: true }),
  /** What nobody asks of: lists and objects, as JSON. */
  'details.*': dynamic(['string'], { operators: [], hidden: true }),
} as const

/** The fields of {@link usersSchema} with what else a user's row holds, for the table and the server. */
export const storedUsers = defineSchema({
  fields: { ...asked, ...kept },
  defaultSort: NEWEST_FIRST,
  options: { include_deactivated_users: DEACTIVATED },
})

const isHiddenFrom = (seen: ReadonlySet<string>, field: string): boolean =>
  !seen.has(field.split('.', 1)[0] as string)

/**
 * The schema for whoever may see some fields of a user alone: the others are unknown, in filters and
 * in sorts. Without `deactivated_at` among them, the switch for deactivated users is unknown too.
 */
export function schemaFor(fields: readonly string[]): typeof storedUsers {
  const seen = new Set(fields)
  const own = Object.entries({ ...asked, ...kept }).map(([name, definition]) => [
    name,
    isHiddenFrom(seen, name) ? { ...definition, hidden: true } : definition,
  ])
  return defineSchema({
    fields: Object.fromEntries(own),
    defaultSort: NEWEST_FIRST,
    options: seen.has('deactivated_at') ? { include_deactivated_users: DEACTIVATED } : {},
  }) as never
}
