/** The list of users: the page of a filter and a sort, kept up to date. */

import type {
  User,
  UsersClient,
  UsersEvent,
  UsersFilter,
  UsersPayload,
} from '../../client/index.ts'
import { find, isUsable, setUsable } from './dom.ts'
import { filterNow, showFirstMistake, startFilterBox } from './filter-box.ts'
import { follow, type LiveState } from './live.ts'
import { rowsOf } from './rows.ts'
import { wordsOf } from './session.ts'

const query = find('query', HTMLFormElement)
const sort = find('sort', HTMLSelectElement)
const direction = find('direction', HTMLSelectElement)
const limit = find('limit', HTMLSelectElement)
const deactivated = find('deactivated', HTMLInputElement)
const list = find('list', HTMLElement)
const count = find('count', HTMLParagraphElement)
const live = find('live', HTMLParagraphElement)
const newer = find('newer', HTMLButtonElement)
const listError = find('list-error', HTMLParagraphElement)
const previous = find('prev', HTMLButtonElement)
const following = find('next', HTMLButtonElement)

const STATES: Readonly<Record<LiveState, string>> = {
  connecting: 'Connecting to live changes…',
  live: 'Live: changes made elsewhere are shown',
  lost: 'Live changes are interrupted, connecting again…',
  off: 'Live changes are off',
}

/** A first page waits so long for its stream, in ms, so that no change is missed in between. */
const STREAM_FIRST = 1000

/** The list as the rest of the page uses it. */
export interface List {
  /** Shows what became of a user. */
  update(user: User): void
  remove(id: string): void
  focus(id: string): void
  focusFilter(): void
}

export function startList(
  client: UsersClient,
  open: (user: User) => void,
  onChange: (user: User) => void,
): List {
  let applied: UsersPayload = {}
  /** The cursor of the page that is shown, with its number. */
  let page: Pick<UsersPayload, 'next' | 'prev'> & { readonly number: number } = { number: 1 }
  let cursors: { readonly next?: string; readonly prev?: string } = {}
  let pending = new Set<string>()
  let stop = () => {}
  let asked = new AbortController()

  const rows = rowsOf(open)

  function show(found: readonly User[]): void {
    rows.show(found)
    pending = new Set()
    newer.hidden = true
    const some = found.length === 1 ? '1 user' : `${found.length} users`
    const more = cursors.next === undefined ? '' : ', more follow'
    count.textContent =
      found.length === 0 ? 'No user matches.' : `Page ${page.number}: ${some}${more}`
    setUsable(previous, cursors.prev !== undefined)
    setUsable(following, cursors.next !== undefined)
    for (const header of document.querySelectorAll('th[data-sort]')) {
      const isSorted = header instanceof HTMLElement && header.dataset.sort === sort.value
      if (!isSorted) header.removeAttribute('aria-sort')
      else {
        header.setAttribute('aria-sort', direction.value === '1' ? 'ascending' : 'descending')
      }
    }
  }

  /** Queries the page that is to be shown. An answer that another query has overtaken is dropped. */
  async function load(): Promise<void> {
    asked.abort()
    const own = new AbortController()
    asked = own
    list.setAttribute('aria-busy', 'true')
    try {
      const { next, prev } = page
      const payload = { ...applied, next, prev }
      const answer = await client.queryUsersByBody({ payload }, { signal: own.signal })
      if (own.signal.aborted) return
      listError.textContent = ''
      cursors = answer
      show(answer.users)
    } catch (error) {
      if (!own.signal.aborted) listError.textContent = wordsOf(error)
    } finally {
      if (asked === own) list.removeAttribute('aria-busy')
    }
  }

  function drop(id: string): void {
    pending.delete(id)
    tellNewer()
    rows.strike(id)
  }

  function tellNewer(): void {
    newer.hidden = pending.size === 0
    const some = pending.size === 1 ? '1 more user matches' : `${pending.size} more users match`
    newer.textContent = `${some} now: show`
  }

  /** Users who are deactivated leave every list that is watched, and may be in the one that is shown. */
  async function leave(id: string): Promise<void> {
    if (!rows.has(id) || applied.include_deactivated_users !== true) return drop(id)
    const { filter_conditions = {} } = applied
    const payload = {
      filter_conditions: { $and: [filter_conditions, { id }] },
      include_deactivated_users: true,
    }
    const found = await client.queryUsersByBody({ payload }).catch(() => undefined)
    const [user] = found?.users ?? []
    if (user === undefined) drop(id)
    else tell(user)
  }

  /** Shows what another has changed. */
  function tell(user: User): void {
    rows.update(user, true)
    onChange(user)
  }

  function take(event: UsersEvent): void {
    switch (event.type) {
      case 'reset':
        void load()
        return
      case 'added':
      case 'updated':
        if (rows.has(event.user.id)) tell(event.user)
        else if (event.type === 'added') {
          pending.add(event.user.id)
          tellNewer()
        }
        return
      case 'removed':
        void leave(event.user.id)
        return
      case 'ready':
        return
      default:
        event satisfies never
    }
  }

  /** Applies what the form says: opens the stream of changes, and then shows the first page. */
  function apply(): void {
    const filter = filterNow()
    if (filter === undefined) {
      showFirstMistake()
      return
    }
    const way = direction.value === '1' ? 1 : -1
    applied = {
      filter_conditions: filter,
      sort: [{ field: sort.value, direction: way }],
      limit: Number(limit.value),
      include_deactivated_users: deactivated.checked,
    }
    page = { number: 1 }
    restart(filter)
  }

  function restart(filter: UsersFilter): void {
    stop()
    let isLoaded = false
    const begin = () => {
      isLoaded = true
      clearTimeout(timer)
      void load()
    }
    const timer = setTimeout(() => !isLoaded && begin(), STREAM_FIRST)
    const end = follow(
      client,
      filter,
      (event) => (event.type === 'ready' ? begin() : isLoaded && take(event)),
      (state, error) => {
        live.textContent =
          error === undefined ? STATES[state] : `${STATES[state]}: ${wordsOf(error)}`
        live.dataset.state = state
        if (state !== 'live' && state !== 'connecting' && !isLoaded) begin()
      },
    )
    stop = () => {
      clearTimeout(timer)
      end()
    }
  }

  function turn(to: 'next' | 'prev'): void {
    const cursor = cursors[to]
    if (cursor === undefined) return
    page = { [to]: cursor, number: page.number + (to === 'next' ? 1 : -1) }
    void load()
  }

  startFilterBox(apply)
  query.addEventListener('submit', (event) => {
    event.preventDefault()
    apply()
  })
  for (const control of [sort, direction, limit, deactivated]) {
    control.addEventListener('change', apply)
  }
  previous.addEventListener('click', () => isUsable(previous) && turn('prev'))
  following.addEventListener('click', () => isUsable(following) && turn('next'))
  newer.addEventListener('click', () => {
    page = { number: 1 }
    list.focus()
    void load()
  })
  apply()
  return {
    update: (user) => rows.update(user, false),
    remove: drop,
    focus: rows.focus,
    focusFilter: () => find('filter', HTMLTextAreaElement).focus(),
  }
}
