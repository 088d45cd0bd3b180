import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { DirectBody } from '../users/http/direct.ts'
import { Mistake, messageOf } from './mistake.ts'

/** Answers a request; `incoming` is the request as Node has it. */
export type Fetch = (
  request: Request,
  env: {
    readonly incoming: {
      readonly socket: { readonly remoteAddress?: string | undefined }
    }
  },
) => Response | Promise<Response>

/** Answers a request with JSON; with undefined it leaves it to the other handler. */
export type DirectFetch = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
) => Promise<DirectBody | undefined>

/** Copying a longer body takes longer than sending it apart from the head. */
const LONGEST_TEXT = 64 * 1024

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)

/** A server that listens at a port. */
export interface Listening {
  readonly server: Server
  readonly port: number
}

/**
 * Starts a server.
 *
 * @throws Mistake that names the option of the port, if the server cannot listen there.
 */
export const listen = (
  option: string,
  port: number,
  hostname: string,
  fetch: Fetch,
  direct?: DirectFetch,
): Promise<Listening> =>
  new Promise((resolve, reject) => {
    const listener = getRequestListener(fetch, { hostname })
    const server = createServer(
      direct === undefined
        ? listener
        : (incoming, outgoing) => void answer(incoming, outgoing, direct, listener),
    )
    server.on('error', (error: unknown) => {
      reject(new Mistake(`${option} ${port}: ${messageOf(error)}`))
    })
    server.listen(port, hostname, () => {
      const address = server.address()
      // For port 0 the system chose one.
      const chosen = typeof address === 'object' && address !== null ? address.port : port
      resolve({ server, port: chosen })
    })
  })

/** Answers directly where that is possible: a page takes half of the time then. */
async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  direct: DirectFetch,
  listener: (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>,
): Promise<void> {
  if (incoming.method === 'GET' && incoming.headers.host !== undefined) {
    const found = await direct(incoming, outgoing)
    if (found !== undefined) {
      const { status, body, headers } = found
      const content = { 'Content-Type': 'application/json', 'Content-Length': body.byteLength }
      outgoing.writeHead(status, status === 304 ? headers : { ...headers, ...content })
      // Node sends the head and a text in one piece, and the head and bytes in two. A text of Latin-1
      // is sent as the bytes that it was made of.
      if (body.byteLength > LONGEST_TEXT) outgoing.end(body)
      else outgoing.end(bytesOf(body).toString('latin1'), 'latin1')
      return
    }
  }
  await listener(incoming, outgoing)
}

/** Closes a server after its running requests, or after a timeout in ms. */
export async function end(server: Server, timeout: number): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  // A connection whose list has ended becomes idle only then, and would be kept for a next request.
  const idle = setInterval(() => server.closeIdleConnections(), 20)
  const late = setTimeout(() => server.closeAllConnections(), timeout)
  await closed
  clearInterval(idle)
  clearTimeout(late)
}
