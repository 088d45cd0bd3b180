import { existsSync } from 'node:fs'
import { basename, extname } from 'node:path'
import type { Command } from 'commander'
import { Mistake } from './mistake.ts'
import { requirePackages, USERS } from './packages.ts'
import { openUsers, type UsersCommandOptions, withDatabaseOption } from './users-options.ts'

interface ExportOptions extends Pick<UsersCommandOptions, 'db'> {
  readonly overwrite?: true
}

/** The endings of names of NDJSON. */
const ENDINGS: readonly string[] = ['', '.ndjson', '.jsonl', '.json']

/** @throws Mistake for a name that says that the file is something else than what is written. */
function requireNdjson(file: string): void {
  const ending = extname(file)
  if (ENDINGS.includes(ending.toLowerCase())) return
  const name = basename(file)
  if (ending.toLowerCase() === '.gz') {
    const plain = name.slice(0, -ending.length)
    throw new Mistake(
      `${file}: an export is not compressed, so that it can be continued: name it ${plain}, and then run gzip ${plain}`,
    )
  }
  throw new Mistake(
    `${file}: an export is NDJSON: expected a name that ends in .ndjson, .jsonl or .json, or has no ending`,
  )
}

async function exportFile(file: string, { db, overwrite }: ExportOptions): Promise<void> {
  requireNdjson(file)
  requirePackages('export', USERS)
  if (existsSync(file) && !overwrite) {
    throw new Mistake(`${file} exists: choose another name, or add --overwrite`)
  }
  const { ExportRun } = await import('./export-run.ts')
  const users = await openUsers({ db, index: [] }, { worker: false }, () => {})
  try {
    await new ExportRun(users, file).run()
  } finally {
    await users.close()
  }
}

export function addExport(tamis: Command): void {
  withDatabaseOption(tamis.command('export'))
    .description(
      'export all users as NDJSON, for tamis import --restore; continues where an earlier run stopped',
    )
    .argument('<file>', 'where to write them')
    .option('--overwrite', 'replace the file if it exists')
    .action(exportFile)
}
