import { rmSync } from 'node:fs'
import { createUsers, type User, type Users } from 'tamis/users'
import { makeUsers } from '../fixtures/users.ts'

export const FILE = 'bench-users.sqlite'
export const COUNT = 100_000

/** A thousandth of them, so that a filter finds next to none. */
const isRare = (i: number): boolean => i % 5000 === 77

/** The made-up users, and among them the few that the rare values find. */
const inputs = () =>
  makeUsers(COUNT).map(({ deleted_at, ...user }, i) =>
    isRare(i)
      ? {
          ...user,
          role: 'owner',
          name: `Quetzal ${i}`,
          teams: ['zenith'],
          custom: { ...user.custom, color: 'mauve' },
        }
      : user,
  )

export const SETTINGS = { worker: false, indexedCustom: ['color', 'age'] }

export function forget(): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${FILE}${suffix}`, { force: true })
}

/** The users in a file of their own, and as rows in memory. */
export async function fill(): Promise<{ users: Users; rows: readonly User[] }> {
  forget()
  const users = await createUsers({ db: FILE, settings: SETTINGS })
  const rows: User[] = []
  const all = inputs()
  for (let i = 0; i < all.length; i += 100) {
    const batch = await users.importUsers({ users: all.slice(i, i + 100) as never })
    rows.push(...Object.values(batch.users))
  }
  return { users, rows }
}
