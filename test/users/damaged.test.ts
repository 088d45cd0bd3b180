import Database from 'libsql'
import { defineSchema, dynamic, readRow, string, timestamp } from 'tamis'
import { mariadb } from 'tamis/mariadb'
import { sqlite } from 'tamis/sqlite'
import { createUsers, createUsersHandler, type Users } from 'tamis/users'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { databases, type Fresh } from './fresh.ts'
import { type Answer, answerOf, requestOf, SECRET, SERVER } from './service.ts'

describe('the error of a damaged record names the field, the column and the row', () => {
  const schema = defineSchema({
    fields: {
      id: string({ required: true }),
      seen: timestamp({ required: true }),
      'custom.*': dynamic(['string']),
    },
  })
  const seen = '2024-05-01T12:00:00.000000Z'

  it.each([
    [
      { id: 'a', seen, custom: '{"a":' },
      /^tamis: custom\.\*: the column "own" of the row "a" holds text that is not JSON$/,
    ],
    [{ id: 'a', seen, custom: '' }, /^tamis: custom\.\*: .* not JSON$/],
    [{ seen, custom: '{' }, /^tamis: custom\.\*: the column "own" holds text/],
    [
      { id: 'a', seen: 'yesterday', custom: '{}' },
      /^tamis: seen: the column "seen" of the row "a" holds no /,
    ],
  ])('%j', (record, message) => {
    // SQLite's CHECK constraints refuse any other text in a column of timestamps.
    for (const dialect of record.seen === 'yesterday' ? [mariadb] : [sqlite, mariadb]) {
      const read = readRow(schema, { dialect, mapping: { custom: { column: 'own' } } })
      expect(() => read(record)).toThrow(TypeError)
      expect(() => read(record)).toThrow(message)
    }
  })
})

/** The JSON types of PostgreSQL and MySQL hold nothing that cannot be read. */
const damageable = databases.filter(({ name }) => name === 'SQLite' || name === 'MariaDB')

describe.each(damageable)('a damaged row in $name', ({ name, fresh }) => {
  let database: Fresh
  let users: Users
  const reported: unknown[] = []
  let ask: (endpoint: string, body?: unknown) => Promise<Answer>

  async function damage(text: string): Promise<void> {
    if (name === 'SQLite') {
      const connection = new Database(database.db)
      connection.exec(`PRAGMA ignore_check_constraints = 1; ${text}`)
      connection.close()
    } else {
      await database.run('SET SESSION check_constraint_checks = 0')
      await database.run(text)
    }
  }

  beforeEach(async () => {
    reported.length = 0
    database = await fresh()
    users = await createUsers({
      db: database.db,
      settings: { secret: SECRET, worker: false },
      hooks: { onError: (error) => reported.push(error) },
    })
    const handler = await createUsersHandler(users)
    ask = async (endpoint, body) =>
      answerOf(await handler(requestOf(endpoint, { token: SERVER, body })))
    await users.upsertUsers({ users: [{ id: 'ana', custom: { secret: 'of ana' } }, { id: 'bo' }] })
  })
  afterEach(async () => {
    await users.close()
    await database.drop()
  })

  it.each([
    ['custom', `UPDATE tamis_users SET custom = '{"secret": ' WHERE id = 'ana'`],
    ['details', `UPDATE tamis_users SET details = '[' WHERE id = 'ana'`],
  ])('is reported with its id and field: %s', async (field, text) => {
    await damage(text)
    const answer = await ask('GET /users')
    expect(answer).toMatchObject({
      status: 500,
      body: { code: 'user_damaged', details: { user_id: 'ana', field: `${field}.*` } },
    })
    expect(answer.text).not.toMatch(/secret|SyntaxError/)
    expect(reported).toHaveLength(1)
    expect(reported[0]).toMatchObject({
      code: 'user_damaged',
      cause: expect.objectContaining({ message: expect.stringContaining('"ana"') }),
    })
    // What has nothing of it is as before, and it can be written anew once it is repaired.
    const bo = await ask('POST /users/query', { filter_conditions: { id: 'bo' } })
    expect(bo.body.users).toMatchObject([{ id: 'bo' }])
    await damage(text.replace(/'[[{].*' WHERE/, "'{}' WHERE"))
    expect((await ask('GET /users')).status).toBe(200)
  })

  it('is reported if a filter reads it', async () => {
    await damage(`UPDATE tamis_users SET custom = '{"secret": ' WHERE id = 'ana'`)
    const answer = await ask('POST /users/query', { filter_conditions: { 'custom.age': 3 } })
    // MariaDB's functions find nothing in text that is not JSON.
    expect(answer).toMatchObject(
      name === 'SQLite'
        ? { status: 500, body: { code: 'user_damaged' } }
        : { status: 200, body: { users: [] } },
    )
  })
})
