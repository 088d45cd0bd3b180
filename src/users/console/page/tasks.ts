/** Tasks, with their progress; and the restoring of users, whom no list shows. */

import { type Task, type User, type UsersClient, UsersClientError } from '../../client/index.ts'
import { button, element, find, onSubmit } from './dom.ts'
import { wordsOf } from './session.ts'
import { idText, timeElement } from './show.ts'

const list = find('tasks', HTMLUListElement)
const done = find('done', HTMLParagraphElement)

/** The waits between two looks at a task, in ms. */
const SHORTEST_WAIT = 200
const LONGEST_WAIT = 3000

export interface Tasks {
  /** Follows a task that was started; a user who was deleted softly can be restored from there. */
  follow(id: string, title: string, options?: { readonly restorable?: string }): void
  /** Goes to the tasks. */
  show(): void
}

export function startTasks(
  client: UsersClient,
  show: () => void,
  restored: (user: User) => void,
): Tasks {
  async function restore(id: string): Promise<void> {
    const { users } = await client.restoreUsers({ user_ids: [id] })
    const user = users[id]
    done.textContent = `${idText(id)} is restored.`
    if (user !== undefined) restored(user)
  }

  const follow: Tasks['follow'] = (id, title, { restorable } = {}) => {
    const state = element('p')
    const progress = element('progress', { 'aria-label': `Progress of ${title}` })
    const problem = element('p', { class: 'error', role: 'alert' })
    const item = element(
      'li',
      {},
      element('h3', {}, element('bdi', {}, title)),
      state,
      progress,
      problem,
    )
    list.prepend(item)
    const showTask = ({ task_id, status, updated_at, error, result }: Task) => {
      state.replaceChildren(
        element('strong', {}, status),
        ' · ',
        timeElement(updated_at),
        ' · ',
        element('code', {}, task_id),
      )
      const isOver = status === 'completed' || status === 'failed'
      progress.hidden = isOver
      if (error !== undefined) problem.textContent = error.message
      for (const [user, reason] of Object.entries(error?.details.users ?? {})) {
        item.append(element('p', { class: 'error' }, `${idText(user)}: ${reason}`))
      }
      if (status === 'completed' && result !== undefined) {
        item.append(element('pre', { tabindex: '0' }, JSON.stringify(result, undefined, 2)))
      }
      if (isOver) done.textContent = `${title}: ${status}.`
      return isOver
    }
    if (restorable !== undefined) {
      const again = button('Restore', async () => {
        try {
          problem.textContent = ''
          await restore(restorable)
          again.replaceWith(element('p', {}, 'The user is restored.'))
        } catch (error) {
          problem.textContent = wordsOf(error)
        }
      })
      item.append(again)
    }
    void poll(id, showTask).catch((error) => {
      progress.hidden = true
      problem.textContent = wordsOf(error)
    })
  }

  async function poll(id: string, isOver: (task: Task) => boolean): Promise<void> {
    for (let wait = SHORTEST_WAIT; ; wait = Math.min(LONGEST_WAIT, wait * 1.5)) {
      try {
        if (isOver(await client.getTask({ id }))) return
      } catch (error) {
        // A server that is restarted goes on with the task.
        const { status } = error instanceof UsersClientError ? error : { status: 400 }
        if (status !== undefined && status < 500) throw error
      }
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }

  const taskId = find('task-id', HTMLInputElement)
  const followError = find('follow-error', HTMLParagraphElement)
  onSubmit(
    find('follow', HTMLFormElement),
    (error) => {
      followError.textContent = wordsOf(error)
    },
    async () => {
      const id = taskId.value.trim()
      if (id === '') throw new Error('Enter the id of a task.')
      await client.getTask({ id })
      follow(id, `Task ${idText(id)}`)
      taskId.value = ''
    },
  )
  const restoreId = find('restore-id', HTMLInputElement)
  const restoreError = find('restore-error', HTMLParagraphElement)
  onSubmit(
    find('restore', HTMLFormElement),
    (error) => {
      restoreError.textContent = wordsOf(error)
    },
    async () => {
      if (restoreId.value === '') throw new Error('Enter the id of a user.')
      await restore(restoreId.value)
      restoreId.value = ''
    },
  )
  return { follow, show }
}
