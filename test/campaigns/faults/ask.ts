import type { Answer, Model } from './model.ts'
import type { Server } from './server.ts'

/** How long any answer may take, in milliseconds. */
export const LONGEST_ANSWER = 25_000

/** What no client may be shown: functions and files of a stack, and SQL. */
const LEAK =
  /\n\s+at |node_modules|\.[mc]?[jt]s:\d|\b(SELECT|INSERT INTO|UPDATE|DELETE FROM) |SQLITE_|ER_[A-Z]/

/** The answers that say "not now", and by which codes. */
const NOT_NOW = ['unavailable', 'timeout']

export interface Request {
  /** A method and a path. */
  readonly endpoint: string
  readonly token: string
  readonly body?: unknown
  readonly key?: string | undefined
}

export const answerOf = ({ status, headers }: Response, text: string): Answer => ({
  status,
  text,
  body: text.startsWith('{') ? JSON.parse(text) : {},
  isReplayed: headers.get('idempotency-replayed') === 'true',
})

/** What is wrong with an answer as such; undefined if it is one that a client can work with. */
export function faultOfAnswer(
  { status, text, body }: Answer,
  retryAfter: string | null,
): string | undefined {
  if (LEAK.test(text)) return `${status} shows what is inside: ${text.slice(0, 300)}`
  if (status === 200) return undefined
  if (typeof body.code !== 'string') return `${status} without a code: ${text.slice(0, 300)}`
  if (status < 500) return undefined
  if (status !== 503) return `${status} ${text.slice(0, 300)}`
  if (!NOT_NOW.includes(body.code)) return `503 with the code ${body.code}`
  return retryAfter === null ? '503 without Retry-After' : undefined
}

/**
 * Sends a request; undefined if there was no answer. Records what is wrong with an answer, and a
 * missing one that nothing explains.
 */
export async function ask(
  model: Model,
  server: Pick<Server, 'name' | 'url' | 'state' | 'disturbances' | 'impatience'>,
  { endpoint, token, body, key }: Request,
  longest = LONGEST_ANSWER,
): Promise<Answer | undefined> {
  const { disturbances } = server
  const [method = '', path = ''] = endpoint.split(' ')
  const isExplained = () => server.state !== 'running' || server.disturbances !== disturbances
  try {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.any([server.impatience, AbortSignal.timeout(longest)]),
    })
    const text = await response.text()
    const answer = answerOf(response, text)
    const { status } = answer
    model.count(status === 200 ? '200' : `${status} ${answer.body.code}`)
    const fault = faultOfAnswer(answer, response.headers.get('retry-after'))
    if (fault !== undefined) model.faults.push(`${endpoint}: ${fault}`)
    return answer
  } catch (error) {
    model.count('no answer')
    if (!isExplained()) model.faults.push(`${endpoint}: no answer of ${server.name}: ${error}`)
    return undefined
  }
}
