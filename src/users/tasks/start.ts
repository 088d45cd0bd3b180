import type { DeleteOptions } from '../settings.ts'
import type { Reservation } from '../storage/public.ts'
import type { Store } from '../storage/store.ts'
import { markedDeleted, present } from '../transitions.ts'
import type { Queue } from './queue.ts'
import type { TaskType } from './task.ts'

/** Adds a task for users who all exist. */
export function startTask(
  store: Store,
  queue: Queue,
  type: TaskType,
  ids: readonly string[],
  options: object,
  reservation?: Reservation,
): Promise<string> {
  return store.transaction(async (transaction) => {
    const stored = await store.lock(transaction, ids)
    for (const id of ids) present(stored.get(id), id)
    const task_id = await queue.add(transaction, type, ids, options)
    await store.answers.record(transaction, reservation, { task_id })
    return task_id
  })
}

/** Marks users as deleted, and adds the task that does the rest. */
export function startDeletion(
  store: Store,
  queue: Queue,
  ids: readonly string[],
  options: DeleteOptions,
  reservation?: Reservation,
): Promise<string> {
  const { user: how = 'soft' } = options
  const isOwnerMissing = how === 'hard' && options.new_channel_owner_id === undefined
  const generated = isOwnerMissing
    ? { new_channel_owner_id: `delete-user-${crypto.randomUUID()}` }
    : {}
  const now = store.now()
  return store.transaction(async (transaction) => {
    const stored = await store.lock(transaction, ids)
    const changes = ids.flatMap((id) => {
      // A user who is deleted already may be deleted by a stronger way.
      const before = stored.get(id) ?? present(undefined, id)
      const after = markedDeleted(before, how, now)
      return after === before ? [] : [{ before, after }]
    })
    const task = { ...options, ...generated, user: how }
    const task_id = await queue.add(transaction, 'delete', ids, task)
    await store.answers.record(transaction, reservation, { task_id })
    await store.write(transaction, changes)
    return task_id
  })
}
