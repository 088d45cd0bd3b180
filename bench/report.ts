import type { Measured } from './measure.ts'
import { type Goal, type Question, type Result, reached } from './question.ts'

/** A question that was asked. */
export interface Answered {
  readonly question: Question
  readonly results: readonly Result[]
}

const time = (nanoseconds: number): string => {
  if (nanoseconds >= 1e6) return `${(nanoseconds / 1e6).toFixed(2)} ms`
  if (nanoseconds >= 1000) return `${(nanoseconds / 1000).toFixed(2)} µs`
  return `${nanoseconds.toFixed(1)} ns`
}

const ratio = ({ ratio: [low, median, high] }: Measured): string =>
  `${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`

/** A goal, and whether it was met. */
export function verdict(goal: Goal, result: Result): string {
  const value = reached(goal, result)
  const { most, unit, of } = goal
  const shown = unit === '×' ? `${value.toFixed(2)}×` : time(value)
  const limit = unit === '×' ? `${most}×` : time(most)
  const by = Math.round((value / most - 1) * 100)
  return `${value <= most ? 'met   ' : 'MISSED'} ${of}: ${shown}, goal ${limit}${by > 0 ? ` (${by} % over)` : ''}`
}

function table({ question, results }: Answered): string {
  const lines = results.flatMap(({ name, measured }) =>
    measured.map((each, i) =>
      'wrong' in each
        ? `| | ${each.name} | answers otherwise | |`
        : `| ${i === 0 ? name : ''} | ${each.name} | ${time(each.nanoseconds)} | ${i === 0 ? '1' : ratio(each)} |`,
    ),
  )
  return `## ${question.title}\n\n${question.text}\n\n| | | time | ratio (quartiles) |\n|---|---|---:|---:|\n${lines.join('\n')}\n`
}

/** All that was measured, as a page. */
export function page(answered: readonly Answered[], machine: string, notes: string): string {
  const goals = answered.flatMap(({ results }) =>
    results.flatMap((result) => result.goals.map((goal) => verdict(goal, result))),
  )
  return `# Results\n\nWritten by \`npm run bench\`: ${machine}. Each answer was checked against the first contender's before it was timed; a ratio is the median of rounds in which every contender ran once, in another order each time. Times depend on the machine, ratios hardly.\n\n![Predicates, as ratios to hand-written code](chart.svg)\n\n${notes.trim()}\n\n## Goals\n\n\`\`\`\n${goals.join('\n')}\n\`\`\`\n\n${answered
    .filter(({ results }) => results.length > 0)
    .map(table)
    .join('\n')}`
}

const COLORS = ['#0b7285', '#868e96', '#adb5bd', '#ced4da', '#dee2e6', '#495057']
const ROW = 18
const LEFT = 250
const WIDTH = 420
const MOST = 500

/** The predicates' ratios as bars, on a logarithmic scale. */
export function chart({ results }: Answered): string {
  const bars: string[] = []
  let y = 40
  const x = (value: number) => LEFT + (Math.log(Math.max(1, value)) / Math.log(MOST)) * WIDTH
  for (const { name, measured } of results) {
    bars.push(`<text x="8" y="${y + 12}" font-weight="bold">${escaped(name)}</text>`)
    y += ROW
    for (const [i, each] of measured.slice(1).entries()) {
      if ('wrong' in each) continue
      const value = each.ratio[1]
      bars.push(
        `<text x="${LEFT - 8}" y="${y + 12}" text-anchor="end">${escaped(each.name)}</text>`,
        `<rect x="${LEFT}" y="${y + 2}" width="${Math.max(2, x(value) - LEFT).toFixed(1)}" height="${ROW - 5}" fill="${COLORS[Math.min(i, COLORS.length - 1)]}"/>`,
        `<text x="${(x(value) + 6).toFixed(1)}" y="${y + 12}">${value.toFixed(value < 10 ? 2 : 0)}×</text>`,
      )
      y += ROW
    }
    y += 6
  }
  const lines = [1, 2, 5, 10, 20, 50, 100, 200, 500].map(
    (value) =>
      `<line x1="${x(value).toFixed(1)}" y1="34" x2="${x(value).toFixed(1)}" y2="${y}" stroke="#f1f3f5"/><text x="${x(value).toFixed(1)}" y="28" text-anchor="middle" fill="#868e96">${value}×</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${LEFT + WIDTH + 60}" height="${y + 10}" font-family="system-ui, sans-serif" font-size="12"><title>Predicates, as ratios to hand-written code</title><rect width="100%" height="100%" fill="white"/><text x="8" y="16" font-size="13">Time for a row, as a ratio to a hand-written predicate (less is better)</text>${lines.join('')}${bars.join('')}</svg>\n`
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
