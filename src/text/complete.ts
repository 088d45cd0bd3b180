// Longer than most files here: what can stand at each place of a filter, from its fields to its operands.

import { findOperator } from '../condition/condition.ts'
import { timeKindOf } from '../condition/relative.ts'
import { membersOf } from '../kinds/dynamic.ts'
import { isLogicalName, logicalNames } from '../operators/names.ts'
import type { Schema } from '../parse/schema.ts'
import type { Field, FieldSet } from '../schema/field.ts'
import { findField } from '../schema/schema.ts'
import type { Span } from './node.ts'
import { nameOf, type Piece, piecesOf } from './pieces.ts'

/** A completion at a place of a filter's text. */
export interface Completion {
  readonly kind: 'field' | 'operator' | 'value'
  /** What it is called. */
  readonly label: string
  /** What to write, in quotes where it needs them. */
  readonly text: string
  /** What to write it in the place of: empty where nothing is there yet. */
  readonly range: Span
}

/** An open bracket before the place, and where in it the text is. */
interface Frame {
  readonly bracket: string
  readonly role: Role
  expects: 'key' | 'colon' | 'value' | 'comma'
  key: string | undefined
  /** The keys so far, which only objects have. */
  keys: Set<string> | undefined
}

/** What an object or a list is of. */
type Role =
  | { readonly of: 'filter'; readonly fields: FieldSet }
  | { readonly of: 'filters'; readonly fields: FieldSet }
  | { readonly of: 'operators'; readonly field: Field }
  | { readonly of: 'operands'; readonly field: Field; readonly operator: string }
  | { readonly of: 'time' }
  | { readonly of: 'nothing' }

const UNKNOWN = { of: 'nothing' } as const

/**
 * What can be written at a place of a filter's text: fields, also of related rows, the operators that
 * a field allows, values where there are few, and times relative to now. The text may be broken in any way, before the place and after it.
 *
 * @example
 * completionsAt(people, '{"role": {"$i', 13) // $in, for "$i
 */
export function completionsAt(
  schema: Schema,
  text: string,
  offset: number,
  { relaxed = false }: { readonly relaxed?: boolean } = {},
): readonly Completion[] {
  const pieces = piecesOf(text)
  const at = Math.max(0, Math.min(offset, text.length))
  const current = pieces.find((piece) => isTyped(piece, at))
  if (current?.type === 'comment') return []
  const frame = frameAt(schema, pieces, current?.start ?? at)
  if (frame === undefined) return []
  const range = current === undefined ? { start: at, end: at } : rangeOf(current)
  const typed =
    current === undefined ? '' : nameOf({ ...current, image: text.slice(current.start, at) })
  const isQuoted = current?.type === 'string' || !relaxed
  return candidates(schema, frame, typed)
    .filter(({ kind, isText }) => kind !== 'value' || isText || current?.type !== 'string')
    .filter(({ label }) => label.toLowerCase().startsWith(typed.toLowerCase()))
    .map(({ kind, label, isText }) => ({
      kind,
      label,
      text: isText ? JSON.stringify(label) : written(kind, label, isQuoted),
      range,
    }))
}

const rangeOf = ({ start, end }: Piece): Span => ({ start, end })

/** Whether a piece is being typed at a place: the place is in it, or right after an unterminated one. */
function isTyped({ type, start, end, image }: Piece, at: number): boolean {
  if (type === 'comment') return start < at && (at < end || !image.endsWith('*/'))
  const isClosed = type === 'string' && image.length > 1 && image.at(-1) === image[0]
  if (type !== 'string' && type !== 'word' && type !== 'stray') return false
  return start < at && (isClosed ? at < end : at <= end)
}

const WORD = /^[A-Za-z_$][\w$]*(?:\.[\w$]+)*$/

function written(kind: Completion['kind'], label: string, isQuoted: boolean): string {
  if (kind === 'value') return label
  return isQuoted || !WORD.test(label) ? JSON.stringify(label) : label
}

