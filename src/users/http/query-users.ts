import type { PageJson } from '../storage/text-pages.ts'
import type { Exchange } from './route.ts'

/** The endpoint of queries: its answer comes as JSON, most of which the database made. */
export const queryUsers = ({ users, view, call }: Exchange, payload: unknown): Promise<PageJson> =>
  users.queryUsersJson({ payload }, view, () => call.req.raw.signal)
