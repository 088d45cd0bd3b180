/** The form in which a user is deleted. It says what will be done before it can be confirmed. */

import type { DeleteOptions } from '../../client/index.ts'
import { deletionWords, WAYS, type Way } from './deletion-words.ts'
import { button, element, onSubmit } from './dom.ts'
import { wordsOf } from './session.ts'
import { idText } from './show.ts'

const isWay = (value: string): value is Way => WAYS.some(({ way }) => way === value)

/** A choice of what becomes of other data of the user's. */
function choice(label: string, ways: readonly Way[]): HTMLSelectElement {
  const options = ways.map((way) => element('option', { value: way }, way))
  return element(
    'select',
    { 'aria-label': label },
    element('option', { value: '' }, 'leave'),
    ...options,
  )
}

export function deletionForm(
  id: string,
  confirm: (options: DeleteOptions) => Promise<void>,
  cancel: () => void,
): HTMLFormElement {
  const shown = idText(id)
  const radios = WAYS.map(({ way, label }, i) => {
    const radio = element('input', { type: 'radio', name: 'way', value: way, checked: i === 0 })
    return element('label', {}, radio, ` ${label}`)
  })
  const conversations = choice('Conversations', ['soft', 'hard'])
  const messages = choice('Messages', ['soft', 'pruning', 'hard'])
  const calls = choice('Calls', ['soft', 'hard'])
  const owner = element('input', { autocomplete: 'off', spellcheck: 'false' })
  const typed = element('input', { autocomplete: 'off', spellcheck: 'false' })
  const words = element('ul', { id: 'what-it-does' })
  const error = element('p', { class: 'error', role: 'alert' })
  const ownerLabel = element('label', {}, 'New owner of the user’s channels ', owner)
  const typedLabel = element('label', {}, 'To confirm, type the id ', typed)
  const submit = element(
    'button',
    { type: 'submit', class: 'danger', 'aria-describedby': 'what-it-does' },
    'Delete',
  )
  const form = element(
    'form',
    { novalidate: true, 'aria-labelledby': 'delete-title' },
    element('h3', { id: 'delete-title' }, 'Delete ', element('bdi', { class: 'id' }, shown)),
    element('fieldset', {}, element('legend', {}, 'How'), ...radios),
    element(
      'fieldset',
      {},
      element('legend', {}, 'What else'),
      element('label', {}, 'Conversations ', conversations),
      element('label', {}, 'Messages ', messages),
      element('label', {}, 'Calls ', calls),
      ownerLabel,
    ),
    element('div', { role: 'status' }, element('p', {}, 'This will happen:'), words),
    typedLabel,
    error,
    element('div', { class: 'row' }, submit, button('Cancel', cancel)),
  )

  const way = (): Way => {
    const chosen = new FormData(form).get('way')
    return typeof chosen === 'string' && isWay(chosen) ? chosen : 'soft'
  }
  const options = (): DeleteOptions => {
    const given = Object.entries({
      conversations: conversations.value,
      messages: messages.value,
      calls: calls.value,
      new_channel_owner_id: way() === 'hard' ? owner.value : '',
    }).filter(([, value]) => value !== '')
    return { user: way(), ...Object.fromEntries(given) }
  }
  const follow = () => {
    const isHard = way() === 'hard'
    // The server requires it.
    for (const select of [conversations, messages]) {
      if (isHard) select.value = 'hard'
      select.disabled = isHard
    }
    ownerLabel.hidden = !isHard
    typedLabel.hidden = way() === 'soft'
    words.replaceChildren(...deletionWords(options()).map((each) => element('li', {}, each)))
    submit.textContent = `Delete (${way()})`
  }
  form.addEventListener('input', follow)
  follow()
  onSubmit(
    form,
    (thrown) => {
      error.textContent = wordsOf(thrown)
    },
    async () => {
      if (way() !== 'soft' && typed.value !== id && typed.value !== shown) {
        typed.focus()
        throw new Error(`Type the id ${shown} to confirm.`)
      }
      await confirm(options())
    },
  )
  return form
}
