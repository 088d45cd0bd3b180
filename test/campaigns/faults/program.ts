import { chmodSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { bundleForNode, scratch } from '../../support/bundled.ts'

/** Bundles process.ts into a file that the user may read whom processes run as. */
export async function bundledProcess(): Promise<{ readonly file: string; remove(): void }> {
  const file = join(scratch('faults'), 'process.mjs')
  await bundleForNode('test/campaigns/faults/process.ts', file)
  chmodSync(dirname(file), 0o755)
  return { file, remove: () => rmSync(dirname(file), { recursive: true, force: true }) }
}
