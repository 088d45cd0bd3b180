import {
  APP_SETTINGS,
  type AppChanges,
  type AppSetting,
  isAppSetting,
  isUpdatable,
  UNIQUE_USERNAMES,
  type UniqueUsernames,
  UPDATABLE,
  type UpdatableField,
} from './app.ts'
import { type Check, checkAll, isBoolean, isFunction, isWithin } from './check.ts'
import { storedUsers } from './schema.ts'
import { isSecret, SECRET_EXPECTED } from './secret.ts'
import { type Deletion, USER_FIELDS, type User } from './user.ts'

/** What to delete, other systems' data included: `onDelete` is called with these options. */
export interface DeleteOptions {
  readonly user?: Deletion | undefined
  readonly conversations?: 'soft' | 'hard' | undefined
  readonly messages?: Deletion | undefined
  /** One-to-one calls only. */
  readonly calls?: 'soft' | 'hard' | undefined
  /** Who gets the channels of a hard-deleted user. */
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
 * The argument of a hook. A hook is called at least once for each event, and after a crash perhaps
 * again: then with the same `key`.
 */
export interface HookCall<Options> {
  readonly key: string
  /** The user before the change. */
  readonly user: User
  readonly options: Options
  /** Aborted when the system is closed or loses the task; a hook that takes long should stop then. */
  readonly signal: AbortSignal
}

type Hook<Options> = (call: HookCall<Options>) => void | Promise<void>

/** Functions of the server around, for its own data of a user whose state changes. */
export interface Hooks {
  /** Called before a deletion, soft ones included. */
  readonly onDelete?: Hook<DeleteOptions> | undefined
  readonly onDeactivate?: Hook<DeactivateOptions> | undefined
  readonly onReactivate?: Hook<ReactivateOptions> | undefined
  /** Called with errors that no caller gets: a failed poll, a listener that threw. */
  readonly onError?: ((error: unknown) => void) | undefined
}

export interface Settings {
  /**
   * Whether usernames are unique in the application, or in each team. This setting and the next four
   * are stored in the database: the last explicit value wins, given here or to `updateApp`.
   */
  readonly uniqueUsernames?: UniqueUsernames | undefined
  /** Whether the application uses teams; then it has no guests. */
  readonly usesTeams?: boolean | undefined
  readonly guests?: boolean | undefined
  /** Whether requests without a token may read. */
  readonly anonymous?: boolean | undefined
  /** The fields of its own user that a client may update; none by default. */
  readonly clientMayUpdate?: readonly UpdatableField[] | undefined
  /** The keys of `custom` to index. */
  readonly indexedCustom?: readonly string[] | undefined
  /** The fields that clients see, filter by and sort by. */
  readonly clientFields?: readonly string[] | undefined
  /** The most that a filter may cost the database, as `costOf` estimates it. */
  readonly filterCost?: number | undefined
  /** The prefix of the tables' names. */
  readonly tablePrefix?: string | undefined
  /** The key that cursors are encrypted with, at least 32 bytes; without one they are readable. */
  readonly cursorKey?: string | undefined
  /** The secret that tokens are signed with (HS256), at least 32 bytes. */
  readonly secret?: string | undefined
  /** The current time, for every timestamp and lease. */
  readonly clock?: (() => Date) | undefined
  /** Whether this process runs tasks and sends webhooks; at least one process of an application must. */
  readonly worker?: boolean | undefined
  /**
   * How long a worker keeps a task, and a process its users online, without renewing its lease, in
   * milliseconds.
   */
  readonly lease?: number | undefined
  /** The interval of polls for tasks and for changes of other processes, in milliseconds. */
  readonly pollInterval?: number | undefined
  /** How often `last_active` of a user is written at most, in milliseconds. */
  readonly lastActiveInterval?: number | undefined
  /** How long a user stays online after its last connection, in milliseconds. */
  readonly onlineGrace?: number | undefined
  /** How long finished tasks and their results are kept, in milliseconds. */
  readonly keepTasks?: number | undefined
  /**
   * How long a statement may take, in milliseconds; the default is 5000. One that takes longer is
   * stopped, and its caller gets `timeout`. Not limited are migrations, statements on `:memory:`, and
   * connections that the application passes in.
   */
  readonly statementTimeout?: number | undefined
  /**
   * How long a task retries a user with exponential back-off while the database fails, in
   * milliseconds; the default is ten minutes. Errors that a retry cannot help end it sooner.
   */
  readonly retryTasksFor?: number | undefined
  /** How long one attempt to deliver an event to a webhook may take, in milliseconds. */
  readonly webhookTimeout?: number | undefined
  /** After how many failed attempts an event is given up and becomes a dead letter. */
  readonly webhookAttempts?: number | undefined
  /** The pause after the first failed attempt, in milliseconds; each further one is three times as long. */
  readonly webhookRetryPause?: number | undefined
}

/** The settings without a default. */
type Optional = 'cursorKey' | 'secret'

/** The settings of one process, with their defaults. */
export type Configuration = {
  readonly [K in Exclude<keyof Settings, Optional | AppSetting>]-?: NonNullable<Settings[K]>
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

const MINUTE = 60 * 1000
const DAY = 24 * 60 * MINUTE
const YEAR = 365 * DAY

/** The longest time that `setTimeout` takes. */
const LONGEST_TIMER = 2 ** 31 - 1

const DEFAULTS: Omit<Configuration, Optional> = {
  indexedCustom: [],
  clientFields: CLIENT_FIELDS,
  filterCost: storedUsers.limits.cost,
  tablePrefix: 'tamis_',
  clock: () => new Date(),
  worker: true,
  lease: 30_000,
  pollInterval: 250,
  lastActiveInterval: MINUTE,
  onlineGrace: 30_000,
  keepTasks: 7 * DAY,
  statementTimeout: 5000,
  retryTasksFor: 10 * MINUTE,
  webhookTimeout: 15_000,
  webhookAttempts: 12,
  webhookRetryPause: 5000,
}

/** The check of each setting, and what its error says was expected. */
const CHECKS: Readonly<Record<keyof Settings, Check>> = {
  uniqueUsernames: [
    (value) => UNIQUE_USERNAMES.some((each) => each === value),
    "'no', 'app' or 'team'",
  ],
  usesTeams: [isBoolean, 'true or false'],
  guests: [isBoolean, 'true or false'],
  anonymous: [isBoolean, 'true or false'],
  clientMayUpdate: [
    (value) =>
      Array.isArray(value) && value.every(isUpdatable) && new Set(value).size === value.length,
    `a list of different fields of ${UPDATABLE.join(', ')}`,
  ],
  indexedCustom: [isNames, 'a list of keys of custom'],
  clientFields: [
    (value) => isNames(value) && value.includes('id') && value.every(isUserField),
    `a list of fields, id among them, of ${USER_FIELDS.join(', ')}`,
  ],
  filterCost: [isWithin(Number.MAX_SAFE_INTEGER), 'a cost, an integer of at least 1'],
  tablePrefix: [isPrefix, 'lower-case letters, digits, _'],
  cursorKey: [isSecret, SECRET_EXPECTED],
  secret: [isSecret, SECRET_EXPECTED],
  clock: [isFunction, 'a function that returns a Date'],
  worker: [isBoolean, 'true or false'],
  lease: [isWithin(LONGEST_TIMER), `milliseconds, 1 to ${LONGEST_TIMER}`],
  pollInterval: [isWithin(LONGEST_TIMER), `milliseconds, 1 to ${LONGEST_TIMER}`],
  lastActiveInterval: [isWithin(YEAR), `milliseconds, 1 to ${YEAR}`],
  onlineGrace: [isWithin(DAY), `milliseconds, 1 to ${DAY}`],
  keepTasks: [isWithin(1000 * YEAR), `milliseconds, 1 to ${1000 * YEAR}`],
  statementTimeout: [isWithin(DAY), `milliseconds, 1 to ${DAY}`],
  retryTasksFor: [isWithin(DAY), `milliseconds, 1 to ${DAY}`],
  webhookTimeout: [isWithin(MINUTE), `milliseconds, 1 to ${MINUTE}`],
  webhookAttempts: [isWithin(100), 'an integer, 1 to 100'],
  webhookRetryPause: [isWithin(DAY), `milliseconds, 1 to ${DAY}`],
}

function isUserField(name: string): boolean {
  return USER_FIELDS.some((field) => field === name)
}

function isPrefix(value: unknown): boolean {
  return typeof value === 'string' && /^[a-z_][a-z0-9_]{0,30}$/.test(value)
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== '')
}

/**
 * Settings with their defaults.
 *
 * @throws TypeError that names an unknown setting, or what a setting must be.
 */
export function configure(settings: Settings = {}): Configuration {
  checkAll(settings, CHECKS, 'setting')
  const given = Object.entries(settings).filter(
    ([name, value]) => value !== undefined && !isAppSetting(name),
  )
  return { ...DEFAULTS, ...Object.fromEntries(given) } as Configuration
}

/** The settings of the application that are given explicitly. */
export const givenAppOf = (settings: Settings = {}): AppChanges =>
  Object.fromEntries(
    Object.entries(APP_SETTINGS)
      .map(([setting, name]) => [name, settings[setting as AppSetting]])
      .filter(([, value]) => value !== undefined),
  )
