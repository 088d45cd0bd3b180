import type { Measured, Settings, Wrong } from './measure.ts'

/** What was to be reached: at most so many times the first contender, or so many nanoseconds. */
export interface Goal {
  readonly of: string
  readonly contender: string
  readonly most: number
  readonly unit: '×' | 'ns'
}

/** One thing that was measured: a row of contenders. */
export interface Result {
  readonly name: string
  readonly measured: readonly (Measured | Wrong)[]
  readonly goals: readonly Goal[]
}

export interface Run extends Settings {
  readonly quick: boolean
  readonly rows: number
}

export interface Question {
  readonly title: string
  /** What is compared, and how, in a few sentences of Markdown. */
  readonly text: string
  ask(run: Run): Promise<readonly Result[]>
}

export const atMost = (most: number, of: string, contender = 'tamis'): Goal => ({
  of,
  contender,
  most,
  unit: '×',
})

export const within = (nanoseconds: number, of: string, contender = 'tamis'): Goal => ({
  of,
  contender,
  most: nanoseconds,
  unit: 'ns',
})

/** What was measured of a goal. */
export function reached({ contender, unit }: Goal, { measured }: Result): number {
  const own = measured.find(({ name }) => name === contender)
  if (own === undefined || 'wrong' in own) throw new Error(`nobody is called ${contender}`)
  return unit === '×' ? own.ratio[1] : own.nanoseconds
}
