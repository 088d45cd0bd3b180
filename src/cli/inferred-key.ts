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

/** What seldom identifies rows. */
const OTHERS: ReadonlyMap<string, string> = new Map([
  ['boolean', 'a boolean'],
  ['enumeration', 'an enumeration'],
  ['number', 'a number with a fraction'],
  ['dynamic', 'an object of any keys'],
  ['objects', 'a list'],
])

/** Why a field cannot be the key, after its name; undefined if it can. */
export function whyNot({ shape, required }: PrintedField): string | undefined {
  const other = 'list' in shape ? 'a list' : OTHERS.get(shape.of)
  if (other !== undefined) return `is ${other}, and the key a text, an integer, a date or a UUID`
  return required ? undefined : 'has no value in some rows'
}

/** Whether a field may identify rows. */
const canBeKey = (field: PrintedField): boolean => whyNot(field) === undefined

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
  const why = whyNot(field)
  if (why !== undefined) return `${quote(name)} ${why}`
  return `the values of ${quote(name)} are not distinct, or texts of more than ${LONGEST_MEMBER} characters`
}
