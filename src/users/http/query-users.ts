import type { Exchange } from './route.ts'

/** The endpoint of queries: its answer comes as text, most of which the database made. */
export const queryUsers = ({ users, view, call }: Exchange, payload: unknown): Promise<string> =>
  users.queryUsersText({ payload }, view, () => call.req.raw.signal)
