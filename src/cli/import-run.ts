// Longer than most files here: one run, from the lines of a file to the report at its end.

import { type ExportedUser, type ImportProgress, type Users, UsersError } from '../users/index.ts'
import { exportedUser, importedUser, RESTORED_FIELDS } from '../users/input.ts'
import { BadKinds } from './bad-kinds.ts'
import { BadLines } from './bad-lines.ts'
import { kindOf, reasonOf } from './import-reasons.ts'
import type { ImportSource, UserLine } from './import-source.ts'
import { Mistake, messageOf, printable } from './mistake.ts'
import { retried } from './outage.ts'
import { Progress } from './progress.ts'

/**
 * How many lines one transaction takes: fewer take longer for each user, more make other writers wait.
 * It begins with the fewest, and takes more where they are written in half of the time that others
 * may have to wait.
 */
const FEWEST = 500
const MOST = 4000
/** In ms. */
const LONGEST_WAIT = 100
/** The most bytes of a batch: databases limit the length of a statement, and a user is in two. */
const BATCH_BYTES = 4 * 1024 * 1024

/** A line of the file: with a user, with the reason why it has none, or empty. */
interface Entry {
  readonly line: UserLine
  readonly user?: ExportedUser
  why?: Reason
}

interface Reason {
  readonly text: string
  readonly kind: string
}

/** Whether an error is about a field that only an export has. */
const isOfExport = (error: unknown): boolean =>
  error instanceof UsersError &&
  (error.code === 'read_only_field' ||
    (error.code === 'unknown_field' &&
      RESTORED_FIELDS.includes(error.details.path?.replace('/user/', '') ?? '')))

function because(error: unknown): Reason {
  const hint = isOfExport(error) ? ' (--restore takes what tamis export wrote)' : ''
  return { text: `${printable(reasonOf(error))}${hint}`, kind: kindOf(error) }
}

/** The file of an import. */
export interface ImportFile {
  readonly name: string
  readonly size: number
  readonly source: ImportSource
  /** Whether it is an export, whose users become what they were. */
  readonly restores: boolean
}

/** The entry that an error is about; undefined if it names none. */
function failedEntry(error: unknown, entries: readonly Entry[]): Entry | undefined {
  if (!(error instanceof UsersError)) return undefined
  const { user_id } = error.details
  return user_id === undefined ? undefined : entries.find(({ user }) => user?.id === user_id)
}

/** One run through a file, which continues where an earlier run stopped. */
export class ImportRun {
  readonly #users: Users
  readonly #file: string
  readonly #size: number
  readonly #source: ImportSource
  readonly #restores: boolean
  readonly #badLines: BadLines
  readonly #kinds = new BadKinds()
  readonly #line: Progress
  #progress: ImportProgress
  #batch: Entry[] = []
  #ids = new Set<string>()
  #bytes = 0
  /** How many lines are read for a transaction. */
  #lines = FEWEST
  /** How many of them the next transaction takes: fewer after the database refused one. */
  #most = MOST
  /** The writing of the batch before, which goes on while this one is read. */
  #writing: Promise<void> = Promise.resolve()

