import { connect, type Socket } from 'node:net'

/** A request as bytes, and the length of its answer's body where it is known. */
export interface Load {
  readonly port: number
  /** Sent in turn, over all connections. */
  readonly requests: readonly Buffer[]
  readonly connections: number
  readonly seconds: number
  /** Requests a second that arrive whether or not earlier ones are answered; unlimited if left out. */
  readonly rate?: number
}

export interface Measured {
  readonly perSecond: number
  /** From when a request was due until its answer was whole, in ms. */
  readonly median: number
  readonly p99: number
  readonly failures: number
}

/** A request in HTTP/1.1; its connection stays open. */
export function requestOf(
  method: string,
  path: string,
  { token, body = '' }: { readonly token?: string; readonly body?: string } = {},
): Buffer {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'Host: bench.test',
    ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
    ...(body === ''
      ? []
      : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`]),
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`)
}

const LENGTH = /\r\ncontent-length: *(\d+)/i

/** One connection with at most one request at a time. */
class Connection {
  readonly #socket: Socket
  #answer: { resolve(status: number): void; reject(error: unknown): void } | undefined
  #left = -1
  #head = ''
  #status = 0

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket.on('data', (chunk) => this.#read(chunk))
    const lost = (error?: unknown) => this.#answer?.reject(error ?? new Error('connection closed'))
    this.#socket.on('error', lost).on('close', () => lost())
  }

  ask(request: Buffer): Promise<number> {
    this.#socket.write(request)
    return new Promise((resolve, reject) => {
      this.#answer = { resolve, reject }
    })
  }

  end(): void {
    this.#answer = undefined
    this.#socket.destroy()
  }

  #read(chunk: Buffer): void {
    let body = chunk.length
    if (this.#left < 0) {
      this.#head += chunk.toString('latin1')
      const end = this.#head.indexOf('\r\n\r\n')
      if (end < 0) return
      const head = this.#head.slice(0, end)
      const [, length] = LENGTH.exec(head) ?? []
      if (length === undefined) throw new Error(`an answer without Content-Length: ${head}`)
      this.#status = Number(head.slice(9, 12))
      body = this.#head.length - end - 4
      this.#left = Number(length)
      this.#head = ''
    }
    this.#left -= body
    if (this.#left > 0) return
    this.#left = -1
    this.#answer?.resolve(this.#status)
  }
}

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN

/** Asks over several connections for a while. */
export async function load({
  port,
  requests,
  connections,
  seconds,
  rate,
}: Load): Promise<Measured> {
  const all = Array.from({ length: connections }, () => new Connection(port))
  const times: number[] = []
  let failures = 0
  let sent = 0
  const start = performance.now()
  const end = start + seconds * 1000
  const ask = async (connection: Connection, due: number) => {
    const status = await connection.ask(requests[sent++ % requests.length] as Buffer)
    times.push(performance.now() - due)
    if (status !== 200) failures++
  }
  if (rate === undefined) {
    await Promise.all(
      all.map(async (each) => {
        while (performance.now() < end) await ask(each, performance.now())
      }),
    )
  } else {
    const free = [...all]
    const due: number[] = []
    let arrived = 0
    let open = 0
    while (performance.now() < end || open > 0) {
      const now = performance.now()
      for (; now < end && start + (arrived * 1000) / rate <= now; arrived++) {
        due.push(start + (arrived * 1000) / rate)
      }
      while (due.length > 0 && free.length > 0) {
        const connection = free.pop() as Connection
        open++
        void ask(connection, due.shift() as number).finally(() => {
          open--
          free.push(connection)
        })
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const took = (performance.now() - start) / 1000
  for (const each of all) each.end()
  times.sort((one, other) => one - other)
  return {
    perSecond: times.length / took,
    median: at(times, 0.5),
    p99: at(times, 0.99),
    failures,
  }
}

/** The answer to one request. */
export async function answerOf(port: number, request: Buffer): Promise<unknown> {
  const [head = '', body = ''] = request.toString().split('\r\n\r\n')
  const [line = '', ...fields] = head.split('\r\n')
  const [method = '', path = ''] = line.split(' ')
  const headers = fields.map((each) => each.split(': ') as [string, string])
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: headers.filter(([name]) => name !== 'Host' && name !== 'Content-Length'),
    ...(body === '' ? {} : { body }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${line}: ${response.status} ${text}`)
  return JSON.parse(text)
}
