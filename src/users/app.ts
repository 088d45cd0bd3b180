/** The settings of an application: stored in the database, and followed by every process. */

export const UNIQUE_USERNAMES = ['no', 'app', 'team'] as const
export type UniqueUsernames = (typeof UNIQUE_USERNAMES)[number]

/** The fields of its own user that a client may be allowed to update. */
export const UPDATABLE = [
  'name',
  'image',
  'username',
  'custom',
  'language',
  'invisible',
  'blocked_user_ids',
  'devices',
  'privacy_settings',
  'push_notifications',
] as const
export type UpdatableField = (typeof UPDATABLE)[number]

export interface App {
  /** Whether usernames are unique in the application, or in each team. */
  readonly enforce_unique_usernames: UniqueUsernames
  readonly guests: boolean
  /** Whether requests without a token may read. */
  readonly anonymous: boolean
  /** Whether the application uses teams; then it has no guests. */
  readonly uses_teams: boolean
  /** The fields of its own user that a client may update; none by default. */
  readonly client_may_update: readonly UpdatableField[]
}

/** Some settings of an application, to be changed. */
export type AppChanges = { readonly [K in keyof App]?: App[K] | undefined }

export const DEFAULT_APP: App = {
  enforce_unique_usernames: 'no',
  guests: true,
  anonymous: false,
  uses_teams: false,
  client_may_update: [],
}

/** The settings of `createUsers` that set a setting of the application when a process starts. */
export const APP_SETTINGS = {
  uniqueUsernames: 'enforce_unique_usernames',
  guests: 'guests',
  anonymous: 'anonymous',
  usesTeams: 'uses_teams',
  clientMayUpdate: 'client_may_update',
} as const satisfies Readonly<Record<string, keyof App>>

export type AppSetting = keyof typeof APP_SETTINGS

export const isAppSetting = (name: string): name is AppSetting => Object.hasOwn(APP_SETTINGS, name)

export const isUpdatable = (field: unknown): field is UpdatableField =>
  UPDATABLE.some((each) => each === field)
