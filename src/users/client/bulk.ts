import type { Task, User } from '../index.ts'
import { UsersClientError } from './error.ts'
import type { BulkOperations, BulkOptions, UsersClient, UsersOperations } from './types.ts'

/** The most users of a batch, and of an export. */
const MOST = 100
const MOST_EXPORTED = 25

type Input = Readonly<Record<string, unknown>>
type Batch = (input: Input, options: BulkOptions) => Promise<object>

export function bulkOf(
  operations: UsersOperations,
  waitForTask: UsersClient['waitForTask'],
): BulkOperations {
  /** Gives each batch of the input's list to an operation, and each answer to `take`. */
  async function run(
    name: keyof BulkOperations,
    input: Input,
    options: BulkOptions = {},
    take: (answer: object) => void = () => {},
  ): Promise<void> {
    const key = 'users' in input ? 'users' : 'user_ids'
    const all = input[key] as readonly unknown[]
    const operation = operations[name] as unknown as Batch
    let size = name === 'exportUsers' ? MOST_EXPORTED : MOST
    for (let done = 0; done < all.length; ) {
      const batch = all.slice(done, done + size)
      try {
        const answer = await operation({ ...input, [key]: batch }, options)
        const isTask = 'task_id' in answer
        take(isTask ? await waitForTask(String(answer.task_id), options) : answer)
      } catch (error) {
        const isTooLarge = error instanceof UsersClientError && error.status === 413
        if (!isTooLarge || batch.length === 1) throw error
        // Nothing of it was done. Users of this size come in smaller batches from here on.
        size = Math.ceil(batch.length / 2)
        continue
      }
      done += batch.length
      options.onProgress?.({ done, total: all.length })
    }
  }

  const usersOf =
    (name: 'upsertUsers' | 'updateUsersPartial' | 'restoreUsers') =>
    async (input: object, options?: BulkOptions) => {
      const entries: [string, User][] = []
      await run(name, input as Input, options, (answer) => {
        const { users } = answer as { users: Readonly<Record<string, User>> }
        for (const entry of Object.entries(users)) entries.push(entry)
      })
      return { users: Object.fromEntries(entries) }
    }
  const ended =
    (name: 'deactivateUsers' | 'reactivateUsers' | 'deleteUsers') =>
    (input: object, options?: BulkOptions) =>
      run(name, input as Input, options)

  return {
    upsertUsers: usersOf('upsertUsers'),
    updateUsersPartial: usersOf('updateUsersPartial'),
    restoreUsers: usersOf('restoreUsers'),
    deactivateUsers: ended('deactivateUsers'),
    reactivateUsers: ended('reactivateUsers'),
    deleteUsers: ended('deleteUsers'),
    async exportUsers(input, options) {
      const users: User[] = []
      await run('exportUsers', { ...input }, options, (task) => {
        const { result } = task as Task
        users.push(...(result as { users: readonly User[] }).users)
      })
      return { users }
    },
  }
}
