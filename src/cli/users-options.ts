import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Settings, Users } from '../users/index.ts'
import { Mistake, messageOf } from './mistake.ts'
import { withoutPassword } from './without-password.ts'

/** The options of every command that works on the users of a database. */
export interface UsersCommandOptions {
  readonly db: string
  readonly uniqueUsernames?: 'no' | 'app' | 'team'
  readonly index: readonly string[]
}

/** For an option that may be repeated. */
export const collect = (text: string, all: readonly string[]): readonly string[] => [...all, text]

export const withDatabaseOption = (command: Command): Command =>
  command.option('--db <place>', 'an SQLite file, or postgres://… or mysql://…', 'users.sqlite')

/** Adds the options for the database of the users. */
export const withUsersOptions = (command: Command): Command =>
  withDatabaseOption(command)
    .addOption(
      new Option('--unique-usernames <where>', 'whether usernames are unique, and where').choices([
        'no',
        'app',
        'team',
      ]),
    )
    .option('--index <key>', 'a key of custom to index; may be repeated', collect, [])

/** The time after which a warning says that opening the database waits, in milliseconds. */
const WARN_AFTER = 3000

/** Opens the users of a database. @throws Mistake for any failure. */
export async function openUsers(
  { db, uniqueUsernames, index }: UsersCommandOptions,
  settings: Settings,
  onError: (error: unknown) => void,
): Promise<Users> {
  const waiting = setTimeout(() => {
    const where = withoutPassword(db)
    process.stderr.write(`tamis: waiting for ${where}: it is locked or does not answer\n`)
  }, WARN_AFTER)
  try {
    const { openUsers: open } = await import('../users/open.ts')
    return await open(
      {
        db,
        settings: { ...settings, uniqueUsernames, indexedCustom: index },
        hooks: { onError },
      },
      { ownsProcess: true },
    )
  } catch (error) {
    const message = messageOf(error)
    if (message.startsWith('tamis/users: setting ')) throw new Mistake(message)
    throw new Mistake(`--db ${withoutPassword(db)}: ${message}`)
  } finally {
    clearTimeout(waiting)
  }
}

export const positive = (text: string): number => {
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text)
  throw new InvalidArgumentError('expected a positive integer.')
}
