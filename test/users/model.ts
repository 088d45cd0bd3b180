// Longer than most files here: the whole of the users system, said a second time.

import { isDeepStrictEqual } from 'node:util'
import { parseQuery, runQuery } from 'tamis'
import { type UserInput, usersSchema } from 'tamis/users'
import { instantOf } from './inputs.ts'

export interface Refused {
  readonly code: string
  readonly user_id?: string | undefined
  readonly field?: string | undefined
}

/** The model's error; the system must throw the same. */
export class Refusal extends Error {
  readonly refused: Refused

  constructor(code: string, user_id?: string, field?: string) {
    super(code)
    this.refused = { code, user_id, field }
  }

  static of({ code, user_id, field }: Refused): Refusal {
    return new Refusal(code, user_id, field)
  }
}

/** How long users stay online, and how often they are active at most, in ms. */
export const GRACE = 30_000
export const INTERVAL = 60_000

/** What an upsert leaves that does not mention it. */
const STAYS = ['revoke_tokens_issued_before', 'online', 'last_active']

type Fields = Record<string, unknown>
type Deletion = 'soft' | 'pruning' | 'hard'

/** As it is stored: what JSON has no word for is not there. */
const wired = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const having = (kept: Kept, fields: Fields): Kept => ({
  ...kept,
  user: { ...kept.user, ...fields },
})

/** Why a user is online: for a number of streams, or until a time. */
interface Presence {
  streams: number
  until: number
  /** When the process that has the streams knows it to be active. */
  activeAt: number
}

/** A user in full, and how it is deleted. */
export interface Kept {
  readonly user: Fields & { readonly id: string; readonly deleted_at?: string }
  readonly deletion?: Deletion
}

export interface Told {
  readonly hook: 'onDelete' | 'onDeactivate' | 'onReactivate'
  readonly user: Fields
  readonly options: object
}

export interface ModelSettings {
  readonly uniqueUsernames: 'no' | 'app' | 'team'
  readonly guests: boolean
  readonly usesTeams: boolean
}

/** Settings of the application, as they are answered. */
export interface ModelApp {
  readonly enforce_unique_usernames: 'no' | 'app' | 'team'
  readonly guests: boolean
  readonly anonymous: boolean
  readonly uses_teams: boolean
  readonly client_may_update: readonly string[]
}

export interface Partial {
  readonly id: string
  readonly set?: Fields
  readonly unset?: readonly string[]
}

const STRENGTHS: readonly (Deletion | undefined)[] = [undefined, 'soft', 'pruning', 'hard']
const TIMES = ['ban_expires', 'last_active', 'revoke_tokens_issued_before']
const FIELDS =
  'role name image username custom teams teams_role language banned shadow_banned invisible online ban_expires last_active revoke_tokens_issued_before avg_response_time blocked_user_ids devices privacy_settings push_notifications'.split(
    ' ',
  )

const SEEN_BY_OWNERS =
  'id name image username role custom teams language online last_active banned created_at updated_at invisible blocked_user_ids devices privacy_settings push_notifications'.split(
    ' ',
  )

/** The defaults that a response contains. */
const defaults = (): Fields => ({
  role: 'user',
  custom: {},
  teams: [],
  language: '',
  banned: false,
  shadow_banned: false,
  invisible: false,
  online: false,
  blocked_user_ids: [],
})

const described = (input: Fields): Fields => {
  const times = TIMES.filter((name) => input[name] !== undefined)
  return {
    ...defaults(),
    ...input,
    ...Object.fromEntries(times.map((name) => [name, instantOf(input[name] as string)])),
  }
}

const omit = (fields: Fields, ...names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)))

/**
 * The users system in memory, from its description alone: a map, and no word of the source but
 * queries, of which memory is the measure.
 */
export class Model {
  now: number
  /** How many of the next calls of a hook fail. */
  broken = 0
  told: Told[] = []
  /** What became of each task, in the order in which they were made. */
  readonly tasks: object[] = []
  readonly #settings: ModelSettings
  #app: ModelApp
  #users = new Map<string, Kept>()
  readonly #presence = new Map<string, Presence>()
  /** The users of the open streams, in the order in which they were opened. */
  #streams: string[] = []

