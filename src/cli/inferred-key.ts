import type { PrintedField } from '../check/source.ts'
import { quote } from '../error/describe.ts'
import type { Note } from './inferred-fields.ts'
import { LONGEST_MEMBER, type ObjectFacts } from './value-facts.ts'

/** Names of keys, the most usual first. */
const KEY_NAMES = [
  /^id$/,
  /^_id$/,
  /^(uuid|guid|key)$/i,
  /_id$|Id$|ID$/,
  /^(sku|code|slug|email)$/i,
]

/** Whether a field identifies rows: its kind has an order, and every row has a value. */
export const canBeKey = ({ shape, required }: PrintedField): boolean =>
  required &&
  !('list' in shape) &&
  !['boolean', 'enumeration', 'number', 'dynamic', 'objects'].includes(shape.of)

/** The field that most likely identifies rows: by its name, and because its values differ. */
export function guessedKey(
  fields: readonly PrintedField[],
  rows: ObjectFacts,
): PrintedField | undefined {
  const candidates = fields.filter(
    (field) => canBeKey(field) && rows.keys?.get(field.name)?.isDistinct === true,
  )
  return mostUsual(candidates, ({ name }) => name) ?? candidates[0]
}

/** The one whose name is most usual for a key. */
function mostUsual<T>(all: readonly T[], nameOf: (each: T) => string): T | undefined {
  for (const pattern of KEY_NAMES) {
    const named = all.find((each) => pattern.test(nameOf(each)))
    if (named !== undefined) return named
  }
  return undefined
}

/** Says where the rows are, where the only one is an answer of a server: `{"items": [{…}]}`. */
function rowsInside(keys: ObjectFacts['keys']): string | undefined {
  const list = [...(keys ?? [])].find(([, { elements }]) => elements?.objects !== undefined)
  return list && `the rows are under ${quote(list[0])}: give that list alone`
}

/** Why the key of rows that people would expect cannot be it; undefined if no name looks like one. */
export function whyNoKey(
  { keys, count }: ObjectFacts,
  fields: readonly PrintedField[],
  notes: readonly Note[],
): string | undefined {
  const name = mostUsual([...(keys?.keys() ?? [])], (each) => each)
  if (name === undefined) return count === 1 ? rowsInside(keys) : undefined
  const field = fields.find((each) => each.name === name)
  const note = notes.find((each) => each.name === name)
  if (field === undefined) return note?.text
  if (!field.required) return `some rows have no ${quote(name)}`
  if (!canBeKey(field)) return `the values of ${quote(name)} have no order`
  return `the values of ${quote(name)} are not distinct, or texts of more than ${LONGEST_MEMBER} characters`
}
