import { Mistake } from './mistake.ts'

/** The peer dependencies of the users system, and of its server; queries need none of them. */
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

/** @throws Mistake with the command that installs all missing packages. */
export function requirePackages(command: string, names: readonly string[]): void {
  const missing = names.filter((name) => !isInstalled(name))
  if (missing.length === 0) return
  throw new Mistake(`${command}: missing packages: npm install ${missing.join(' ')}`)
}
