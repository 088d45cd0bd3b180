import { isSecret, SECRET_EXPECTED } from '../users/secret.ts'
import { Mistake } from './mistake.ts'

/**
 * The secret of an option or of the environment; empty counts as not given.
 *
 * @throws Mistake that does not contain the secret.
 */
export function givenSecret(option: string | undefined): string | undefined {
  const secret = option || process.env.TAMIS_SECRET || undefined
  if (secret === undefined || isSecret(secret)) return secret
  throw new Mistake(`TAMIS_SECRET or --secret: expected ${SECRET_EXPECTED}`)
}
