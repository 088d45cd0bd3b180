import type { Kysely, Transaction } from 'kysely'
import type { ImportProgress } from './public.ts'
import type { Tables } from './tables.ts'

/** The table of the progress of imports. */
export class Imports {
  readonly #db: Kysely<Tables>
  readonly #table: 'imports'
  readonly #now: () => string

  constructor(db: Kysely<Tables>, table: 'imports', now: () => string) {
    this.#db = db
    this.#table = table
    this.#now = now
  }

  async find(id: string): Promise<ImportProgress | undefined> {
    const row = await this.#db
      .selectFrom(this.#table)
      .select(['bytes', 'lines', 'users', 'bad'])
      .where('id', '=', id)
      .executeTakeFirst()
    if (row === undefined) return undefined
    const { bytes, lines, users, bad } = row
    return {
      id,
      bytes: Number(bytes),
      lines: Number(lines),
      users: Number(users),
      bad: Number(bad),
    }
  }

  async save(progress: ImportProgress, db: Transaction<Tables>): Promise<void> {
    await db.deleteFrom(this.#table).where('id', '=', progress.id).execute()
    await db
      .insertInto(this.#table)
      .values({ ...progress, updated_at: this.#now() })
      .execute()
  }
}
