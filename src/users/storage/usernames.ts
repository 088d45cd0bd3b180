import { type Kysely, sql, type Transaction } from 'kysely'
import type { UniqueUsernames } from '../app.ts'
import { UsersError } from '../error.ts'
import type { StoredUser } from '../user.ts'
import { claimsOf, nameOf } from '../username.ts'
import { type Change, idOf } from './change.ts'
import type { Connected } from './connect.ts'
import { isUniqueViolation } from './failures.ts'
import { insertAll } from './run-each.ts'
import type { Tables } from './tables.ts'

/** Whether one of some users is in a team. */
type IsInTeam = (
  transaction: Transaction<Tables>,
  ids: readonly string[],
  team: string,
) => Promise<boolean>

/** How many users one query looks for in a team. */
const BATCH = 500

/** The table of all usernames, and that of the claims to unique ones. */
interface UsernameTables {
  readonly names: 'usernames'
  readonly claims: 'username_claims'
}

/** A name that a user is to hold exclusively, in a team or, where `scope` is '', in the application. */
interface Claim {
  readonly scope: string
  readonly name: string
  readonly user: StoredUser
}

const taken = ({ id, username }: StoredUser, team: string, cause?: unknown): UsersError =>
  new UsersError(
    'username_taken',
    `The username ${username} of user ${id} is taken${team === '' ? '' : ` in the team ${team}`}`,
    { user_id: id, field: 'username' },
    { cause },
  )

/** Stores who has which username, and keeps usernames unique where the setting says so. */
export class Usernames {
  readonly #tables: UsernameTables
  readonly #isInTeam: IsInTeam
  readonly #connected: Pick<Connected, 'runsEach'>

  constructor(tables: UsernameTables, isInTeam: IsInTeam, connected: Pick<Connected, 'runsEach'>) {
    this.#tables = tables
    this.#isInTeam = isInTeam
    this.#connected = connected
  }

  /**
   * Stores the usernames of changed users, and claims those that must be unique. A unique index on
   * the claims decides which of two concurrent writers wins; the other gets `username_taken`. Names
   * that were stored before the setting was turned on have no claims, so they are looked for first;
   * several users may have one of them, and each may keep it.
   */
  async store(
    transaction: Transaction<Tables>,
    changes: readonly Change[],
    unique: UniqueUsernames,
  ): Promise<void> {
    await this.#storeNames(transaction, changes)
    const { claims } = this.#tables
    const released = changes.flatMap(({ before, after, setsUsername }) =>
      before?.username !== undefined && (setsUsername || after?.username === undefined)
        ? [before.id]
        : [],
    )
    if (released.length > 0) {
      await transaction.deleteFrom(claims).where('user_id', 'in', released).execute()
    }
    const claiming = changes.filter(({ setsUsername }) => setsUsername)
    const kept: Claim[] = []
    const fresh: Claim[] = []
    for (const { before, after } of claiming) {
      if (after === undefined) continue
      const earlier = claimsOf(before, unique)
      for (const claim of claimsOf(after, unique)) {
        const isKept = earlier.some(
          ({ scope, name }) => scope === claim.scope && name === claim.name,
        )
        ;(isKept ? kept : fresh).push({ ...claim, user: after })
      }
    }
    // Kept ones first, so that no other user of the batch gets a name that its holder keeps.
    for (const claim of kept) {
      if (!(await this.#isClaimed(transaction, claim))) await this.#claim(transaction, claim)
    }
    // Conflicts within the batch are left to the unique index: the second claim fails.
    const own = new Set(claiming.map(idOf))
    const holders = new Map<string, number>()
    for (const { after } of claiming) {
      const name = nameOf(after)
      if (name !== undefined) holders.set(name, (holders.get(name) ?? 0) + 1)
    }
    for (const claim of fresh) {
      const { scope, name, user } = claim
      const most = scope === '' ? (holders.get(name) ?? 0) + 1 : Number.MAX_SAFE_INTEGER
      if (await this.#isHeld(transaction, claim, own, most)) throw taken(user, scope)
      await this.#claim(transaction, claim)
    }
  }

  async #isClaimed(transaction: Transaction<Tables>, { scope, name }: Claim): Promise<boolean> {
    const { claims } = this.#tables
    const found = await transaction
      .selectFrom(claims)
      .select('user_id')
      .where('scope', '=', scope)
      .where('name', '=', name)
      .executeTakeFirst()
    return found !== undefined
  }

  async #claim(transaction: Transaction<Tables>, { scope, name, user }: Claim): Promise<void> {
    const { claims } = this.#tables
    try {
      await transaction.insertInto(claims).values({ scope, name, user_id: user.id }).execute()
    } catch (error) {
      throw isUniqueViolation(error) ? taken(user, scope, error) : error
    }
  }

  async #storeNames(transaction: Transaction<Tables>, changes: readonly Change[]): Promise<void> {
    const { names } = this.#tables
    const moved = changes.filter(({ before, after }) => nameOf(before) !== nameOf(after))
    const old = moved.flatMap(({ before }) =>
      before === undefined || nameOf(before) === undefined ? [] : [before.id],
    )
    const fresh = moved.flatMap(({ after }) => {
      const name = nameOf(after)
      return after === undefined || name === undefined ? [] : [{ name, user_id: after.id }]
    })
    if (old.length > 0) {
      await transaction.deleteFrom(names).where('user_id', 'in', old).execute()
    }
    await insertAll(this.#connected, transaction, names, fresh)
  }

  /** How many names several users have: in all, or in one team. `teams` is the side table of teams. */
  async takenTwice(
    db: Kysely<Tables>,
    unique: UniqueUsernames,
    { users, teams }: { readonly users: string; readonly teams: string | undefined },
  ): Promise<number> {
    if (unique === 'no') return 0
    const names = sql.table(this.#tables.names)
    const members =
      teams === undefined
        ? sql`JOIN ${sql.table(users)} AS u ON u.id = n.user_id CROSS JOIN unnest(u.teams) AS t (value)`
        : sql`JOIN ${sql.table(teams)} AS t ON t.owner = n.user_id`
    const twice =
      unique === 'app'
        ? sql`SELECT n.name FROM ${names} AS n GROUP BY n.name HAVING COUNT(*) > 1`
        : sql`SELECT n.name FROM ${names} AS n ${members}
              GROUP BY n.name, t.value HAVING COUNT(DISTINCT n.user_id) > 1`
    const { rows } = await sql<{ count: number | bigint | string }>`
      SELECT COUNT(DISTINCT name) AS count FROM (${twice}) AS twice`.execute(db)
    return Number(rows[0]?.count)
  }

  /**
   * Whether a user that is not one of the batch has a name: any user, or for a team one of its members.
   * Where the batch has `most` - 1 holders of the name, one more tells.
   */
  async #isHeld(
    transaction: Transaction<Tables>,
    { scope: team, name }: Claim,
    own: ReadonlySet<string>,
    most: number,
  ): Promise<boolean> {
    const holders = await transaction
      .selectFrom(this.#tables.names)
      .select('user_id')
      .where('name', '=', name)
      .limit(most)
      .execute()
    const ids = holders.map(({ user_id }) => user_id).filter((id) => !own.has(id))
    if (team === '') return ids.length > 0
    for (let i = 0; i < ids.length; i += BATCH) {
      if (await this.#isInTeam(transaction, ids.slice(i, i + BATCH), team)) return true
    }
    return false
  }
}
