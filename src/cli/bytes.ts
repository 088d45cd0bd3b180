import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { Mistake, messageOf } from './mistake.ts'

export const MEBIBYTE = 1024 * 1024

export type Chunks = AsyncIterable<Buffer>

/** How messages name a file. */
export const nameOf = (file: string): string => (file === '-' ? 'standard input' : file)

const BYTE_ORDER_MARK = Buffer.from('\uFEFF')

const isGzip = (head: Buffer): boolean => head[0] === 0x1f && head[1] === 0x8b

/** Whether text begins with the byte order mark of UTF-16, as spreadsheets save "Unicode text". */
const isUtf16 = (head: Buffer): boolean =>
  (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)

/** The first bytes of a stream (fewer if the stream is shorter), and the whole stream. */
async function peek(
  chunks: Chunks,
  length: number,
): Promise<{ readonly head: Buffer; readonly all: Chunks }> {
  const iterator = chunks[Symbol.asyncIterator]()
  let head: Buffer = Buffer.alloc(0)
  while (head.length < length) {
    const next = await iterator.next()
    if (next.done) break
    head = Buffer.concat([head, next.value])
  }
  async function* all() {
    try {
      yield head
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
        yield next.value
      }
    } finally {
      await iterator.return?.()
    }
  }
  return { head, all: all() }
}

async function* counted(chunks: Chunks, onBytes: (bytes: number) => void): Chunks {
  for await (const chunk of chunks) {
    onBytes(chunk.length)
    yield chunk
  }
}

function unzipped(chunks: Chunks): Chunks {
  const gunzip = createGunzip()
  // An error of the source destroys the stream with it, so that reading throws it.
  pipeline(Readable.from(chunks), gunzip, () => {})
  return gunzip
}

/**
 * The bytes of a file, or of standard input (`-`), without a byte order mark. What is compressed with
 * gzip, is decompressed: its first bytes tell it, so that standard input needs no name for it.
 */
export async function* bytesOf(file: string, onBytes: (bytes: number) => void): Chunks {
  const name = nameOf(file)
  const source: Chunks = file === '-' ? process.stdin : createReadStream(file)
  try {
    const raw = await peek(counted(source, onBytes), 2)
    const text = await peek(isGzip(raw.head) ? unzipped(raw.all) : raw.all, 3)
    if (isUtf16(text.head)) throw new Mistake(`${name} is in UTF-16: convert it to UTF-8`)
    const isMarked = text.head.subarray(0, 3).equals(BYTE_ORDER_MARK)
    let skip = isMarked ? BYTE_ORDER_MARK.length : 0
    for await (const chunk of text.all) {
      yield chunk.subarray(skip)
      skip = 0
    }
  } catch (error) {
    // Errors of the file system and of zlib have a code, and its number.
    if (error instanceof Error && 'code' in error && 'errno' in error) {
      throw new Mistake(`cannot read ${name}: ${error.message}`)
    }
    throw error
  }
}

/** Whether a file begins as gzip does. */
export async function isGzipFile(file: FileHandle): Promise<boolean> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0)
  return isGzip(buffer.subarray(0, bytesRead))
}

/**
 * The bytes of a file from an offset on. Of gzip, the offset is one of the text: what is before it is
 * decompressed again.
 */
export async function* bytesFrom(name: string, place: number): Chunks {
  const file = await open(name)
  try {
    if (!(await isGzipFile(file))) {
      yield* readFrom(name, place)
      return
    }
    let skip = place
    for await (const chunk of unzipped(readFrom(name, 0))) {
      if (skip < chunk.length) yield chunk.subarray(skip)
      skip = Math.max(0, skip - chunk.length)
    }
  } finally {
    await file.close()
  }
}

const readFrom = (file: string, start: number): Chunks =>
  createReadStream(file, { start, highWaterMark: MEBIBYTE })

/** How many bytes gzip is decompressed. @throws Mistake where it is damaged or incomplete. */
export async function unzippedSize(name: string): Promise<number> {
  let size = 0
  try {
    for await (const chunk of bytesFrom(name, 0)) size += chunk.length
  } catch (error) {
    throw new Mistake(`cannot read ${name}: ${messageOf(error)}`)
  }
  return size
}
