/** Runs the probe in a page; the command calls it. */

export { probe } from '../probe.ts'
