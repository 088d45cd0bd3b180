import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import fc from 'fast-check'
import { printFilter } from 'tamis'
import * as whole from 'tamis/text'
import { usersSchema } from 'tamis/users'
import { afterAll, describe, expect, it } from 'vitest'
import { customChanges, readCustom } from '../../../src/users/console/page/custom-data.ts'
import { deletionWords } from '../../../src/users/console/page/deletion-words.ts'
import { completions, editOf, readFilter } from '../../../src/users/console/page/filter-text.ts'
import { scratch } from '../../support/bundled.ts'

const source = (path: string) => fileURLToPath(new URL(`../../../src/${path}`, import.meta.url))
const folder = scratch('small-chevrotain')
afterAll(() => rmSync(folder, { recursive: true }))

const TEXT = expect.any(String)

const VALID = [
  '{role: "admin"}',
  '{"role": {"$in": ["admin", "moderator"]}, "custom.age": {"$gte": 18}}',
  `{$or: [{name: {$autocomplete: 'john'}}, {banned: true}], created_at: {$gte: ISODate("2024-01-01T00:00:00Z")}}`,
  `{ /* one */ id: {$in: ["a","b",]}, // two\n teams: ['r'], }`,
  '{"custom.n": -0x1F, $nor: [{"custom.s": "\\u00e9\\n"}]}',
]
const PIECES = [
  ...['{', '}', '[', ']', '(', ')', ',', ':', '"', "'", '\\', 'a', '$', '0', '-', '.', '\n'],
  ...['/*', '*/', '//', 'true', 'null', 'ISODate(', 'new ', '\u00a0', 'é', '\0', '\ud800'],
]

/** Texts that were valid before some pieces were taken out and put in. */
const texts = fc
  .tuple(
    fc.constantFrom(...VALID),
    fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.constantFrom('', ...PIECES)), { maxLength: 3 }),
  )
  .map(([valid, edits]) =>
    edits.reduce((text, [at, removed, added]) => {
      const i = at % (text.length + 1)
      return text.slice(0, i) + added + text.slice(i + removed)
    }, valid),
  )

describe('the stand-in for Chevrotain', async () => {
  const outfile = join(folder, 'text.mjs')
  await build({
    stdin: {
      contents: `export { completionsAt, safeParseFilterText } from ${JSON.stringify(source('text/index.ts'))}`,
      resolveDir: folder,
    },
    outfile,
    bundle: true,
    platform: 'browser',
    format: 'esm',
    alias: { chevrotain: source('build/console/small-chevrotain.ts') },
    logLevel: 'silent',
  })
  const small: typeof whole = await import(outfile)
  const read = ({ safeParseFilterText }: typeof whole, text: string, relaxed: boolean) => {
    const result = safeParseFilterText(usersSchema, text, { relaxed })
    return result.ok ? printFilter(result.value) : undefined
  }

  it('takes and refuses the same texts, and reads the same filters', () => {
    let taken = 0
    fc.assert(
      fc.property(texts, fc.boolean(), (text, relaxed) => {
        const filter = read(whole, text, relaxed)
        if (filter !== undefined) taken++
        expect(read(small, text, relaxed)).toEqual(filter)
      }),
      { numRuns: 2000 },
    )
    expect(taken).toBeGreaterThan(100)
    for (const text of VALID) expect(read(small, text, true)).toEqual(read(whole, text, true))
  })

  it('offers the same completions', () => {
    fc.assert(
      fc.property(texts, fc.nat(120), (text, at) => {
        const options = { relaxed: true }
        const offered = small.completionsAt(usersSchema, text, at, options)
        expect(offered).toEqual(whole.completionsAt(usersSchema, text, at, options))
      }),
      { numRuns: 1000 },
    )
  })

  it('says the same of one mistake', () => {
    const mistakes = [
      '{role: "admin"',
      '{role: {$in: ["a"}}',
      '{role "admin"}',
      '{role: admin}',
      '{role: "admin}',
      '{role: }',
      '{"role": "a" "id": "b"}',
      '{nme: "Ana"}',
      '{role: {$foo: 1}}',
      '{role: "a", role: "b"}',
      'role: "admin"',
      '',
    ]
    for (const text of mistakes) {
      const issuesOf = ({ safeParseFilterText }: typeof whole) => {
        const result = safeParseFilterText(usersSchema, text, { relaxed: true })
        return result.ok ? [] : result.issues
      }
      expect(issuesOf(small)[0], text).toEqual(issuesOf(whole)[0])
    }
  })

  it('reads deep and long texts, and refuses what is too deep', () => {
    const deep = `${'{$and: ['.repeat(20)}{role: "a"}${']}'.repeat(20)}`
    expect(read(small, deep, true)).toEqual(read(whole, deep, true))
    expect(read(small, '['.repeat(100_000), true)).toBeUndefined()
    const long = `{id: {$in: [${Array.from({ length: 500 }, (_, i) => `'${i}'`).join()}]}}`
    expect(read(small, long, true)).toEqual(read(whole, long, true))
  })
})

