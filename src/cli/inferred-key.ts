import type { PrintedField } from '../check/source.ts'
import type { ObjectFacts } from './value-facts.ts'

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
  for (const pattern of KEY_NAMES) {
    const named = candidates.find(({ name }) => pattern.test(name))
    if (named !== undefined) return named
  }
  return candidates[0]
}
