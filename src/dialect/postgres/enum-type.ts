/** Enumerated types, which CREATE TYPE makes: postgresql.org/docs/current/datatype-enum.html */

import { quote } from '../../error/describe.ts'
import type { DeclaredType } from '../declared-type.ts'
import { type Fragment, join, sql } from '../fragment.ts'
import { postgresLiteral } from '../literal.ts'
import type { Stored } from '../place.ts'
import type { ColumnType } from '../types.ts'
import { identifier, refuse } from './names.ts'

/** A name without quotes, which PostgreSQL folds to lower case, or one in quotes. */
const PART = /(?:^|\.)(?:"((?:[^"]|"")+)"|([\p{L}_][\p{L}\p{N}_$]*))/uy

/** The parts of a type's name as the database prints it: `level`, `app.level`, `"Level"`. */
export function namesIn(text: string): readonly string[] | undefined {
  const parts: string[] = []
  PART.lastIndex = 0
  let end = 0
  for (let part = PART.exec(text); part !== null; part = PART.exec(text)) {
    const [, quoted, bare = ''] = part
    parts.push(quoted?.replaceAll('""', '"') ?? bare.toLowerCase())
    end = PART.lastIndex
  }
  return parts.length === 0 || parts.length > 2 || end !== text.length ? undefined : parts
}

function typeName({ text }: DeclaredType, at: Stored): Fragment {
  const parts = namesIn(text)
  if (parts === undefined) {
    return refuse(at, `${quote(text)} is not the name of a type; write it as level or app.level`)
  }
  return join(parts.map(identifier), sql`.`)
}

/** Values are compared as the type, so that an index serves, and read and sorted as text. */
export function enumType(text: ColumnType, declared: DeclaredType, at: Stored): ColumnType {
  const name = typeName(declared, at)
  // The cast is one of each element, and says the type of an empty array.
  const arrayOf = (elements: readonly Fragment[]): Fragment =>
    sql`ARRAY[${join(elements, sql`, `)}]::${name}[]`
  return {
    type: () => name,
    // PGlite encodes no arrays of types that were made after it connected, and PostgreSQL estimates no
    // selectivity of an array that is cast from text[].
    array: (values) => arrayOf(values.map((each) => sql`${each}`)),
    representation: () => 'enum',
    encode: text.encode,
    decode: text.decode,
    cast: (parameter) => sql`${parameter}::${name}`,
    select: (column) => sql`${column}::text`,
    selectElements: (list) => sql`${list}::text[]`,
    // The type may have another order than the list. No index takes a cast to text: labels can be
    // renamed, so that the cast is STABLE.
    order: (value, { values }) =>
      sql`array_position(${arrayOf(values.map(postgresLiteral))}, ${value})`,
  }
}
