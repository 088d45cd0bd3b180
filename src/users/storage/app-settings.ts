import type { Kysely, Transaction } from 'kysely'
import {
  type App,
  type AppChanges,
  DEFAULT_APP,
  isUpdatable,
  UNIQUE_USERNAMES,
  type UniqueUsernames,
} from '../app.ts'
import { isUniqueViolation } from './failures.ts'
import type { Tables } from './tables.ts'
import { Conflict } from './transaction.ts'

/** The name of a setting's row, and its value as text. A text that is not a value is undefined. */
interface StoredSetting<T> {
  readonly row: string
  print(value: T): string
  parse(text: string): T | undefined
}

const flag = (row: string): StoredSetting<boolean> => ({
  row,
  print: String,
  parse: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
})

const STORED: { readonly [K in keyof App]: StoredSetting<App[K]> } = {
  enforce_unique_usernames: {
    row: 'unique_usernames',
    print: String,
    parse: (text) => UNIQUE_USERNAMES.find((value) => value === text),
  },
  guests: flag('guests'),
  anonymous: flag('anonymous'),
  uses_teams: flag('uses_teams'),
  client_may_update: {
    row: 'client_may_update',
    print: (fields) => fields.join(' '),
    parse: (text) => text.split(' ').filter(isUpdatable),
  },
}

/** The settings of the application, in their table. A setting without a row has its default. */
export class AppSettings {
  readonly #db: Kysely<Tables>
  readonly #table: 'settings'
  #current: App = DEFAULT_APP
  /** The number of updates by this process: what was read before one is out of date. */
  #updates = 0

  constructor(db: Kysely<Tables>, table: 'settings') {
    this.#db = db
    this.#table = table
  }

  /** The settings as they were last read. */
  get current(): App {
    return this.#current
  }

  async read(db: Kysely<Tables> = this.#db): Promise<App> {
    const rows = await db.selectFrom(this.#table).select(['name', 'value']).execute()
    const stored = new Map(rows.map(({ name, value }) => [name, value]))
    const storedOf = <K extends keyof App>(name: K): App[K] => {
      const text = stored.get(STORED[name].row)
      return (text === undefined ? undefined : STORED[name].parse(text)) ?? DEFAULT_APP[name]
    }
    return {
      enforce_unique_usernames: storedOf('enforce_unique_usernames'),
      guests: storedOf('guests'),
      anonymous: storedOf('anonymous'),
      uses_teams: storedOf('uses_teams'),
      client_may_update: storedOf('client_may_update'),
    }
  }

  /** Follows the updates of other processes. */
  async refresh(): Promise<void> {
    const updates = this.#updates
    const read = await this.read()
    if (updates === this.#updates) this.#current = read
  }

  /** Whether usernames are unique for a transaction: it may begin before the next `refresh`. */
  async uniqueUsernames(transaction: Transaction<Tables>): Promise<UniqueUsernames> {
    const { row, parse } = STORED.enforce_unique_usernames
    const found = await transaction
      .selectFrom(this.#table)
      .select('value')
      .where('name', '=', row)
      .executeTakeFirst()
    return parse(found?.value ?? '') ?? DEFAULT_APP.enforce_unique_usernames
  }

  /** Stores some settings. @throws Conflict if another process stores one for the first time. */
  async write(db: Kysely<Tables>, changes: AppChanges): Promise<void> {
    for (const name of Object.keys(STORED) as (keyof App)[]) {
      await this.#put(db, name, changes[name])
    }
  }

  /** Takes over settings that this process has stored. */
  adopt(app: App): void {
    this.#updates++
    this.#current = app
  }

  async #put<K extends keyof App>(db: Kysely<Tables>, name: K, value: App[K] | undefined) {
    if (value === undefined) return
    const { row, print } = STORED[name]
    const text = print(value)
    const update = () =>
      db.updateTable(this.#table).set({ value: text }).where('name', '=', row).executeTakeFirst()
    if ((await update()).numUpdatedRows > 0n) return
    try {
      await db.insertInto(this.#table).values({ name: row, value: text }).execute()
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      throw new Conflict('the setting was stored concurrently', { cause: error })
    }
  }

  /** Stores the settings that were given when a process starts, and reads the others. */
  async start(given: AppChanges): Promise<void> {
    try {
      await this.write(this.#db, given)
    } catch (error) {
      if (!(error instanceof Conflict)) throw error
      await this.write(this.#db, given)
    }
    await this.refresh()
  }
}
