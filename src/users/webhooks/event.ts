import type { Change } from '../storage/change.ts'
import { type Deletion, type StoredUser, shown, type User } from '../user.ts'
import type { WebhookEventType } from './webhook.ts'

/** An event as receivers get it, without its timestamp. */
export interface WebhookEvent {
  readonly type: WebhookEventType
  readonly data: {
    /** The user as a server's token sees it; of a deleted user only its id. */
    readonly user: User | Pick<User, 'id'>
    /** How a deleted user is deleted. */
    readonly deletion?: Deletion
  }
}

/** A change of these alone is no update of the user: they change whenever it connects. */
const PRESENCE: ReadonlySet<string> = new Set<keyof User>(['online', 'last_active'])

/** The event that a change of the log is; undefined if receivers are not told of it. */
export function eventOf({ before, after }: Change): WebhookEvent | undefined {
  if (after === undefined || after.deleted_at !== undefined) return deletionOf(before, after)
  const event = (type: WebhookEventType) => ({ type, data: { user: shown(after) } })
  if (before === undefined) return event('user.created')
  if (before.deleted_at !== undefined) return event('user.restored')
  const wasActive = before.deactivated_at === undefined
  if (wasActive !== (after.deactivated_at === undefined)) {
    return event(wasActive ? 'user.deactivated' : 'user.reactivated')
  }
  return isSame(before, after) ? undefined : event('user.updated')
}

/**
 * A user is deleted when it is marked, and once more when it is marked for a stronger deletion. That
 * the task then removes its data is no event.
 */
function deletionOf(
  before: StoredUser | undefined,
  after: StoredUser | undefined,
): WebhookEvent | undefined {
  const id = (after ?? before)?.id
  if (id === undefined) return undefined
  const wasDeleted = before?.deleted_at !== undefined
  const deletion = after === undefined ? 'hard' : (after.deletion ?? 'soft')
  const isKnown = wasDeleted && (after === undefined || before.deletion === after.deletion)
  return isKnown ? undefined : { type: 'user.deleted', data: { user: { id }, deletion } }
}

function isSame(before: StoredUser, after: StoredUser): boolean {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof StoredUser>
  for (const name of names) {
    if (PRESENCE.has(name) || before[name] === after[name]) continue
    if (JSON.stringify(before[name]) !== JSON.stringify(after[name])) return false
  }
  return true
}
