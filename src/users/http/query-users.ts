import type { Exchange } from './route.ts'

/** The endpoint of queries: its answer comes as text, most of which the database made. */
export async function queryUsers(
  { users, view, call }: Exchange,
  payload: unknown,
): Promise<Response> {
  const text = await users.queryUsersText({ payload }, view, () => call.req.raw.signal)
  return call.body(text, 200, { 'Content-Type': 'application/json' })
}
