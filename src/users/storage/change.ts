import type { StoredUser } from '../user.ts'

/** What a transaction makes of one user: before, and after; neither is not there. */
export interface Change {
  readonly before?: StoredUser | undefined
  readonly after?: StoredUser | undefined
  /** Whether it says what the username is to be: then it must be free. */
  readonly names?: boolean | undefined
}

/** A change as every process of the application sees it, in one order. */
export interface LoggedChange extends Change {
  readonly seq: number
}

/** Whom a change is of. */
export const idOf = ({ before, after }: Change): string => (after ?? before)?.id as string
