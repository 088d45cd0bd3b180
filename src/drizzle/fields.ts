/** The field that a column of Drizzle makes: what its type in the database says, and its mode. */

import type { Column } from 'drizzle-orm'
import type { ColumnFacts, TableFacts } from '../check/facts.ts'
import { isKeyShape } from '../check/fields.ts'
import { type Shape, shapeOf } from '../check/kinds-of-types.ts'
import { isText } from '../kinds/string.ts'
import type { FieldMapping } from '../schema/mapping.ts'
import { kindOf } from './kinds.ts'

/** A field, and what its mapping says already. */
export interface Made {
  readonly shape: Shape
  readonly mapping?: FieldMapping
}

const EPOCHS: Readonly<Record<string, Made>> = {
  timestamp: { shape: { of: 'timestamp', digits: 0, storage: { epoch: 's' } } },
  timestamp_ms: { shape: { of: 'timestamp', digits: 3, storage: { epoch: 'ms' } } },
}

/** Where another case is equal, the column's texts are compared exactly as well. */
const looseText = ({ type, collation }: ColumnFacts): FieldMapping =>
  collation === undefined || collation.isDeterministic || type.members !== undefined
    ? {}
    : { collation: collation.name }

/** The field of a column; where it has none, why. */
export function madeOf(column: Column, own: ColumnFacts, facts: TableFacts): Made | string {
  const kind = kindOf(column.columnType)
  const shape = shapeOf(own, facts)
  const none = `no kind is read from ${own.type.text}`
  switch (kind) {
    case undefined:
      return none
    case 'text':
    case 'enumeration': {
      const { enumValues } = column
      if (enumValues === undefined || enumValues.length === 0) return { shape: { of: 'string' } }
      return { shape: { of: 'enumeration', values: enumValues }, mapping: looseText(own) }
    }
    case 'boolean':
      return { shape: { of: 'boolean' } }
    case 'document':
      return { shape: { of: 'document' } }
    case 'bigint':
      return { shape: { of: 'integer', as: 'bigint' } }
    case 'timestamp':
      return EPOCHS[String(Reflect.get(column, 'mode'))] ?? (shape === undefined ? none : { shape })
    case 'custom':
      if (shape === undefined) return none
      return isKeyShape(shape) ? { shape } : 'a custom type makes no lists and documents'
    default:
      return shape === undefined ? none : { shape }
  }
}

/** Why no field can have the name of a property. */
export function nameFault(property: string): string | undefined {
  const isName =
    isText(property) &&
    !['', '*', '__proto__'].includes(property) &&
    !property.startsWith('$') &&
    !property.includes('.')
  return isName ? undefined : 'no field can have its name'
}
