import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createUsers } from 'tamis/users'
import { expect, it } from 'vitest'
import { databases } from './fresh.ts'
import { until } from './until.ts'

const BATCH = 10

it.each(databases.filter(({ name }) => name === 'SQLite'))(
  'a backup of $name that is made during writes is of one point in time, and is restored',
  async ({ fresh }) => {
    const own = await fresh()
    const users = await createUsers({ db: own.db })
    let batches = 0
    let isWriting = true
    const writing = (async () => {
      while (isWriting) {
        const batch = Array.from({ length: BATCH }, (_, i) => ({
          id: `user-${String(batches * BATCH + i).padStart(6, '0')}`,
          username: `User ${batches * BATCH + i}`,
          teams: ['red'],
          custom: { batch: batches },
        }))
        await users.upsertUsers({ users: batch })
        batches++
      }
    })()
    await until('a few batches are written', () => batches > 5)
    const before = batches
    const backup = `${own.db}.backup`
    await own.run(`VACUUM INTO '${backup}'`)
    const after = batches
    await until('more is written', () => batches > after + 5)
    isWriting = false
    await writing
    await users.close()

    // As documented: all files of the database are removed, and the backup takes their place.
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${own.db}${suffix}`, { force: true })
    cpSync(backup, join(own.db))
    const restored = await createUsers({ db: own.db })
    expect(await own.run('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
    const ids: string[] = []
    for (let last: string | undefined; ; ) {
      const page = await restored.exportPage(last)
      if (page.last === undefined) break
      last = page.last
      ids.push(...page.users.map(({ id }) => id))
    }
    expect(ids.length % BATCH).toBe(0)
    expect(ids.length).toBeGreaterThanOrEqual(before * BATCH)
    expect(ids.length).toBeLessThan(batches * BATCH)
    expect(ids.at(-1)).toBe(`user-${String(ids.length - 1).padStart(6, '0')}`)
    const { users: found } = await restored.queryUsers({
      payload: { filter_conditions: { username: { $autocomplete: 'user 7' } } },
    })
    expect(found.map(({ id }) => id)).toContain('user-000007')
    await restored.upsertUsers({ users: [{ id: 'later' }] })
    await restored.close()
    await own.drop()
  },
)
