/**
 * `npm run audit`: fails if a dependency has a known vulnerability of high or critical severity, in
 * what is installed with the package, or of critical severity in what only develops it. A registry
 * without the service of audits is no failure, and is said.
 */

import { spawnSync } from 'node:child_process'

/** What `npm audit --json` prints: the report, or an error of the registry. */
interface Report {
  readonly vulnerabilities?: Readonly<Record<string, Vulnerability>>
  readonly message?: string
}

interface Vulnerability {
  readonly name: string
  readonly severity: string
  readonly range: string
}

/** The vulnerabilities of some severities; undefined where the registry has no audits. */
function audit(args: readonly string[], severities: readonly string[]) {
  const { stdout, error } = spawnSync('npm', ['audit', '--json', ...args], { encoding: 'utf8' })
  if (error !== undefined) throw error
  const { vulnerabilities, message = 'no report' }: Report = JSON.parse(stdout || '{}')
  if (vulnerabilities === undefined) {
    console.log(`audit skipped: ${message}`)
    return undefined
  }
  return Object.values(vulnerabilities).filter(({ severity }) => severities.includes(severity))
}

const installed = audit(['--omit', 'dev'], ['high', 'critical'])
const found = installed === undefined ? [] : [...installed, ...(audit([], ['critical']) ?? [])]
const lines = new Set(found.map(({ name, range, severity }) => `${severity}: ${name} ${range}`))
for (const line of lines) console.error(line)
process.exitCode = lines.size > 0 ? 1 : 0