/** The innermost bracket that is open at a place. */
function frameAt(schema: Schema, pieces: readonly Piece[], at: number): Frame | undefined {
  const frames: Frame[] = []
  for (const piece of pieces) {
    if (piece.start >= at) break
    const top = frames.at(-1)
    switch (piece.type) {
      case 'open':
        frames.push(opened(schema, piece.image, top))
        break
      case 'close':
        frames.pop()
        done(frames.at(-1))
        break
      case 'comma':
        if (top !== undefined) {
          top.expects = top.bracket === '{' ? 'key' : 'value'
          top.key = undefined
        }
        break
      case 'colon':
        if (top !== undefined) top.expects = 'value'
        break
      case 'comment':
        break
      default:
        if (top?.expects === 'key') {
          top.key = nameOf(piece)
          top.keys ??= new Set()
          top.keys.add(top.key)
          top.expects = 'colon'
        } else done(top)
    }
  }
  return frames.at(-1)
}

function done(frame: Frame | undefined): void {
  if (frame !== undefined) frame.expects = 'comma'
}

function opened(schema: Schema, bracket: string, outer: Frame | undefined): Frame {
  const isObject = bracket === '{'
  return {
    bracket,
    role: roleOf(schema, isObject, outer),
    expects: isObject ? 'key' : 'value',
    key: undefined,
    keys: undefined,
  }
}

function roleOf(schema: Schema, isObject: boolean, outer: Frame | undefined): Role {
  if (outer === undefined) return isObject ? { of: 'filter', fields: schema } : UNKNOWN
  const { role, key } = outer
  if (role.of === 'filters') return isObject ? { of: 'filter', fields: role.fields } : UNKNOWN
  if (role.of === 'operands') {
    return isObject && isTimed(schema, role.field, role.operator) ? { of: 'time' } : UNKNOWN
  }
  if (key === undefined) return UNKNOWN
  if (role.of === 'filter') {
    if (isLogicalName(key)) return isObject ? UNKNOWN : { of: 'filters', fields: role.fields }
    const field = fieldAt(role.fields, key, schema.limits.segments)
    if (field === undefined) return UNKNOWN
    return isObject ? { of: 'operators', field } : { of: 'operands', field, operator: '$eq' }
  }
  if (role.of !== 'operators') return UNKNOWN
  const { field } = role
  if (key === '$not' && isObject) return role
  if (
    isObject &&
    field.elements !== undefined &&
    findOperator(field.type, key)?.shape === 'filter'
  ) {
    return { of: 'filter', fields: field.elements }
  }
  // The operand of the others is a list.
  const isOne = ['equal', 'scalar'].includes(findOperator(field.type, key)?.shape ?? '')
  if (isObject) return isOne && isTimed(schema, field, key) ? { of: 'time' } : UNKNOWN
  return { of: 'operands', field, operator: key }
}

/** The visible field that a name leads to, through to-one relations. */
function fieldAt(fields: FieldSet, name: string, segments: number): Field | undefined {
  const through = fields.relations?.through(name)
  if (through !== undefined) {
    const { relation, rest } = through
    return relation.elements && fieldAt(relation.elements, rest, segments)
  }
  const field = findField(fields, name, segments)
  return field === 'unknown' || field === 'too_deep' || field.hidden ? undefined : field
}

/** Whether the operand of an operator can be relative to now. */
function isTimed({ relativeTime }: Schema, { type }: Field, operator: string): boolean {
  const shape = findOperator(type, operator)?.shape ?? ''
  const isValue = ['equal', 'scalar', 'members', 'elements'].includes(shape)
  return isValue && relativeTime !== undefined && timeKindOf(type.kind) !== undefined
}

interface Candidate extends Pick<Completion, 'kind' | 'label'> {
  /** Whether a value is a string. */
  readonly isText?: true
}

