/** The settings of the application, to see and to change. */

import type { App, AppChanges, UsersClient } from '../../client/index.ts'
import { element, find, onSubmit } from './dom.ts'
import { wordsOf } from './session.ts'

const form = find('settings', HTMLFormElement)

const UNIQUE = [
  ['no', 'may be taken twice'],
  ['app', 'are unique in the application'],
  ['team', 'are unique in each team'],
] as const

const SWITCHES = [
  ['guests', 'Guests may be created without a token'],
  ['anonymous', 'Whoever has no token may read'],
  ['uses_teams', 'The application uses teams, and so has no guests'],
] as const

/** The fields that `client_may_update` can list. */
const FIELDS = [
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
] as const satisfies readonly App['client_may_update'][number][]

/** Asks for the settings, and shows them. */
export type ShowSettings = () => Promise<void>

export function startSettings(client: UsersClient): ShowSettings {
  let shown: App | undefined
  const unique = element(
    'select',
    {},
    ...UNIQUE.map(([value, label]) => element('option', { value }, label)),
  )
  const switches = SWITCHES.map(([name, label]) => {
    const box = element('input', { type: 'checkbox' })
    return { name, box, label: element('label', {}, box, ` ${label}`) }
  })
  const fields = FIELDS.map((name) => {
    const box = element('input', { type: 'checkbox' })
    return { name, box, label: element('label', {}, box, ` ${name}`) }
  })
  const error = element('p', { class: 'error', role: 'alert' })
  const status = element('p', { role: 'status' })
  form.replaceChildren(
    element('label', {}, 'Usernames ', unique),
    ...switches.map(({ label }) => label),
    element(
      'fieldset',
      {},
      element('legend', {}, 'Fields that clients may update of their own user'),
      ...fields.map(({ label }) => label),
    ),
    error,
    status,
    element('button', { type: 'submit', class: 'main' }, 'Save settings'),
  )

  function fill(app: App): void {
    shown = app
    unique.value = app.enforce_unique_usernames
    for (const { name, box } of switches) box.checked = app[name]
    for (const { name, box } of fields) box.checked = app.client_may_update.includes(name)
  }

  /** What differs from the settings that were shown: others may have changed the rest meanwhile. */
  function changes(app: App): AppChanges {
    const listed = fields.filter(({ box }) => box.checked).map(({ name }) => name)
    const isListed = app.client_may_update.filter((name) => listed.includes(name)).length
    const isSame = isListed === listed.length && isListed === app.client_may_update.length
    const chosen = UNIQUE.find(([value]) => value === unique.value)?.[0]
    return {
      ...(chosen === app.enforce_unique_usernames ? {} : { enforce_unique_usernames: chosen }),
      ...Object.fromEntries(
        switches
          .filter(({ name, box }) => box.checked !== app[name])
          .map(({ name, box }) => [name, box.checked]),
      ),
      ...(isSame ? {} : { client_may_update: listed }),
    }
  }

  onSubmit(
    form,
    (thrown) => {
      error.textContent = wordsOf(thrown)
      status.textContent = ''
    },
    async () => {
      if (shown === undefined) throw new Error('The settings could not be read: open them again.')
      const different = changes(shown)
      if (Object.keys(different).length === 0) {
        status.textContent = 'Nothing has changed.'
        return
      }
      const { app, usernames_taken_twice: twice = 0 } = await client.updateApp(different)
      fill(app)
      status.textContent =
        twice === 0
          ? 'Saved.'
          : `Saved. ${twice} usernames are taken twice: what is stored already is not changed.`
    },
  )

  return async () => {
    try {
      error.textContent = ''
      status.textContent = ''
      fill((await client.getApp()).app)
    } catch (thrown) {
      error.textContent = wordsOf(thrown)
    }
  }
}
