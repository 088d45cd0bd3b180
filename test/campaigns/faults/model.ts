/** What clients have sent, and what they were answered: the checks compare the database with it. */

/** A batch of users that all get the same operation, as their `image`. */
export interface Write {
  readonly op: string
  readonly ids: readonly string[]
  /** `unknown`: no answer, or one that does not say whether it was done. */
  outcome: 'acknowledged' | 'refused' | 'unknown'
}

export const KINDS = ['deactivate', 'export', 'soft', 'pruning', 'hard'] as const

export interface SentTask {
  readonly id: string
  readonly kind: (typeof KINDS)[number]
  readonly ids: readonly string[]
}

/** An answer to a request; undefined fields where the body had none. */
export interface Answer {
  readonly status: number
  readonly text: string
  readonly body: { readonly [key: string]: unknown }
  readonly isReplayed: boolean
}

/** What the checks need of a user that was read. */
export interface ReadUser {
  readonly id: string
  readonly image?: string
  readonly name?: string
  readonly online: boolean
  readonly custom: { readonly op?: string }
  readonly teams: readonly string[]
}

/** Whether all that one operation writes of a user is there. */
export function isWhole({ id, image, name, custom, teams }: ReadUser): boolean {
  if (!/^[wt]/.test(id)) return true
  return name === image && custom.op === image && teams.length === 1 && teams[0] === image
}

export class Model {
  readonly writes: Write[] = []
  readonly tasks: SentTask[] = []
  /** Users that were online once. */
  readonly connected = new Set<string>()
  /** What was wrong with answers, and with what else was seen while faults happened. */
  readonly faults: string[] = []
  readonly answers = new Map<string, number>()

  count(what: string): void {
    this.answers.set(what, (this.answers.get(what) ?? 0) + 1)
  }
}
