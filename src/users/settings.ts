import { type Deletion, USER_FIELDS, type User } from './user.ts'

/** Where else a deletion reaches: other systems' data, which `onDelete` is told of. */
export interface DeleteOptions {
  readonly user?: Deletion | undefined
  readonly conversations?: 'soft' | 'hard' | undefined
  readonly messages?: Deletion | undefined
  /** One-to-one calls only. */
  readonly calls?: 'soft' | 'hard' | undefined
  /** Who gets the channels of a user that is deleted hard. */
  readonly new_channel_owner_id?: string | undefined
}

export interface DeactivateOptions {
  readonly mark_messages_deleted?: boolean | undefined
  readonly created_by_id?: string | undefined
}

export interface ReactivateOptions {
  readonly restore_messages?: boolean | undefined
  /** A new name for the user. */
  readonly name?: string | undefined
  readonly created_by_id?: string | undefined
}

/**
 * What a hook is told. `key` is the same each time it is told of the same thing: a hook is called at
 * least once, and after a crash perhaps again.
 */
export interface HookCall<Options> {
  readonly key: string
  /** As it stands, before what the hook is told of is done. */
  readonly user: User
  readonly options: Options
  /** Of a task that stands still; a hook that works long should stop then. */
  readonly signal: AbortSignal
}

type Hook<Options> = (call: HookCall<Options>) => void | Promise<void>

/** What the server around has to do when a user changes its state: its own data of that user. */
export interface Hooks {
  /** Before the user is deleted for good, pruned, or kept as deleted. */
  readonly onDelete?: Hook<DeleteOptions> | undefined
  readonly onDeactivate?: Hook<DeactivateOptions> | undefined
  readonly onReactivate?: Hook<ReactivateOptions> | undefined
  /** Of what happens where nobody waits for it: a failed poll, a listener that threw. */
  readonly onError?: ((error: unknown) => void) | undefined
}

export interface Settings {
  /** Whether two users may have the same username, in the application or in one team. */
  readonly uniqueUsernames?: 'no' | 'app' | 'team' | undefined
  /** Applications that use teams have no guests. */
  readonly usesTeams?: boolean | undefined
  readonly guests?: boolean | undefined
  /** The keys of `custom` that are worth an index. */
  readonly indexedCustom?: readonly string[] | undefined
  /** What client tokens may see, filter by and sort by. */
  readonly clientFields?: readonly string[] | undefined
  /** What the names of the tables begin with. */
  readonly tablePrefix?: string | undefined
  /** The key that cursors are encrypted with; without one they can be read. */
  readonly cursorKey?: string | undefined
  /** What tokens are signed with (HS256), for those of guests. */
  readonly secret?: string | undefined
  /** The time, for every timestamp and lease. */
  readonly clock?: (() => Date) | undefined
  /** Whether this process works off tasks; at least one of an application must. */
  readonly worker?: boolean | undefined
  /** How long a worker that says nothing keeps its task, in milliseconds. */
  readonly lease?: number | undefined
  /** How often tasks and changes of other processes are looked for, in milliseconds. */
  readonly pollInterval?: number | undefined
  /** How long finished tasks and their results are kept, in milliseconds. */
  readonly keepTasks?: number | undefined
}

/** What has no default. */
type Optional = 'cursorKey' | 'secret'

export type Configuration = {
  readonly [K in Exclude<keyof Settings, Optional>]-?: NonNullable<Settings[K]>
} & Pick<Settings, Optional>

const CLIENT_FIELDS = [
  'id',
  'name',
  'image',
  'username',
  'role',
  'custom',
  'teams',
  'language',
  'online',
  'last_active',
  'banned',
  'created_at',
  'updated_at',
] as const

const DAY = 24 * 60 * 60 * 1000
const YEAR = 365 * DAY

/** A timer that is set to more ends at once. */
const LONGEST_TIMER = 2 ** 31 - 1

const DEFAULTS: Omit<Configuration, Optional> = {
  uniqueUsernames: 'no',
  usesTeams: false,
  guests: true,
  indexedCustom: [],
  clientFields: CLIENT_FIELDS,
  tablePrefix: 'tamis_',
  clock: () => new Date(),
  worker: true,
  lease: 30_000,
  pollInterval: 250,
  keepTasks: 7 * DAY,
}

/** What must be true of a setting, and what is said where it is not. */
const CHECKS: Readonly<Record<keyof Settings, readonly [(value: never) => boolean, string]>> = {
  uniqueUsernames: [(value) => ['no', 'app', 'team'].includes(value), "'no', 'app' or 'team'"],
  usesTeams: [isBoolean, 'true or false'],
  guests: [isBoolean, 'true or false'],
  indexedCustom: [isNames, 'a list of keys of custom'],
  clientFields: [
    (value: readonly (typeof USER_FIELDS)[number][]) =>
      isNames(value) && value.includes('id') && value.every((field) => USER_FIELDS.includes(field)),
    `a list of fields, id among them, of ${USER_FIELDS.join(', ')}`,
  ],
  tablePrefix: [(value) => /^[a-z_][a-z0-9_]{0,30}$/.test(value), 'lower-case letters, digits, _'],
  cursorKey: [isKey, 'a text'],
  secret: [isKey, 'a text'],
  clock: [(value) => typeof value === 'function', 'a function that gives a Date'],
  worker: [isBoolean, 'true or false'],
  lease: [isWithin(LONGEST_TIMER), `milliseconds, 1 to ${LONGEST_TIMER}`],
  pollInterval: [isWithin(LONGEST_TIMER), `milliseconds, 1 to ${LONGEST_TIMER}`],
  keepTasks: [isWithin(1000 * YEAR), `milliseconds, 1 to ${1000 * YEAR}`],
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean'
}

function isKey(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isWithin(most: number): (value: unknown) => boolean {
  return (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== '')
}

/**
 * Settings with what is left out.
 *
 * @throws TypeError that names a setting that there is not, or what one must be.
 */
export function configure(settings: Settings = {}): Configuration {
  for (const [name, value] of Object.entries(settings)) {
    if (!Object.hasOwn(CHECKS, name)) {
      const known = Object.keys(CHECKS).join(', ')
      throw new TypeError(`tamis/users: unknown setting ${name}; there are ${known}`)
    }
    const [check, expected] = CHECKS[name as keyof Settings]
    if (value !== undefined && !check(value as never)) {
      throw new TypeError(`tamis/users: setting ${name}: expected ${expected}`)
    }
  }
  const given = Object.entries(settings).filter(([, value]) => value !== undefined)
  return { ...DEFAULTS, ...Object.fromEntries(given) } as Configuration
}
