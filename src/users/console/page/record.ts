/** A user's record: every field, the custom data to edit, and what may be done to the user. */

import type { User, UsersClient } from '../../client/index.ts'
import { customChanges, readCustom } from './custom-data.ts'
import { deletionForm } from './deletion.ts'
import { button, element, find, onSubmit } from './dom.ts'
import { wordsOf } from './session.ts'
import { idElement, idText, isLong, statusOf, valueElement } from './show.ts'
import type { Tasks } from './tasks.ts'

const dialog = find('record', HTMLDialogElement)

export interface Records {
  open(user: User): void
  /** A change that was made elsewhere. */
  take(user: User): void
}

export function startRecords(
  client: UsersClient,
  tasks: Tasks,
  changed: (user: User) => void,
  deleted: (id: string) => void,
  closed: (id: string) => void,
): Records {
  let current: User | undefined
  let follow = (_: User) => {}

  function open(user: User): void {
    const { id } = user
    current = user
    const fields = element('dl')
    const status = element('p', { role: 'status' })
    const error = element('p', { class: 'error', role: 'alert' })
    const step = element('div', { class: 'step' })
    const title = element('h2', { id: 'record-title', tabindex: '-1' }, idElement(id))
    const editor = element('textarea', {
      id: 'custom',
      rows: '6',
      spellcheck: 'false',
      'aria-describedby': 'custom-error',
    })
    const customError = element('p', { id: 'custom-error', class: 'error', role: 'alert' })
    let edited = user.custom

    const showFields = (shown: User) => {
      const entries = Object.entries(shown).filter(([name]) => name !== 'custom')
      fields.replaceChildren(
        ...[['status', statusOf(shown)] as const, ...entries].flatMap(([name, value]) => [
          element('dt', {}, name),
          element(
            'dd',
            isLong(value) ? { class: 'long', tabindex: '0' } : {},
            valueElement(name, value),
          ),
        ]),
      )
    }
    const write = (shown: User) => {
      edited = shown.custom
      editor.value = JSON.stringify(shown.custom, undefined, 2)
    }
    const isEdited = () => editor.value !== JSON.stringify(edited, undefined, 2)
    /** Shows what the server answered. */
    const settle = (shown: User, said: string) => {
      current = shown
      showFields(shown)
      showActions(shown)
      status.textContent = said
      changed(shown)
      title.focus()
    }
    follow = (shown) => {
      current = shown
      showFields(shown)
      if (step.dataset.of === 'actions') showActions(shown)
      if (!isEdited()) write(shown)
      else status.textContent = 'Changed elsewhere while you edit: save sends the keys you changed.'
    }

    const showActions = (shown: User) => {
      const isDeactivated = shown.deactivated_at !== undefined
      const actions = element(
        'div',
        { class: 'row' },
        button(isDeactivated ? 'Reactivate…' : 'Deactivate…', () =>
          isDeactivated ? showReactivation() : showDeactivation(),
        ),
        button('Delete…', showDeletion, { class: 'danger' }),
      )
      setStep('actions', actions)
    }
    const setStep = (of: string, content: HTMLElement) => {
      const hadFocus = step.contains(document.activeElement)
      step.dataset.of = of
      step.replaceChildren(content)
      if (hadFocus) content.querySelector<HTMLElement>('input, button')?.focus()
    }
    const cancel = () => showActions(current ?? user)

    /** A question with what will happen, an option, and a button. */
    const ask = (
      heading: string,
      what: string,
      optionLabel: string,
      confirm: (isChecked: boolean) => Promise<void>,
    ) => {
      const option = element('input', { type: 'checkbox' })
      const form = element(
        'form',
        { novalidate: true },
        element('h3', {}, `${heading} `, idElement(id)),
        element('p', {}, what),
        element('label', {}, option, ` ${optionLabel}`),
        element(
          'div',
          { class: 'row' },
          element('button', { type: 'submit', class: 'main' }, heading),
          button('Cancel', cancel),
        ),
      )
      onSubmit(form, showError, () => confirm(option.checked))
      setStep('question', form)
    }
    const showError = (thrown: unknown) => {
      error.textContent = wordsOf(thrown)
    }
    const showDeactivation = () =>
      ask(
        'Deactivate',
        'The user may no longer connect or call the API, and is left out of lists. All data stays. The user can be reactivated.',
        'Mark the user’s messages as deleted, if the application’s server does so',
        async (isChecked) => {
          const options = isChecked ? { mark_messages_deleted: true } : {}
          const answer = await client.deactivateUser({ user_id: id, ...options })
          settle(answer.user, 'Deactivated.')
        },
      )
    const showReactivation = () =>
      ask(
        'Reactivate',
        'The user may connect and call the API again.',
        'Restore the user’s messages, if the application’s server does so',
        async (isChecked) => {
          const options = isChecked ? { restore_messages: true } : {}
          const answer = await client.reactivateUser({ user_id: id, ...options })
          settle(answer.user, 'Reactivated.')
        },
      )
    const showDeletion = () => {
      const form = deletionForm(
        id,
        async (options) => {
          const { user: how = 'soft' } = options
          const { task_id } = await client.deleteUsers({ user_ids: [id], ...options })
          tasks.follow(
            task_id,
            `Delete ${idText(id)} (${how})`,
            how === 'soft' ? { restorable: id } : {},
          )
          deleted(id)
          dialog.close()
          tasks.show()
        },
        cancel,
      )
      setStep('question', form)
    }

    const customForm = element(
      'form',
      { novalidate: true },
      element('label', { for: 'custom' }, 'Custom data, as JSON'),
      editor,
      customError,
      element('button', { type: 'submit' }, 'Save custom data'),
    )
    onSubmit(
      customForm,
      (thrown) => {
        customError.textContent = wordsOf(thrown)
      },
      async () => {
        const changes = customChanges(edited, readCustom(editor.value))
        if (changes === undefined) {
          status.textContent = 'Nothing has changed.'
          return
        }
        const { users } = await client.updateUsersPartial({ users: [{ id, ...changes }] })
        const saved = users[id]
        if (saved === undefined) return
        write(saved)
        settle(saved, 'Saved.')
      },
    )

    showFields(user)
    write(user)
    dialog.replaceChildren(
      title,
      status,
      error,
      step,
      fields,
      customForm,
      element(
        'div',
        { class: 'row' },
        button('Close', () => dialog.close()),
      ),
    )
    showActions(user)
    dialog.showModal()
    title.focus()
  }

  dialog.addEventListener('close', () => {
    // The browser gives the focus back, unless the row was written anew meanwhile.
    const focused = document.activeElement
    const isLost = focused === document.body || dialog.contains(focused)
    if (isLost && current !== undefined) closed(current.id)
    current = undefined
  })
  return {
    open,
    take(user) {
      if (current?.id === user.id) follow(user)
    },
  }
}