  constructor(
    users: Users,
    { name, size, source, restores }: ImportFile,
    progress: ImportProgress,
  ) {
    this.#users = users
    this.#file = name
    this.#size = size
    this.#source = source
    this.#restores = restores
    this.#progress = progress
    this.#badLines = new BadLines(`${name}.bad`, source)
    this.#line = new Progress(
      `${name} {bar} {percentage}% | {users} users, {bad} bad | {eta_formatted}`,
    )
  }

  async run(): Promise<void> {
    const { bytes, lines, users, bad } = this.#progress
    if (bytes === this.#size && bytes > 0) {
      process.stderr.write(`${this.#file}: already imported: ${users} users, ${bad} bad lines\n`)
      process.stderr.write('use --again to import it again\n')
      if (bad > 0) process.exitCode = 1
      return
    }
    if (bytes > 0) process.stderr.write(`${this.#file}: resumed after line ${lines}\n`)
    await this.#badLines.resume(bad)
    this.#line.start(this.#size, bytes, { users, bad })
    const { head, headLines } = this.#source
    const place = Math.max(bytes, Math.min(head.length, this.#size))
    const first = Math.max(lines, headLines) + 1
    try {
      for await (const line of this.#source.lines(this.#file, place, first)) await this.#take(line)
      await this.#flush()
      await this.#writing
    } finally {
      await this.#writing.catch(() => {})
      this.#line.stop()
      await this.#badLines.close()
    }
    this.#conclude()
  }

  async #take(line: UserLine): Promise<void> {
    const entry = this.#read(line)
    const id = entry.user?.id
    // A duplicate in one batch would be refused; in the next batch it replaces the user.
    if (id !== undefined && this.#ids.has(id)) await this.#flush()
    if (id !== undefined) this.#ids.add(id)
    this.#batch.push(entry)
    this.#bytes += line.bytes.length
    if (this.#batch.length >= this.#lines || this.#bytes >= BATCH_BYTES) await this.#flush()
  }

  #read(line: UserLine): Entry {
    try {
      const value = line.read()
      if (value === undefined) return { line }
      return { line, user: this.#restores ? exportedUser(value) : importedUser(value) }
    } catch (error) {
      return { line, why: because(error) }
    }
  }

  /** Begins to write the batch when the one before is written. */
  async #flush(): Promise<void> {
    const entries = this.#batch
    this.#batch = []
    this.#ids = new Set()
    this.#bytes = 0
    await this.#writing
    this.#writing = this.#writeAll(entries)
    // It is awaited with the next batch, and must not end the process before.
    this.#writing.catch(() => {})
  }

  async #writeAll(entries: readonly Entry[]): Promise<void> {
    for (let from = 0; from < entries.length; ) {
      const part = entries.slice(from, from + this.#most)
      try {
        const start = performance.now()
        await this.#write(part)
        this.#adapt(part.length, performance.now() - start)
        from += part.length
        this.#most = Math.min(MOST, this.#most * 2)
        this.#report(part)
      } catch (error) {
        await this.#refuse(part, error)
      }
    }
  }

  /** Takes more or fewer lines for the next transactions, by the time of one. */
  #adapt(lines: number, ms: number): void {
    if (ms > LONGEST_WAIT) this.#lines = Math.max(FEWEST, this.#lines >> 1)
    else if (lines >= this.#lines && ms < LONGEST_WAIT / 2) {
      this.#lines = Math.min(MOST, this.#lines * 2)
    }
  }

  /** Writes the good users of some lines, the bad lines to their file, and the progress. */
  async #write(part: readonly Entry[]): Promise<void> {
    const last = part.at(-1)?.line
    if (last === undefined) return
    const good = part.filter(({ user, why }) => user !== undefined && why === undefined)
    const before = this.#progress
    let progress = before
    const refusedNow = new Map<Entry, Reason>()
    const settle = async (refused: ReadonlyMap<number, UsersError>): Promise<ImportProgress> => {
      refusedNow.clear()
      for (const [i, error] of refused) refusedNow.set(good[i] as Entry, because(error))
      const bad = part.filter((each) => each.why !== undefined || refusedNow.has(each))
      await this.#badLines.write(bad.map(({ line }) => line))
      progress = {
        id: before.id,
        bytes: last.end,
        lines: last.last,
        users: before.users + good.length - refused.size,
        bad: before.bad + bad.length,
      }
      return progress
    }
    const write = async () => {
      const users = good.flatMap(({ user }) => user ?? [])
      if (users.length > 0) await this.#users.importChecked(users, settle, this.#restores)
      else await this.#users.saveImportProgress(await settle(new Map()))
    }
    await retried(write, (error) => this.#stopped(error))
    for (const [entry, why] of refusedNow) entry.why = why
    this.#progress = progress
    this.#badLines.commit()
  }

  #report(part: readonly Entry[]): void {
    const said = part.flatMap(({ line: { number }, why }) =>
      why !== undefined && this.#kinds.add(why.kind, number)
        ? [`${this.#file}:${number}: ${why.text}\n`]
        : [],
    )
    if (said.length > 0) this.#line.message(said.join(''))
    const { bytes, users, bad } = this.#progress
    this.#line.update(bytes, { users, bad })
  }

  /**
   * After an error of a transaction: takes the user out that it names. If it names none, fewer lines
   * are tried next, until it is about the user of one line.
   */
  async #refuse(part: readonly Entry[], error: unknown): Promise<void> {
    if (error instanceof Mistake) throw error
    const good = part.filter(({ user, why }) => user !== undefined && why === undefined)
    const named = failedEntry(error, good)
    if (good.length === 0) throw this.#stopped(error)
    this.#most = Math.max(1, part.length >> 2)
    const found = named ?? (part.length === 1 ? good[0] : undefined)
    if (found === undefined) return
    if (!(error instanceof UsersError)) await this.#requireDatabase(error)
    found.why = because(error)
  }

  /** Throws if the database accepts no write at all, so that an error is not about a user. */
  async #requireDatabase(error: unknown): Promise<void> {
    try {
      await this.#users.saveImportProgress(this.#progress)
    } catch {
      throw this.#stopped(error)
    }
  }

  #stopped(error: unknown): Mistake {
    if (error instanceof Mistake) return error
    const { lines } = this.#progress
    return new Mistake(
      `${this.#file}: stopped after line ${lines}: ${messageOf(error)}; run the same command again to continue`,
    )
  }

  #conclude(): void {
    const { users, bad } = this.#progress
    process.stderr.write(`${this.#file}: ${users} users imported, ${bad} bad lines\n`)
    if (bad === 0) return
    process.stderr.write(
      this.#kinds
        .summary()
        .map((line) => `  ${line}\n`)
        .join(''),
    )
    process.stderr.write(
      `The bad lines are in ${this.#badLines.name}: fix them and import that file\n`,
    )
    process.exitCode = 1
  }
}
