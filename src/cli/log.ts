import { fstatSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Writable } from 'node:stream'

/** How many bytes may wait for the reader of the log before lines are dropped. */
const MOST_WAITING = 1024 * 1024

/** How long writing the last lines may take, in milliseconds. */
const LAST = 500

/** The destination of a log, for pino. */
export interface LogOutput {
  write(line: string): void
  /** Resolves when the waiting lines are written, or after a time. */
  flush(): Promise<void>
}

/**
 * Standard output that never blocks: Node writes to a pipe synchronously, so a reader that stalls
 * would block the process. Lines that find no room are dropped and counted. The lines of one turn of
 * the event loop are written together: a write takes longer than making a line.
 */
export function logOutput(): LogOutput {
  const stdout = isPipe() ? pipe() : process.stdout
  let dropped = 0
  let lines = ''
  // The log is no longer read; the service continues without it.
  stdout.on('error', () => {})
  const send = () => {
    if (lines !== '') stdout.write(lines)
    lines = ''
  }
  // After an error that ends the process, its last lines are wanted most.
  process.on('exit', send)
  return {
    write(line) {
      if (stdout.writableLength + lines.length > MOST_WAITING) {
        dropped++
        return
      }
      if (lines === '') setImmediate(send)
      if (dropped > 0) {
        const time = Date.now()
        const msg = `${dropped} lines of the log were dropped: its reader is too slow`
        dropped = 0
        lines += `${JSON.stringify({ level: 40, time, msg })}\n`
      }
      lines += line
    },
    flush: () =>
      new Promise((resolve) => {
        send()
        if (stdout.writableLength === 0 || stdout.destroyed) {
          resolve()
          return
        }
        const timer = setTimeout(resolve, LAST)
        stdout.write('', () => {
          clearTimeout(timer)
          resolve()
        })
      }),
  }
}

function isPipe(): boolean {
  try {
    const stat = fstatSync(1)
    return stat.isFIFO() || stat.isSocket()
  } catch {
    return false
  }
}

function pipe(): Writable {
  const socket = new Socket({ fd: 1, readable: false, writable: true })
  socket.unref()
  return socket
}
