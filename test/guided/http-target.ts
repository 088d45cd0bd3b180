/** The HTTP handler of the users system as a target: whatever is asked, it answers as it says. */

import { deepStrictEqual as equal } from 'node:assert'
import { clientOf, ENDPOINTS, open, requestOf, SERVER, type Service } from '../users/service.ts'
import type { Target } from './targets.ts'

/** Answers without an end. */
const isStream = (endpoint: string): boolean =>
  endpoint === 'GET /users/watch' || endpoint === 'GET /connect'

const ENDED = ENDPOINTS.filter(({ endpoint }) => !isStream(endpoint))

const CLIENT = clientOf('ana', { exp: 4_000_000_000 })

let service: Promise<Service> | undefined

/** Without a worker, so that nothing is sent to the webhooks that inputs register. */
const start = (): Promise<Service> =>
  open({
    settings: { guests: true, worker: false },
    rateLimit: { requests: 1_000_000_000, seconds: 1 },
    seed: [{ id: 'ana', name: 'Ana' }, { id: 'ben' }],
  })

/** The first unit selects an endpoint, the second a token; then the query string, a line, the body. */
export const http: Target = {
  async run(input) {
    service ??= start()
    const { handler, reported } = await service
    const { endpoint } = ENDED[input.charCodeAt(0) % ENDED.length] ?? ENDED[0]!
    const token = [SERVER, CLIENT, undefined, input.slice(2, 40)][input.charCodeAt(1) % 4]
    const [search = '', ...lines] = input.slice(2).split('\n')
    const body = lines.join('\n')
    const [method] = endpoint.split(' ')
    let request: Request
    try {
      request = requestOf(`${endpoint}${search === '' ? '' : `?${search}`}`, {
        token,
        body: method === 'GET' || method === 'HEAD' ? undefined : body,
        headers: { 'content-type': 'application/json' },
      })
    } catch {
      // No client can send it: fetch refuses the URL or the header.
      return
    }
    const response = await handler(request)
    const text = await response.text()
    equal(response.status < 500, true, `${response.status} ${text}`)
    equal(reported.splice(0), [], 'reported as an error of the server')
    if (response.headers.get('content-type')?.includes('json') === true) JSON.parse(text)
    equal(text.includes(' at Object.'), false, 'a stack trace')
  },
  seeds: ENDED.map(
    ({ body }, i) =>
      `${String.fromCharCode(i)}\0\n${body === undefined ? '' : JSON.stringify(body)}`,
  ),
  tokens: [
    ...['"users"', '"id"', '"set"', '"unset"', '"user_ids"', '"filter_conditions"', '"custom"'],
    ...[
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      'null',
      'true',
      '1e999',
      '"\\u0000"',
      '"\\ud800"',
      '__proto__',
    ],
    ...['filter=', 'limit=1', 'sort=-created_at', 'next=', '&', '%00', '\n', '"user"', '"role"'],
  ],
}
