/** How much the page takes: what a link holds may come from anyone, and nothing may freeze the tab. */

/** In UTF-16 code units. */
export const LONGEST_FILTER = 20_000
export const LONGEST_SORT = 1_000
export const LONGEST_SCHEMA = 40_000
export const LONGEST_ROWS = 4_000_000
export const MOST_ROWS = 10_000
/** A schema of more fields would make a page that nobody reads. */
export const MOST_FIELDS = 100

/** A longer address is cut by some browsers and chat programs. */
export const LONGEST_LINK = 30_000

/** In milliseconds: a worker that takes longer is stopped. */
export const FILL_TIME = 90_000
export const QUERY_TIME = 10_000
