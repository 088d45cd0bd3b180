import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { type Opening, open, type Service } from './service.ts'

type Listener = (request: IncomingMessage, response: ServerResponse) => void

/** The handler in a real server that can fail, stop, and listen again at the same port. */
export interface FaultyServer extends Service {
  readonly url: string
  /** Each request that came, as `POST /users`, without its query. */
  readonly requests: string[]
  /** Answers the next requests in place of the handler, one after the other. */
  fail(...listeners: readonly Listener[]): void
  /** Closes the port and cuts every connection, as a process that is killed does. */
  die(): Promise<void>
  comeBack(): Promise<void>
}

const servers: Server[] = []

export async function listen(opening: Opening = {}): Promise<FaultyServer> {
  const service = await open(opening)
  const handle = getRequestListener(service.handler)
  const requests: string[] = []
  const failures: Listener[] = []
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url?.replace(/\?.*/, '')}`)
    const respond = failures.shift() ?? handle
    void respond(request, response)
  })
  servers.push(server)
  const start = (port: number) =>
    new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  await start(0)
  const { port } = server.address() as AddressInfo
  return {
    ...service,
    url: `http://127.0.0.1:${port}`,
    requests,
    fail: (...listeners) => void failures.push(...listeners),
    async die() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
    comeBack: () => start(port),
  }
}

/** For after a file's tests. */
export async function stopAll(): Promise<void> {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
}

/** An answer with an error, and `Retry-After` in seconds. */
export const refusing =
  (status: number, code: string, retryAfter?: string): Listener =>
  (_, response) => {
    const headers = retryAfter === undefined ? {} : { 'Retry-After': retryAfter }
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers })
    response.end(
      JSON.stringify({ code, message: 'Refused by the test', details: { user_id: 'x' } }),
    )
  }

/** Cuts the connection without an answer. */
export const cutting: Listener = (request) => void request.socket.destroy()

/** Never answers. */
export const silent: Listener = () => {}
