import { quote } from '../error/describe.ts'
import { didYouMean, nearest } from '../error/nearest.ts'
import type { Field, FieldSet } from '../schema/field.ts'
import type { Report } from './report.ts'

/** Reports a name that is no field, with the one that was probably meant. Hidden ones stay hidden. */
export function unknownField(
  report: Report,
  structure: Pick<FieldSet, 'fields' | 'wildcards' | 'relations'>,
  name: string,
  trusted: boolean,
): undefined {
  const visible = (all: Iterable<readonly [string, Field]>) =>
    [...all].filter(([, field]) => trusted || !field.hidden).map(([shown]) => shown)
  const fields = [...visible(structure.fields), ...visible(structure.relations?.named ?? [])]
  const prefixes = visible(structure.wildcards)
  return report.add('unknown_field', {
    subject: quote(name),
    hint: throughList(structure, name, trusted) ?? hintFor(name, fields, prefixes),
  })
}

/** No path leads through a list: the objects of one are asked together. */
function throughList(
  { fields, relations }: Pick<FieldSet, 'fields' | 'relations'>,
  name: string,
  trusted: boolean,
): string | undefined {
  for (const field of [...fields.values(), ...(relations?.named.values() ?? [])]) {
    const { inside } = field.type
    if (inside === undefined || (field.hidden && !trusted)) continue
    if (!name.startsWith(`${field.name}.`)) continue
    const rest = quote(name.slice(field.name.length + 1))
    const outer = quote(field.name)
    return `${outer} is ${inside.what}: {${outer}: {${inside.operator}: {${rest}: …}}}`
  }
  return undefined
}

const LISTED = 12

function hintFor(name: string, fields: readonly string[], prefixes: readonly string[]): string {
  if (name === '') return 'a name is missing'
  const hint = didYouMean(name, fields)
  if (hint !== undefined) return hint
  const match = prefixes.find((each) => name === each || name.startsWith(`${each}.`))
  const prefix = match ?? nearest(name.split('.', 1)[0] as string, prefixes)
  if (prefix !== undefined) return `write the key after the prefix, with a dot: "${prefix}.color"`
  const known = [...fields, ...prefixes.map((each) => `${each}.*`)]
  return known.length > LISTED
    ? `fields: ${known.slice(0, LISTED).join(', ')} and ${known.length - LISTED} more`
    : `fields: ${known.join(', ') || 'none'}`
}
