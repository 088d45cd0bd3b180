import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { COPIES, GENERATED, OUTSIDE, root } from './pages.ts'

rmSync(join(root, GENERATED), { recursive: true, force: true })

// The chart is an image of one of the pages.
for (const path of [...OUTSIDE, 'bench/chart.svg'])
  cpSync(join(root, path), join(root, COPIES, path))