  constructor(settings: ModelSettings, now: number) {
    this.#settings = settings
    this.#app = this.#given({ anonymous: false, client_may_update: [] })
    this.now = now
  }

  /** The process is closed and started again, with the settings that it was first started with. */
  restart(): void {
    this.#app = this.#given(this.#app)
    for (const presence of this.#presence.values()) {
      if (presence.streams === 0) continue
      presence.streams = 0
      presence.until = Math.max(presence.until, this.now + GRACE)
    }
    this.#streams = []
  }

  connect(input: UserInput): object {
    const { id } = input
    this.#connected(input)
    const presence = this.#presence.get(id) ?? { streams: 0, until: 0, activeAt: 0 }
    this.#presence.set(id, presence)
    if (presence.until < this.now + GRACE) presence.until = this.now + GRACE * 1.5
    return this.me(id)
  }

  openStream(id: string): object {
    this.#connected({ id })
    const presence = this.#presence.get(id) ?? { streams: 0, until: 0, activeAt: 0 }
    this.#presence.set(id, presence)
    presence.streams++
    presence.activeAt = Date.parse(String((this.#of(id).user as Fields).last_active))
    this.#streams.push(id)
    return this.me(id)
  }

  /** Ends one of the open streams. */
  closeStream(n: number): void {
    const [id] = this.#streams.splice(n % Math.max(this.#streams.length, 1), 1)
    const presence = this.#presence.get(id ?? '')
    if (presence === undefined || --presence.streams > 0) return
    presence.until = Math.max(presence.until, this.now + GRACE)
  }

  #connected({ id, ...brought }: UserInput): void {
    const { client_may_update } = this.#app
    const allowed = ['name', 'image', 'custom', ...client_may_update]
    const before = this.#users.get(id)
    if (before?.deletion !== undefined) throw new Refusal('user_deleted', id)
    if (before?.user.deactivated_at !== undefined) throw new Refusal('user_deactivated', id)
    const refused = Object.keys(brought).find((field) => !allowed.includes(field))
    if (refused !== undefined) throw new Refusal('not_allowed', id, `user.${refused}`)
    const time = this.#time()
    this.#change(
      [id],
      () => {
        const user = before?.user ?? { ...described({ id }), id, created_at: time }
        const { custom, ...others } = brought as Fields
        const fields = { ...others, custom: { ...(user as Fields).custom!, ...custom! } }
        const after: Fields = { ...user, ...fields }
        const isSame = isDeepStrictEqual(wired(after), wired(user))
        const { last_active } = user as Fields
        const isActive =
          last_active !== undefined && this.now - Date.parse(String(last_active)) < INTERVAL
        return {
          user: {
            ...after,
            id,
            online: true,
            ...(isActive ? {} : { last_active: time }),
            updated_at: before !== undefined && isSame ? before.user.updated_at : time,
          },
        }
      },
      () => 'username' in brought,
    )
  }

  /** Moves the clock. Users whose time has come are offline, and those with streams still active. */
  moveClock(ms: number): void {
    this.now += ms
    for (const [id, presence] of this.#presence) {
      const kept = this.#users.get(id)
      if (presence.until <= this.now) presence.until = 0
      if (presence.until === 0 && presence.streams === 0) {
        this.#presence.delete(id)
        if (kept !== undefined) this.#users.set(id, having(kept, { online: false }))
      }
      if (presence.streams === 0 || this.now - presence.activeAt < INTERVAL) continue
      const { last_active, deactivated_at } = (kept?.user ?? {}) as Fields
      const written = Date.parse(String(last_active))
      const isActive = this.now - written < INTERVAL
      presence.activeAt = isActive ? written : this.now
      if (kept === undefined || kept.deletion !== undefined || deactivated_at !== undefined)
        continue
      if (!isActive) this.#users.set(id, having(kept, { last_active: this.#time() }))
    }
  }

  #given(others: Pick<ModelApp, 'anonymous' | 'client_may_update'>): ModelApp {
    const { anonymous, client_may_update } = others
    const { uniqueUsernames: enforce_unique_usernames, guests, usesTeams } = this.#settings
    const given = { enforce_unique_usernames, guests, uses_teams: usesTeams }
    return { ...given, anonymous, client_may_update }
  }

