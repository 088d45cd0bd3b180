import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { bundleForNode, scratch } from './support/bundled.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const scripts = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts as object
const folder = scratch('readme')
afterAll(() => rmSync(folder, { recursive: true }))

const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(
    (match) => match[1] as string,
  )

/** What a program says that it prints: its `// →` comments, in order. */
const promised = (program: string): string[] =>
  [...program.matchAll(/\/\/ → (.*)$/gm)].map((match) => match[1] as string)

describe('the programs of the README', () => {
  const programs = blocks('ts')
  it.each(programs.map((program, i) => [i + 1, program] as const))(
    '%i prints what it says',
    async (i, program) => {
      expect(promised(program).length).toBeGreaterThan(0)
      const source = join(folder, `block-${i}.ts`)
      writeFileSync(source, program)
      const outfile = join(folder, `block-${i}.mjs`)
      await bundleForNode(source, outfile)
      const { stdout, stderr } = spawnSync(process.execPath, [outfile], { encoding: 'utf8' })
      expect(stderr).toBe('')
      expect(stdout.trimEnd().split('\n')).toEqual(promised(program))
    },
  )
})

describe('the commands of the README', () => {
  const lines = blocks('sh').flatMap((block) => block.trim().split('\n'))

  it('are scripts that there are', () => {
    const named = [...readme.matchAll(/npm run (\w+)/g)].map((match) => match[1] as string)
    for (const name of named) expect(Object.keys(scripts)).toContain(name)
  })

  it('of tamis are understood', async () => {
    const command = join(folder, 'tamis.mjs')
    await bundleForNode('src/cli/main.ts', command)
    writeFileSync(
      join(folder, 'users.ndjson'),
      '{"id":"a","role":"admin","created_at":"2024-05-01T12:00:00Z"}\n',
    )
    const own = lines.filter((line) => line.startsWith('npx tamis ') && !line.includes('--db'))
    expect(own.length).toBeGreaterThan(2)
    for (const line of own) {
      const { stdout, stderr, status } = spawnSync(
        'sh',
        ['-c', line.replace('npx tamis', `"${process.execPath}" "${command}"`)],
        { encoding: 'utf8', cwd: folder },
      )
      expect([stderr, status], line).toEqual(['', 0])
      expect(stdout).not.toBe('')
    }
  })
})
