import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { forNode } from '../support/bundled.ts'

const BUILT = fileURLToPath(new URL('../../node_modules/.tamis', import.meta.url))

const built = new Map<string, string>()

/** A script and its packages as one file, built once: a process then starts in a fraction of the time. */
function build(script: string): string {
  const known = built.get(script)
  if (known !== undefined) return known
  const { outputFiles } = buildSync({
    entryPoints: [fileURLToPath(new URL(script, import.meta.url))],
    ...forNode(),
    write: false,
  })
  const outfile = join(BUILT, script.replace(/ts$/, 'mjs'))
  const draft = `${outfile}.${process.pid}`
  mkdirSync(BUILT, { recursive: true })
  writeFileSync(draft, outputFiles[0]?.contents as Uint8Array)
  // Another run may be about to start the same.
  renameSync(draft, outfile)
  built.set(script, outfile)
  return outfile
}

/** A process that runs a script of the tests and gets its orders as JSON. */
export interface Process {
  readonly child: ChildProcess
  /** The signal or the code that it ended by, and what it said of errors. */
  readonly ended: Promise<{ readonly by: string | number | null; readonly errors: string }>
  /** The next line that it says. */
  line(): Promise<string>
  tell(line: string): void
  /** At once, whatever it is doing. */
  kill(): Promise<void>
}

const running = new Set<Process>()

export function start(script: string, orders: object = {}): Process {
  const child = spawn(process.execPath, ['--no-warnings', build(script), JSON.stringify(orders)], {
    stdio: 'pipe',
  })
  let errors = ''
  child.stderr.on('data', (text) => {
    errors += text
  })
  // What is still to be written to a process that ends.
  child.stdin.on('error', () => {})
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const own: Process = {
    child,
    ended: new Promise((resolve) => {
      child.on('close', (code, signal) => {
        running.delete(own)
        resolve({ by: signal ?? code, errors })
      })
    }),
    async line() {
      const { value, done } = await lines.next()
      if (done) throw new Error(`the process ended: ${errors}`)
      return value
    },
    tell: (line) => void child.stdin.write(`${line}\n`),
    async kill() {
      child.kill('SIGKILL')
      await own.ended
    },
  }
  running.add(own)
  return own
}

/** Ends the processes that a failed test has left. */
export const killAll = (): Promise<unknown> => Promise.all([...running].map((each) => each.kill()))
