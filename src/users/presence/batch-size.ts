/** How many users one transaction changes: other writers wait for it. */
export const BATCH = 100
