import type { Transaction } from 'kysely'
import { UsersError } from '../error.ts'
import type { Settings } from '../settings.ts'
import type { StoredUser } from '../user.ts'
import { claimsOf, nameOf } from '../username.ts'
import { type Change, idOf } from './change.ts'
import { isUniqueViolation } from './failures.ts'
import type { Tables } from './tables.ts'

/** Whether one of some users is in a team. */
type IsInTeam = (
  transaction: Transaction<Tables>,
  ids: readonly string[],
  team: string,
) => Promise<boolean>

/** How many users are asked of at once. */
const BATCH = 500

/** The tables of who has which username, and of the names that are unique. */
interface Names {
  readonly names: 'usernames'
  readonly claims: 'username_claims'
}

const taken = ({ id, username }: StoredUser, team: string, cause?: unknown): UsersError =>
  new UsersError(
    'username_taken',
    `the username ${username} of the user ${id} is taken${team === '' ? '' : ` in the team ${team}`}`,
    { user_id: id, field: 'username' },
    { cause },
  )

/** Who has which username, and which of them nobody else may have. */
export class Usernames {
  readonly #names: Names['names']
  readonly #claims: Names['claims']
  readonly #unique: Settings['uniqueUsernames']
  readonly #isInTeam: IsInTeam

  constructor({ names, claims }: Names, unique: Settings['uniqueUsernames'], isInTeam: IsInTeam) {
    this.#names = names
    this.#claims = claims
    this.#unique = unique
    this.#isInTeam = isInTeam
  }

  /**
   * Keeps who has which name, and takes the names that are to be unique: by a key, which of two that
   * write at once holds off one, after a look at the names from before they had to be.
   */
  async take(transaction: Transaction<Tables>, changes: readonly Change[]): Promise<void> {
    await this.#keep(transaction, changes)
    const freed = changes.flatMap(({ before, after, names }) =>
      before?.username !== undefined && (names || after?.username === undefined) ? [before.id] : [],
    )
    const claims = this.#claims
    if (freed.length > 0) {
      await transaction.deleteFrom(claims).where('user_id', 'in', freed).execute()
    }
    const unique = this.#unique
    const claiming = changes.filter(({ names }) => names)
    // Those of the batch are told apart by the key, the second of two as the one too many.
    const ids = claiming.map(idOf)
    for (const { before, after } of claiming) {
      if (after === undefined) continue
      const had = claimsOf(before, unique)
      for (const { scope, name } of claimsOf(after, unique)) {
        const isKept = had.some((own) => own.scope === scope && own.name === name)
        if (!isKept && (await this.#isHeld(transaction, scope, name, ids))) {
          throw taken(after, scope)
        }
        try {
          await transaction.insertInto(claims).values({ scope, name, user_id: after.id }).execute()
        } catch (error) {
          throw isUniqueViolation(error) ? taken(after, scope, error) : error
        }
      }
    }
  }

  async #keep(transaction: Transaction<Tables>, changes: readonly Change[]): Promise<void> {
    const names = this.#names
    const moved = changes.filter(({ before, after }) => nameOf(before) !== nameOf(after))
    const old = moved.flatMap(({ before }) => (nameOf(before) === undefined ? [] : [before?.id]))
    const fresh = moved.flatMap(({ after }) => {
      const name = nameOf(after)
      return name === undefined ? [] : [{ name, user_id: after?.id as string }]
    })
    if (old.length > 0) {
      await transaction
        .deleteFrom(names)
        .where('user_id', 'in', old as string[])
        .execute()
    }
    if (fresh.length > 0) await transaction.insertInto(names).values(fresh).execute()
  }

  /** Whether another user has a name: anybody, or somebody in a team. */
  async #isHeld(
    transaction: Transaction<Tables>,
    team: string,
    name: string,
    except: readonly string[],
  ): Promise<boolean> {
    const holders = await transaction
      .selectFrom(this.#names)
      .select('user_id')
      .where('name', '=', name)
      .where('user_id', 'not in', except)
      .limit(team === '' ? 1 : Number.MAX_SAFE_INTEGER)
      .execute()
    const ids = holders.map(({ user_id }) => user_id)
    if (team === '') return ids.length > 0
    for (let i = 0; i < ids.length; i += BATCH) {
      if (await this.#isInTeam(transaction, ids.slice(i, i + BATCH), team)) return true
    }
    return false
  }
}
