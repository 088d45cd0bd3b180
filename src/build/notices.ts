import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const PACKAGE = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/

interface Chunk {
  readonly modules?: Readonly<Record<string, unknown>>
}

interface Context {
  emitFile(file: { type: 'asset'; fileName: string; source: string }): void
}

/** A package as its licence asks to be named. */
function notice(folder: string): string {
  const { name, version, license } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  ) as { name: string; version: string; license: string }
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each))
  const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim()
  return `${name} ${version} (${license})\n\n${text}`
}

/** Writes the licences of the bundled packages to a file next to the bundles. */
export const notices = (fileName: string) => ({
  name: `tamis:notices:${fileName}`,
  generateBundle(this: Context, _options: unknown, bundle: Readonly<Record<string, Chunk>>) {
    const folders = new Set<string>()
    for (const { modules = {} } of Object.values(bundle)) {
      for (const id of Object.keys(modules)) {
        const folder = PACKAGE.exec(id)?.[1]
        if (folder !== undefined && existsSync(join(folder, 'package.json'))) folders.add(folder)
      }
    }
    const all = [...folders].sort().map(notice)
    if (all.length === 0) return
    const rule = '-'.repeat(80)
    const source = `The bundles in this folder hold code of these packages.\n\n${rule}\n${all.join(`\n\n${rule}\n`)}\n`
    this.emitFile({ type: 'asset', fileName, source })
  },
})
