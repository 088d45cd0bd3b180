import type { User } from 'tamis/users'
import type { Fresh } from './fresh.ts'

/** A change of a user, as the log has it. */
export interface Logged {
  readonly seq: number
  readonly id: string
  readonly before: User | undefined
  readonly after: User | undefined
}

const parsed = (text: unknown): User | undefined =>
  text === null ? undefined : (JSON.parse(text as string) as User)

/** All that the log of changes holds, in its order. */
export async function logOf({ run }: Fresh): Promise<Logged[]> {
  const rows = await run('SELECT seq, user_id, old_user, new_user FROM tamis_changes ORDER BY seq')
  return rows.map(({ seq, user_id, old_user, new_user }) => ({
    seq: Number(seq),
    id: user_id as string,
    before: parsed(old_user),
    after: parsed(new_user),
  }))
}
