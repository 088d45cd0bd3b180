/**
 * `npm run audit`: fails if a dependency has a known vulnerability of high or critical severity, in
 * what is installed with the package, or of critical severity in what only develops it. A registry
 * that offers no audits is not a failure: a line says that the audit was skipped.
 */

import { spawnSync } from 'node:child_process'

/** What `npm audit --json` prints: the report, or an error of the registry. */
interface Report {
  readonly vulnerabilities?: Readonly<Record<string, Vulnerability>>
  readonly message?: string
  readonly method?: string
}

interface Vulnerability {
  readonly name: string
  readonly severity: string
  readonly range: string
}

/** The vulnerabilities of some severities: none where the registry has no audits. */
function audit(args: readonly string[], severities: readonly string[]): readonly Vulnerability[] {
  const { stdout, error } = spawnSync('npm', ['audit', '--json', ...args], { encoding: 'utf8' })
  if (error !== undefined) throw error
  const { vulnerabilities, method, message = 'no report' }: Report = JSON.parse(stdout || '{}')
  if (vulnerabilities !== undefined) {
    return Object.values(vulnerabilities).filter(({ severity }) => severities.includes(severity))
  }
  // Only an answer of the registry names the method of the request.
  if (method === undefined) throw new Error(`npm audit: ${message}`)
  console.log(`audit skipped: ${message}`)
  return []
}

const found = [...audit(['--omit', 'dev'], ['high', 'critical']), ...audit([], ['critical'])]
const lines = new Set(found.map(({ name, range, severity }) => `${severity}: ${name} ${range}`))
for (const line of lines) console.error(line)
process.exitCode = lines.size > 0 ? 1 : 0
