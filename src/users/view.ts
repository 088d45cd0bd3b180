import { schemaFor, type storedUsers, wholeSchema } from './schema.ts'
import { USER_FIELDS, type User } from './user.ts'

/** What callers of one kind can see of users, filter by and sort by. */
export interface View {
  readonly schema: typeof storedUsers
  /** The key that cursors are encrypted with: a cursor holds the values of the last user's sort fields. */
  readonly cursorKey: string | undefined
  /** The fields that `show` leaves. */
  readonly fields: readonly (keyof User)[]
  show(user: User): Partial<User>
}

/** The view of a client: only these fields exist, in results as in filters and sorts. */
export function clientView(fields: readonly string[], cursorKey: string, cost: number): View {
  const names = USER_FIELDS.filter((name) => fields.includes(name))
  return {
    schema: schemaFor(fields, cost),
    cursorKey,
    fields: names,
    show: (user) => onlyFields(user, names),
  }
}

/** What a user has chosen for itself, which other clients need not see. */
const OWN = [
  'language',
  'invisible',
  'blocked_user_ids',
  'devices',
  'privacy_settings',
  'push_notifications',
] as const satisfies readonly (keyof User)[]

/** A user as its owner sees it: what clients see, what it has chosen, and what it may update. */
export function shownToOwner(
  user: User,
  clientFields: readonly string[],
  mayUpdate: readonly string[],
): Partial<User> {
  const fields: readonly string[] = [...clientFields, ...OWN, ...mayUpdate]
  return onlyFields(
    user,
    USER_FIELDS.filter((name) => fields.includes(name)),
  )
}

function onlyFields(user: User, names: readonly (keyof User)[]): Partial<User> {
  const seen: Record<string, unknown> = {}
  for (const name of names) if (user[name] !== undefined) seen[name] = user[name]
  return seen
}

/** The view of the application's server: whole users. */
export const serverView = (cursorKey: string | undefined, cost: number): View => ({
  schema: wholeSchema(cost),
  cursorKey,
  fields: USER_FIELDS,
  show: (user) => user,
})
