import { inject } from 'vitest'
import type { Engine } from './engine.ts'
import { engines } from './index.ts'

/** The engines that the setup could reach; at its end the run says which these were. */
export const available: readonly Engine[] = engines.filter(({ name }) =>
  inject('engines').includes(name),
)
