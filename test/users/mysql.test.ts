import { MysqlDialect } from 'kysely'
import { createPool } from 'mysql2'
import { type Connection, createConnection } from 'mysql2/promise'
import { createUsers, type Users } from 'tamis/users'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OwnServer, ownMysql } from '../campaigns/server.ts'

/** Where `npm run mysql` was run, the test starts a server of its own, whose settings it changes. */
const server: OwnServer | undefined = await ownMysql().catch(() => undefined)

describe.skipIf(server === undefined)('a MySQL server that is taken out of service', () => {
  let root: Connection
  let users: Users
  beforeAll(async () => {
    const url = server?.url as string
    root = await createConnection(url)
    // Administrators can connect in any mode.
    await root.query("CREATE USER app IDENTIFIED BY 'app'")
    await root.query('GRANT ALL ON cuts.* TO app')
    users = await createUsers({
      db: url.replace('root@', 'app:app@'),
      settings: { worker: false },
    })
    await users.upsertUsers({ users: [{ id: 'ana' }] })
  })
  afterAll(async () => {
    await users.close()
    await root.end()
    await server?.end()
  })

  it('is unavailable while it is offline, and works again afterwards', async () => {
    await root.query('SET GLOBAL offline_mode = ON')
    // The first may meet the connection that the server ends.
    for (let i = 0; i < 3; i++) {
      await expect(users.queryUsers()).rejects.toMatchObject({ code: 'unavailable' })
    }
    await root.query('SET GLOBAL offline_mode = OFF')
    expect((await users.queryUsers()).users).toMatchObject([{ id: 'ana' }])
  })

  it('answers reads while it is read-only', async () => {
    await root.query('SET GLOBAL super_read_only = ON')
    const writing = users.upsertUsers({ users: [{ id: 'bo' }] })
    await expect(writing).rejects.toMatchObject({ code: 'unavailable' })
    expect((await users.queryUsers()).users).toMatchObject([{ id: 'ana' }])
    await root.query('SET GLOBAL super_read_only = OFF')
    await root.query('SET GLOBAL read_only = OFF')
    expect(await users.upsertUsers({ users: [{ id: 'bo' }] })).toMatchObject({ users: { bo: {} } })
  })

  it('takes values for values, whatever its sql_mode is', async () => {
    const url = String(server?.url).replace('root@', 'app:app@')
    const modes = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES,PIPES_AS_CONCAT,HIGH_NOT_PRECEDENCE'
    await root.query(`SET GLOBAL sql_mode = '${modes}'`)
    const own = await createUsers({ db: url, settings: { worker: false } })
    try {
      const names = ["it's", "' OR 1 = 1 -- ", "\\' OR 1 = 1 -- ", '\\', '"', "') OR 1 = 1 -- "]
      const all = names.map((name, i) => ({ id: `u${i}`, name }))
      await own.upsertUsers({ users: all })
      for (const { id, name } of all) {
        const { users } = await own.queryUsers({ payload: { filter_conditions: { name } } })
        expect(users).toMatchObject([{ id, name }])
      }
      const pool = createPool({ uri: url })
      await expect(createUsers({ db: new MysqlDialect({ pool }) })).rejects.toThrow(
        /NO_BACKSLASH_ESCAPES in their sql_mode/,
      )
    } finally {
      await own.close()
      await root.query('SET GLOBAL sql_mode = DEFAULT')
    }
  })
})
