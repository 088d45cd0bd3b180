/** Whether this is `npm run test:all`, which runs everything at full length. */
export const isFull = process.env.TAMIS_TESTS === 'all'

/**
 * How much of something a test does: `quick` in `npm test`, which is run often, and
 * `full` in `npm run test:all`.
 */
export const budget = (quick: number, full: number): number => (isFull ? full : quick)
