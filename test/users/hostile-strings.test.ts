import { createUsers, createUsersHandler, type Users } from 'tamis/users'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databases, type Fresh } from './fresh.ts'
import { type Call, clientOf, requestOf, SECRET, SERVER } from './service.ts'

/** What some database, driver or URL takes for something else, or refuses. */
const STRINGS = [
  '',
  ' ',
  '.',
  '..',
  '\0',
  'a\0b',
  '\ud800',
  'a\udfff',
  '\ufeff',
  '\u2028\u2029',
  '\r\n',
  '\x1b[31m',
  '\\',
  "'; DROP TABLE tamis_users; --",
  '"`$1?:name',
  '%00%ff%zz',
  '../../tasks',
  '__proto__',
  'NaN',
  '1e400',
  '9'.repeat(400),
  'e\u0301'.repeat(300),
  '\u{10ffff}'.repeat(300),
  'x'.repeat(70_000),
]

/** Each string wherever a request takes one. */
const PLACES: readonly ((text: string) => readonly [string, Call])[] = [
  (text) => ['POST /users', { body: { users: [{ id: text }] } }],
  ...[
    'role',
    'name',
    'image',
    'username',
    'language',
    'ban_expires',
    'last_active',
    'revoke_tokens_issued_before',
  ].map((field) => (text: string): readonly [string, Call] => [
    'POST /users',
    { body: { users: [{ id: 'ana', [field]: text }] } },
  ]),
  (text) => ['POST /users', { body: { users: [{ id: 'ana', teams: [text] }] } }],
  (text) => ['POST /users', { body: { users: [{ id: 'ana', blocked_user_ids: [text] }] } }],
  (text) => ['POST /users', { body: { users: [{ id: 'ana', teams_role: { [text]: 'a' } }] } }],
  (text) => ['POST /users', { body: { users: [{ id: 'ana', teams_role: { a: text } }] } }],
  (text) => ['POST /users', { body: { users: [{ id: 'ana', custom: { [text]: text } }] } }],
  (text) => ['POST /users', { body: { users: [{ id: 'ana', custom: { age: text } }] } }],
  (text) => [
    'POST /users',
    { body: { users: [{ id: 'ana', custom: { age: { [text]: [text] } } }] } },
  ],
  (text) => ['POST /users', { body: { users: [{ id: 'ana', devices: [{ [text]: text }] }] } }],
  (text) => ['POST /users', { body: { users: [{ id: 'ana', [text]: text }] } }],
  (text) => ['PATCH /users', { body: { users: [{ id: text, set: { name: 'a' } }] } }],
  (text) => ['PATCH /users', { body: { users: [{ id: 'ana', set: { name: text } }] } }],
  (text) => ['PATCH /users', { body: { users: [{ id: 'ana', set: { [`custom.${text}`]: 1 } }] } }],
  (text) => ['PATCH /users', { body: { users: [{ id: 'ana', unset: [text, `custom.${text}`] }] } }],
  ...['deactivate', 'reactivate', 'delete', 'restore'].map(
    (what) =>
      (text: string): readonly [string, Call] => [
        `POST /users/${what}`,
        { body: { user_ids: [text] } },
      ],
  ),
  (text) => ['POST /users/delete', { body: { user_ids: ['ana'], new_channel_owner_id: text } }],
  (text) => ['POST /users/deactivate', { body: { user_ids: ['ana'], created_by_id: text } }],
  (text) => ['POST /export/users', { body: { user_ids: [text] } }],
  (text) => ['POST /guest', { body: { user: { id: text, name: text } } }],
  (text) => ['POST /guest', { token: '', body: { user: { id: text, name: text } } }],
  (text) => [`POST /users/${encodeURIComponent(text.toWellFormed())}/deactivate`, {}],
  (text) => [
    `POST /users/${encodeURIComponent(text.toWellFormed())}/reactivate`,
    { body: { name: text } },
  ],
  (text) => [`GET /tasks/${encodeURIComponent(text.toWellFormed())}`, {}],
  (text) => [`GET /tasks/${text.replace(/[^ -~]|[?#]/g, '')}`, {}],
  ...[
    'id',
    'role',
    'name',
    'username',
    'teams',
    'created_at',
    'last_active',
    'custom.age',
    'custom.b',
  ].flatMap((field) =>
    ['$eq', '$gt', '$in', '$contains', '$autocomplete'].map(
      (operator) =>
        (text: string): readonly [string, Call] => [
          'POST /users/query',
          {
            body: {
              filter_conditions: { [field]: { [operator]: operator === '$in' ? [text] : text } },
              sort: { id: 1 },
            },
          },
        ],
    ),
  ),
  (text) => ['POST /users/query', { body: { filter_conditions: { [text]: text } } }],
  (text) => ['POST /users/query', { body: { filter_conditions: { [`custom.${text}`]: text } } }],
  (text) => [
    'POST /users/query',
    { body: { filter_conditions: { [`custom.${text}.a`]: { $gt: text } } } },
  ],
  ...['id_gt', 'id_gte', 'id_lt', 'id_lte', 'next', 'prev', 'limit', 'offset', 'sort'].map(
    (name) =>
      (text: string): readonly [string, Call] => ['POST /users/query', { body: { [name]: text } }],
  ),
  (text) => ['POST /users/query', { body: { sort: { [text]: 1 } } }],
  (text) => [`GET /users?payload=${encodeURIComponent(JSON.stringify({ id_gt: text }))}`, {}],
  (text) => ['GET /users', { token: clientOf(text) }],
  (text) => ['POST /users/query', { token: clientOf(text), body: {} }],
  (text) => ['POST /users', { body: text }],
]

describe.each(databases)('hostile strings, in $name', ({ fresh }) => {
  let database: Fresh
  let users: Users
  const reported: unknown[] = []
  beforeAll(async () => {
    database = await fresh()
    users = await createUsers({
      db: database.db,
      settings: { secret: SECRET, worker: false, uniqueUsernames: 'team', indexedCustom: ['age'] },
      hooks: { onError: (error) => reported.push(error) },
    })
  })
  afterAll(async () => {
    await users?.close()
    await database?.drop()
  })

  it('get an error of the documented shape in any place', async () => {
    const handler = await createUsersHandler(users)
    const wrong: unknown[] = []
    for (const [i, text] of STRINGS.entries()) {
      for (const place of PLACES) {
        const [endpoint, call] = place(text)
        // Few servers take a longer URL, or a longer header.
        if (endpoint.length > 100_000) continue
        const own = call.token === '' ? { body: call.body } : { token: SERVER, ...call }
        const response = await handler(requestOf(endpoint, own))
        const answer = await response.text()
        if (response.status >= 500) wrong.push({ i, endpoint: endpoint.slice(0, 99), answer })
      }
    }
    expect({ wrong, reported }).toEqual({ wrong: [], reported: [] })
    expect((await users.queryUsers()).users.length).toBeGreaterThan(0)
  }, 120_000)
})