  app(): object {
    return { app: this.#app }
  }

  updateApp(changes: object): object {
    this.#app = { ...this.#app, ...changes }
    const { enforce_unique_usernames: unique } = changes as globalThis.Partial<ModelApp>
    if (unique === undefined || unique === 'no') return this.app()
    const twice = new Set<string>()
    for (const one of this.#users.values()) {
      for (const other of this.#users.values()) {
        const name = compared(one.user.username ?? '')
        if (one !== other && name !== '' && this.#clash(one, other)) twice.add(name)
      }
    }
    return { app: this.#app, usernames_taken_twice: twice.size }
  }

  /** Everyone whom a query may return. */
  alive(): Fields[] {
    return [...this.#users.values()].flatMap(({ user, deletion }) =>
      deletion === undefined ? [user] : [],
    )
  }

  query(payload: unknown): { items: readonly unknown[]; next?: string; prev?: string } {
    return runQuery(parseQuery(usersSchema, payload), this.alive()) as never
  }

  upsert(inputs: readonly UserInput[]): object {
    return this.#change(
      inputs.map(({ id }) => id),
      (before, id, i) => {
        if (before?.deletion !== undefined) throw new Refusal('user_deleted', id)
        if (before?.user.deactivated_at !== undefined) throw new Refusal('user_deactivated', id)
        const created_at = before?.user.created_at ?? this.#time()
        const input = inputs[i] as unknown as Fields
        // What was revoked stays so, and who is online.
        const old = Object.entries(before?.user ?? {}).filter(([field]) => STAYS.includes(field))
        const own = { ...Object.fromEntries(old), ...input }
        return { user: { ...described(own), created_at, updated_at: this.#time(), id } }
      },
      () => true,
    )
  }

  /** `spoilt` is the mistake in one of the users, after those before it were processed. */
  updatePartial(
    inputs: readonly Partial[],
    spoilt?: { readonly at: number; readonly refused: Refused },
    allowed?: readonly string[],
  ): object {
    return this.#change(
      inputs.map(({ id }) => id),
      (before, id, i) => {
        const { user } = this.#present(before, id)
        if (spoilt?.at === i) throw Refusal.of(spoilt.refused)
        const { set = {}, unset = [] } = inputs[i] as Partial
        checkPaths(id, [...Object.keys(set), ...unset], allowed)
        let own = user as Fields
        for (const [path, value] of Object.entries(set)) own = put(own, path, value, id, path)
        for (const path of unset) own = put(own, path, undefined, id, path)
        return { user: { ...described(own), updated_at: this.#time(), id } }
      },
      (i) => {
        const { set = {}, unset = [] } = inputs[i] as Partial
        return [...Object.keys(set), ...unset].some((path) => /^(username|teams)$/.test(path))
      },
    )
  }

  me(id: string): object {
    return { user: this.#own(this.#present(this.#users.get(id), id).user) }
  }

  updateMe(input: Partial): object {
    const { client_may_update: allowed } = this.#app
    if (allowed.length === 0) throw new Refusal('not_allowed', input.id)
    this.updatePartial([input], undefined, allowed)
    return this.me(input.id)
  }

  /** What a user sees of itself. */
  #own(user: Fields): Fields {
    const seen = [...SEEN_BY_OWNERS, ...this.#app.client_may_update]
    return Object.fromEntries(Object.entries(user).filter(([name]) => seen.includes(name)))
  }

  deactivate(id: string, options: object): object {
    this.#tellNow('onDeactivate', id, options)
    return { user: this.#deactivated(id) }
  }

  reactivate(id: string, options: { readonly name?: string }): object {
    this.#tellNow('onReactivate', id, options)
    return { user: this.#reactivated(id, options.name) }
  }

  deactivateMany(ids: readonly string[], options: object): object {
    return this.#task(ids, (id) => {
      this.#tell('onDeactivate', this.#of(id).user, options)
      this.#deactivated(id)
    })
  }

  reactivateMany(ids: readonly string[], options: { readonly name?: string }): object {
    return this.#task(ids, (id) => {
      this.#tell('onReactivate', this.#of(id).user, options)
      this.#reactivated(id, options.name)
    })
  }

  delete(ids: readonly string[], options: { readonly user?: Deletion }): object {
    const { user: how = 'soft' } = options
    for (const id of ids) if (!this.#users.has(id)) throw new Refusal('user_not_found', id)
    const time = this.#time()
    for (const id of ids) {
      const { user, deletion } = this.#of(id)
      if (STRENGTHS.indexOf(how) <= STRENGTHS.indexOf(deletion)) continue
      const deleted_at = user.deleted_at ?? time
      const own = { ...user, online: false, deleted_at, updated_at: time }
      this.#users.set(id, { user: own, deletion: how })
    }
    for (const id of ids) {
      const { user } = this.#of(id)
      const owner = how === 'hard' ? { new_channel_owner_id: GENERATED } : {}
      this.#tell('onDelete', user, { ...owner, ...options, user: how })
      if (how === 'hard') this.#users.delete(id)
      if (how === 'pruning') {
        const { created_at, deleted_at } = user
        const times = { created_at, updated_at: time, deleted_at }
        this.#users.set(id, { user: { ...defaults(), ...times, id } as never, deletion: how })
      }
    }
    return this.#done()
  }

  restore(ids: readonly string[]): object {
    return this.#change(
      ids,
      (before, id) => {
        if (before === undefined) throw new Refusal('user_not_found', id)
        if (before.deletion === undefined) throw new Refusal('user_not_deleted', id)
        if (before.deletion !== 'soft') throw new Refusal('user_deleted', id)
        const own = { ...omit(before.user, 'deleted_at'), updated_at: this.#time() }
        return { user: { ...own, id } }
      },
      () => false,
    )
  }

  export(ids: readonly string[]): object {
    for (const id of ids) this.#present(this.#users.get(id), id)
    return this.#done({ users: ids.map((id) => this.#of(id).user) })
  }

  createGuest(input: { readonly id: string; readonly name?: string }): object {
    const { guests, uses_teams } = this.#app
    if (!guests || uses_teams) throw new Refusal('guests_not_allowed')
    if (this.#users.has(input.id)) throw new Refusal('user_exists', input.id)
    this.upsert([{ ...input, role: 'guest' }])
    return { user: this.#of(input.id).user }
  }

  #time(): string {
    return new Date(this.now).toISOString().replace('Z', '000Z')
  }

  #of(id: string): Kept {
    return this.#users.get(id) as Kept
  }

  #present(own: Kept | undefined, id: string): Kept {
    if (own === undefined) throw new Refusal('user_not_found', id)
    if (own.deletion !== undefined) throw new Refusal('user_deleted', id)
    return own
  }

  /** The whole batch, or the error of the first invalid user. */
  #change(
    ids: readonly string[],
    become: (before: Kept | undefined, id: string, i: number) => Kept,
    names: (i: number) => boolean,
  ): object {
    const after = ids.map((id, i) => {
      const kept = become(this.#users.get(id), id, i)
      const { username } = kept.user
      if (names(i) && this.#app.enforce_unique_usernames !== 'no' && username !== undefined) {
        if (compared(username) === '') throw new Refusal('invalid_input', id, 'username')
      }
      return kept
    })
    const world = new Map(this.#users)
    ids.forEach((id, i) => {
      const own = after[i] as Kept
      const present = names(i) ? this.#claimed(id, own, true) : own
      if (present === undefined) world.delete(id)
      else world.set(id, present)
    })
    ids.forEach((id, i) => {
      if (!names(i)) return
      const own = after[i] as Kept
      const others = [...world].filter(([other]) => other !== id).map(([, other]) => other)
      const fresh = this.#claimed(id, own, false)
      if (fresh !== undefined && others.some((other) => this.#clash(fresh, other))) {
        throw new Refusal('username_taken', id, 'username')
      }
      world.set(id, own)
    })
    this.#users = world
    return { users: Object.fromEntries(after.map(({ user }) => [user.id, user])) }
  }

  /**
   * A user in those teams alone in which its name was its own before, or in those in which it was not;
   * undefined where there is nothing of it. A name that is kept is its holder's, whoever else has it.
   */
  #claimed(id: string, own: Kept, kept: boolean): Kept | undefined {
    const { user } = own
    const before = this.#users.get(id)?.user
    const isSame =
      before?.username !== undefined &&
      user.username !== undefined &&
      compared(before.username) === compared(user.username)
    if (!isSame) return kept ? undefined : own
    if (this.#app.enforce_unique_usernames === 'app') return kept ? own : undefined
    const teams = (user.teams as string[]).filter(
      (team) => (before.teams as string[]).includes(team) === kept,
    )
    return { user: { ...user, teams } }
  }

  /** Whether two users may not have their names both. Whoever can be restored keeps the name. */
  #clash({ user: one }: Kept, { user: other }: Kept): boolean {
    const { enforce_unique_usernames: uniqueUsernames } = this.#app
    if (uniqueUsernames === 'no') return false
    if (one.username === undefined || other.username === undefined) return false
    if (compared(one.username) !== compared(other.username)) return false
    if (uniqueUsernames === 'app') return true
    return (one.teams as string[]).some((team) => (other.teams as string[]).includes(team))
  }

  #deactivated(id: string): Fields {
    const { user } = this.#present(this.#users.get(id), id)
    if (user.deactivated_at !== undefined) return user
    const time = this.#time()
    const own = { ...user, online: false, deactivated_at: time, updated_at: time }
    this.#users.set(id, { user: own })
    return own
  }

  #reactivated(id: string, name: string | undefined): Fields {
    const { user } = this.#present(this.#users.get(id), id)
    if (user.deactivated_at === undefined && name === undefined) return user
    const active = omit(user, 'deactivated_at')
    const own = { ...active, ...(name === undefined ? {} : { name }), updated_at: this.#time(), id }
    this.#users.set(id, { user: own })
    return own
  }

  #task(ids: readonly string[], each: (id: string) => void): object {
    for (const id of ids) this.#present(this.#users.get(id), id)
    for (const id of ids) each(id)
    return this.#done()
  }

  #done(result?: object): object {
    const times = { created_at: this.#time(), updated_at: this.#time() }
    const task = { status: 'completed', ...times, ...(result === undefined ? {} : { result }) }
    this.tasks.push(task)
    return task
  }

  /** A task calls a hook that failed again. */
  #tell(hook: Told['hook'], user: Fields, options: object): void {
    if (this.broken > 0) this.broken--
    this.told.push({ hook, user, options })
  }

  /** For a synchronous operation, the failure is the result; the user is unchanged. */
  #tellNow(hook: Told['hook'], id: string, options: object): void {
    const { user } = this.#present(this.#users.get(id), id)
    const fails = this.broken > 0
    this.#tell(hook, user, options)
    if (fails) throw new Refusal('hook_failed', id)
  }
}

/** Stands for the owner that the system makes up. */
export const GENERATED = 'delete-user-…'

/** The usernames of the inputs are ASCII. */
const compared = (username: unknown): string =>
  String(username)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')

/** Two paths of one update may not speak of the same place. */
function checkPaths(
  id: string,
  paths: readonly string[],
  allowed: readonly string[] = FIELDS,
): void {
  paths.forEach((path, i) => {
    const isTwice = paths
      .slice(0, i)
      .some((other) => `${path}.`.startsWith(`${other}.`) || `${other}.`.startsWith(`${path}.`))
    if (!allowed.includes(path.split('.')[0] as string)) throw new Refusal('not_allowed', id, path)
    if (isTwice) throw new Refusal('invalid_input', id, path)
  })
}

/** A copy with a value at a path; one that is undefined is taken away. */
function put(object: Fields, path: string, value: unknown, id: string, whole: string): Fields {
  const dot = path.indexOf('.')
  const key = dot < 0 ? path : path.slice(0, dot)
  const old = Object.hasOwn(object, key) ? object[key] : undefined
  const others = Object.entries(object).filter(([own]) => own !== key)
  if (dot < 0) return Object.fromEntries(value === undefined ? others : [...others, [key, value]])
  const leads = typeof old === 'object' && old !== null && !Array.isArray(old)
  if (value === undefined && !leads) return object
  if (old !== undefined && !leads) {
    throw new Refusal('invalid_input', id, whole)
  }
  const inner = put((old ?? {}) as Fields, path.slice(dot + 1), value, id, whole)
  return Object.fromEntries([...others, [key, inner]])
}
