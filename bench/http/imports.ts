import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { made } from './databases.ts'
import { COMMAND } from './servers.ts'

export interface Imported {
  readonly what: string
  readonly goal: string
  readonly found: string
}

const ROUNDS = 3

/** Imports a file into a new database. @returns lines a second. */
function time(folder: string, file: string, lines: number, expected: string): number {
  const db = join(folder, 'import.sqlite')
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${db}${suffix}`, { force: true })
  rmSync(`${file}.bad`, { force: true })
  const start = performance.now()
  const { stderr } = spawnSync(process.execPath, [COMMAND, 'import', file, '--db', db], {
    encoding: 'utf8',
    // A line for each bad one.
    maxBuffer: Number.POSITIVE_INFINITY,
  })
  const took = (performance.now() - start) / 1000
  if (!stderr.includes(expected)) throw new Error(`expected ${expected}: ${stderr.slice(-500)}`)
  return lines / took
}

const median = (all: readonly number[]): number =>
  [...all].sort((one, other) => one - other)[all.length >> 1] ?? Number.NaN

/** Times `tamis import` of good lines, of bad ones, and of one bad line in ten. */
export async function importing(folder: string, count: number): Promise<readonly Imported[]> {
  const users = made(count)
  const good = users.map((user) => JSON.stringify(user))
  const files = [
    { what: 'import of users', goal: '≥ 20,000/s', lines: good, bad: 0 },
    {
      what: 'import of lines that all have an invalid field',
      goal: 'as fast',
      lines: good.map((line) => line.replace('"banned":', '"banned":"no","shadow":')),
      bad: count,
    },
    {
      what: 'import with one bad line in ten',
      goal: 'as fast',
      lines: good.map((line, i) =>
        i % 10 === 0 ? line.replace('"banned":', '"banned":"no","shadow":') : line,
      ),
      bad: Math.ceil(count / 10),
    },
  ]
  return files.map(({ what, goal, lines, bad }) => {
    const file = join(folder, 'users.ndjson')
    writeFileSync(file, `${lines.join('\n')}\n`)
    const expected = `${count - bad} users imported, ${bad} bad lines`
    const found = Array.from({ length: ROUNDS }, () => time(folder, file, count, expected))
    if (bad > 0) {
      const kept = readFileSync(`${file}.bad`, 'utf8').trim().split('\n').length
      if (kept !== bad) throw new Error(`${kept} bad lines are kept, of ${bad}`)
    }
    return { what, goal, found: `${Math.round(median(found)).toLocaleString('en')}/s` }
  })
}
