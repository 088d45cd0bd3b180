import type { Fields } from '../schema/definition.ts'
import type { Filter, Schema } from './schema.ts'

/** A payload as `parseQuery` takes it. */
export interface Payload<F extends Fields = Fields> {
  readonly filter_conditions?: Filter<Schema<F>>
  readonly sort?: unknown
  readonly limit?: number
  readonly offset?: number
  readonly [option: string]: unknown
}
