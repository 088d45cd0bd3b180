import type { Schema } from 'tamis'
import { accessor } from '../../src/compile/accessor.ts'
import { membersOf } from '../../src/kinds/dynamic.ts'
import { isPlainObject } from '../../src/kinds/objects.ts'
import type { Field } from '../../src/schema/field.ts'
import { findField } from '../../src/schema/schema.ts'

/**
 * Filters made true of a row from what it holds, without asking a predicate (SQLancer's pivoted
 * query synthesis): a table that does not give the row back is wrong whatever memory says.
 */

type Row = Readonly<Record<string, unknown>>

const single = (name: string, value: unknown): object => Object.fromEntries([[name, value]])

/** What is true of a field of the row, each in words of its own. */
function truthsOf(field: Field, row: Row): readonly object[] {
  const { name, type, operators } = field
  const held = accessor(field)(row)
  if (field.elements !== undefined) return truthsOfObjects(field, held)
  if (type.list) {
    if (!Array.isArray(held)) return [single(name, null), single(name, { $exists: false })]
    const elements = held.map((each) => type.kind.read(each)).filter((each) => each !== undefined)
    const [first] = elements
    const some =
      first === undefined ? [] : [single(name, { $contains: first }), single(name, first)]
    return [
      single(name, { $all: elements }),
      single(name, elements),
      single(name, { $ne: null }),
      single(name, { $size: new Set(elements).size }),
      ...some,
    ]
  }
  const value = type.kind.read(held)
  if (value === undefined) return [single(name, null), single(name, { $exists: false })]
  const word = typeof value === 'string' ? value.match(/[a-z]+/)?.[0] : undefined
  // A column of some types has no ranges, and its field lists none.
  const ranges = [
    single(name, { $gte: value }),
    single(name, { $lte: value }),
    single(name, { $not: { $gt: value } }),
    { $nor: [single(name, { $lt: value })] },
  ]
  return [
    single(name, value),
    single(name, { $in: [value] }),
    { $nor: [single(name, { $ne: value })] },
    ...(operators.has('$gte') ? ranges : []),
    ...(typeof value === 'string' && value !== '' ? partsOf(name, value, operators) : []),
    ...(word !== undefined && value === word && operators.has('$autocomplete')
      ? [single(name, { $autocomplete: word.slice(0, 2) })]
      : []),
  ]
}

function truthsOfObjects({ name, elements }: Field, held: unknown): readonly object[] {
  if (!Array.isArray(held)) return [single(name, { $exists: false })]
  const objects = held.filter((each) => isPlainObject(each))
  const own = [...(elements?.fields.values() ?? [])]
  const matched = objects.slice(0, 1).map((object) => {
    const $and = own.flatMap((field) => truthsOf(field, object).slice(0, 1))
    return single(name, { $elemMatch: { $and } })
  })
  return [...matched, single(name, { $size: objects.length }), single(name, { $exists: true })]
}

/** What is true of the parts of a text, as far as the field has the operators. */
function partsOf(name: string, value: string, operators: Field['operators']): readonly object[] {
  const points = [...value]
  const half = Math.ceil(points.length / 2)
  const [start, end] = [points.slice(0, half).join(''), points.slice(-half).join('')]
  const asked = [
    ['$startsWith', start],
    ['$endsWith', end],
    ['$includes', end],
    ['$ieq', value.toUpperCase()],
    ['$iin', [value.toLowerCase()]],
    ['$istartsWith', value.toUpperCase()],
    ['$iendsWith', value.normalize('NFD')],
    ['$iincludes', value.toLowerCase()],
  ] as const
  return asked
    .filter(([operator]) => operators.has(operator))
    .map(([operator, operand]) => single(name, { [operator]: operand }))
}

/** The fields of a row: the literal ones, and the wildcards' at its own keys. */
function fieldsOf(schema: Schema, row: Row): readonly Field[] {
  const wild = [...schema.wildcards].flatMap(([prefix, field]) => {
    const document = accessor(field)(row)
    const keys = isPlainObject(document) ? Object.keys(document) : []
    return keys
      .filter((key) => key !== '' && !key.includes('.'))
      .map((key) => findField(schema, `${prefix}.${key}`, 9))
      .filter((field) => typeof field !== 'string')
  })
  return [...schema.fields.values(), ...wild].filter(({ type }) => membersOf(type.kind).length > 0)
}

/** A filter that is true of the row, another for each number. */
export function trueOf(schema: Schema, row: Row, choice: number): object {
  const chosen = fieldsOf(schema, row).map((field, i) => {
    const truths = truthsOf(field, row)
    return truths[(choice + i) % truths.length] as object
  })
  return { $and: chosen }
}
