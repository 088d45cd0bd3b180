/** What `tamis completion` prints, run by the shells that are installed. */

import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { program } from '../../src/cli/program.ts'
import { bundleForNode, scratch } from '../support/bundled.ts'

const folder = scratch('completion')
const command = join(folder, 'tamis.mjs')
const commands = program().commands.map((each) => each.name())

const run = (name: string, ...args: readonly string[]) =>
  spawnSync(name, args, { encoding: 'utf8', cwd: folder, timeout: 30_000 })

const tamis = (...args: readonly string[]) => run(process.execPath, command, ...args)

const isInstalled = (shell: string) => run(shell, '-c', 'exit 0').status === 0

beforeAll(async () => {
  await bundleForNode('src/cli/main.ts', command, Object.keys(packageJson.peerDependencies))
  for (const shell of ['bash', 'zsh', 'fish']) {
    writeFileSync(join(folder, `tamis.${shell}`), tamis('completion', shell).stdout)
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Words that are typed, and some that are offered for the last of them, and all of them that are not. */
const CASES: readonly (readonly [
  typed: string,
  offered: readonly string[],
  absent: readonly string[],
])[] = [
  ['tamis ', commands, ['--filter']],
  ['tamis q', ['query'], ['sql']],
  ['tamis query --s', ['--schema', '--select', '--skip-bad', '--sort'], ['--filter', '--dialect']],
  ['tamis query --input ', ['json', 'csv'], ['--schema', 'query']],
  ['tamis init --framework f', ['fastify'], ['express']],
  ['tamis completion ', ['bash', 'zsh', 'fish'], ['query']],
]

const check = (out: string, offered: readonly string[], absent: readonly string[]) => {
  const words = out.split(/\s+/)
  for (const each of offered) expect(words).toContain(each)
  for (const each of absent) expect(words).not.toContain(each)
}

describe.skipIf(!isInstalled('bash'))('in bash', () => {
  it.each(CASES)('%j is completed', (typed, offered, absent) => {
    const words = typed.split(' ')
    const array = words.map((word) => `"${word}"`).join(' ')
    const { stdout, stderr } = run(
      'bash',
      '--norc',
      '-c',
      `source ./tamis.bash; COMP_WORDS=(${array}); COMP_CWORD=${words.length - 1}; _tamis; echo "\${COMPREPLY[@]}"`,
    )
    expect(stderr).toBe('')
    check(stdout, offered, absent)
  })
})

describe.skipIf(!isInstalled('fish'))('in fish', () => {
  it.each(CASES)('%j is completed', (typed, offered, absent) => {
    const { stdout, stderr } = run(
      'fish',
      '--no-config',
      '-c',
      `source ./tamis.fish; complete -C '${typed}' | cut -f1`,
    )
    expect(stderr).toBe('')
    check(stdout, offered, absent)
  })
})

describe.skipIf(!isInstalled('zsh'))('in zsh', () => {
  /** Of the functions of zsh that complete, what each is called with. */
  const STANDINS = `
compdef() { }
_describe() { print -l -- \${(P)2} }
_arguments() { print -l -- "$@" }
`

  it('has valid syntax, and offers commands, options and values', () => {
    expect(run('zsh', '-n', 'tamis.zsh')).toMatchObject({ status: 0, stderr: '' })
    const offered = (typed: string) => {
      const words = typed.split(' ').map((word) => `'${word}'`)
      const script = `${STANDINS}\nsource ./tamis.zsh\nwords=(${words.join(' ')}); CURRENT=${words.length}; _tamis`
      const { stdout, stderr } = run('zsh', '-f', '-c', script)
      expect(stderr).toBe('')
      return stdout.trim().split('\n')
    }
    expect(offered('tamis ').map((line) => line.replace(/:.*/, ''))).toEqual(commands)
    const specs = offered('tamis query ')
    expect(specs.find((each) => each.startsWith('*--input'))).toMatch(
      /^\*--input\[.*\]:value:\(json csv\)$/,
    )
    expect(specs.find((each) => each.startsWith('*--gzip'))).toBe('*--gzip[compress the output]')
    expect(offered('tamis completion ')).toContain('1:value:(bash zsh fish)')
  })
})

describe('tamis completion', () => {
  it.each(['bash', 'zsh', 'fish'])('names every command and every option: %s', (shell) => {
    const { stdout, stderr, status } = tamis('completion', shell)
    expect([stderr, status]).toEqual(['', 0])
    for (const each of program().commands) {
      expect(stdout).toContain(each.name())
      for (const { long = '' } of each.options) {
        expect(stdout).toContain(shell === 'fish' ? `-l ${long.slice(2)}` : long)
      }
    }
  })

  it('refuses another shell', () => {
    const { stderr, status } = tamis('completion', 'tcsh')
    expect([stderr, status]).toEqual([
      expect.stringMatching(/Allowed choices are bash, zsh, fish/),
      2,
    ])
  })
})
