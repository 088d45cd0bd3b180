import { existsSync } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import type { ImportSource } from './import-source.ts'
import { type Line, NEWLINE } from './lines.ts'

/** The file of the bad lines of an import, to be fixed and imported later. */
export class BadLines {
  readonly name: string
  readonly #source: ImportSource
  #file: FileHandle | undefined
  /** The file's length at the saved progress of the import. */
  #committed = 0
  /** The file's length with the lines that were written since. */
  #written = 0

  constructor(name: string, source: ImportSource) {
    this.name = name
    this.#source = source
  }

  /** Keeps this number of lines, which an interrupted import had committed, and drops the others. */
  async resume(lines: number): Promise<void> {
    let left = lines
    if (left === 0) await setAside(this.name)
    else if (existsSync(this.name)) {
      const { head, headLines } = this.#source
      for await (const line of this.#source.lines(this.name, head.length, headLines + 1)) {
        this.#committed = line.end
        left--
        if (left === 0) break
      }
    }
    const file = await open(this.name, 'r+').catch(() => undefined)
    await file?.truncate(this.#committed)
    await file?.close()
    this.#written = this.#committed
  }

  /** Writes lines to disk, and overwrites bytes that were not committed. */
  async write(lines: readonly Line[]): Promise<void> {
    const isUnchanged = lines.length === 0 && this.#written === this.#committed
    this.#written = this.#committed
    if (isUnchanged) return
    this.#file ??= await open(this.name, this.#committed === 0 ? 'w' : 'r+')
    const head = this.#committed === 0 && lines.length > 0 ? [this.#source.head] : []
    const rows = lines.flatMap((line) => [line.bytes, Buffer.of(NEWLINE)])
    const bytes = Buffer.concat([...head, ...rows])
    await this.#file.truncate(this.#committed)
    await this.#file.write(bytes, 0, bytes.length, this.#committed)
    await this.#file.sync()
    this.#written = this.#committed + bytes.length
  }

  /** Called when the progress of the import is saved, the written lines included. */
  commit(): void {
    this.#committed = this.#written
  }

  /** Drops lines that were not committed: the next run writes them again. */
  async close(): Promise<void> {
    if (this.#file === undefined) return
    if (this.#written !== this.#committed) await this.#file.truncate(this.#committed)
    await this.#file.close()
    if (this.#committed === 0) await rm(this.name, { force: true })
  }
}

/** Renames the file of an earlier import, whose lines may not be fixed yet. */
async function setAside(name: string): Promise<void> {
  if (!existsSync(name)) return
  let n = 1
  while (existsSync(`${name}.${n}`)) n++
  await rename(name, `${name}.${n}`)
}
