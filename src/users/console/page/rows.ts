/** The rows of the list of users. */

import type { User } from '../../client/index.ts'
import { button, element, find } from './dom.ts'
import { idElement, statusOf, textElement, timeElement } from './show.ts'

const STATUS_CELL = 3

const list = find('list', HTMLElement)
const body = find('rows', HTMLTableSectionElement)

export interface Rows {
  /** Shows users in the place of those that were shown. */
  show(users: readonly User[]): void
  has(id: string): boolean
  /** Shows a user's row as the user is now; as news, it is marked for a while. */
  update(user: User, isNews: boolean): void
  /** Strikes a row through: it stays, so that no other moves. */
  strike(id: string): void
  focus(id: string): void
}

export function rowsOf(open: (user: User) => void): Rows {
  const find = (id: string): HTMLTableRowElement | undefined =>
    [...body.rows].find((row) => row.dataset.id === id)

  /** Fills a row, which keeps the focus if it had it. */
  function fill(row: HTMLTableRowElement, user: User): void {
    const { id, name, role, teams, created_at, last_active } = user
    const hadFocus = row.contains(document.activeElement)
    const opener = button('', () => open(user), { class: 'link' })
    opener.append(idElement(id))
    const wide = { class: 'wide' }
    row.dataset.id = id
    row.replaceChildren(
      element('th', { scope: 'row' }, opener),
      element('td', {}, textElement(name ?? '')),
      element('td', wide, textElement(role)),
      element('td', {}, statusOf(user)),
      element('td', wide, textElement(teams.join(', '))),
      element('td', wide, timeElement(created_at)),
      element('td', wide, last_active === undefined ? 'never' : timeElement(last_active)),
    )
    if (hadFocus) opener.focus()
  }

  const focus = (id: string) => (find(id)?.querySelector('button') ?? list).focus()

  return {
    show(users) {
      const focused = document.activeElement?.closest('tr')?.dataset.id
      body.replaceChildren(
        ...users.map((user) => {
          const row = element('tr')
          fill(row, user)
          return row
        }),
      )
      if (focused !== undefined) focus(focused)
    },
    has: (id) => find(id) !== undefined,
    update(user, isNews) {
      const row = find(user.id)
      if (row === undefined) return
      fill(row, user)
      row.classList.remove('gone', 'changed')
      // Begins the animation anew.
      void row.offsetWidth
      if (isNews) row.classList.add('changed')
    },
    strike(id) {
      const row = find(id)
      row?.classList.add('gone')
      const status = row?.cells[STATUS_CELL]
      if (status !== undefined) status.textContent = 'no longer in this list'
    },
    focus,
  }
}
