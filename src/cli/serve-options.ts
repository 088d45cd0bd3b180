import { type Command, InvalidArgumentError } from 'commander'
import { type ConfigType, readConfig, textOrFile } from './config.ts'
import { positive, type UsersCommandOptions, withUsersOptions } from './users-options.ts'

export interface ServeOptions extends UsersCommandOptions {
  readonly config?: string
  readonly dbFile?: string
  readonly port: number
  readonly host: string
  readonly secret?: string
  readonly secretFile?: string
  readonly rateLimit?: number
  readonly anonymous?: boolean
  /** Undefined if it is not given: then the stored setting applies. */
  readonly guests: boolean | undefined
  readonly console: boolean
  readonly usesTeams?: boolean
  readonly worker: boolean
  readonly metricsPort?: number
  readonly filterCost?: number
}

/** Every option, as a configuration file has it. */
const CONFIG: Readonly<Record<Exclude<keyof ServeOptions, 'config'>, ConfigType>> = {
  db: 'text',
  dbFile: 'text',
  uniqueUsernames: 'text',
  index: 'texts',
  port: 'number',
  host: 'text',
  secret: 'text',
  secretFile: 'text',
  rateLimit: 'number',
  anonymous: 'flag',
  guests: 'flag',
  console: 'flag',
  usesTeams: 'flag',
  worker: 'flag',
  metricsPort: 'number',
  filterCost: 'number',
}

/** Where metrics are served without a token. */
export const LOCAL = '127.0.0.1'

const port = (text: string): number => {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text)
  throw new InvalidArgumentError('expected a port.')
}

export const withServeOptions = (command: Command): Command =>
  withUsersOptions(command)
    .option('--config <file>', 'a JSON file with options; those of the command line win')
    .option('--db-file <path>', 'a file that holds the value of --db, if it has a password')
    .option('--port <n>', 'the port; 0 for any that is free', port, 3000)
    .option('--metrics-port <n>', `a port at ${LOCAL} for /metrics without a token`, port)
    .option('--host <name>', 'the address to listen at', LOCAL)
    .option(
      '--secret <text>',
      'the secret of the tokens, at least 32 bytes; better in TAMIS_SECRET',
    )
    .option('--secret-file <path>', 'a file that holds the secret')
    .option('--rate-limit <n>', 'the most requests a second of one client or address', positive)
    .option('--filter-cost <n>', 'the most that a filter may cost the database', positive)
    .option('--anonymous', 'allow reading without a token')
    .option('--no-guests', 'do not allow guests')
    .option('--no-console', 'do not serve the console at /console')
    .option('--uses-teams', 'the application uses teams, and has no guests')
    .option('--no-worker', 'leave tasks and webhooks to other processes with the same database')

/**
 * The options of the command line and of the configuration file. The command line wins over the
 * environment, and that over the file.
 *
 * @throws Mistake
 */
export function configuredOptions(given: ServeOptions, command: Command): ServeOptions {
  if (given.config !== undefined) readConfig(command, given.config, CONFIG)
  const options = command.opts<ServeOptions>()
  const db = textOrFile(command, 'db', '--db') ?? options.db
  const secret = textOrFile(command, 'secret', '--secret')
  const isOnCommandLine = ['secret', 'secretFile'].some(
    (name) => command.getOptionValueSource(name) === 'cli',
  )
  const chosen = isOnCommandLine ? secret : process.env.TAMIS_SECRET || secret
  const guests = command.getOptionValueSource('guests') === 'default' ? undefined : options.guests
  return { ...options, db, guests, ...(chosen === undefined ? {} : { secret: chosen }) }
}
