import { deepStrictEqual } from 'node:assert'
import { parseQuery, runQuery } from 'tamis'
import { type User, usersSchema } from 'tamis/users'
import { requestOf } from './load.ts'
import { token } from './servers.ts'

/** What is asked of a server, and what it must answer. */
export interface Question {
  readonly name: string
  readonly goal: number
  readonly requests: readonly Buffer[]
  /** Answers from memory, by path. */
  readonly answers: Readonly<Record<string, object>>
}

const BEARER = { token: token() }

const pathOf = (payload: object): string =>
  `/users?payload=${encodeURIComponent(JSON.stringify(payload))}`

export const BY_ROLE = { filter_conditions: { role: 'admin' } }

/** The users that memory finds for a payload. */
export const expectedOf = (payload: object, rows: readonly User[]): readonly User[] =>
  runQuery(parseQuery(usersSchema, payload), rows as never).items as never

function question(
  name: string,
  goal: number,
  payloads: readonly object[],
  rows: readonly User[],
): Question {
  const paths = payloads.map(pathOf)
  const answers = payloads.map((payload) => ({ users: expectedOf(payload, rows) }))
  return {
    name,
    goal,
    requests: paths.map((path) => requestOf('GET', path, BEARER)),
    answers: Object.fromEntries(paths.map((path, i) => [path, answers[i] as object])),
  }
}

/** Several times as many as `tamis serve` keeps statements and pages of. */
const DIFFERENT = 2000

export const samePage = (rows: readonly User[], goal: number): Question =>
  question('a page of 30 by role, newest first', goal, [BY_ROLE], rows)

/** A page that begins at another instant for each request, so that none was asked lately. */
export function differentPages(rows: readonly User[], goal: number): Question {
  const instants = rows
    .filter((_, i) => i % Math.floor(rows.length / DIFFERENT) === 0)
    .map(({ created_at }) => created_at)
  const payloads = instants.map((created_at) => ({
    filter_conditions: { role: 'admin', created_at: { $lt: created_at } },
  }))
  return question('a page of 2,000 different ones', goal, payloads, rows)
}

export const activeOf = (rows: readonly User[]): readonly User[] =>
  rows.filter(({ deactivated_at }) => deactivated_at === undefined)

export function oneUser(rows: readonly User[], goal: number): Question {
  const active = activeOf(rows)
  const step = Math.floor(active.length / 3000)
  const ids = active.filter((_, i) => i % step === 0).map(({ id }) => id)
  const payloads = ids.map((id) => ({ filter_conditions: { id } }))
  const paths = payloads.map(pathOf)
  const byId = new Map(rows.map((each) => [each.id, each]))
  return {
    name: 'one user by id, 3,000 different',
    goal,
    requests: paths.map((path) => requestOf('GET', path, BEARER)),
    answers: Object.fromEntries(
      paths.map((path, i) => [path, { users: [byId.get(ids[i] as string)] }]),
    ),
  }
}

const BATCHES = 20

/** Batches of 100 users that are stored already: the first of all who are not deactivated. */
export function upserts(rows: readonly User[], goal: number): Question {
  const requests = Array.from({ length: BATCHES }, (_, batch) => {
    const users = activeOf(rows)
      .slice(batch * 100, batch * 100 + 100)
      .map(({ id, role, name, custom }) => ({ id, role, name, custom }))
    return requestOf('POST', '/users', { ...BEARER, body: JSON.stringify({ users }) })
  })
  return { name: 'an upsert of 100 users', goal, requests, answers: {} }
}

/** Without the fields that other servers leave out, and those that hold the default. */
const core = ({ id, role, name, custom, created_at }: User) => ({
  ...{ id, role, name, custom, created_at },
})

/** @throws AssertionError if an answer does not hold the users that memory finds. */
export function check(answer: unknown, expected: unknown, whole: boolean): void {
  const { users } = answer as { readonly users: readonly User[] }
  const { users: found } = expected as { readonly users: readonly User[] }
  // A hand-written statement selects one row more, as ours does, to know whether there are more.
  const page = users.slice(0, found.length)
  if (whole) deepStrictEqual(page, JSON.parse(JSON.stringify(found)))
  else deepStrictEqual(page.map(core), JSON.parse(JSON.stringify(found.map(core))))
}
