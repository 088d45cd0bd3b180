/**
 * Collections of TanStack DB with the rows of servers that answer with tamis (`tamis/tanstack`).
 *
 * @packageDocumentation
 */

export {
  type TamisCollectionConfig,
  type TamisCollectionOptions,
  tamisCollectionOptions,
} from './collection-options.ts'
export type { LoadedPage, LoadPage } from './load.ts'
export {
  payloadOf,
  type SortTerm,
  type Subset,
  type SubsetPayload,
  type TranslateOptions,
} from './payload.ts'
export type { CollectionRow } from './rows.ts'
export type { RowChanges, Subscribe } from './subscription.ts'
export { UntranslatableError } from './untranslatable.ts'
export {
  type CollectionUser,
  type UsersCollectionOptions,
  usersCollectionOptions,
} from './users.ts'
