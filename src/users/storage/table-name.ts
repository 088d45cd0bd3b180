import type { Tables } from './tables.ts'

/** A table's name in the database. Types know it without its prefix, which is a setting. */
export const tableName = <K extends keyof Tables>(prefix: string, table: K): K =>
  `${prefix}${table}` as K
