import { existsSync } from 'node:fs'
import { type FileHandle, open, rename } from 'node:fs/promises'
import { type Line, linesFrom, NEWLINE } from './lines.ts'

/** The lines that are bad, in a file of their own that can be mended and imported. */
export class SideFile {
  readonly name: string
  #file: FileHandle | undefined
  /** How long the file is as far as the import has come, and with the lines that wait for it. */
  #kept = 0
  #written = 0

  constructor(name: string) {
    this.name = name
  }

  /** Keeps the lines that an import had written when it came as far as it is resumed from. */
  async resume(lines: number): Promise<void> {
    let left = lines
    if (left === 0) await setAside(this.name)
    else if (existsSync(this.name)) {
      for await (const line of linesFrom(this.name, 0, 1)) {
        this.#kept = line.end
        left--
        if (left === 0) break
      }
    }
    const file = await open(this.name, 'r+').catch(() => undefined)
    await file?.truncate(this.#kept)
    await file?.close()
  }

  /** Writes lines to disk, over those that came to nothing; `keep` says that they came to something. */
  async write(lines: readonly Line[]): Promise<void> {
    this.#written = this.#kept
    if (lines.length === 0 && this.#file === undefined) return
    this.#file ??= await open(this.name, this.#kept === 0 ? 'w' : 'r+')
    const bytes = Buffer.concat(lines.flatMap((line) => [line.bytes, Buffer.of(NEWLINE)]))
    await this.#file.truncate(this.#kept)
    await this.#file.write(bytes, 0, bytes.length, this.#kept)
    await this.#file.sync()
    this.#written = this.#kept + bytes.length
  }

  keep(): void {
    this.#kept = this.#written
  }

  async close(): Promise<void> {
    await this.#file?.close()
  }
}

/** What an earlier import left, perhaps not mended yet, is kept under another name. */
async function setAside(name: string): Promise<void> {
  if (!existsSync(name)) return
  let n = 1
  while (existsSync(`${name}.${n}`)) n++
  await rename(name, `${name}.${n}`)
}
