/** Opens an SQLite file, and asks it what takes minutes. */

import Database from 'libsql'
import { createUsers } from 'tamis/users'

const { db } = JSON.parse(process.argv[2] as string) as { db: string }
const users = await createUsers({ db, settings: { worker: false, statementTimeout: 600_000 } })
await users.upsertUsers({ users: [{ id: 'ana' }] })
const connection = new Database(db)
connection.exec(`ALTER TABLE tamis_users RENAME TO all_users;
  CREATE VIEW tamis_users AS SELECT all_users.* FROM all_users, (
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000000000)
    SELECT max(i) AS i FROM n) AS slow WHERE slow.i >= 0`)
connection.close()
void users.queryUsers()
setTimeout(() => console.log('asked'), 500)
