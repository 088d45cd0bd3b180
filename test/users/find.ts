import type { User, Users } from 'tamis/users'

/** The most ids that one filter may have in a list, and so the most users that one query looks for. */
const MOST = 100

/** Some users by their ids; deactivated ones are among them, deleted ones are not. */
export async function findUsers(
  users: Users,
  ids: readonly string[],
): Promise<ReadonlyMap<string, User>> {
  const found = new Map<string, User>()
  for (let i = 0; i < ids.length; i += MOST) {
    const filter_conditions = { id: { $in: ids.slice(i, i + MOST) } }
    const payload = { filter_conditions, limit: 1000, include_deactivated_users: true }
    for (const user of (await users.queryUsers({ payload })).users) found.set(user.id, user)
  }
  return found
}
