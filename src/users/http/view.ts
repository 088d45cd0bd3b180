import { schemaFor, storedUsers } from '../schema.ts'
import type { User } from '../user.ts'
import type { View } from '../users.ts'

/** Users as clients see them: some fields, and the others unknown to their filters and sorts too. */
export function viewOf(fields: readonly string[], cursorKey: string): View {
  const names = fields as readonly (keyof User)[]
  return {
    schema: schemaFor(fields),
    cursorKey,
    show(user) {
      const seen: Record<string, unknown> = {}
      for (const name of names) if (user[name] !== undefined) seen[name] = user[name]
      return seen as Partial<User>
    },
  }
}

/** Users as the application's own server sees them: whole. */
export const wholeView = (cursorKey: string): View => ({
  schema: storedUsers,
  cursorKey,
  show: (user) => user,
})
