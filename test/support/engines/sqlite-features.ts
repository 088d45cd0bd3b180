import type { Features } from './engine.ts'

/** Without a driver: `runtimes` has others. */
export const sqliteFeatures: Features = {
  sideTables: true,
  storages: ['text', 's', 'ms', 'us', 'any', 'YYYY-MM-DD HH:MM:SS.SSSSSS'],
  anyName: true,
  jsonIndexes: true,
}
