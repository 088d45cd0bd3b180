import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request that a receiver got. */
export interface Received {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly text: string
  readonly id: string
  readonly type: string
  readonly timestamp: string
  readonly data: {
    readonly user: { readonly id: string; readonly [field: string]: unknown }
    readonly deletion?: string
  }
  readonly at: number
}

type Respond = (received: Received, response: ServerResponse) => void | Promise<void>

/** The endpoint of a webhook, in a server of its own. */
export interface Receiver {
  readonly url: string
  readonly received: Received[]
  /** How each request is answered; 204 by default. */
  respond: Respond
  /** The events of one user, in the order in which they came. */
  of(id: string): Received[]
  /** Closes the port. */
  stop(): Promise<void>
}

const servers: Server[] = []

export const answering =
  (status: number, headers: Readonly<Record<string, string>> = {}): Respond =>
  (_, response) =>
    void response.writeHead(status, headers).end()

export async function receiver(respond: Respond = answering(204)): Promise<Receiver> {
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const received: Received = {
      ...JSON.parse(text),
      path: request.url,
      headers: request.headers,
      text,
      id: request.headers['webhook-id'],
      at: performance.now(),
    }
    own.received.push(received)
    await own.respond(received, response)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const own: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received: [],
    respond,
    of: (id) => own.received.filter(({ data }) => data.user.id === id),
    stop: () => close(server),
  }
  return own
}

function close(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}

/** For after a test. */
export const stopReceivers = (): Promise<unknown> => Promise.all(servers.splice(0).map(close))

/** The signature by one secret, made by another library than that of the users system. */
export function signatureBy(secret: string, { headers, text }: Received): string {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`
  return `v1,${createHmac('sha256', key).update(content).digest('base64')}`
}
