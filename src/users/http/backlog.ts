import type { WatchEvent } from '../watch/watchers.ts'

/** The most events, and bytes of them, that wait for one slow reader. */
const MOST_EVENTS = 1000
const MOST_BYTES = 8 * 1024 * 1024

/** The most bytes that wait for all readers. An event that waits for many counts once. */
const MOST_BYTES_IN_ALL = 64 * 1024 * 1024

/** The most bytes of several events that are written to a stream at once. */
const CHUNK = 64 * 1024

/** An event as it is sent. */
interface Frame {
  readonly bytes: Uint8Array
  /** Frames are numbered in the order of their creation. */
  readonly number: number
  /** The number of streams in whose queues it is. */
  waiting: number
}

export interface BacklogLimits {
  readonly mostBytes?: number
  readonly mostBytesInAll?: number
}

/** The events that wait for the readers of streams; each is in memory once. */
export class Backlog {
  readonly #limits: Required<BacklogLimits>
  readonly #queues = new Set<Queue>()
  /** Cache of encoded events: lists with the same filter share an event, and so its frame. */
  readonly #frames = new WeakMap<WatchEvent, Frame>()
  readonly #encoder = new TextEncoder()
  #made = 0
  #bytes = 0

  constructor({ mostBytes = MOST_BYTES, mostBytesInAll = MOST_BYTES_IN_ALL }: BacklogLimits = {}) {
    this.#limits = { mostBytes, mostBytesInAll }
  }

  /** The number of bytes that wait. */
  get bytes(): number {
    return this.#bytes
  }

  /** A queue for one stream; `onOverflow` is called when its reader has fallen too far behind. */
  open(onOverflow: () => void): Queue {
    const queue: Queue = new Queue(this, this.#limits.mostBytes, onOverflow, () =>
      this.#queues.delete(queue),
    )
    this.#queues.add(queue)
    return queue
  }

  frameOf(event: WatchEvent): Frame {
    const known = this.#frames.get(event)
    if (known !== undefined) return known
    const data = JSON.stringify(event.type === 'reset' ? {} : { user: event.user })
    // JSON text has no line breaks, so it is one line of data.
    const bytes = this.#encoder.encode(`event: ${event.type}\ndata: ${data}\n\n`)
    const frame = { bytes, number: this.#made++, waiting: 0 }
    this.#frames.set(event, frame)
    return frame
  }

  take(frame: Frame): void {
    if (frame.waiting++ === 0) this.#bytes += frame.bytes.length
    while (this.#bytes > this.#limits.mostBytesInAll) this.#endOldest()
  }

  leave(frame: Frame): void {
    if (--frame.waiting === 0) this.#bytes -= frame.bytes.length
  }

  /** Ends the stream whose reader is the furthest behind. */
  #endOldest(): void {
    let oldest: Queue | undefined
    for (const queue of this.#queues) {
      if (queue.first < (oldest?.first ?? Number.POSITIVE_INFINITY)) oldest = queue
    }
    oldest?.overflow()
  }
}

/** The events that wait for one reader. */
export class Queue {
  readonly #backlog: Backlog
  readonly #mostBytes: number
  readonly #onOverflow: () => void
  readonly #onClose: () => void
  #frames: Frame[] = []
  #bytes = 0

  constructor(backlog: Backlog, mostBytes: number, onOverflow: () => void, onClose: () => void) {
    this.#backlog = backlog
    this.#mostBytes = mostBytes
    this.#onOverflow = onOverflow
    this.#onClose = onClose
  }

  /** The number of the oldest frame; infinite if none waits. */
  get first(): number {
    return this.#frames[0]?.number ?? Number.POSITIVE_INFINITY
  }

  push(event: WatchEvent): void {
    // The list will be queried again, so that earlier events are not needed.
    if (event.type === 'reset') this.#empty()
    const frame = this.#backlog.frameOf(event)
    const { length } = frame.bytes
    const isFull = this.#frames.length >= MOST_EVENTS || this.#bytes + length > this.#mostBytes
    if (isFull && this.#frames.length > 0) {
      this.overflow()
      return
    }
    this.#frames.push(frame)
    this.#bytes += length
    this.#backlog.take(frame)
  }

  /** The next bytes to write; undefined if nothing waits. */
  take(): Uint8Array | undefined {
    const all: Uint8Array[] = []
    let size = 0
    for (const { bytes } of this.#frames) {
      if (all.length > 0 && size + bytes.length > CHUNK) break
      all.push(bytes)
      size += bytes.length
    }
    for (const frame of this.#frames.splice(0, all.length)) this.#backlog.leave(frame)
    this.#bytes -= size
    return all.length > 1 ? concat(all, size) : all[0]
  }

  /** Ends the stream, because its reader has fallen too far behind. */
  overflow(): void {
    this.close()
    this.#onOverflow()
  }

  /** Drops what waits, for good. */
  close(): void {
    this.#empty()
    this.#onClose()
  }

  #empty(): void {
    for (const frame of this.#frames) this.#backlog.leave(frame)
    this.#frames = []
    this.#bytes = 0
  }
}

function concat(all: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  let at = 0
  for (const each of all) {
    bytes.set(each, at)
    at += each.length
  }
  return bytes
}
