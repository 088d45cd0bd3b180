import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
let clone: string

/** Runs a program in the clone: its exit status, and what it printed. */
function run(command: string, ...args: string[]) {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' }
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: clone, env, encoding: 'utf8' })
  return { status, stdout, stderr }
}

const git = (...args: string[]): string => {
  const { status, stdout, stderr } = run('git', ...args)
  if (status !== 0) throw new Error(stderr)
  return stdout.trim()
}

const release = (...args: string[]) => run('bash', '.ci/release', ...args)

beforeAll(() => {
  clone = mkdtempSync(join(tmpdir(), 'tamis-release-'))
  const copied = spawnSync('git', ['clone', '-q', root, clone], { encoding: 'utf8' })
  if (copied.status !== 0) throw new Error(copied.stderr)
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'))
  git('config', 'user.name', 'A test')
  git('config', 'user.email', 'test@example.org')
  git('checkout', '-q', '-B', 'main')
  // These tests are a part of what it runs.
  writeFileSync(join(clone, '.ci/run'), '#!/bin/sh\necho everything was checked\n')
  appendFileSync(join(clone, '.git/info/exclude'), 'node_modules\n')
  git('commit', '-qam', 'A check that takes no time')
})

afterAll(() => rmSync(clone, { recursive: true, force: true }))

describe('a release is refused', () => {
  const refusals: readonly (readonly [
    string,
    readonly string[],
    string,
    () => void,
    () => void,
  ])[] = [
    ['without a version', [], "expected a version such as 1.2.3, received ''", () => {}, () => {}],
    [
      'with a version that is none',
      ['1.2.x; rm'],
      "expected a version such as 1.2.3, received '1.2.x; rm'",
      () => {},
      () => {},
    ],
    [
      'with an unknown option',
      ['7.0.0', '--now'],
      "unknown option '--now'; expected --publish",
      () => {},
      () => {},
    ],
    [
      'with changes that are not committed',
      ['7.0.0'],
      'the working tree has changes that are not committed',
      () => appendFileSync(join(clone, 'README.md'), 'more\n'),
      () => git('checkout', '-q', 'README.md'),
    ],
    [
      'from another branch',
      ['7.0.0'],
      'releases are made from main',
      () => git('checkout', '-q', '-b', 'other'),
      () => git('checkout', '-q', 'main'),
    ],
    [
      'of a version that is there',
      ['7.0.0'],
      'the tag v7.0.0 is there already',
      () => git('tag', 'v7.0.0'),
      () => git('tag', '-d', 'v7.0.0'),
    ],
  ]

  it.each(refusals)('%s', (_, args, message, prepare, restore) => {
    prepare()
    expect(release(...args)).toEqual({ status: 2, stdout: '', stderr: `release: ${message}\n` })
    restore()
  })
})

describe('a release', () => {
  it('is a commit, a tag, a tarball and a bill of materials, after the checks', () => {
    const { status, stdout, stderr } = release('7.0.0')
    expect(stderr + stdout).toContain('everything was checked')
    expect(status, stderr).toBe(0)
    expect(git('show', '-s', '--format=%s', 'v7.0.0^{commit}')).toBe('Release 7.0.0')
    expect(git('status', '--porcelain')).toBe('')
    expect(readFileSync(join(clone, 'CHANGELOG.md'), 'utf8')).toMatch(
      /## Unreleased\n\n## 7\.0\.0 - \d{4}-\d\d-\d\d\n\n### /,
    )
    const made = readdirSync(join(clone, 'release')).sort()
    expect(made).toEqual(['SHA256SUMS', 'tamis-7.0.0.cdx.json', 'tamis-7.0.0.tgz'])
    const bill = JSON.parse(readFileSync(join(clone, 'release/tamis-7.0.0.cdx.json'), 'utf8'))
    expect(bill).toMatchObject({
      bomFormat: 'CycloneDX',
      metadata: { component: { name: 'tamis', version: '7.0.0' } },
    })
    // The package bundles what it uses or asks the application for it: it has no dependencies.
    expect(bill.components).toEqual([])
  })

  it('is not made where nothing has changed', () => {
    expect(release('7.0.1')).toEqual({
      status: 2,
      stdout: '',
      stderr: 'release: CHANGELOG.md has no changes under "## Unreleased"\n',
    })
  })
})