function candidates(
  schema: Schema,
  { role, expects, key, keys }: Frame,
  typed: string,
): readonly Candidate[] {
  const fresh = (all: readonly Candidate[]) => all.filter(({ label }) => keys?.has(label) !== true)
  switch (role.of) {
    case 'filter': {
      if (expects === 'key') return fresh(names(role.fields, typed))
      if (expects !== 'value' || key === undefined) return []
      const field = fieldAt(role.fields, key, schema.limits.segments)
      return field === undefined ? [] : values(schema, field, '$eq')
    }
    case 'operators': {
      const { field } = role
      if (expects === 'key') {
        // Alone, it is an operand.
        const isBare = isTimed(schema, field, '$eq') && (keys?.size ?? 0) === 0
        const operators = [...field.operators, '$not', ...(isBare ? [NOW] : [])]
        return fresh(operators.map((label) => ({ kind: 'operator', label })))
      }
      if (expects !== 'value' || key === undefined) return []
      return key === NOW && isTimed(schema, field, '$eq') ? SHIFTS : values(schema, field, key)
    }
    case 'operands':
      return expects === 'value' ? values(schema, role.field, role.operator) : []
    case 'time':
      if (expects === 'value') return key === NOW ? SHIFTS : []
      return expects === 'key' ? fresh([{ kind: 'operator', label: NOW }]) : []
    case 'filters':
    case 'nothing':
      return []
    default:
      return role satisfies never
  }
}

const NOW = '$now'

/** Times that are asked for often. */
const SHIFTS = ['-1h', '-1d', '-7d', '-1M', '+0d/d'].map(
  (label): Candidate => ({ kind: 'value', label, isText: true }),
)

/** What can begin a condition: a wildcard's as far as its prefix goes, and a relation's path. */
function names(schema: FieldSet, typed: string): readonly Candidate[] {
  const through = schema.relations?.through(typed)
  if (through?.relation.elements !== undefined) {
    const { relation, rest } = through
    return names(relation.elements as FieldSet, rest)
      .filter(({ kind }) => kind === 'field')
      .map(({ label }) => ({ kind: 'field', label: `${relation.name}.${label}` }))
  }
  const visible = ([, field]: readonly [string, Field]) => !field.hidden && field.operators.size > 0
  const fields = [...schema.fields].filter(visible).map(([name]) => name)
  const prefixes = [...schema.wildcards].filter(visible).map(([prefix]) => `${prefix}.`)
  const relations = [...(schema.relations?.named.values() ?? [])].flatMap(({ name, type }) =>
    type.name === 'one' ? [name, `${name}.`] : [name],
  )
  const named = [...fields, ...prefixes, ...relations].map(
    (label): Candidate => ({ kind: 'field', label }),
  )
  return [...named, ...logicalNames.map((label): Candidate => ({ kind: 'operator', label }))]
}

/** The values of an operand, where there are few. */
function values(schema: Schema, field: Field, operator: string): readonly Candidate[] {
  const { shape, own } = findOperator(field.type, operator) ?? {}
  if (own !== undefined && own.examples.length > 0) {
    return own.examples.map((each) => ({ kind: 'value', label: JSON.stringify(each) }))
  }
  const isBoolean = membersOf(field.type.kind).some(({ name }) => name === 'boolean')
  const labels: string[] = []
  const isOfTexts = ['words', 'text', 'textOrNull', 'texts'].includes(shape ?? '')
  if (shape === 'boolean' || (isBoolean && !isOfTexts)) labels.push('true', 'false')
  if (['equal', 'members', 'textOrNull', 'texts'].includes(shape ?? '')) labels.push('null')
  const listed = shape === 'boolean' || isOfTexts ? [] : (field.type.kind.values ?? [])
  if (isTimed(schema, field, operator)) labels.push('{"$now": "-1d"}')
  return [
    ...listed.map((label): Candidate => ({ kind: 'value', label, isText: true })),
    ...labels.map((label): Candidate => ({ kind: 'value', label })),
  ]
}
