/**
 * The program of a child process, which gets this function as text: it uses nothing but its
 * parameters, JavaScript and Node, and imports nothing but types.
 */

import type { Engine, openEngine, Require, requireFrom } from './engine.ts'

/** What a child process is told when it starts. */
export interface Orders {
  readonly file: string
  readonly mode: 'read' | 'write'
  /** The files from which modules are looked for. */
  readonly requireFrom: readonly string[]
}

/** The functions and modules that the program uses. */
export interface ChildModules {
  readonly openEngine: typeof openEngine
  readonly requireFrom: typeof requireFrom
  createRequire(from: string): Require
  readonly Worker: new (code: string, options: object) => { unref(): void }
}

/**
 * Runs the statements of standard input, each a line of JSON, and answers each with a line, for as
 * long as the parent process lives.
 */
export function serveEngine(
  modules: ChildModules,
  { file, mode, requireFrom: files }: Orders,
): void {
  // A terminal signals its whole group, and a service manager all processes of a service. The parent
  // decides when this process ends.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {})
  // A statement may be running when the parent dies, so another thread watches the parent.
  new modules.Worker(
    `setInterval(() => {
      if (process.ppid !== ${process.ppid}) process.kill(process.pid, 'SIGKILL')
    }, 500)`,
    { eval: true },
  ).unref()

  const failed = (error: unknown) => {
    const { message, code, errcode, at } = Object(error)
    return { error: { message: String(message ?? error), code, errcode, at } }
  }

  // JSON has no integers beyond 2^53, no infinities and no bytes: process.ts decodes these objects.
  const encode = (value: unknown): unknown => {
    switch (typeof value) {
      case 'bigint': {
        const number = Number(value)
        return Number.isSafeInteger(number) ? number : { n: String(value) }
      }
      case 'number':
        return Number.isFinite(value) ? value : { f: String(value) }
      case 'object':
        return value instanceof Uint8Array ? { b: Buffer.from(value).toString('base64') } : value
      default:
        return value
    }
  }
  const decode = (value: unknown): unknown =>
    typeof value === 'object' && value !== null ? BigInt(Object(value).n) : value

  // Standard output is written synchronously, and waits while the parent does not read.
  const answer = (reply: object) => process.stdout.write(`${JSON.stringify(reply)}\n`)

  let engine: Engine
  try {
    const load = modules.requireFrom(modules.createRequire, files)
    engine = modules.openEngine(load, file, mode)
    answer({})
  } catch (error) {
    answer(failed(error))
    return
  }

  const run = (line: string) => {
    try {
      const [text, params, lists]: [string, unknown[], unknown[][] | undefined] = JSON.parse(line)
      if (lists !== undefined) {
        for (const each of lists) {
          for (let i = 0; i < each.length; i++) each[i] = decode(each[i])
        }
        answer(engine.runEach(text, lists))
        return
      }
      const { columns, rows, changes } = engine.run(text, params.map(decode))
      answer(
        rows === undefined ? { changes } : { columns, rows: rows.map((row) => row.map(encode)) },
      )
    } catch (error) {
      answer(failed(error))
    }
  }

  let pieces: Buffer[] = []
  process.stdin.on('data', (chunk: Buffer) => {
    let start = 0
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      pieces.push(chunk.subarray(start, end))
      run(Buffer.concat(pieces).toString())
      pieces = []
      start = end + 1
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start))
  })
  process.stdin.on('end', () => {
    engine.close()
    process.exit(0)
  })
}
