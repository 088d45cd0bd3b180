import { isFragment } from '../dialect/fragment.ts'
import {
  ANY,
  BOOLEAN,
  checkOptions,
  type OptionChecks,
  optionChecks,
  POSITIVE,
  TEXT,
  TEXTS,
} from '../error/options.ts'

/**
 * What the targets of all functions can hold. One target serves several functions, each of which
 * takes what it needs, so that an option of another one is no mistake. The dialect, the mapping and
 * the table are checked where they are read.
 */
export const TARGET: OptionChecks = /* @__PURE__ */ optionChecks<Readonly<Record<string, unknown>>>(
  {
    dialect: ANY,
    mapping: ANY,
    table: ANY,
    alias: TEXT,
    now: ANY,
    select: TEXTS,
    lookAhead: BOOLEAN,
    source: ['a fragment of the sql`` tag', isFragment],
    index: TEXT,
    forUpdate: BOOLEAN,
    firstParameter: POSITIVE,
    extensions: TEXTS,
    foreignKeys: BOOLEAN,
    mappings: ANY,
    ifNotExists: BOOLEAN,
    replace: BOOLEAN,
    // What `fromDrizzle` gives beside a target.
    schema: ANY,
    warnings: ANY,
    rowOf: ANY,
  },
)

/** Checks where something is to run or to be stored. @throws TypeError for an unknown option. */
export const checkTarget = (target: unknown): void => checkOptions('tamis', target, TARGET)
