import type { FieldSpec, RefusalCase, Suite } from './suite.ts'

const SCALAR = ['$eq', '$ne', '$gt', '$gte', '$lt', '$lte', '$in', '$nin', '$exists'] as const

const FIELDS: Readonly<Record<string, FieldSpec>> = {
  id: { kind: 'string', operators: SCALAR },
  text: { kind: 'string', operators: [...SCALAR, '$startsWith'] },
  flag: { kind: 'boolean', operators: SCALAR },
  whole: { kind: 'integer', operators: SCALAR },
  real: { kind: 'number', operators: SCALAR },
  at: { kind: 'timestamp', operators: SCALAR },
  day: { kind: 'date', operators: SCALAR },
  ref: { kind: 'uuid', operators: SCALAR },
  price: { kind: 'decimal', precision: 6, scale: 2, operators: SCALAR },
  level: { kind: 'enumeration', values: ['low', 'high'], operators: SCALAR },
  tags: { kind: 'string', list: true, operators: ['$eq', '$in', '$contains', '$all'] },
  only: { kind: 'string', operators: ['$eq'] },
}

/** Operands that are of another kind than the field's. */
const WRONG: Readonly<Record<string, readonly unknown[]>> = {
  text: [5, true, 'a\0'],
  flag: [1, 'true'],
  whole: ['1', 1.5, true],
  real: ['1', true],
  at: ['2024-01-01', '2024-01-01T00:00:00', 'now', true],
  day: ['2024-1-1', '2023-02-29', '2024-01-01T00:00:00Z', 20240101],
  ref: ['nope', '018f3a5c7c1e7f008000000000000001', 1],
  price: ['x', '1,50', '', true],
  level: ['Low', 'medium', 0],
}

type Refusal = readonly [filter: unknown, code: string, path: string]

const OPERANDS: readonly Refusal[] = Object.entries(WRONG).flatMap(([field, operands]) =>
  operands.flatMap((operand): Refusal[] => [
    [{ [field]: operand }, 'invalid_operand', `/${field}`],
    [{ [field]: { $ne: operand } }, 'invalid_operand', `/${field}/$ne`],
    [{ [field]: { $gte: operand } }, 'invalid_operand', `/${field}/$gte`],
    [{ [field]: { $in: [operand] } }, 'invalid_operand', `/${field}/$in/0`],
    [{ $or: [{ [field]: operand }] }, 'invalid_operand', `/$or/0/${field}`],
  ]),
)

/** A misspelt or forbidden part of a filter is never left out: that would select more rows. */
const SHAPES: readonly Refusal[] = [
  [{ nope: 1 }, 'unknown_field', '/nope'],
  [{ Text: 'a' }, 'unknown_field', '/Text'],
  [{ 'text.x': 'a' }, 'unknown_field', '/text.x'],
  [{ '': 'a' }, 'unknown_field', '/'],
  [{ text: { $eqq: 'a' } }, 'unknown_operator', '/text/$eqq'],
  [{ text: { $where: 'true' } }, 'unknown_operator', '/text/$where'],
  [{ text: { $regex: 'a' } }, 'unknown_operator', '/text/$regex'],
  [{ $where: 'true' }, 'unknown_operator', '/$where'],
  [{ $xor: [{ text: 'a' }] }, 'unknown_operator', '/$xor'],
  [{ only: { $ne: 'a' } }, 'operator_not_allowed', '/only/$ne'],
  [{ only: { $in: ['a'] } }, 'operator_not_allowed', '/only/$in'],
  [{ flag: { $startsWith: 'a' } }, 'operator_not_allowed', '/flag/$startsWith'],
  [{ text: {} }, 'empty', '/text'],
  [{ text: { $not: {} } }, 'empty', '/text/$not'],
  [{ $and: [] }, 'empty', '/$and'],
  [{ $or: [] }, 'empty', '/$or'],
  [{ $nor: [] }, 'empty', '/$nor'],
  [{ $and: {} }, 'invalid_operand', '/$and'],
  [{ $or: ['a'] }, 'invalid_operand', '/$or/0'],
  [{ $or: [null] }, 'invalid_operand', '/$or/0'],
  [[], 'invalid_operand', ''],
  ['a', 'invalid_operand', ''],
  [null, 'invalid_operand', ''],
  [{ text: { $eq: 'a', b: 'c' } }, 'invalid_operand', '/text/b'],
  [{ text: { b: 'c' } }, 'invalid_operand', '/text/b'],
  [{ text: ['a'] }, 'invalid_operand', '/text'],
  [{ text: { $gt: null } }, 'invalid_operand', '/text/$gt'],
  [{ text: { $in: 'a' } }, 'invalid_operand', '/text/$in'],
  [{ text: { $in: null } }, 'invalid_operand', '/text/$in'],
  [{ text: { $in: [['a']] } }, 'invalid_operand', '/text/$in/0'],
  [{ text: { $exists: 1 } }, 'invalid_operand', '/text/$exists'],
  [{ text: { $exists: null } }, 'invalid_operand', '/text/$exists'],
  [{ text: { $not: 'a' } }, 'invalid_operand', '/text/$not'],
  [{ text: { $startsWith: '' } }, 'invalid_operand', '/text/$startsWith'],
  [{ tags: { $all: 'a' } }, 'invalid_operand', '/tags/$all'],
  [{ tags: { $contains: ['a'] } }, 'invalid_operand', '/tags/$contains'],
  [{ tags: { $in: [5] } }, 'invalid_operand', '/tags/$in/0'],
  [{ text: 'a'.repeat(4097) }, 'too_long', '/text'],
  [{ text: { $in: Array.from({ length: 1001 }, () => 'a') } }, 'too_many', '/text/$in'],
]

export const refusalSuite = (): Suite => ({
  name: 'refusals',
  about:
    'Filters that must be refused, because whatever is left out of a filter, or guessed, selects other rows.',
  profiles: ['tamis'],
  schema: { key: 'id', fields: FIELDS },
  rows: [{ id: 'a', text: 'a' }],
  otherKind: [],
  cases: [...SHAPES, ...OPERANDS].map(
    ([filter, code, path], i): RefusalCase => ({
      id: `refusals/${i + 1}`,
      filter,
      refused: { code, path },
    }),
  ),
})
