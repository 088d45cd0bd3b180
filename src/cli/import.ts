import { createHash } from 'node:crypto'
import type { Stats } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { Command } from 'commander'
import { isGzipFile, unzippedSize } from './bytes.ts'
import { DELIMITER, delimiterOf } from './csv-delimiter.ts'
import { Mistake, messageOf } from './mistake.ts'
import { requirePackages, USERS } from './packages.ts'
import { collect, openUsers, type UsersCommandOptions, withUsersOptions } from './users-options.ts'

interface ImportOptions extends UsersCommandOptions {
  readonly again?: true
  readonly csv?: true
  readonly delimiter?: string
  readonly map: readonly string[]
  readonly restore?: true
}

/** How many bytes of a file's beginning identify it. */
const HEAD = 64 * 1024

/**
 * The id of an import: the file's size, its beginning, when it was last written to, and the options
 * that decide what its lines mean.
 */
async function fingerprint(
  file: FileHandle,
  { size, mtimeMs }: Stats,
  meaning: readonly string[],
): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0)
  const hash = createHash('sha256')
    .update(`${size} ${mtimeMs}\n`)
    .update(buffer.subarray(0, bytesRead))
  if (meaning.length > 0) hash.update(JSON.stringify(meaning))
  return hash.digest('hex')
}

/** Whether a file is CSV by its name, which may be that of bad lines. */
const isCsvName = (name: string): boolean => /\.csv(\.gz)?(\.bad(\.\d+)?)?$/i.test(name)

async function importFile(file: string, options: ImportOptions): Promise<void> {
  requirePackages('import', USERS)
  // They load packages of the users system, which other commands do without.
  const { ImportRun } = await import('./import-run.ts')
  const { csv, ndjson } = await import('./import-source.ts')
  const isCsv = options.csv ?? isCsvName(file)
  if (!isCsv && options.map.length > 0) {
    throw new Mistake('--map is for columns of CSV: name the file .csv, or add --csv')
  }
  const { delimiter, map } = options
  if (!isCsv && delimiter !== undefined) {
    throw new Mistake('--delimiter is for CSV: name the file .csv, or add --csv')
  }
  const handle = await open(file).catch((error: unknown) => {
    throw new Mistake(messageOf(error))
  })
  try {
    // The text's size is read first, so that a damaged file is refused before any user is written.
    const unzipped = (await isGzipFile(handle)) ? await unzippedSize(file) : undefined
    const source = isCsv ? await csv(file, map, delimiter) : ndjson
    const users = await openUsers(options, { worker: false }, () => {})
    try {
      const stats = await handle.stat()
      const restores = options.restore ?? false
      const separated = delimiter === undefined ? [] : [`delimiter ${delimiter}`]
      const meaning = [
        ...(isCsv ? ['csv', ...map, ...separated] : []),
        ...(restores ? ['restore'] : []),
      ]
      const id = await fingerprint(handle, stats, meaning)
      const before = options.again ? undefined : await users.importProgress(id)
      const progress = before ?? { id, bytes: 0, lines: 0, users: 0, bad: 0 }
      const from = { name: file, size: unzipped ?? stats.size, source, restores }
      await new ImportRun(users, from, progress).run()
    } finally {
      await users.close()
    }
  } finally {
    await handle.close()
  }
}

export function addImport(tamis: Command): void {
  withUsersOptions(tamis.command('import'))
    .description(
      'import users from NDJSON, one user a line, or CSV, also gzip; continues where an earlier run stopped',
    )
    .argument('<file>', 'the users')
    .option('--csv', 'the file is CSV, whatever its name is')
    .option(
      '--map <column=field>',
      'the field of a column of CSV: name, custom.age:integer, or nothing to leave it out; may be repeated',
      collect,
      [],
    )
    .option(...DELIMITER, delimiterOf)
    .option('--restore', 'the file is of tamis export: users become what they were')
    .option('--again', 'import a file again that was imported before')
    .action(importFile)
}
