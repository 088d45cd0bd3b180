import { SingleBar } from 'cli-progress'
import { parseStrictJson } from '../users/http/strict-json.ts'
import { type ImportedUser, type ImportProgress, type Users, UsersError } from '../users/index.ts'
import { BadLines } from './bad-lines.ts'
import { type Line, linesFrom } from './lines.ts'
import { Mistake, messageOf } from './mistake.ts'
import { isOutage } from './outage.ts'

const BATCH = 100
/** The most bytes of a batch: databases limit the length of a statement, and a user is in two. */
const BATCH_BYTES = 4 * 1024 * 1024
interface Candidate {
  readonly line: Line
  readonly user: ImportedUser
}

const NOT_JSON = 'not valid JSON'

const isObject = (value: unknown): value is ImportedUser =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const DECODER = new TextDecoder('utf-8', { fatal: true })

/** The user of a line; undefined for an empty line. */
function userOf({ bytes }: Line): ImportedUser | undefined {
  const text = DECODER.decode(bytes).trim()
  if (text === '') return undefined
  const read = parseStrictJson(text)
  if ('problem' in read) {
    if (read.problem === 'syntax') throw new SyntaxError(NOT_JSON)
    if (read.problem === 'too_deep') throw new Error('JSON exceeds the nesting limit')
    throw new Error(`duplicate key ${read.path}`)
  }
  // `importUsers` checks it.
  if (isObject(read.value)) return read.value
  throw new Error('expected an object')
}

/** The pauses before retries, in ms; undefined after the last try. */
export const PAUSES = [200, 400, 800, 1600, 3200, undefined]

/** The index of the user of a batch that an error is about; -1 if it names none. */
function failedIndex(error: UsersError, batch: readonly Candidate[]): number {
  const [, index] = /^\/users\/(\d+)/.exec(error.details.path ?? '') ?? []
  if (index !== undefined) return Number(index)
  return batch.findIndex(({ user }) => user.id === error.details.user_id)
}

/** One run through a file, which continues where an earlier run stopped. */
export class ImportRun {
  readonly #users: Users
  readonly #file: string
  readonly #size: number
  readonly #badLines: BadLines
  readonly #bar: SingleBar
  #progress: ImportProgress
  #batch: Candidate[] = []
  #bad: Line[] = []
  #bytes = 0
  /** Whether the users of the batch are written, but not the progress. */
  #isWritten = false
  #last: Line | undefined

