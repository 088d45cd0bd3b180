/** The schema that fits rows: `tamis infer` prints it as a module, the site's playground as JSON. */

import type { PrintedField } from '../check/source.ts'
import { fieldsOfColumns, fieldsOfRows, type InferOptions, type Note } from './inferred-fields.ts'
import { guessedKey, whyNoKey } from './inferred-key.ts'
import { MOST_COLUMNS, type ObjectFacts } from './value-facts.ts'

/** The most members of an enumeration, where nobody has said. */
export const USUAL_MEMBERS = 12

const DEFAULTS: InferOptions = {
  enumerations: USUAL_MEMBERS,
  decimalText: (precision, scale) => `decimal({ precision: ${precision}, scale: ${scale} })`,
}

const NO_ROWS = 'there are no rows to infer a schema from'
const NO_FIELDS = `the rows have more than ${MOST_COLUMNS} keys: a schema names each`
export const NO_KEY =
  'no field can be the key: a schema needs a field that has another value in every row'

export interface SchemaOptions {
  readonly enumerations?: number
  /** How a note writes a field of decimals; by default, as a call of `decimal`. */
  readonly decimalText?: (precision: number, scale: number) => string
  /** Whether the rows are of CSV: their values are the texts of cells, and their keys may be paths. */
  readonly isOfCells?: boolean
  /** Chooses the key; by default, the field that most likely identifies rows. */
  readonly keyOf?: (fields: readonly PrintedField[]) => PrintedField | undefined
}

export interface InferredSchema {
  readonly fields: readonly PrintedField[]
  /** The name of one of the fields. */
  readonly key: string
  readonly notes: readonly Note[]
}

/** The schema of rows, or why there is none, as a sentence without its full stop. */
export function inferredSchema(
  rows: ObjectFacts,
  { isOfCells = false, keyOf, ...given }: SchemaOptions = {},
): InferredSchema | string {
  if (rows.count === 0) return NO_ROWS
  if (rows.keys === undefined) return NO_FIELDS
  const fieldsOf = isOfCells ? fieldsOfColumns : fieldsOfRows
  const { fields, notes } = fieldsOf(rows, { ...DEFAULTS, ...given })
  const key = keyOf === undefined ? guessedKey(fields, rows) : keyOf(fields)
  if (key === undefined) {
    const why = whyNoKey(rows, fields, notes)
    return why === undefined ? NO_KEY : `${NO_KEY} (${why})`
  }
  return {
    // Pages are sorted by the key, so that clients may ask for it, too.
    fields: fields.map((field) => (field === key ? { ...key, sortable: true } : field)),
    key: key.name,
    notes,
  }
}
