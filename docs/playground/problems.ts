/** What is wrong with a text, and where. */

export interface Problem {
  /** Offsets into the text. */
  readonly from: number
  readonly to: number
  readonly message: string
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The line of an offset, from 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++
  return line
}

/** The offset that the message of an error of `JSON.parse` names; engines write it in their own ways. */
function offsetIn(text: string, message: string): number | undefined {
  const position = /position (\d+)/.exec(message)
  if (position !== null) return Number(position[1])
  const place = /line (\d+) column (\d+)/.exec(message)
  if (place === null) return /end of|unterminated/i.test(message) ? text.length : undefined
  const lines = text.split('\n').slice(0, Number(place[1]) - 1)
  return lines.reduce((sum, line) => sum + line.length + 1, 0) + Number(place[2]) - 1
}

/** The problem of a text that is not JSON. `at` is where the text begins in a longer one. */
export function problemOfJson(text: string, error: unknown, at = 0): Problem {
  const message = error instanceof Error ? error.message : String(error)
  const offset = Math.min(offsetIn(text, message) ?? 0, Math.max(0, text.length - 1))
  // Engines quote the text, whose place is shown anyway.
  const said = message
    .replace(/^JSON\.parse: |^JSON Parse error: /, '')
    .replace(/,? *(\.\.\.)?".*" is not valid JSON$/s, '')
    .replace(/ (in JSON )?at (position|line) \d.*$/, '')
  return { from: at + offset, to: at + offset + 1, message: `This is not JSON: ${said}` }
}
