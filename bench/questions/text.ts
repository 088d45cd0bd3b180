import { spawnSync } from 'node:child_process'
import { parseFilter } from 'tamis'
import { formatFilter, parseFilterText, safeParseFilterText } from 'tamis/text'
import { usersSchema } from 'tamis/users'
import { filters } from '../fixtures/filters.ts'
import { measure } from '../measure.ts'
import { atMost, type Question, type Result, within } from '../question.ts'

/** How long a module takes to be imported, in a process of its own. */
function importOf(name: string): number {
  const url = new URL(`../../dist/${name}.js`, import.meta.url).href
  const program = `const start = performance.now(); await import(${JSON.stringify(url)}); console.log(performance.now() - start)`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  })
  return Number(stdout) * 1e6
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] as number

export const text: Question = {
  title: 'Filters as text',
  text: 'A filter of JSON text, read (no key twice, no digit lost) and checked. JSON.parse reads what is right; the grammar is asked for the relaxed form, and where something is wrong. Imports are the median of seven processes. Nanoseconds are per filter, or per import.',
  async ask(run) {
    const results = filters
      .filter(({ key }) => 'abf'.includes(key))
      .map(({ name, filter }): Result => {
        const own = JSON.stringify(filter)
        // The same with a comma at the end, which only the relaxed form takes.
        const relaxed = own.replace(/\}$/, ',}')
        const wrong = own.replace('"role"', '"rol"')
        const contenders = {
          'JSON.parse, unchecked': () => typeof JSON.parse(own),
          'tamis, JSON.parse and check': () => typeof parseFilter(usersSchema, JSON.parse(own)),
          'tamis/text': () => typeof parseFilterText(usersSchema, own),
          'tamis/text, relaxed form': () =>
            typeof parseFilterText(usersSchema, relaxed, { relaxed: true }),
          'tamis/text, one mistake': () => typeof safeParseFilterText(usersSchema, wrong),
          'tamis/text, formatted': () => (formatFilter(own) === '' ? 'nothing' : 'object'),
        }
        const goal = atMost(4, `text of ${name}, to JSON.parse`, 'tamis/text')
        return { name, measured: measure(contenders, 1, run), goals: [goal] }
      })
    const imports = (name: string) => median(Array.from({ length: 7 }, () => importOf(name)))
    const own = ['tamis', 'text'].map((name) => ({
      name: `import of ${name === 'text' ? 'tamis/text' : name}`,
      nanoseconds: imports(name),
      ratio: [1, 1, 1] as const,
    }))
    const goal = within(60e6, 'the import of tamis/text', 'import of tamis/text')
    return [...results, { name: 'imports', measured: own, goals: [goal] }]
  },
}
