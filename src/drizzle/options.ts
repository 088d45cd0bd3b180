import { optionChecks, TEXT, TEXTS } from '../error/options.ts'
import type { DrizzleOptions } from './from-drizzle.ts'

/** The options of `fromDrizzle`. */
export const DRIZZLE_OPTIONS = /* @__PURE__ */ optionChecks<DrizzleOptions>({
  columns: ['a list of properties', TEXTS[1]],
  omit: ['a list of properties', TEXTS[1]],
  key: ['a property', TEXT[1]],
  casing: ['snake_case or camelCase', (value) => value === 'snake_case' || value === 'camelCase'],
  dialect: ['mysql or mariadb', (value) => value === 'mysql' || value === 'mariadb'],
  collation: ['the name of a collation', TEXT[1]],
})