describe('a filter as text', () => {
  it('is a filter with its words, or mistakes with their places', () => {
    expect(readFilter(' ')).toEqual({ filter: {}, words: 'all users' })
    expect(readFilter('{role: "admin", "custom.age": {$gte: 18}}')).toEqual({
      filter: { role: 'admin', 'custom.age': { $gte: 18 } },
      words: 'role is admin, and custom.age at least 18',
    })
    expect(readFilter('{\n nme: 1}')).toEqual({
      mistakes: [
        { start: 3, end: 6, place: '2:2', message: 'Unknown field "nme" (did you mean "name"?)' },
      ],
    })
    expect(readFilter('{deleted_at: null}')).toMatchObject({ mistakes: [{ start: 1, end: 11 }] })
    expect(readFilter('{"custom.n":\n {$in: [1, 9007199254740993]}}')).toMatchObject({
      mistakes: [{ start: 24, end: 40, place: '2:12', message: expect.stringContaining('beyond') }],
    })
    expect(readFilter('{"custom.n": 9007199254740991}')).toMatchObject({ words: TEXT })
    expect(readFilter(`{name: "${'x'.repeat(100_000)}"}`)).toMatchObject({ mistakes: [{}] })
  })

  it('is completed with what a person would write next', () => {
    const complete = (text: string, label: string) => {
      const at = text.indexOf('|')
      const typed = text.replace('|', '')
      const found = completions(typed, at).find((each) => each.label === label)
      if (found === undefined) return 'not offered'
      const { start, end, text: written, caret } = editOf(found, typed)
      const result = typed.slice(0, start) + written + typed.slice(end)
      return `${result.slice(0, caret)}|${result.slice(caret)}`
    }
    expect(complete('{ro|', 'role')).toBe('{role: |')
    expect(complete('{"ro|', 'role')).toBe('{"role": |')
    expect(complete('{ro|: "a"}', 'role')).toBe('{role|: "a"}')
    expect(complete('{role: {$i|}}', '$in')).toBe('{role: {$in: |}}')
    expect(complete('{banned: t|}', 'true')).toBe('{banned: true|}')
    expect(complete('{cus|}', 'custom.')).toBe('{"custom.|"}')
    expect(complete('{|}', '$or')).toBe('{$or: |}')
    expect(complete('{del|}', 'deleted_at')).toBe('not offered')
  })
})

describe('the words of a deletion', () => {
  it('are different for each way, and name what else is deleted', () => {
    const soft = deletionWords({}).join(' ')
    expect(soft).toContain('can be restored')
    expect(soft).toContain('The user’s messages stay as they are.')
    const pruning = deletionWords({ user: 'pruning', messages: 'pruning' }).join(' ')
    expect(pruning).toContain('cannot be undone')
    expect(pruning).toContain('The user’s messages keep their place, and lose their contents')
    const hard = deletionWords({ user: 'hard', conversations: 'hard', messages: 'hard' })
    expect(hard.join(' ')).toContain('conversations are removed for good')
    expect(hard.at(-1)).toContain('a generated id')
    expect(deletionWords({ user: 'hard', new_channel_owner_id: 'bo' }).at(-1)).toContain('bo')
  })
})

describe('changes of custom data', () => {
  it('are the keys that differ, and the whole where a key would be read as a path', () => {
    const before = { color: 'red', age: 1, list: [1, 2] }
    expect(customChanges(before, { ...before })).toBeUndefined()
    expect(customChanges(before, { color: 'blue', list: [1, 2], size: null })).toEqual({
      set: { 'custom.color': 'blue', 'custom.size': null },
      unset: ['custom.age'],
    })
    expect(customChanges({}, { 'a.b': 1 })).toEqual({ set: { custom: { 'a.b': 1 } } })
    const hostile = readCustom('{"__proto__": 1, "constructor": 2}')
    expect(customChanges({}, hostile)).toEqual({
      set: { 'custom.__proto__': 1, 'custom.constructor': 2 },
    })
  })

  it('are read from JSON objects only', () => {
    for (const text of ['', '{', '[]', 'null', '1']) expect(() => readCustom(text)).toThrow(Error)
    expect(readCustom('{"a": [1]}')).toEqual({ a: [1] })
  })
})
