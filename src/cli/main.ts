#!/usr/bin/env node
import { CommanderError } from 'commander'
import { linesOf } from './mistake.ts'
import { asMistake, program } from './program.ts'

// Whoever reads us may stop early: `tamis query … | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1)
})

try {
  await program().parseAsync()
} catch (thrown) {
  const error = asMistake(thrown)
  if (!(error instanceof CommanderError)) {
    const lines = linesOf(error)
    // Anything else is our fault, and then the stack is what helps.
    if (lines === undefined) throw error
    for (const line of lines) process.stderr.write(`tamis: ${line}\n`)
    process.exitCode = 2
  }
}
