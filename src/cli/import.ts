import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { SingleBar } from 'cli-progress'
import type { Command } from 'commander'
import { type ImportedUser, type ImportProgress, type Users, UsersError } from '../users/index.ts'
import { type Line, linesFrom } from './lines.ts'
import { Mistake, messageOf } from './mistake.ts'
import { requirePackages, USERS } from './packages.ts'
import { SideFile } from './side-file.ts'
import { ofUsers, openUsers, type UsersCommandOptions } from './users-options.ts'

interface ImportOptions extends UsersCommandOptions {
  readonly again?: true
}

const BATCH = 100
/** Databases take a statement of so many bytes; a user is in two. */
const BATCH_BYTES = 4 * 1024 * 1024
/** How many batches are written before what nobody follows any more is forgotten. */
const TIDY = 100
const HEAD = 64 * 1024

interface Candidate {
  readonly line: Line
  readonly user: ImportedUser
}

/** A file is known again by its size, its beginning, and when it was last written to. */
async function fingerprint(file: FileHandle, size: number, written: number): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0)
  return createHash('sha256')
    .update(`${size} ${written}\n`)
    .update(buffer.subarray(0, bytesRead))
    .digest('hex')
}

const DECODER = new TextDecoder('utf-8', { fatal: true })

/** The user of a line; undefined of an empty one. */
function userOf({ bytes }: Line): ImportedUser | undefined {
  const text = DECODER.decode(bytes).trim()
  if (text === '') return undefined
  const value: unknown = JSON.parse(text)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as ImportedUser
  }
  throw new Error('expected an object')
}

/** Which user of a batch an error is about. */
function culprit(error: UsersError, batch: readonly Candidate[]): number {
  const [, index] = /^\/users\/(\d+)/.exec(error.details.path ?? '') ?? []
  if (index !== undefined) return Number(index)
  return batch.findIndex(({ user }) => user.id === error.details.user_id)
}

async function importFile(file: string, options: ImportOptions): Promise<void> {
  requirePackages('import', USERS)
  const handle = await open(file).catch((error: unknown) => {
    throw new Mistake(messageOf(error))
  })
  const users = await openUsers(options, { worker: false }, () => {}).catch(async (error) => {
    await handle.close()
    throw error
  })
  try {
    const { size, mtimeMs } = await handle.stat()
    const id = await fingerprint(handle, size, mtimeMs)
    const before = options.again ? undefined : await users.importProgress(id)
    await new Import(
      users,
      file,
      size,
      before ?? { id, bytes: 0, lines: 0, users: 0, bad: 0 },
    ).run()
  } finally {
    await handle.close()
    await users.close()
  }
}

/** One run through a file, from where an earlier one ended. */
class Import {
  readonly #users: Users
  readonly #file: string
  readonly #size: number
  readonly #side: SideFile
  readonly #bar: SingleBar
  #progress: ImportProgress
  #batch: Candidate[] = []
  #bad: Line[] = []
  #bytes = 0
  #batches = 0
  #last: Line | undefined

  constructor(users: Users, file: string, size: number, progress: ImportProgress) {
    this.#users = users
    this.#file = file
    this.#size = size
    this.#progress = progress
    this.#side = new SideFile(`${file}.bad`)
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
      process.stderr.write(`${this.#file}: imported already: ${users} users, ${bad} bad lines\n`)
      process.stderr.write('--again imports it once more\n')
      if (bad > 0) process.exitCode = 1
      return
    }
    if (bytes > 0) process.stderr.write(`${this.#file}: resumed after line ${lines}\n`)
    await this.#side.resume(bad)
    this.#bar.start(this.#size, bytes, { users, bad })
    try {
      for await (const line of linesFrom(this.#file, bytes, lines + 1)) await this.#take(line)
      await this.#flush()
    } finally {
      this.#bar.stop()
      await this.#side.close()
    }
    this.#conclude()
  }

  async #take(line: Line): Promise<void> {
    const user = this.#read(line)
    // A user twice in one batch would be refused; in the next it is replaced.
    const isThere = this.#batch.some((other) => other.user.id === user?.id)
    if (user !== undefined && isThere) await this.#flush()
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
      this.#reject(line, error instanceof SyntaxError ? 'no JSON' : messageOf(error))
      return undefined
    }
  }

  #reject(line: Line, why: string): void {
    this.#bad.push(line)
    process.stderr.write(`${this.#file}:${line.number}: ${why}\n`)
  }

  /** Writes what is right of the batch, what is not to its own file, and how far that is. */
  async #flush(): Promise<void> {
    const last = this.#last
    if (last === undefined) return
    while (!(await this.#write(last))) {
      // The batch is without the user now who was wrong.
    }
    this.#side.keep()
    this.#batch = []
    this.#bad = []
    this.#bytes = 0
    this.#batches++
    if (this.#batches % TIDY === 0) await this.#users.tidy()
    const { bytes, users, bad } = this.#progress
    this.#bar.update(bytes, { users, bad })
  }

  /** Whether the batch is written; if not, there is one user less in it. */
  async #write({ end, number }: Line): Promise<boolean> {
    const batch = this.#batch
    // In the order of the file, whatever order their faults were found in.
    const bad = this.#bad.sort((one, other) => one.number - other.number)
    const progress: ImportProgress = {
      id: this.#progress.id,
      bytes: end,
      lines: number,
      users: this.#progress.users + batch.length,
      bad: this.#progress.bad + bad.length,
    }
    await this.#side.write(bad)
    try {
      if (batch.length === 0) await this.#users.saveImportProgress(progress)
      else await this.#users.importUsers({ users: batch.map(({ user }) => user) }, progress)
      this.#progress = progress
      return true
    } catch (error) {
      const i = error instanceof UsersError ? culprit(error, batch) : -1
      const found = batch[i]
      if (found === undefined) throw error
      this.#batch = batch.filter((each) => each !== found)
      // The file's line says which user it is, so that its place in the batch says nothing more.
      this.#reject(found.line, messageOf(error).replace(/^users\.\d+\.?/, ''))
      return false
    }
  }

  #conclude(): void {
    const { users, bad } = this.#progress
    process.stderr.write(`${this.#file}: ${users} users imported, ${bad} bad lines\n`)
    if (bad === 0) return
    process.stderr.write(`The bad lines are in ${this.#side.name}: mend them, and import that\n`)
    process.exitCode = 1
  }
}

export function addImport(tamis: Command): void {
  ofUsers(tamis.command('import'))
    .description('import users from NDJSON, a user a line; goes on where an earlier run ended')
    .argument('<file>', 'the users')
    .option('--again', 'import a file anew that was imported before')
    .action(importFile)
}
