/** SQL on several lines, for reading. Only white space changes, and none within quotes. */

const CLAUSES = /^ (?:FROM|WHERE|ORDER BY|LIMIT|SETTINGS) /
const JOINS = /^ (?:AND|OR) /

/** Breaks before the clauses of the statement, and between what its conditions are joined of. */
export function sqlLines(text: string): string {
  let depth = 0
  let lines = ''
  let quote: string | undefined
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? ''
    if (quote !== undefined) {
      if (char === quote) quote = undefined
    } else if (char === "'" || char === '"' || char === '`') quote = char
    else if (char === '(' || char === '[') depth++
    else if (char === ')' || char === ']') depth--
    else if (/\bCASE$/.test(lines.slice(-5)) && char === ' ') depth++
    else if (/\bEND$/.test(lines.slice(-4)) && /[ ),]/.test(char)) depth--
    if (quote === undefined && char === ' ') {
      const ahead = text.slice(at, at + 12)
      const isClause = depth === 0 && CLAUSES.test(ahead)
      if (isClause || (depth <= 1 && JOINS.test(ahead))) {
        lines += isClause ? '\n' : '\n  '
        continue
      }
    }
    lines += char
  }
  return lines
}
