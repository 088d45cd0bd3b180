import { once } from 'node:events'
import { type FileHandle, open } from 'node:fs/promises'
import { PassThrough, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { Mistake, messageOf } from './mistake.ts'

/** Where rows are written to. */
export interface Sink {
  /** Writes, and waits for a slow reader. */
  write(text: string): Promise<void>
  /** Everything is written when it returns. */
  end(): Promise<void>
}

/** Writes to standard output, and waits for a slow reader. */
export async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}

const STANDARD_OUTPUT: Sink = { write, end: async () => {} }

async function created(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'w')
  } catch (error) {
    throw new Mistake(`--output: ${messageOf(error)}`)
  }
}

/** A file, whose content is replaced, or standard output; compressed with gzip if asked for. */
export async function openSink(file: string | undefined, isGzip: boolean): Promise<Sink> {
  if (file === undefined && !isGzip) return STANDARD_OUTPUT
  const target: Writable =
    file === undefined ? process.stdout : (await created(file)).createWriteStream()
  const head = isGzip ? createGzip() : new PassThrough()
  // Standard output cannot be closed.
  const done = pipeline(head, target, { end: file !== undefined }).catch((error: unknown) => {
    throw new Mistake(`cannot write ${file ?? 'standard output'}: ${messageOf(error)}`)
  })
  // The next write or the end throws it.
  done.catch(() => {})
  return {
    async write(text) {
      if (!head.write(text)) await Promise.race([once(head, 'drain'), done])
    },
    async end() {
      head.end()
      await done
    },
  }
}
