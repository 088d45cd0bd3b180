/** Which tests decide on which folder of the source. */

/** Those that hold for filters whatever they are made of: rows' ids by filter, in memory and in SQLite. */
const FILTERS = [
  'test/cases.test.ts',
  'test/objects.test.ts',
  'test/insensitive.test.ts',
  'test/own-operators.test.ts',
  'test/relations.test.ts',
]

/** The SQL of every dialect, as text. */
const SQL = ['test/compile/dialects.test.ts', 'test/compile/sql.test.ts']

const ERRORS = ['test/parse/errors.test.ts', 'test/text/errors.test.ts']

const PAGES = ['test/query/run.test.ts', 'test/query/cursor.test.ts', 'test/orders.test.ts']

/** The first of them that fails ends the run of a mutant, so the most telling ones come first. */
export const PROJECTS: Readonly<Record<string, readonly string[]>> = {
  'src/kinds': ['test/kinds', 'test/cases.test.ts', 'test/compile/dialects.test.ts', ...ERRORS],
  'src/operators': [
    'test/operators',
    ...FILTERS,
    'test/own-operators-attacks.test.ts',
    'test/compile/dialects.test.ts',
    ...ERRORS,
    'test/condition',
    'test/collection/collection.test.ts',
  ],
  'src/condition': ['test/condition', ...PAGES, ...FILTERS, ...ERRORS, ...SQL],
  'src/parse': ['test/parse', ...PAGES, ...FILTERS, ...ERRORS],
  'src/compile': ['test/compile', ...FILTERS, ...PAGES],
  'src/query': ['test/query', ...PAGES],
  'src/dialect/sqlite': [...FILTERS, ...SQL, ...PAGES],
  'src/collection': ['test/collection'],
}
