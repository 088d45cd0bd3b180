/** Writes files beside what is there. */

import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { InitFile } from './init-files.ts'
import { Mistake, messageOf } from './mistake.ts'

/** The files that are there as they would be written. @throws Mistake where something else is there. */
export function kept(
  folder: string,
  files: readonly InitFile[],
  list: string,
): ReadonlySet<InitFile> {
  const there = files.filter((file) => isThere(folder, file))
  const same = there.filter(({ path, text }) => readFileSync(join(folder, path), 'utf8') === text)
  const others = there.filter((file) => !same.includes(file)).map(({ path }) => path)
  if (others.length === 0) return new Set(same)
  const what = others.length === 1 ? 'is there, and is' : 'are there, and are'
  const them = others.length === 1 ? 'it' : 'them'
  throw new Mistake(
    `${others.join(', ')} ${what} not what this would write: say --out FOLDER for another folder than ${list}, or remove ${them}`,
  )
}

/** @throws Mistake for a folder in the place of the file, or a file in the place of its folder. */
function isThere(folder: string, { path }: InitFile): boolean {
  const parents = path.split('/').slice(0, -1)
  for (const i of parents.keys()) {
    const parent = parents.slice(0, i + 1).join('/')
    const stats = statSync(join(folder, parent), { throwIfNoEntry: false })
    if (stats === undefined) return false
    if (!stats.isDirectory()) {
      throw new Mistake(`${parent}: expected a folder, for ${path}: rename what is there`)
    }
  }
  const stats = statSync(join(folder, path), { throwIfNoEntry: false })
  if (stats === undefined) return false
  if (!stats.isFile()) throw new Mistake(`${path}: expected a file: rename what is there`)
  return true
}

/** Writes a file that is not there. */
export function put(folder: string, { path, text }: InitFile): void {
  const file = join(folder, path)
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text, { flag: 'wx' })
  } catch (error) {
    throw new Mistake(`${path}: ${messageOf(error)}`)
  }
}
