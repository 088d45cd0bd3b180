/** The console of the users: signs in, and starts what is behind it. */

import type { UsersClient } from '../../client/index.ts'
import { find, onSubmit } from './dom.ts'
import { type List, startList } from './list.ts'
import { startRecords } from './record.ts'
import { dropToken, keepToken, keptToken, signIn, wordsOf } from './session.ts'
import { startSettings } from './settings.ts'
import { startTasks } from './tasks.ts'

const VIEWS = ['users', 'tasks', 'settings'] as const
type View = (typeof VIEWS)[number]

const signingIn = find('signing-in', HTMLElement)
const form = find('sign-in', HTMLFormElement)
const token = find('token', HTMLInputElement)
const keep = find('keep', HTMLInputElement)
const error = find('sign-in-error', HTMLParagraphElement)
const signOut = find('sign-out', HTMLButtonElement)
const views = find('views', HTMLElement)
const done = find('done', HTMLParagraphElement)

const showError = (thrown: unknown) => {
  error.textContent = wordsOf(thrown)
  if (thrown !== undefined) token.focus()
}

function start(client: UsersClient): void {
  const buttons = [...views.querySelectorAll('button')]
  const showSettings = startSettings(client)
  const show = (view: View) => {
    for (const each of VIEWS) find(`view-${each}`, HTMLElement).hidden = each !== view
    for (const each of buttons) {
      if (each.dataset.view === view) each.setAttribute('aria-current', 'page')
      else each.removeAttribute('aria-current')
    }
    done.textContent = ''
    if (view === 'settings') void showSettings()
  }
  let list: List | undefined
  const tasks = startTasks(
    client,
    () => {
      show('tasks')
      buttons.find(({ dataset }) => dataset.view === 'tasks')?.focus()
    },
    (user) => list?.update(user),
  )
  const records = startRecords(
    client,
    tasks,
    (user) => list?.update(user),
    (id) => list?.remove(id),
    (id) => list?.focus(id),
  )
  list = startList(client, records.open, records.take)
  for (const each of buttons) {
    const view = VIEWS.find((name) => name === each.dataset.view)
    if (view !== undefined) each.addEventListener('click', () => show(view))
  }
  signingIn.remove()
  views.hidden = false
  signOut.hidden = false
  show('users')
  list.focusFilter()
}

signOut.addEventListener('click', () => {
  dropToken()
  // The page begins anew, without anything that was in its memory.
  location.reload()
})

onSubmit(form, showError, async () => {
  const given = token.value.trim()
  const client = await signIn(given)
  token.value = ''
  if (keep.checked) keepToken(given)
  start(client)
})

const kept = keptToken()
if (kept === undefined) token.focus()
else {
  signIn(kept).then(start, (thrown) => {
    dropToken()
    showError(thrown)
  })
}
