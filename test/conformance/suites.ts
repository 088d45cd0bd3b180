import { kindSuites } from './kinds.ts'
import { logicSuite } from './logic.ts'
import { pageSuites } from './pages.ts'
import { refusalSuite } from './refusals.ts'
import { relationSuite } from './relations.ts'
import type { Suite } from './suite.ts'
import { tableSuites } from './tables.ts'

/** Every suite. Nothing of what they expect was computed by tamis. */
export const suites = (): readonly Suite[] => [
  ...kindSuites(),
  logicSuite(),
  ...tableSuites(),
  ...pageSuites(),
  relationSuite(),
  refusalSuite(),
]

/** The text of a suite's file: a line for each row and each case. */
export function textOf({ rows, cases, schema, ...rest }: Suite): string {
  const head = Object.entries({ ...rest, schema }).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${asciiOf(value)},`,
  )
  const list = (name: string, all: readonly unknown[]) =>
    `  "${name}": [\n${all.map((each) => `    ${asciiOf(each)}`).join(',\n')}\n  ]`
  return `{\n${head.join('\n')}\n${list('rows', rows)},\n${list('cases', cases)}\n}\n`
}

/** Characters beyond ASCII are escaped: editors show similar ones alike, or not at all. */
const asciiOf = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