  constructor(users: Users, file: string, size: number, progress: ImportProgress) {
    this.#users = users
    this.#file = file
    this.#size = size
    this.#progress = progress
    this.#badLines = new BadLines(`${file}.bad`)
    this.#bar = new SingleBar({
      format: `${file} {bar} {percentage}% | {users} users, {bad} bad | {eta_formatted}`,
      stream: process.stderr,
      noTTYOutput: false,
      clearOnComplete: true,
    })
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
    this.#bar.start(this.#size, bytes, { users, bad })
    try {
      for await (const line of linesFrom(this.#file, bytes, lines + 1)) await this.#take(line)
      await this.#flush()
    } finally {
      this.#bar.stop()
      await this.#badLines.close()
    }
    this.#conclude()
  }

  async #take(line: Line): Promise<void> {
    const user = this.#read(line)
    // A duplicate in one batch would be refused; in the next batch it replaces the user.
    const isDuplicate = this.#batch.some((other) => other.user.id === user?.id)
    if (user !== undefined && isDuplicate) await this.#flush()
    this.#last = line
    if (user !== undefined) this.#batch.push({ line, user })
    this.#bytes += line.bytes.length
    const isFull = this.#batch.length + this.#bad.length >= BATCH || this.#bytes >= BATCH_BYTES
    if (isFull) await this.#flush()
  }

  #read(line: Line): ImportedUser | undefined {
    try {
      return userOf(line)
    } catch (error) {
      this.#reject(line, error instanceof SyntaxError ? NOT_JSON : messageOf(error))
      return undefined
    }
  }

  #reject(line: Line, why: string): void {
    this.#bad.push(line)
    process.stderr.write(`${this.#file}:${line.number}: ${why}\n`)
  }

  /** Writes the good users of the batch, the bad lines to their file, and the progress. */
  async #flush(): Promise<void> {
    const last = this.#last
    if (last === undefined) return
    while (!(await this.#write(last))) {
      // The batch no longer has the user that was refused.
    }
    this.#badLines.commit()
    this.#batch = []
    this.#bad = []
    this.#bytes = 0
    const { bytes, users, bad } = this.#progress
    this.#bar.update(bytes, { users, bad })
  }

  /** Whether the batch is written; if not, it has one user less now. */
  async #write({ end, number }: Line): Promise<boolean> {
    const batch = this.#batch
    // In the order of the file, not in that in which they were refused.
    const bad = this.#bad.sort((one, other) => one.number - other.number)
    const progress: ImportProgress = {
      id: this.#progress.id,
      bytes: end,
      lines: number,
      users: this.#progress.users + batch.length,
      bad: this.#progress.bad + bad.length,
    }
    await this.#badLines.write(bad)
    try {
      await this.#retry(async () => {
        // If the batch as a whole was refused, its users were written one by one.
        if (batch.length === 0 || this.#isWritten) await this.#users.saveImportProgress(progress)
        else await this.#users.importUsers({ users: batch.map(({ user }) => user) }, progress)
      })
      this.#progress = progress
      this.#isWritten = false
      return true
    } catch (error) {
      const index = error instanceof UsersError ? failedIndex(error, batch) : -1
      const found = batch[index]
      if (found === undefined) {
        if (batch.length === 0 || this.#isWritten || error instanceof Mistake) {
          throw this.#stopped(error)
        }
        await this.#writeEach(error)
      } else this.#rejectUser(found, error)
      return false
    }
  }

  /**
   * Writes the users of a batch one by one, after an error that names none of them: an error of the
   * database is then about one user, whose line goes to the bad ones.
   */
  async #writeEach(cause: unknown): Promise<void> {
    for (const each of this.#batch) {
      try {
        await this.#retry(() => this.#users.importUsers({ users: [each.user] }))
      } catch (error) {
        if (error instanceof Mistake) throw error
        if (!(error instanceof UsersError)) await this.#requireDatabase(error)
        this.#rejectUser(each, error)
      }
    }
    if (this.#batch.length === 0) await this.#requireDatabase(cause)
    this.#isWritten = true
  }

  /** Throws if the database accepts no write at all, so that an error is not about a user. */
  async #requireDatabase(error: unknown): Promise<void> {
    try {
      await this.#users.saveImportProgress(this.#progress)
    } catch {
      throw this.#stopped(error)
    }
  }

  /** Retries for a while if the database is unreachable or busy. */
  async #retry<T>(work: () => Promise<T>): Promise<T> {
    for (const pause of PAUSES) {
      try {
        return await work()
      } catch (error) {
        if (!isOutage(error)) throw error
        if (pause === undefined) throw this.#stopped(error)
        await new Promise((resolve) => setTimeout(resolve, pause))
      }
    }
    throw new Error('unreachable')
  }

  #stopped(error: unknown): Mistake {
    if (error instanceof Mistake) return error
    const { lines } = this.#progress
    return new Mistake(
      `${this.#file}: stopped after line ${lines}: ${messageOf(error)}; run the same command again to continue`,
    )
  }

  #rejectUser(found: Candidate, error: unknown): void {
    this.#batch = this.#batch.filter((each) => each !== found)
    // The line's number replaces the index in the batch.
    this.#reject(found.line, messageOf(error).replace(/^users\.\d+\.?/, ''))
  }

  #conclude(): void {
    const { users, bad } = this.#progress
    process.stderr.write(`${this.#file}: ${users} users imported, ${bad} bad lines\n`)
    if (bad === 0) return
    process.stderr.write(
      `The bad lines are in ${this.#badLines.name}: fix them and import that file\n`,
    )
    process.exitCode = 1
  }
}
