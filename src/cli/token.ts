import type { Command } from 'commander'
import { Mistake } from './mistake.ts'
import { requirePackages } from './packages.ts'
import { givenSecret } from './secret.ts'

async function printToken(options: { secret?: string; user?: string }): Promise<void> {
  const { user } = options
  if (user === '') throw new Mistake('token: --user: expected an id, received an empty text')
  const secret = givenSecret(options.secret)
  if (secret === undefined) throw new Mistake('token: expected TAMIS_SECRET or --secret')
  requirePackages('token', ['jose'])
  const { signToken } = await import('../users/tokens.ts')
  const token = await signToken(secret, user === undefined ? { server: true } : { user_id: user })
  process.stdout.write(`${token}\n`)
}

export const addToken = (tamis: Command): Command =>
  tamis
    .command('token')
    .description('print a token for tamis serve')
    .option('--secret <text>', 'the secret to sign it with; better in TAMIS_SECRET')
    .option('--user <id>', 'a token for this user; by default for a server')
    .action(printToken)
