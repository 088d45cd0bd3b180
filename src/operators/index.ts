import type { listOperators } from './list-operators.ts'
import type { AnyOperatorName, OperatorName, OwnName } from './names.ts'
import type { objectsOperators } from './objects-operators.ts'
import type { TypeName } from './operator.ts'
import type { manyOperators, oneOperators } from './related.ts'
import type {
  dynamicOperators,
  plainStringOperators,
  scalarOperators,
  stringOperators,
} from './scalar-operators.ts'

// Types alone: a field's type brings the records of its operators (`schema/field.ts`), so that a
// program pays for no others.

export type { AnyOperatorName, OperatorName, OwnName }

/** The operators that a field of each type can have. */
type TypeTables = {
  [T in TypeName]: T extends 'list'
    ? typeof listOperators
    : T extends 'objects'
      ? typeof objectsOperators
      : T extends 'one'
        ? typeof oneOperators
        : T extends 'many'
          ? typeof manyOperators
          : T extends 'object'
            ? Record<never, never>
            : T extends 'string'
              ? typeof stringOperators
              : T extends 'dynamic'
                ? typeof dynamicOperators
                : typeof scalarOperators
}

/** Every operator's record; a name that has none, and a record without a name, do not compile. */
type Records = typeof stringOperators &
  typeof listOperators &
  typeof objectsOperators &
  typeof oneOperators &
  typeof manyOperators
type Named<
  T extends Record<OperatorName, unknown> & Record<Exclude<keyof T, OperatorName>, never>,
> = T
type Table = Named<Records>

/** The operators that every type of field of a name has, without those of a schema's own. */
type BuiltInOf<T extends TypeName> = keyof TypeTables[T] & OperatorName

/** The operators that a field of a type can list. */
export type OperatorOf<T extends TypeName> = BuiltInOf<T> | OwnName

/** The operators that a type has where a field lists none. */
export type DefaultOperatorOf<T extends TypeName> = T extends 'dynamic'
  ? BuiltInOf<'integer'>
  : T extends 'string'
    ? keyof typeof plainStringOperators & OperatorName
    : BuiltInOf<T>

/** The shape of an operator's operand. */
export type ShapeOf<N extends OperatorName> = Table[N]['shape']
