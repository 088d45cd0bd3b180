import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import type { Command } from 'commander'
import { Mistake, messageOf } from './mistake.ts'
import { requirePackages, USERS } from './packages.ts'
import { openUsers, type UsersCommandOptions, withUsersOptions } from './users-options.ts'

interface ImportOptions extends UsersCommandOptions {
  readonly again?: true
}

/** How many bytes of a file's beginning identify it. */
const HEAD = 64 * 1024

/** The id of an import: the file's size, its beginning, and when it was last written to. */
async function fingerprint(file: FileHandle, size: number, written: number): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0)
  return createHash('sha256')
    .update(`${size} ${written}\n`)
    .update(buffer.subarray(0, bytesRead))
    .digest('hex')
}

async function importFile(file: string, options: ImportOptions): Promise<void> {
  requirePackages('import', USERS)
  // It loads packages of the users system, which other commands do without.
  const { ImportRun } = await import('./import-run.ts')
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
    await new ImportRun(
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

export function addImport(tamis: Command): void {
  withUsersOptions(tamis.command('import'))
    .description(
      'import users from NDJSON, one user a line; continues where an earlier run stopped',
    )
    .argument('<file>', 'the users')
    .option('--again', 'import a file again that was imported before')
    .action(importFile)
}
