import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

/**
 * Starts the compiler along with the tests, if there are type tests among them: it takes half a minute
 * on one core, and vitest would start it after them. Answers what ends it. See `checker.sh`.
 */
export function startTypes({ config, vitest }: TestProject): () => void {
  const isAsked = vitest.state.getPaths().some((path) => path.endsWith('.test-d.ts'))
  if (!isAsked || config.watch) return () => {}
  const folder = mkdtempSync(join(tmpdir(), 'tamis-types-'))
  // At a lower priority: tests that measure time come first.
  const line = 'nice -n 5 "$@" >"$0/output" 2>&1; echo $? >"$0/status"'
  const bin = join(config.root, 'node_modules/.bin/tsc')
  // What has not changed since the last run is not checked again.
  const known = join(config.root, 'node_modules/.tamis/types.tsbuildinfo')
  const tsc = [bin, '--noEmit', '--pretty', 'false', '--incremental', '--tsBuildInfoFile', known]
  const compiler = spawn('/bin/sh', ['-c', line, folder, ...tsc], {
    cwd: config.root,
    stdio: 'ignore',
    detached: true,
  })
  const { pid } = compiler
  if (pid === undefined) throw new Error('the compiler did not start')
  process.env.TAMIS_TYPES = folder
  process.env.TAMIS_TYPES_PID = String(pid)
  return () => {
    // Of a run that was ended early; with its children.
    if (compiler.exitCode === null) process.kill(-pid)
    rmSync(folder, { recursive: true, force: true })
  }
}
