import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { API, BASE, ENTRIES, root } from './pages.ts'

/**
 * Writes the reference of the API from the comments of exports: pages of TypeDoc, with its own search.
 * As pages of VitePress, they would make every other page larger, which has a list of all.
 */
export function writeApi(): void {
  const typedoc = join(root, 'docs/node_modules/typedoc/bin/typedoc')
  execFileSync(
    process.execPath,
    [
      ...['--import', 'tsx', typedoc, '--options', 'docs/build/typedoc.json', '--out', API],
      ...['--titleLink', BASE],
      ...ENTRIES.flatMap(({ source }) => ['--entryPoints', source]),
    ],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
  )
}
