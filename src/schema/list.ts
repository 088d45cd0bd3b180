import { describe } from '../error/describe.ts'
import type { ScalarTypeName } from '../kinds/kind.ts'
import type { AnyOperatorName, DefaultOperatorOf, OperatorOf } from '../operators/index.ts'
import { listOperators } from '../operators/list-operators.ts'
import { define, type FieldDefinition, type FieldOptions, type Unsortable } from './definition.ts'
import { fieldKeys, resolved } from './field.ts'
import { onlyKeys, refuse } from './refuse.ts'

const resolve: FieldDefinition['resolve'] = (subject, { element }) => {
  if (element?.listType !== undefined) return element.listType
  if (element === undefined) return refuse(subject, 'list needs an element: list(string())')
  onlyKeys(`${subject}: element`, element, fieldKeys())
  const { operators, sortable, required, hidden, facet } = element
  // Settings of the element would have no effect.
  if (operators !== undefined || sortable || required || hidden || facet) {
    refuse(subject, 'an element has no settings; set those of the list: list(string(), { … })')
  }
  const { name, kind, list } = resolved(subject, element)
  if (list || kind.name === 'dynamic') {
    refuse(subject, `expected an element of a scalar type, received ${describe(name)}`)
  }
  return {
    name: 'list',
    kind,
    list: true,
    operators: listOperators,
    defaultOperators: listOperators,
  }
}

/**
 * A field whose values are lists of scalars: `list(string())`, or of objects: `list(object({ … }))`.
 * The element takes no options.
 */
export function list<
  Operand,
  Value,
  Read,
  const Op extends OperatorOf<'objects'> = DefaultOperatorOf<'objects'>,
  const Required extends boolean = false,
  const Hidden extends boolean = false,
>(
  element: FieldDefinition<'object', never, Operand, Value, boolean, Read>,
  options?: Unsortable<FieldOptions<Op, Required, Hidden>>,
): FieldDefinition<'objects', Op, Operand, readonly Value[], Required, readonly Read[], Hidden>
export function list<
  T extends ScalarTypeName,
  Operand,
  Value,
  Read,
  const Op extends OperatorOf<'list'> = DefaultOperatorOf<'list'>,
  const Required extends boolean = false,
  const Hidden extends boolean = false,
>(
  element: FieldDefinition<T, AnyOperatorName, Operand, Value, boolean, Read>,
  options?: Unsortable<FieldOptions<Op, Required, Hidden>>,
): FieldDefinition<
  'list',
  Op,
  readonly Operand[],
  readonly Value[],
  Required,
  readonly Read[],
  Hidden
>
export function list(
  element: FieldDefinition,
  options: Unsortable<FieldOptions<AnyOperatorName, boolean, boolean>> = {},
): FieldDefinition {
  const type = element?.type === 'object' ? 'objects' : 'list'
  return define(type, options, { resolve, element })
}
