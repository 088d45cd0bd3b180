import { type Command, InvalidArgumentError, Option } from 'commander'
import { createUsers, type Settings, type Users } from '../users/index.ts'
import { Mistake, messageOf } from './mistake.ts'

/** What every command says that works on the users of a database. */
export interface UsersCommandOptions {
  readonly db: string
  readonly uniqueUsernames?: 'no' | 'app' | 'team'
  readonly index: readonly string[]
}

const collect = (text: string, all: readonly string[]): readonly string[] => [...all, text]

/** The options that say where the users are, and what is kept of them. */
export const ofUsers = (command: Command): Command =>
  command
    .option('--db <place>', 'an SQLite file, or postgres://… or mysql://…', 'users.sqlite')
    .addOption(
      new Option('--unique-usernames <where>', 'whether two users may have one name').choices([
        'no',
        'app',
        'team',
      ]),
    )
    .option('--index <key>', 'a key of custom that is worth an index; may be repeated', collect, [])

/** Opens the users of a database; whatever keeps it shut is the person's to mend. */
export async function openUsers(
  { db, uniqueUsernames, index }: UsersCommandOptions,
  settings: Settings,
  onError: (error: unknown) => void,
): Promise<Users> {
  try {
    return await createUsers({
      db,
      settings: { ...settings, uniqueUsernames, indexedCustom: index },
      hooks: { onError },
    })
  } catch (error) {
    const message = messageOf(error)
    if (message.startsWith('tamis/users: setting ')) throw new Mistake(message)
    throw new Mistake(`--db ${withoutPassword(db)}: ${message}`)
  }
}

/** A URL as it may stand in a message. */
export const withoutPassword = (url: string): string =>
  url.replace(/^([a-z]+:\/\/[^/@:]*):.*@/i, '$1:…@')

export const positive = (text: string): number => {
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text)
  throw new InvalidArgumentError('expected a positive integer.')
}
