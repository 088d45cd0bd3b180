import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import Database from 'libsql'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { bundleForNode, scratch } from '../support/bundled.ts'

const folder = scratch('backfill')
const command = join(folder, 'tamis.mjs')
const file = (name: string) => join(folder, name)

const ON = ['--schema', 'people.mjs', '--db', 'app.sqlite', '--table', 'people'] as const

function tamis(...args: readonly string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [command, 'backfill', ...args], {
    encoding: 'utf8',
    cwd: folder,
  })
  return { out: stdout, err: stderr, status }
}

const ROWS = 3000

/** Runs SQL on the file, which the command may be writing to. */
function query(text: string): readonly Record<string, unknown>[] {
  const db = new Database(file('app.sqlite'), { timeout: 5000 })
  try {
    const statement = db.prepare(text)
    if (statement.reader) return statement.all() as Record<string, unknown>[]
    statement.run()
    return []
  } finally {
    db.close()
  }
}

const filled = () => Number(query('SELECT count(name_words) AS n FROM people')[0]?.n)

beforeAll(async () => {
  await bundleForNode('src/cli/main.ts', command, Object.keys(packageJson.peerDependencies))
  await bundleForNode('src/index.ts', file('library.mjs'))
  writeFileSync(
    file('people.mjs'),
    `import { defineSchema, string } from '${file('library.mjs')}'
export const people = defineSchema({ fields: { id: string({ required: true, operators: ['$eq'] }), name: string({ operators: ['$eq', '$autocomplete'] }) } })
export const mapping = { name: { column: 'label' } }`,
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

beforeEach(() => {
  rmSync(file('app.sqlite'), { force: true })
  query('CREATE TABLE people (id TEXT PRIMARY KEY NOT NULL, label TEXT, name_words TEXT)')
  query(`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${ROWS})
    INSERT INTO people (id, label) SELECT printf('it''s %05d', i), 'Zoë ' || i FROM n`)
})

/** Starts the command in batches, and sends a signal when some of them are done. */
async function interrupted(signal: NodeJS.Signals) {
  const child = spawn(process.execPath, [command, 'backfill', ...ON, '--batch', '50'], {
    cwd: folder,
  })
  let err = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const closed = once(child, 'close')
  while (filled() === 0 && child.exitCode === null) await setTimeout(5)
  child.kill(signal)
  const [status] = (await closed) as [number | null]
  return { err, status }
}

describe('tamis backfill', () => {
  it('fills the search columns, once, and leaves the journal of the file as it is', () => {
    const done = `people: ${ROWS} rows read, ${ROWS} updated\n`
    expect(tamis(...ON)).toEqual({ out: '', err: done, status: 0 })
    expect(query("SELECT name_words AS w FROM people WHERE id = 'it''s 00007'")).toEqual([
      { w: ' zoe 7 ' },
    ])
    expect(query('PRAGMA journal_mode')).toEqual([{ journal_mode: 'delete' }])
    expect(tamis(...ON, '--db', 'file:app.sqlite').err).toBe(
      `people: ${ROWS} rows read, 0 updated\n`,
    )

    query("UPDATE people SET label = 'Ana' WHERE id = 'it''s 00008'")
    query("UPDATE people SET name_words = NULL WHERE id = 'it''s 00009'")
    expect(tamis(...ON, '--missing').err).toBe('people: 1 rows read, 1 updated\n')
    const rest = tamis(...ON, '--after', "it's 00007", '--batch', '500')
    expect(rest.err).toBe(`people: ${ROWS - 8} rows read, 1 updated\n`)
  })

  it('goes on after it was killed', async () => {
    expect((await interrupted('SIGKILL')).status).toBeNull()
    const before = filled()
    expect(before).toBeGreaterThan(0)
    expect(before).toBeLessThan(ROWS)
    expect(tamis(...ON)).toMatchObject({
      err: `people: ${ROWS} rows read, ${ROWS - before} updated\n`,
      status: 0,
    })
    expect(filled()).toBe(ROWS)
  })

  it('ends its batch on an interrupt, and says how to continue', async () => {
    const { err, status } = await interrupted('SIGINT')
    expect(status).toBe(130)
    const [, rows = '', after = ''] =
      /^people: stopped after (\d+) rows; run the same command with --after='(.*)' to continue\n$/.exec(
        err,
      ) ?? []
    expect(filled()).toBe(Number(rows))
    const key = after.replace("'\\''", "'")
    expect(key).toBe(`it's ${String(Number(rows) - 1).padStart(5, '0')}`)
    const rest = ROWS - Number(rows)
    expect(tamis(...ON, '--after', key).err).toBe(`people: ${rest} rows read, ${rest} updated\n`)
  })

  it('says how to continue after an error in the middle', () => {
    query(`CREATE TRIGGER evil BEFORE UPDATE ON people WHEN NEW.id = 'it''s 01500'
      BEGIN SELECT RAISE(ABORT, 'no evil'); END`)
    expect(tamis(...ON)).toEqual({
      out: '',
      err: "tamis: people: stopped after 1000 rows; run the same command with --after='it'\\''s 00999' to continue: no evil\n",
      status: 2,
    })
  })

  it.skipIf(!existsSync('/usr/bin/script'))('shows a progress bar in a terminal', () => {
    const shell = [process.execPath, command, 'backfill', ...ON].join(' ')
    const { stdout } = spawnSync('/usr/bin/script', ['-qec', shell, '/dev/null'], {
      encoding: 'utf8',
      cwd: folder,
    })
    expect(stdout).toMatch(/people .*100% \| 3000 updated/)
    expect(stdout).toContain(`people: ${ROWS} rows read, ${ROWS} updated`)
  })

  it('answers a mistake in one line', () => {
    const cases: readonly (readonly [args: readonly string[], message: string])[] = [
      [['--batch', '0'], 'batch: expected an integer between 1 and 100000, received 0'],
      [['--batch', 'many'], 'expected an integer'],
      [['--nonsense'], "unknown option '--nonsense'"],
      [['--table', 'persons'], 'unknown table "persons"'],
      [['--table', 'x.'], '--table: expected a name, or schema.name'],
      [['--db', 'nowhere.sqlite'], 'nowhere.sqlite: no such file'],
      [['--db', 'redis://localhost'], 'expected an SQLite file'],
      [['--schema', 'nowhere.mjs'], 'no such module: "nowhere.mjs"'],
    ]
    for (const [args, message] of cases) {
      const { out, err, status } = tamis(...ON, ...args)
      expect([out, status]).toEqual(['', 2])
      expect(err).toMatch(/^tamis: [^\n]+\n$/)
      expect(err).toContain(message)
    }
    query('ALTER TABLE people DROP COLUMN name_words')
    expect(tamis(...ON)).toEqual({
      out: '',
      err: 'tamis: the table has no column name_words; first: ALTER TABLE "main"."people" ADD COLUMN "name_words" TEXT\n',
      status: 2,
    })
    expect(tamis(...ON.slice(2)).err).toMatch(/^tamis: [^\n]*--schema[^\n]*\n$/)
  })
})
