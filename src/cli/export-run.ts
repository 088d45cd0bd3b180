import { existsSync } from 'node:fs'
import { type FileHandle, open, rename } from 'node:fs/promises'
import type { Users } from '../users/index.ts'
import { MEBIBYTE } from './bytes.ts'
import { linesFrom } from './lines.ts'
import { Mistake, messageOf } from './mistake.ts'
import { retried } from './outage.ts'
import { Progress } from './progress.ts'

/** How many bytes are written before the system is told to store them. */
const SYNC_AFTER = 64 * MEBIBYTE
/** How many damaged users are named. */
const MOST_NAMED = 10
/** Only the owner may read what is personal data. */
const MODE = 0o600

/** What an earlier run has written. */
interface Written {
  readonly users: number
  readonly bytes: number
  /** The id of the last user. */
  readonly last: string | undefined
}

/**
 * One run of an export. It writes to `<file>.part`, whose last line tells where to continue, and
 * renames that at its end.
 */
export class ExportRun {
  readonly #users: Users
  readonly #name: string
  readonly #part: string
  readonly #line: Progress
  #count = 0
  readonly #damaged: string[] = []

  constructor(users: Users, name: string) {
    this.#users = users
    this.#name = name
    this.#part = `${name}.part`
    this.#line = new Progress(`${name}: {users} users`)
  }

  async run(): Promise<void> {
    const { users, bytes, last } = await this.#written()
    if (last !== undefined) process.stderr.write(`${this.#name}: resumed after ${users} users\n`)
    this.#count = users
    const file = await this.#opened(bytes)
    this.#line.start(0, 0, { users })
    try {
      await file.truncate(bytes)
      await this.#writeAll(file, last, bytes)
      await file.sync()
    } finally {
      this.#line.stop()
      await file.close()
    }
    await rename(this.#part, this.#name)
    this.#conclude()
  }

  async #opened(bytes: number): Promise<FileHandle> {
    try {
      return await open(this.#part, bytes > 0 ? 'r+' : 'w', MODE)
    } catch (error) {
      throw new Mistake(messageOf(error))
    }
  }

  /** The complete lines of an earlier run. */
  async #written(): Promise<Written> {
    let written: Written = { users: 0, bytes: 0, last: undefined }
    if (!existsSync(this.#part)) return written
    let bytes: Buffer | undefined
    for await (const line of linesFrom(this.#part, 0, 1)) {
      // The last line may be a part of one.
      if (line.end - line.start === line.bytes.length) break
      bytes = line.bytes
      written = { users: line.number, bytes: line.end, last: undefined }
    }
    return bytes === undefined ? written : { ...written, last: this.#idOf(bytes) }
  }

  #idOf(line: Buffer): string {
    try {
      const { id }: { id?: unknown } = Object(JSON.parse(line.toString()))
      if (typeof id === 'string') return id
    } catch {
      // It is no line of an export.
    }
    throw new Mistake(`${this.#part} is not a part of an export: remove it`)
  }

  async #writeAll(file: FileHandle, from: string | undefined, bytes: number): Promise<void> {
    let place = bytes
    let synced = bytes
    let after = from
    for (;;) {
      const page = await retried(
        () => this.#users.exportPage(after),
        (error) => this.#stopped(error),
      )
      if (page.last === undefined) return
      const lines = Buffer.from(page.users.map((user) => `${JSON.stringify(user)}\n`).join(''))
      for (let at = 0; at < lines.length; ) {
        const { bytesWritten } = await file.write(lines, at, lines.length - at, place)
        at += bytesWritten
        place += bytesWritten
      }
      if (place - synced >= SYNC_AFTER) {
        await file.datasync()
        synced = place
      }
      this.#report(page.users.length, page.damaged)
      after = page.last
    }
  }

  #report(users: number, damaged: readonly string[]): void {
    this.#count += users
    this.#damaged.push(...damaged)
    this.#line.update(this.#count, { users: this.#count })
  }

  #stopped(error: unknown): Mistake {
    return new Mistake(
      `${this.#name}: stopped after ${this.#count} users: ${messageOf(error)}; run the same command again to continue`,
    )
  }

  #conclude(): void {
    process.stderr.write(`${this.#name}: ${this.#count} users exported\n`)
    const { length } = this.#damaged
    if (length === 0) return
    const named = this.#damaged.slice(0, MOST_NAMED).join(', ')
    const which = length > MOST_NAMED ? `${named}, …` : named
    process.stderr.write(`${length} users cannot be read and were left out: ${which}\n`)
    process.exitCode = 1
  }
}
