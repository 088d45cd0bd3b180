import { Mistake } from './mistake.ts'

/** What the users system stands on, and what serves it: peers, which a query needs none of. */
export const USERS = ['kysely', 'zod', 'jose'] as const
export const SERVER = [...USERS, 'hono', '@hono/node-server', 'pino', 'prom-client'] as const

function isInstalled(name: string): boolean {
  try {
    import.meta.resolve(name)
    return true
  } catch {
    return false
  }
}

/** Says in one line what has to be installed, all of it. */
export function requirePackages(command: string, names: readonly string[]): void {
  const missing = names.filter((name) => !isInstalled(name))
  if (missing.length === 0) return
  throw new Mistake(`${command} needs what is not installed: npm install ${missing.join(' ')}`)
}
